// One local day of a consultant, resolved to UTC: what is open, what is taken, which limits hold. Listing slots and
// booking one both build this and ask day_view_check (RULES 9, 11). Private to the availability files.
#pragma once

#include "shared/domain/availability.h"

enum {
    DAY_VIEW_SPANS = 96,        // separate open spans of a day and the hours after it; more count as closed
    SESSION_MAX_MINUTES = 1440, // a longer session is never open
};

struct day_view {
    const struct calendar *calendar;
    int64_t from, to;                  // the local day
    int64_t reach;                     // how far `spans` look beyond it, for sessions that cross midnight
    struct slot spans[DAY_VIEW_SPANS]; // merged, sorted, cut off at `from` and `reach`
    size_t span_count;
    int64_t step;                 // ms between starts, counted from the start of each span
    int64_t buffer;               // minutes; the widest of the policy's and those of the rules of that day
    int64_t cap, sessions;        // the tightest; 0: none
    size_t busy_first, busy_last; // entries that can matter, half-open
    const char *ignore_id;
};

// The bounds of the local day that holds the instant.
struct slot local_day(const struct zone *zone, int64_t at);
// The day that holds the instant, for sessions of up to `length` ms (not more than a day) that start in it.
void day_view_open(struct day_view *ret_view, const struct calendar *calendar, int64_t at, int64_t length,
                   const char *ignore_id);
// May [start, end) be booked as far as the day is concerned? start: in the day; end - start: not above the length.
enum slot_reason day_view_check(const struct day_view *view, int64_t start, int64_t end);
// Of that only whether it is taken: SLOT_FREE, SLOT_BUSY, SLOT_BUFFER.
enum slot_reason day_view_check_busy(const struct day_view *view, int64_t start, int64_t end);
