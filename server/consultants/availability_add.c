// consultant.availability_add: weekly hours, time off, extra hours (specification 2.2).
#include "server/consultants/availability_store.h"
#include "server/consultants/availability_view.h"
#include "server/consultants/consultant_store.h"
#include "server/consultants/consultants.h"
#include "server/core/app.h"
#include "server/scheduling/scheduling.h"
#include "shared/host/host.h"

#include <stdlib.h>
#include <string.h>

enum { PERIOD_DAYS_MAX = 3660, ALL_DAYS = 127 };

static bool check_period(const struct args_period *period, struct err *err)
{
    if (period->endDate < period->startDate)
        return err_field(err, "period.endDate", "The period must not end before it starts.");
    if (period->endDate - period->startDate > PERIOD_DAYS_MAX)
        return err_field(err, "period.endDate", "The period may be ten years long at most.");
    return true;
}

static int by_start(const void *a, const void *b)
{
    const struct minutes_span *x = a, *y = b;
    return x->from != y->from ? x->from - y->from : x->to - y->to;
}

// Sorts the spans and joins those that overlap or touch.
static void merge(struct list *spans)
{
    if (spans->count < 2)
        return;
    qsort(spans->items, spans->count, sizeof(struct minutes_span), by_start);
    size_t kept = 0;
    for (size_t i = 1; i < spans->count; i++) {
        struct minutes_span *last = LIST_AT(spans, struct minutes_span, kept);
        const struct minutes_span *next = LIST_AT(spans, struct minutes_span, i);
        if (next->from > last->to)
            *LIST_AT(spans, struct minutes_span, ++kept) = *next;
        else if (next->to > last->to)
            last->to = next->to;
    }
    spans->count = kept + 1;
}

static bool read_spans(struct op_ctx *ctx, const struct list *slots, struct list *ret_spans)
{
    for (size_t i = 0; i < slots->count; i++) {
        const struct args_time_slot *slot = LIST_AT(slots, struct args_time_slot, i);
        struct minutes_span span;
        if (!civil_parse_hhmm(slot->startTime, &span.from) || !civil_parse_hhmm(slot->endTime, &span.to))
            return err_field(ctx->err, "timeSlots", "Times are written as HH:MM, from 00:00 to 24:00.");
        if (span.to <= span.from)
            return err_field(ctx->err, "timeSlots", "Each time slot must end after it starts.");
        *LIST_ADD(ret_spans, ctx->arena, struct minutes_span) = span;
    }
    merge(ret_spans);
    return true;
}

// One rule has one zone; the consultant's when the slots name none.
static bool read_zone(struct op_ctx *ctx, const struct list *slots, const char *fallback,
                      const char **ret_zone)
{
    const char *zone = NULL;
    CHECK(fallback != NULL);
    for (size_t i = 0; i < slots->count; i++) {
        const char *named = LIST_AT(slots, struct args_time_slot, i)->timezone;
        if (named == NULL)
            named = fallback;
        if (zone != NULL && strcmp(zone, named) != 0)
            return err_field(ctx->err, "timeSlots",
                             "All time slots of one rule must name the same time zone.");
        zone = named;
    }
    if (zone == NULL)
        zone = fallback;
    if (zone_db_get(ctx->app->zones, zone) == NULL)
        return err_field(ctx->err, "timeSlots", "There is no time zone of that name.");
    *ret_zone = zone;
    return true;
}

static unsigned days_of(const struct args_availability *args)
{
    unsigned days = 0;
    if (!args->has_recurrence)
        return ALL_DAYS;
    for (size_t i = 0; i < args->recurrence.daysOfWeek.count; i++)
        days |= 1u << *LIST_AT(&args->recurrence.daysOfWeek, int64_t, i);
    return days;
}

