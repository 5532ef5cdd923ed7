#include "shared/domain/availability.h"

#include "shared/domain/day_view.h"

#include <stdlib.h>

const struct booking_policy booking_policy_default = {
    .notice_minutes = 240,
    .window_days = 90,
    .buffer_minutes = 0,
    .step_minutes = 15,
    .cancel_minutes = 1440,
    .grace_minutes = 15,
    .reschedule_limit = 2,
    .return_days = 7,
    .max_per_day = 0,
    .hold_minutes = 10,
};

static const char *const reason_texts[] = {
    [SLOT_FREE] = "free",
    [SLOT_IN_THE_PAST] = "that time has passed",
    [SLOT_NOTICE] = "too soon: sessions need more notice",
    [SLOT_WINDOW] = "too far ahead: bookings are not open for that day yet",
    [SLOT_CLOSED] = "outside the consultant's hours",
    [SLOT_TIME_OFF] = "the consultant is off that day",
    [SLOT_BUSY] = "the consultant has another session then",
    [SLOT_BUFFER] = "too close to the consultant's neighbouring session",
    [SLOT_CAP] = "the consultant takes no more sessions that day",
    [SLOT_STEP] = "sessions start at other minutes",
};

const char *slot_reason_text(enum slot_reason reason)
{
    CHECK(reason < ARRAY_LEN(reason_texts));
    return reason_texts[reason];
}

static int64_t earliest_start(const struct calendar *calendar, int64_t now)
{
    return now + calendar->policy->notice_minutes * MINUTE_MS;
}

// The end of the last local day that is open for booking.
static int64_t window_end(const struct calendar *calendar, int64_t now)
{
    civil_day last = zone_day_at(calendar->zone, now) + (civil_day)calendar->policy->window_days;
    return zone_day_minute(calendar->zone, last, 1440);
}

enum slot_reason slot_check(const struct calendar *calendar, int64_t start, int64_t end, int64_t now,
                            const char *ignore_id, bool by_admin)
{
    if (start < now)
        return SLOT_IN_THE_PAST;
    if (!by_admin && start < earliest_start(calendar, now))
        return SLOT_NOTICE;
    if (!by_admin && start >= window_end(calendar, now))
        return SLOT_WINDOW;
    if (end <= start || end - start > SESSION_MAX_MINUTES * (int64_t)MINUTE_MS)
        return SLOT_CLOSED;
    struct day_view view;
    day_view_open(&view, calendar, start, end - start, ignore_id);
    return day_view_check(&view, start, end);
}

enum slot_reason slot_check_taken(const struct calendar *calendar, int64_t start, int64_t end,
                                  const char *ignore_id)
{
    struct day_view view;
    day_view_open(&view, calendar, start, end - start, ignore_id);
    return day_view_check_busy(&view, start, end);
}

// The first start on the span's grid that is not before `at`.
static int64_t first_on_grid(const struct slot *span, int64_t at, int64_t step)
{
    return at <= span->start ? span->start : span->start + (at - span->start + step - 1) / step * step;
}

static void list_day(const struct day_view *view, int64_t from, int64_t to, int64_t length,
                     struct arena *arena, struct list *slots)
{
    if (to > view->to)
        to = view->to;
    for (size_t i = 0; i < view->span_count; i++) {
        const struct slot *span = &view->spans[i];
        for (int64_t start = first_on_grid(span, from, view->step); start < to && start + length <= span->end;
             start += view->step) {
            if (day_view_check(view, start, start + length) == SLOT_FREE)
                *LIST_ADD(slots, arena, struct slot) = (struct slot){ start, start + length };
        }
    }
}

void slot_list_free(const struct calendar *calendar, int64_t from, int64_t to, int minutes, int64_t now,
                    struct arena *arena, struct list *ret_slots)
{
    struct list slots = { 0 };
    int64_t length = (int64_t)minutes * MINUTE_MS, earliest = earliest_start(calendar, now);
    int64_t latest = window_end(calendar, now);
    if (earliest < now)
        earliest = now;
    if (from < earliest)
        from = earliest;
    if (to > latest)
        to = latest;
    struct day_view view;
    for (int64_t at = from; at < to && minutes > 0 && minutes <= SESSION_MAX_MINUTES; at = view.to) {
        day_view_open(&view, calendar, at, length, NULL);
        list_day(&view, at, to, length, arena, &slots);
    }
    *ret_slots = slots;
}

// --- the nearest ---

struct nearest {
    struct slot *slots; // the best so far, nearest first
    size_t count, wanted;
    int64_t around;
};

static int64_t distance(const struct nearest *nearest, int64_t start)
{
    return start < nearest->around ? nearest->around - start : start - nearest->around;
}

static bool full_within(const struct nearest *nearest, int64_t reach)
{
    return nearest->count == nearest->wanted &&
           distance(nearest, nearest->slots[nearest->count - 1].start) <= reach;
}

// Of two that are equally far the one offered first stays.
static void offer(struct nearest *nearest, const struct slot *slot)
{
    size_t at = nearest->count;
    while (at > 0 && distance(nearest, slot->start) < distance(nearest, nearest->slots[at - 1].start))
        at--;
    if (at == nearest->wanted)
        return;
    if (nearest->count < nearest->wanted)
        nearest->count++;
    for (size_t i = nearest->count - 1; i > at; i--)
        nearest->slots[i] = nearest->slots[i - 1];
    nearest->slots[at] = *slot;
}

// Offers the slots of the local day that holds `at`; returns the day's bounds.
static struct slot offer_day(struct nearest *nearest, const struct calendar *calendar, int64_t at,
                             int minutes, int64_t now, struct arena *arena)
{
    struct slot day = local_day(calendar->zone, at);
    struct list slots;
    slot_list_free(calendar, day.start, day.end, minutes, now, arena, &slots);
    for (size_t i = 0; i < slots.count; i++)
        offer(nearest, LIST_AT(&slots, const struct slot, i));
    return day;
}

static int compare_starts(const void *a, const void *b)
{
    int64_t x = ((const struct slot *)a)->start, y = ((const struct slot *)b)->start;
    return (x > y) - (x < y);
}

// Outwards from the day asked for, on each side until no day further out can be nearer.
void slot_nearest(const struct calendar *calendar, int64_t around, int minutes, int64_t now, size_t count,
                  struct arena *arena, struct list *ret_slots)
{
    int64_t latest = window_end(calendar, now);
    struct nearest nearest = { ARENA_ARRAY(arena, struct slot, count), 0, count, around };
    if (count > 0) {
        int64_t middle = around < now ? now : around >= latest ? latest - 1 : around;
        struct slot day = offer_day(&nearest, calendar, middle, minutes, now, arena);
        int64_t before = day.start, after = day.end;
        while (before > now && !full_within(&nearest, around - before))
            before = offer_day(&nearest, calendar, before - 1, minutes, now, arena).start;
        while (after < latest && !full_within(&nearest, after - around))
            after = offer_day(&nearest, calendar, after, minutes, now, arena).end;
        qsort(nearest.slots, nearest.count, sizeof *nearest.slots, compare_starts);
    }
    *ret_slots = (struct list){ nearest.slots, nearest.count };
}

void calendar_open_spans(const struct calendar *calendar, civil_day day, struct arena *arena,
                         struct list *ret_spans)
{
    struct day_view view;
    struct list spans = { 0 };
    day_view_open(&view, calendar, zone_day_minute(calendar->zone, day, 0), 0, NULL);
    for (size_t i = 0; i < view.span_count; i++)
        *LIST_ADD(&spans, arena, struct slot) = view.spans[i];
    *ret_spans = spans;
}
