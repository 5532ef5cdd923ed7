// Reminders: one job a booking at a time. When its hour comes it looks whether the booking still stands as it was, queues
// the mails, and plans the next one (RULES 20, TRAPS 14).
#include "server/core/app.h"
#include "server/jobs/jobs.h"
#include "server/scheduling/announce.h"

#include <string.h>

static const struct {
    const char *mail;
    int64_t before; // the start
} reminders[] = {
    { "reminder_24h", 24 * (int64_t)HOUR_MS },
    { "reminder_1h", HOUR_MS },
};

struct reminder {
    const char *consultation;
    int64_t sequence, which; // which: index into reminders[]
};
static const struct field reminder_fields[] = {
    { FIELD(struct reminder, consultation), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct reminder, sequence), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct reminder, which), .kind = FIELD_INT, .flags = FIELD_REQUIRED,
      .max = ARRAY_LEN(reminders) - 1 },
};
static const struct shape reminder_shape = SHAPE(struct reminder, "Reminder", reminder_fields);

// A reminder that would be late already is not made at all; nor is one of a past that is only told (the demo world).
bool reminders_plan(struct op_ctx *ctx, const struct consultation *c)
{
    int64_t clock = app_now(ctx->app), now = ctx->now > clock ? ctx->now : clock;
    size_t which = 0;
    while (which < ARRAY_LEN(reminders) && c->starts_at - reminders[which].before <= now)
        which++;
    if (which == ARRAY_LEN(reminders))
        return true;
    const char *key = arena_printf(ctx->arena, "remind:%s:%lld:%zu", c->id, (long long)c->sequence, which);
    const char *payload =
        arena_printf(ctx->arena, "{\"consultation\":\"%s\",\"sequence\":%lld,\"which\":%zu}", c->id,
                     (long long)c->sequence, which);
    return job_add(ctx, job_consultation_remind.name, key, c->starts_at - reminders[which].before, payload);
}

static bool remind(struct op_ctx *ctx, const char *mail, const struct consultation *c)
{
    struct parties parties;
    if (!parties_load(ctx, c, &parties) ||
        !announce_mail(ctx, mail, c, parties.host_id,
                       announce_when(ctx, c->starts_at, c->ends_at, parties.host_zone),
                       announce_client_name(ctx, c), NULL))
        return false;
    for (size_t i = 0; i < parties.co_consultants.count; i++) {
        const struct party_person *person = LIST_AT(&parties.co_consultants, struct party_person, i);
        if (!announce_mail(ctx, mail, c, person->id,
                           announce_when(ctx, c->starts_at, c->ends_at, person->zone),
                           announce_client_name(ctx, c), NULL))
            return false;
    }
    const char *when = announce_when(ctx, c->starts_at, c->ends_at, c->timezone);
    for (size_t i = 0; i < parties.client_people.count; i++)
        if (!announce_mail(ctx, mail, c, *LIST_AT(&parties.client_people, const char *, i), when,
                           c->consultant_name, NULL))
            return false;
    return true;
}

static bool finish(struct op_ctx *ctx, const struct job *job)
{
    struct reminder reminder;
    struct consultation c;
    unsigned roles;
    CLEANUP(json_free) cJSON *json = json_parse(job->payload, strlen(job->payload), ctx->err);
    if (json == NULL || !shape_read(&reminder_shape, json, ctx->arena, &reminder, ctx->err) ||
        !consultation_find(ctx, reminder.consultation, &c, &roles))
        return false;
    if (c.sequence != reminder.sequence || !booking_is_open((enum booking_status)c.status) ||
        ctx->now >= c.starts_at)
        return true;
    return remind(ctx, reminders[reminder.which].mail, &c) && reminders_plan(ctx, &c);
}

const struct job_kind job_consultation_remind = { .name = "consultation.remind", .finish = finish };
