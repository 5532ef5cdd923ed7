#include "server/scheduling/announce.h"

#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/core/app.h"
#include "server/notify/notify.h"
#include "shared/host/host.h"

struct title { // what stands before and after the other party's name
    const char *before, *after;
};
struct wording {
    const char *kind; // of the notification
    struct title to_host, to_client;
    bool tells_host;
    const char *mail; // template of the client's mail and, when the host is told, of theirs; NULL for none
    bool stands;      // the mail is about a booking that must still hold when it is sent
    bool reminders;   // the new time is reminded of
};
static const struct wording wordings[] = {
    [NEWS_BOOKED] = { .kind = "consultation_booked",
                      .to_host = { "New booking: ", "" },
                      .to_client = { "Booked with ", "" },
                      .tells_host = true,
                      .mail = "booking_confirmed",
                      .stands = true,
                      .reminders = true },
    [NEWS_CONFIRMED] = { .kind = "consultation_confirmed", .to_client = { "", " confirmed your session" } },
    [NEWS_STARTED] = { .kind = "consultation_started", .to_client = { "", " started your session" } },
    [NEWS_COMPLETED] = { .kind = "consultation_completed",
                         .to_client = { "", " wrote up your session" },
                         .mail = "consultation_completed" },
    [NEWS_CANCELLED] = { .kind = "consultation_cancelled",
                         .to_host = { "Cancelled: ", "" },
                         .to_client = { "Cancelled: session with ", "" },
                         .tells_host = true,
                         .mail = "booking_cancelled" },
    [NEWS_RESCHEDULED] = { .kind = "consultation_rescheduled",
                           .to_host = { "Moved: ", "" },
                           .to_client = { "Moved: session with ", "" },
                           .tells_host = true,
                           .mail = "booking_rescheduled",
                           .stands = true,
                           .reminders = true },
};

// A reminder that would be late already is not made at all (TRAPS 14).
static const struct {
    const char *key;
    int64_t before;
} reminders[] = {
    { "reminder-24h", 24 * (int64_t)HOUR_MS },
    { "reminder-1h", HOUR_MS },
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

static bool queue_mail(struct op_ctx *ctx, const char *template_name, const char *key, int64_t run_at,
                       bool stands, const struct consultation *c, const struct party *party, const char *note)
{
    const struct mail_var vars[] = {
        { "code", c->code },
        { "when", party->when },
        { "with", party->with },
        { "purpose", c->purpose == NULL ? "" : c->purpose },
        { "note", note == NULL ? "" : note },
    };
    const char *whole_key =
        arena_printf(ctx->arena, "%s:%s:%lld:%s", key, c->id, (long long)c->sequence, party->person_id);
    return mail_queue(ctx, template_name, party->person_id, whole_key, run_at, stands ? c->id : NULL,
                      stands ? c->sequence : 0, vars, ARRAY_LEN(vars));
}

static bool queue_reminders(struct op_ctx *ctx, const struct consultation *c, const struct party *party)
{
    for (size_t i = 0; i < ARRAY_LEN(reminders); i++) {
        int64_t at = c->starts_at - reminders[i].before;
        if (at > ctx->now && !queue_mail(ctx, "booking_reminder", reminders[i].key, at, true, c, party, NULL))
            return false;
    }
    return true;
}

static bool tell(struct op_ctx *ctx, const struct wording *wording, const struct title *title,
                 const struct consultation *c, const struct party *party, const char *note)
{
    const char *words = arena_printf(ctx->arena, "%s%s%s", title->before, party->with, title->after);
    const char *body = note == NULL ? party->when : arena_printf(ctx->arena, "%s. %s", party->when, note);
    if (!notify_person(ctx, party->person_id, wording->kind, words, body, c->id))
        return false;
    if (wording->mail != NULL &&
        !queue_mail(ctx, wording->mail, wording->kind, ctx->now, wording->stands, c, party, note))
        return false;
    return !wording->reminders || queue_reminders(ctx, c, party);
}

static bool tell_host(struct op_ctx *ctx, const struct wording *wording, const struct consultation *c,
                      const char *host_zone, const char *note)
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
    return tell(ctx, wording, &wording->to_host, c, &host, note);
}

bool announce(struct op_ctx *ctx, enum news news, const struct consultation *c, const char *host_zone,
              const char *note)
{
    const struct wording *wording = &wordings[news];
    struct list people = { 0 };
    if (wording->tells_host && !tell_host(ctx, wording, c, host_zone, note))
        return false;
    if (!client_people(ctx, c->client_id, &people))
        return false;
    const char *when = announce_when(ctx, c->starts_at, c->ends_at, c->timezone);
    for (size_t i = 0; i < people.count; i++) {
        struct party client = { *LIST_AT(&people, const char *, i), when, c->consultant_name };
        if (!tell(ctx, wording, &wording->to_client, c, &client, note))
            return false;
    }
    return true;
}
