#include "server/admin/demo_plan.h"

#include "server/core/app.h"
#include "shared/host/host.h"

#include <stdlib.h>

enum {
    HIRED_DAYS_AGO = 130,
    LEAD_DAYS = 7,       // bookings are made a week ahead
    TRIAL_LEAD_DAYS = 2, // trials sooner
};

struct plan {
    struct op_ctx *ctx;
    struct demo_world *world;
    civil_day today;
    struct list events;
};

static int64_t day_ms(const struct plan *plan, int64_t days, int hour)
{
    return ((int64_t)plan->today + days) * DAY_MS + (int64_t)hour * HOUR_MS;
}

static struct demo_event *add(struct plan *plan, enum demo_event_kind kind, int64_t at)
{
    struct demo_event *event = LIST_ADD(&plan->events, plan->ctx->arena, struct demo_event);
    event->kind = kind;
    event->at = at;
    event->order = plan->events.count;
    return event;
}

static bool works_on(const struct demo_consultant *consultant, civil_day day)
{
    for (size_t i = 0; i < consultant->daysOfWeek.count; i++)
        if (*LIST_AT(&consultant->daysOfWeek, int64_t, i) == civil_weekday(day))
            return true;
    return false;
}

// The date that is `count` of the consultant's working days away from today.
static civil_day working_day(const struct plan *plan, const struct demo_consultant *consultant, int64_t count)
{
    civil_day day = plan->today;
    int step = count < 0 ? -1 : 1;
    while (count != 0) {
        day += step;
        if (works_on(consultant, day))
            count -= step;
    }
    return day;
}

static bool start_of(const struct plan *plan, const struct demo_consultant *consultant, const char *at,
                     int64_t day, int64_t *ret_start)
{
    const struct zone *zone = zone_db_get(plan->ctx->app->zones, consultant->timezone);
    int minutes;
    if (zone == NULL || !civil_parse_hhmm(at, &minutes))
        return err_set(plan->ctx->err, ERR_INTERNAL, "The demo world has a broken time or zone.");
    *ret_start = zone_day_minute(zone, working_day(plan, consultant, day), minutes);
    return true;
}

// A week before the session, but not before it could be paid, and some days ago at the latest.
static int64_t booking_time(const struct plan *plan, const struct demo_client *client,
                            const struct demo_session *session)
{
    int64_t at = session->first_start - (session->trial ? TRIAL_LEAD_DAYS : LEAD_DAYS) * (int64_t)DAY_MS;
    int64_t latest = day_ms(plan, -3, 9);
    if (at > latest)
        at = latest + session->day * 10 * (int64_t)MINUTE_MS;
    if (!session->trial && client->purchases.count > 0) {
        int64_t bought = day_ms(plan, -LIST_AT(&client->purchases, struct demo_purchase, 0)->daysAgo, 14);
        if (at < bought)
            at = bought;
    }
    return at;
}

static void add_session_event(struct plan *plan, enum demo_event_kind kind, int64_t at,
                              struct demo_session *session, struct demo_client *client,
                              struct demo_consultant *consultant)
{
    struct demo_event *event = add(plan, kind, at);
    event->session = session;
    event->client = client;
    event->consultant = consultant;
}

static bool plan_session(struct plan *plan, struct demo_session *s)
{
    struct demo_client *client = demo_client_of(plan->world, s->client);
    struct demo_consultant *host = demo_consultant_of(plan->world, s->consultant);
    if (client == NULL || host == NULL || demo_topic_of(plan->world, s->topic) == NULL)
        return err_set(plan->ctx->err, ERR_INTERNAL, "The demo world names somebody it does not have.");
    if (!start_of(plan, host, s->at, s->day, &s->start) ||
        !start_of(plan, host, s->at, s->movedFromDay != 0 ? s->movedFromDay : s->day, &s->first_start))
        return false;
    int64_t booked = booking_time(plan, client, s), end = s->start + s->minutes * MINUTE_MS;
    add_session_event(plan, EVENT_BOOK, booked, s, client, host);
    if (s->movedFromDay != 0)
        add_session_event(plan, EVENT_RESCHEDULE, booked + 3 * (int64_t)HOUR_MS, s, client, host);
    if (s->state == DEMO_CANCELLED)
        add_session_event(plan, EVENT_CANCEL, booked + 20 * (int64_t)HOUR_MS, s, client, host);
    if (s->state == DEMO_CONFIRMED || s->state == DEMO_COMPLETED)
        add_session_event(plan, EVENT_CONFIRM, booked + 5 * (int64_t)HOUR_MS, s, client, host);
    if (s->joinedBy != NULL)
        add_session_event(plan, EVENT_JOIN, booked + 6 * (int64_t)HOUR_MS, s, client, host);
    if (s->state != DEMO_COMPLETED)
        return true;
    add_session_event(plan, EVENT_START, s->start + 2 * MINUTE_MS, s, client, host);
    add_session_event(plan, EVENT_NOTES, s->start + s->minutes * MINUTE_MS / 2, s, client, host);
    add_session_event(plan, EVENT_COMPLETE, end + s->overrunMinutes * MINUTE_MS, s, client, host);
    return true;
}

static void plan_people(struct plan *plan)
{
    for (size_t i = 0; i < plan->world->consultants.count; i++)
        add(plan, EVENT_HIRE, day_ms(plan, -HIRED_DAYS_AGO, 9) + (int64_t)i * MINUTE_MS)->consultant =
            LIST_AT(&plan->world->consultants, struct demo_consultant, i);
    for (size_t i = 0; i < plan->world->clients.count; i++) {
        struct demo_client *client = LIST_AT(&plan->world->clients, struct demo_client, i);
        add(plan, EVENT_REGISTER, day_ms(plan, -client->registeredDaysAgo, 10))->client = client;
        for (size_t j = 0; j < client->purchases.count; j++) {
            const struct demo_purchase *purchase = LIST_AT(&client->purchases, struct demo_purchase, j);
            struct demo_event *event = add(plan, EVENT_PURCHASE, day_ms(plan, -purchase->daysAgo, 12));
            event->client = client;
            event->purchase = purchase;
        }
    }
}

static int by_time(const void *a, const void *b)
{
    const struct demo_event *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

bool demo_plan(struct op_ctx *ctx, struct demo_world *world, civil_day today, struct list *ret_events)
{
    struct plan plan = { .ctx = ctx, .world = world, .today = today };
    plan_people(&plan);
    for (size_t i = 0; i < world->sessions.count; i++)
        if (!plan_session(&plan, LIST_AT(&world->sessions, struct demo_session, i)))
            return false;
    CHECK(plan.events.count > 0 && plan.events.items != NULL);
    qsort(plan.events.items, plan.events.count, sizeof(struct demo_event), by_time);
    *ret_events = plan.events;
    return true;
}
