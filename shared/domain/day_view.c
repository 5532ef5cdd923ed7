#include "shared/domain/day_view.h"

#include <string.h>

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// --- the open spans: a sorted set of half-open intervals ---

// Spans beyond the room there is fall off the end.
static void replace(struct day_view *view, size_t first, size_t last, const struct slot *with, size_t count)
{
    size_t room = DAY_VIEW_SPANS - first;
    count = count < room ? count : room;
    size_t after = view->span_count - last;
    after = after < room - count ? after : room - count;
    memmove(view->spans + first + count, view->spans + last, after * sizeof *with);
    memcpy(view->spans + first, with, count * sizeof *with);
    view->span_count = first + count + after;
}

// Adds [from, to), melting together what overlaps or touches.
static void add_span(struct day_view *view, int64_t from, int64_t to)
{
    struct slot span = { larger(from, view->from), smaller(to, view->reach) };
    if (span.start >= span.end)
        return;
    size_t first = 0;
    while (first < view->span_count && view->spans[first].end < span.start)
        first++;
    size_t last = first;
    for (; last < view->span_count && view->spans[last].start <= span.end; last++) {
        span.start = smaller(span.start, view->spans[last].start);
        span.end = larger(span.end, view->spans[last].end);
    }
    replace(view, first, last, &span, 1);
}

static void cut_span(struct day_view *view, int64_t from, int64_t to)
{
    for (size_t i = 0; i < view->span_count;) {
        struct slot span = view->spans[i], rest[2];
        size_t pieces = 0;
        if (span.start < from)
            rest[pieces++] = (struct slot){ span.start, smaller(span.end, from) };
        if (span.end > to)
            rest[pieces++] = (struct slot){ larger(span.start, to), span.end };
        replace(view, i, i + 1, rest, pieces);
        i += pieces;
    }
}

// --- rules ---

static const struct zone *rule_zone(const struct day_view *view, const struct availability_rule *rule)
{
    return rule->zone != NULL ? rule->zone : view->calendar->zone;
}

// Weekly hours name their weekdays; time off and extra hours hold on every day of their range when they name none.
static bool rule_holds(const struct availability_rule *rule, civil_day day)
{
    if (day < rule->start || day > rule->end)
        return false;
    if (rule->days == 0 && rule->kind != AVAILABILITY_REGULAR)
        return true;
    return (rule->days & 1u << civil_weekday(day)) != 0;
}

static void tighten(struct day_view *view, const struct availability_rule *rule)
{
    view->buffer = larger(view->buffer, rule->buffer_minutes);
    if (rule->max_per_day > 0 && (view->cap <= 0 || rule->max_per_day < view->cap))
        view->cap = rule->max_per_day;
}

static void apply_hours(struct day_view *view, const struct availability_rule *rule, civil_day day)
{
    const struct zone *zone = rule_zone(view, rule);
    for (size_t i = 0; i < rule->spans.count; i++) {
        const struct minutes_span *span = LIST_AT(&rule->spans, const struct minutes_span, i);
        int64_t from = zone_day_minute(zone, day, span->from), to = zone_day_minute(zone, day, span->to);
        add_span(view, from, to);
        if (from < to && from < view->to && to > view->from)
            tighten(view, rule);
    }
}

static void apply_time_off(struct day_view *view, const struct availability_rule *rule, civil_day day)
{
    const struct zone *zone = rule_zone(view, rule);
    cut_span(view, zone_day_minute(zone, day, 0), zone_day_minute(zone, day, 1440));
}

// The rule's own dates that touch what the view spans; in another zone they begin and end at other instants.
static void apply_rule(struct day_view *view, const struct availability_rule *rule,
                       void (*apply)(struct day_view *, const struct availability_rule *, civil_day))
{
    const struct zone *zone = rule_zone(view, rule);
    civil_day last = zone_day_at(zone, view->reach - 1);
    for (civil_day day = zone_day_at(zone, view->from); day <= last; day++)
        if (rule_holds(rule, day))
            apply(view, rule, day);
}

// Time off goes last: it takes extra hours away too.
static void apply_rules(struct day_view *view)
{
    const struct list *rules = &view->calendar->rules;
    for (size_t i = 0; i < rules->count; i++) {
        const struct availability_rule *rule = LIST_AT(rules, const struct availability_rule, i);
        if (rule->kind != AVAILABILITY_TIME_OFF)
            apply_rule(view, rule, apply_hours);
    }
    for (size_t i = 0; i < rules->count && view->span_count > 0; i++) {
        const struct availability_rule *rule = LIST_AT(rules, const struct availability_rule, i);
        if (rule->kind == AVAILABILITY_TIME_OFF)
            apply_rule(view, rule, apply_time_off);
    }
}

