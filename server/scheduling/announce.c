#include "server/scheduling/announce.h"

#include "server/core/app.h"
#include "server/identity/identity.h"
#include "server/notify/notify.h"
#include "shared/host/host.h"

#include <string.h>

struct wording {
    const char *before,
        *after;       // the other party's name in the notification's title; both NULL: nothing is said
    const char *mail; // template, NULL for none
};
static const struct {
    const char *kind; // of the notification
    struct wording to_host, to_client, to_co;
    bool reminders; // of the new time
} wordings[] = {
    [NEWS_BOOKED] = { .kind = "consultation_booked",
                      .to_host = { "New booking: ", "", "booking_confirmed_consultant" },
                      .to_client = { "Booked with ", "", "booking_confirmed_client" },
                      .reminders = true },
    [NEWS_CONFIRMED] = { .kind = "consultation_confirmed",
                         .to_client = { "", " confirmed your session", NULL },
                         .to_co = { "Confirmed: ", "", NULL } },
    [NEWS_STARTED] = { .kind = "consultation_started", .to_client = { "", " started your session", NULL } },
    [NEWS_COMPLETED] = { .kind = "consultation_completed",
                         .to_client = { "", " wrote up your session", "session_completed" },
                         .to_co = { "Written up: ", "", NULL } },
    [NEWS_CANCELLED] = { .kind = "consultation_cancelled",
                         .to_host = { "Cancelled: ", "", "booking_cancelled" },
                         .to_client = { "Cancelled: session with ", "", "booking_cancelled" },
                         .to_co = { "Cancelled: ", "", "booking_cancelled" } },
    [NEWS_DECLINED] = { .kind = "consultation_declined",
                        .to_client = { "", " declined your session", "booking_declined" },
                        .to_co = { "Declined: ", "", NULL } },
    [NEWS_RESCHEDULED] = { .kind = "consultation_rescheduled",
                           .to_host = { "Moved: ", "", "booking_rescheduled" },
                           .to_client = { "Moved: session with ", "", "booking_rescheduled" },
                           .to_co = { "Moved: ", "", "booking_rescheduled" },
                           .reminders = true },
    [NEWS_JOINED] = { .kind = "co_consultant_added",
                      .to_host = { "Co-consultant added: ", "", NULL },
                      .to_co = { "You join the session of ", "", "co_consultant_added" } },
    [NEWS_LEFT] = { .kind = "co_consultant_removed",
                    .to_host = { "Co-consultant gone: ", "", NULL },
                    .to_co = { "You no longer join the session of ", "", NULL } },
};

struct party {
    const char *person_id, *when, *with;
};

const char *announce_when(struct op_ctx *ctx, int64_t start, int64_t end, const char *timezone)
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const struct zone *zone = timezone == NULL ? NULL : zone_db_get(ctx->app->zones, timezone);
    const char *abbreviation = "UTC";
    int64_t from = start, to = end;
    if (zone != NULL) {
        zone_offset_at(zone, start, &abbreviation);
        from = zone_to_local(zone, start);
        to = zone_to_local(zone, end);
    }
    struct civil a = civil_from_ms(from), b = civil_from_ms(to);
    return arena_printf(ctx->arena, "%s %d %s %d, %02d:%02d-%02d:%02d %s",
                        days[civil_weekday(civil_day_of_ms(from))], a.day, months[a.month - 1], a.year,
                        a.hour, a.minute, b.hour, b.minute, abbreviation);
}

// The key holds the booking's version: another time is another mail (RULES 20).
bool announce_mail(struct op_ctx *ctx, const char *template_name, const struct consultation *c,
                   const char *person_id, const char *when, const char *with, const char *note)
{
    const struct mail_var vars[] = {
        { "code", c->code },
        { "when", when },
        { "with", with },
        { "purpose", c->purpose == NULL ? "" : c->purpose },
        { "note", note == NULL ? "" : note },
    };
    const char *key =
        arena_printf(ctx->arena, "%s:%s:%lld:%s", template_name, c->id, (long long)c->sequence, person_id);
    return mail_queue(ctx, template_name, person_id, key, ctx->now, c->id, c->sequence, vars,
                      ARRAY_LEN(vars));
}

const char *announce_client_name(struct op_ctx *ctx, const struct consultation *c)
{
    return arena_printf(ctx->arena, "%s (%s)", c->contact_name, c->client_name);
}

static bool tell(struct op_ctx *ctx, const char *kind, const struct wording *wording,
                 const struct consultation *c, const struct party *party, const char *note)
{
    const char *title = arena_printf(ctx->arena, "%s%s%s", wording->before, party->with, wording->after);
    const char *body = note == NULL ? party->when : arena_printf(ctx->arena, "%s. %s", party->when, note);
    return notify_person(ctx, party->person_id, kind, title, body, c->id) &&
           (wording->mail == NULL ||
            announce_mail(ctx, wording->mail, c, party->person_id, party->when, party->with, note));
}

static bool tell_host(struct op_ctx *ctx, enum news news, const struct consultation *c,
                      const struct parties *parties, const char *note)
{
    struct party host = { parties->host_id, announce_when(ctx, c->starts_at, c->ends_at, parties->host_zone),
                          announce_client_name(ctx, c) };
    return tell(ctx, wordings[news].kind, &wordings[news].to_host, c, &host, note);
}

static bool tell_co_consultants(struct op_ctx *ctx, enum news news, const struct consultation *c,
                                const struct parties *parties, const char *note)
{
    for (size_t i = 0; i < parties->co_consultants.count; i++) {
        const struct party_person *person = LIST_AT(&parties->co_consultants, struct party_person, i);
        struct party co = { person->id, announce_when(ctx, c->starts_at, c->ends_at, person->zone),
                            announce_client_name(ctx, c) };
        if (!tell(ctx, wordings[news].kind, &wordings[news].to_co, c, &co, note))
            return false;
    }
    return true;
}

bool announce(struct op_ctx *ctx, enum news news, const struct consultation *c, const struct parties *parties,
              const char *note)
{
    const char *when = announce_when(ctx, c->starts_at, c->ends_at, c->timezone);
    if ((wordings[news].to_host.before != NULL && !tell_host(ctx, news, c, parties, note)) ||
        (wordings[news].to_co.before != NULL && !tell_co_consultants(ctx, news, c, parties, note)))
        return false;
    for (size_t i = 0; i < parties->client_people.count; i++) {
        struct party client = { *LIST_AT(&parties->client_people, const char *, i), when,
                                c->consultant_name };
        if (!tell(ctx, wordings[news].kind, &wordings[news].to_client, c, &client, note))
            return false;
    }
    return !wordings[news].reminders || reminders_plan(ctx, c);
}

bool announce_co_consultant(struct op_ctx *ctx, enum news news, const struct consultation *c,
                            const struct parties *parties, const char *person_id, const char *name)
{
    struct person person;
    if (!person_get(ctx, person_id, &person))
        return false;
    struct party co = { person_id, announce_when(ctx, c->starts_at, c->ends_at, person.timezone),
                        announce_client_name(ctx, c) };
    bool by_host = ctx->actor.user_id != NULL && strcmp(ctx->actor.user_id, parties->host_id) == 0;
    return tell(ctx, wordings[news].kind, &wordings[news].to_co, c, &co,
                arena_printf(ctx->arena, "%s leads it.", c->consultant_name)) &&
           (by_host || tell_host(ctx, news, c, parties, name));
}
