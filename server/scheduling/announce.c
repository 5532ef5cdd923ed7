#include "server/scheduling/announce.h"

#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/core/app.h"
#include "server/notify/notify.h"
#include "shared/host/host.h"

struct wording {
    const char *before,
        *after;       // the other party's name in the notification's title; both NULL: nothing is said
    const char *mail; // template, NULL for none
};
static const struct {
    const char *kind; // of the notification
    struct wording to_host, to_client;
    bool reminders; // of the new time
} wordings[] = {
    [NEWS_BOOKED] = { .kind = "consultation_booked",
                      .to_host = { "New booking: ", "", "booking_confirmed_consultant" },
                      .to_client = { "Booked with ", "", "booking_confirmed_client" },
                      .reminders = true },
    [NEWS_CONFIRMED] = { .kind = "consultation_confirmed",
                         .to_client = { "", " confirmed your session", NULL } },
    [NEWS_STARTED] = { .kind = "consultation_started", .to_client = { "", " started your session", NULL } },
    [NEWS_COMPLETED] = { .kind = "consultation_completed",
                         .to_client = { "", " wrote up your session", "session_completed" } },
    [NEWS_CANCELLED] = { .kind = "consultation_cancelled",
                         .to_host = { "Cancelled: ", "", "booking_cancelled" },
                         .to_client = { "Cancelled: session with ", "", "booking_cancelled" } },
    [NEWS_RESCHEDULED] = { .kind = "consultation_rescheduled",
                           .to_host = { "Moved: ", "", "booking_rescheduled" },
                           .to_client = { "Moved: session with ", "", "booking_rescheduled" },
                           .reminders = true },
};

// A reminder that would be late already is not made at all (TRAPS 14).
static const struct {
    const char *mail;
    int64_t before;
} reminders[] = {
    { "reminder_24h", 24 * (int64_t)HOUR_MS },
    { "reminder_1h", HOUR_MS },
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
static bool queue_mail(struct op_ctx *ctx, const char *template_name, int64_t run_at,
                       const struct consultation *c, const struct party *party, const char *note)
{
    const struct mail_var vars[] = {
        { "code", c->code },
        { "when", party->when },
        { "with", party->with },
        { "purpose", c->purpose == NULL ? "" : c->purpose },
        { "note", note == NULL ? "" : note },
    };
    const char *key = arena_printf(ctx->arena, "%s:%s:%lld:%s", template_name, c->id, (long long)c->sequence,
                                   party->person_id);
    return mail_queue(ctx, template_name, party->person_id, key, run_at, c->id, c->sequence, vars,
                      ARRAY_LEN(vars));
}

static bool queue_reminders(struct op_ctx *ctx, const struct consultation *c, const struct party *party)
{
    for (size_t i = 0; i < ARRAY_LEN(reminders); i++) {
        int64_t at = c->starts_at - reminders[i].before;
        if (at > ctx->now && !queue_mail(ctx, reminders[i].mail, at, c, party, NULL))
            return false;
    }
    return true;
}

static bool tell(struct op_ctx *ctx, enum news news, const struct wording *wording,
                 const struct consultation *c, const struct party *party, const char *note)
{
    const char *title = arena_printf(ctx->arena, "%s%s%s", wording->before, party->with, wording->after);
    const char *body = note == NULL ? party->when : arena_printf(ctx->arena, "%s. %s", party->when, note);
    if (!notify_person(ctx, party->person_id, wordings[news].kind, title, body, c->id))
        return false;
    if (wording->mail != NULL && !queue_mail(ctx, wording->mail, ctx->now, c, party, note))
        return false;
    return !wordings[news].reminders || queue_reminders(ctx, c, party);
}

static bool tell_host(struct op_ctx *ctx, enum news news, const struct consultation *c, const char *host_zone,
                      const char *note)
{
    struct row_consultant consultant;
    if (host_zone == NULL) {
        if (!consultant_get(ctx, c->consultant_id, &consultant))
            return false;
        host_zone = consultant.timezone;
    }
    struct party host = {
        .person_id = consultation_host(ctx, c),
        .when = announce_when(ctx, c->starts_at, c->ends_at, host_zone),
        .with = arena_printf(ctx->arena, "%s (%s)", c->contact_name, c->client_name),
    };
    return tell(ctx, news, &wordings[news].to_host, c, &host, note);
}

bool announce(struct op_ctx *ctx, enum news news, const struct consultation *c, const char *host_zone,
              const char *note)
{
    struct list people = { 0 };
    if (wordings[news].to_host.before != NULL && !tell_host(ctx, news, c, host_zone, note))
        return false;
    if (!client_people(ctx, c->client_id, &people))
        return false;
    const char *when = announce_when(ctx, c->starts_at, c->ends_at, c->timezone);
    for (size_t i = 0; i < people.count; i++) {
        struct party client = { *LIST_AT(&people, const char *, i), when, c->consultant_name };
        if (!tell(ctx, news, &wordings[news].to_client, c, &client, note))
            return false;
    }
    return true;
}