static bool time_off_touches(const struct day_view *view, int64_t start, int64_t end)
{
    const struct list *rules = &view->calendar->rules;
    for (size_t i = 0; i < rules->count; i++) {
        const struct availability_rule *rule = LIST_AT(rules, const struct availability_rule, i);
        const struct zone *zone = rule_zone(view, rule);
        if (rule->kind != AVAILABILITY_TIME_OFF)
            continue;
        civil_day last = zone_day_at(zone, end - 1);
        for (civil_day day = zone_day_at(zone, start); day <= last; day++)
            if (rule_holds(rule, day))
                return true;
    }
    return false;
}

// --- what is taken ---

static const struct busy *busy_at(const struct day_view *view, size_t i)
{
    return LIST_AT(&view->calendar->busy, const struct busy, i);
}

static bool ignored(const struct day_view *view, const struct busy *busy)
{
    return view->ignore_id != NULL && busy->id != NULL && strcmp(busy->id, view->ignore_id) == 0;
}

static size_t busy_from(const struct list *busy, int64_t at)
{
    size_t low = 0, high = busy->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (LIST_AT(busy, const struct busy, middle)->start < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t gap_needed(const struct day_view *view, const struct busy *busy)
{
    return smaller(larger(view->buffer, busy->buffer_minutes), SESSION_MAX_MINUTES) * MINUTE_MS;
}

// Entries are sorted by start alone, so a long one may lie far before the day: the first that reaches it is looked for
// from the beginning. No buffer is wider than a day.
static void find_busy(struct day_view *view)
{
    view->busy_last = busy_from(&view->calendar->busy, view->reach + DAY_MS);
    while (view->busy_first < view->busy_last &&
           busy_at(view, view->busy_first)->end + gap_needed(view, busy_at(view, view->busy_first)) <=
               view->from)
        view->busy_first++;
    for (size_t i = busy_from(&view->calendar->busy, view->from); i < view->busy_last; i++) {
        const struct busy *busy = busy_at(view, i);
        if (busy->id != NULL && busy->start < view->to && !ignored(view, busy))
            view->sessions++;
    }
}

enum slot_reason day_view_check_busy(const struct day_view *view, int64_t start, int64_t end)
{
    enum slot_reason reason = SLOT_FREE;
    for (size_t i = view->busy_first; i < view->busy_last; i++) {
        const struct busy *busy = busy_at(view, i);
        int64_t gap = gap_needed(view, busy);
        if (busy->start >= end + gap || busy->end + gap <= start || ignored(view, busy))
            continue;
        if (busy->start < end && busy->end > start)
            return SLOT_BUSY;
        reason = SLOT_BUFFER;
    }
    return reason;
}

// --- the day ---

// Where clocks go back over midnight a day shows twice; an instant belongs to the day whose bounds hold it.
struct slot local_day(const struct zone *zone, int64_t at)
{
    civil_day day = zone_day_at(zone, at);
    int64_t end = zone_day_minute(zone, day, 1440);
    while (end <= at)
        end = zone_day_minute(zone, ++day, 1440);
    return (struct slot){ zone_day_minute(zone, day, 0), end };
}

void day_view_open(struct day_view *view, const struct calendar *calendar, int64_t at, int64_t length,
                   const char *ignore_id)
{
    const struct booking_policy *policy = calendar->policy;
    struct slot day = local_day(calendar->zone, at);
    view->calendar = calendar;
    view->ignore_id = ignore_id;
    view->from = day.start;
    view->to = day.end;
    view->reach = day.end + length;
    view->step = larger(policy->step_minutes, 1) * MINUTE_MS;
    view->buffer = policy->buffer_minutes;
    view->cap = policy->max_per_day;
    view->sessions = 0;
    view->span_count = view->busy_first = view->busy_last = 0;
    apply_rules(view);
    find_busy(view);
}

static const struct slot *span_holding(const struct day_view *view, int64_t start, int64_t end)
{
    for (size_t i = 0; i < view->span_count; i++)
        if (view->spans[i].start <= start && end <= view->spans[i].end)
            return &view->spans[i];
    return NULL;
}

enum slot_reason day_view_check(const struct day_view *view, int64_t start, int64_t end)
{
    const struct slot *span = span_holding(view, start, end);
    if (span == NULL)
        return time_off_touches(view, start, end) ? SLOT_TIME_OFF : SLOT_CLOSED;
    enum slot_reason taken = day_view_check_busy(view, start, end);
    if (taken != SLOT_FREE)
        return taken;
    if (view->cap > 0 && view->sessions >= view->cap)
        return SLOT_CAP;
    return (start - span->start) % view->step == 0 ? SLOT_FREE : SLOT_STEP;
}
