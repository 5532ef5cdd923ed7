// When a consultant can be booked. Listing slots and booking one ask the same function (RULES 9, 11, 12).
//
// Open is the union of regular and extra hours, each resolved on its dates in its own zone; hours that overlap or touch
// melt together, over midnight too. Time off then takes its whole local days away, extra hours included: to work on a day
// off, shorten the time off. A session lies within one open span and starts on the slot grid, which is counted from the
// start of the span, and anew from midnight of the consultant's zone. The buffer is the widest, the cap the tightest, of
// the policy's and those of all rules with hours on the local day the session starts on.
#pragma once

#include "shared/base/err.h"
#include "shared/base/list.h"
#include "shared/base/zone.h"

enum availability_kind {
    AVAILABILITY_REGULAR,  // weekly hours
    AVAILABILITY_TIME_OFF, // whole days off
    AVAILABILITY_EXTRA,    // hours added on dates (an override)
};

struct minutes_span { // of the local day, half-open, 0 to 1440
    int from, to;
};

struct availability_rule {
    enum availability_kind kind;
    civil_day start, end;            // both included
    unsigned days;                   // bit 0 = Sunday
    struct list spans;               // struct minutes_span; none for time off
    const struct zone *zone;         // the wall clock of the spans
    int max_per_day, buffer_minutes; // 0: the policy's
};

struct busy {
    const char *id;     // the booking; NULL: other busy time, which counts for no cap
    int64_t start, end; // UTC ms, half-open
    int buffer_minutes; // the neighbour's own
};

struct booking_policy {       // RULES 2, 6, 12, 13; the organisation's defaults
    int64_t notice_minutes;   // 240
    int64_t window_days;      // 90
    int64_t buffer_minutes;   // 0
    int64_t step_minutes;     // 15
    int64_t cancel_minutes;   // 1440
    int64_t grace_minutes;    // 15
    int64_t reschedule_limit; // 2
    int64_t return_days;      // 7
    int64_t max_per_day;      // 0: no cap
    int64_t hold_minutes;     // 10
};
extern const struct booking_policy booking_policy_default;

// Everything that decides about one consultant's time.
struct calendar {
    const struct zone *zone; // the consultant's: decides days and caps
    struct list rules;       // struct availability_rule
    struct list busy;        // struct busy, sorted by start; only what blocks time
    const struct booking_policy *policy;
};

struct slot {
    int64_t start, end; // UTC ms
};

enum slot_reason { // why a time cannot be had, for "why is this slot missing"
    SLOT_FREE,
    SLOT_IN_THE_PAST,
    SLOT_NOTICE, // less than the minimum notice
    SLOT_WINDOW, // beyond the booking window
    SLOT_CLOSED, // outside the hours
    SLOT_TIME_OFF,
    SLOT_BUSY,   // overlaps a booking
    SLOT_BUFFER, // too close to a neighbour
    SLOT_CAP,    // the day is full
    SLOT_STEP,   // not on the slot grid
};
// "outside the consultant's hours", ... for people.
const char *slot_reason_text(enum slot_reason reason);

// Is exactly this time bookable? ignore_id: a booking that is being moved, or NULL. by_admin waives notice and window.
// Of several reasons the first of: past, notice, window, time off, closed, busy, buffer, cap, step. Sessions longer than 24
// hours are closed. `busy` must hold all that lies within a day of the session and what of its local day there is.
enum slot_reason slot_check(const struct calendar *calendar, int64_t start, int64_t end, int64_t now,
                            const char *ignore_id, bool by_admin);
// Only whether the time is taken: SLOT_FREE, SLOT_BUSY or SLOT_BUFFER. For who joins a session that others agreed on, be
// it outside their hours.
enum slot_reason slot_check_taken(const struct calendar *calendar, int64_t start, int64_t end,
                                  const char *ignore_id);
// Minutes of buffer that hold on the local day of that instant: what a booking made there keeps (RULES 12).
int64_t calendar_buffer(const struct calendar *calendar, int64_t at);
// Every bookable start in [from, to), on the step grid of each open span. ret_slots: struct slot.
void slot_list_free(const struct calendar *calendar, int64_t from, int64_t to, int minutes, int64_t now,
                    struct arena *arena, struct list *ret_slots);
// At most `count` free slots of the same length nearest to `around`, sorted by start (RULES 9).
void slot_nearest(const struct calendar *calendar, int64_t around, int minutes, int64_t now, size_t count,
                  struct arena *arena, struct list *ret_slots);
// Open hours of the local day after time off and overrides, merged: struct slot in UTC.
void calendar_open_spans(const struct calendar *calendar, civil_day day, struct arena *arena,
                         struct list *ret_spans);