static bool check_type(const struct args_availability *args, struct err *err)
{
    if (args->type == AVAILABILITY_TIME_OFF) {
        if (args->timeSlots.count > 0 || args->has_recurrence)
            return err_field(err, "timeSlots",
                             "Time off is whole days: it has neither time slots nor recurrence.");
        return true;
    }
    if (args->timeSlots.count == 0)
        return err_field(err, "timeSlots", "Hours need at least one time slot.");
    if (args->type == AVAILABILITY_REGULAR && !args->has_recurrence)
        return err_field(err, "recurrence", "Regular hours need the days of the week.");
    if (days_of(args) == 0)
        return err_field(err, "recurrence.daysOfWeek", "Name at least one day of the week.");
    return true;
}

static bool may_add(struct op_ctx *ctx, const struct consultant *consultant)
{
    const struct actor *actor = &ctx->actor;
    if ((actor->roles & ROLE_ADMIN) != 0)
        return true;
    if (actor->consultant_id == NULL || strcmp(actor->consultant_id, consultant->row.id) != 0)
        return err_set(ctx->err, ERR_FORBIDDEN, "Only the consultant may change these hours.");
    return actor->verified || err_set(ctx->err, ERR_NOT_VERIFIED, "Verify your e-mail address first.");
}

static bool build(struct op_ctx *ctx, const struct args_availability *args,
                  const struct consultant *consultant, struct row_availability *ret)
{
    struct list spans = { 0 };
    if (!check_period(&args->period, ctx->err) || !check_type(args, ctx->err) ||
        !read_spans(ctx, &args->timeSlots, &spans) ||
        !read_zone(ctx, &args->timeSlots, consultant->row.timezone, &ret->timezone) ||
        !changes_seq(ctx, &ret->rev))
        return false;
    ret->id = op_id_or_new(ctx, args->ruleId);
    ret->consultantId = consultant->row.id;
    ret->kind = args->type;
    ret->startDate = args->period.startDate;
    ret->endDate = args->period.endDate;
    ret->days = days_of(args);
    ret->slots = spans_format(&spans, ctx->arena);
    ret->maxPerDay = args->capacity.maxSessionsPerDay;
    ret->buffer = args->capacity.bufferBetweenSessions;
    ret->reason = args->reason;
    return true;
}

// Time off does not touch what is booked already; it says how much there is to move.
static bool reply_affected(struct op_ctx *ctx, const struct row_availability *rule)
{
    const struct zone *zone = zone_db_get(ctx->app->zones, rule->timezone);
    int64_t from = zone_day_minute(zone, rule->startDate, 0);
    int64_t to = zone_day_minute(zone, rule->endDate + 1, 0);
    struct booking_policy policy;
    struct calendar calendar = { 0 };
    if (!policy_get(ctx, &policy) || !calendar_load(ctx, rule->consultantId, from, to, &policy, &calendar))
        return false;
    int64_t affected = 0;
    for (size_t i = 0; i < calendar.busy.count; i++) {
        const struct busy *busy = LIST_AT(&calendar.busy, struct busy, i);
        affected += busy->id != NULL && busy->start < to && busy->end > from && busy->start > ctx->now;
    }
    reply_int(ctx, "affectedBookings", affected);
    return true;
}

static bool run(struct op_ctx *ctx, const void *in)
{
    const struct args_availability *args = in;
    struct consultant consultant;
    struct row_availability rule = { 0 };
    if (!consultant_resolve(ctx, args->id, &consultant) || !may_add(ctx, &consultant) ||
        !build(ctx, args, &consultant, &rule) || !availability_insert(ctx, &rule))
        return false;
    ctx->target = rule.id;
    struct view_availability view = availability_view(&rule, ctx->arena);
    reply_shape(ctx, "availability", &shape_availability_view, &view);
    return rule.kind != AVAILABILITY_TIME_OFF || reply_affected(ctx, &rule);
}

const struct op op_run_consultant_availability_add = {
    .spec = &op_consultant_availability_add,
    .run = run,
    .reply_name = "availability",
    .reply_shape = &shape_availability_view,
};
