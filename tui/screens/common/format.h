// Times, spans and amounts as people read them. Answers live in the arena.
#pragma once

#include "shared/base/arena.h"
#include "shared/base/zone.h"

const char *format_clock(struct arena *arena, const struct zone *zone, int64_t at); // 14:30
const char *format_span(struct arena *arena, const struct zone *zone, int64_t from,
                        int64_t to);                             // 14:30–16:00
const char *format_day(struct arena *arena, civil_day day);      // Wed 2 Dec
const char *format_day_long(struct arena *arena, civil_day day); // Wednesday, 2 December 2026
// "Wed 2 Dec", with the year when it is not that of `now`.
const char *format_date(struct arena *arena, const struct zone *zone, int64_t at, int64_t now);
const char *format_when(struct arena *arena, const struct zone *zone, int64_t at,
                        int64_t now); // Wed 2 Dec 14:30
// "now", "in 12 min", "in 3 h", "in 5 days", "20 min ago".
const char *format_relative(struct arena *arena, int64_t at, int64_t now);
const char *format_minutes(struct arena *arena, int64_t minutes);                   // 45 min, 1 h, 1 h 30
const char *format_stopwatch(struct arena *arena, int64_t ms);                      // 00:47:12
const char *format_money(struct arena *arena, int64_t minor, const char *currency); // $4,500.00
// "1 session", "3 sessions".
const char *format_count(struct arena *arena, int64_t count, const char *noun);
// "1 credit", "1.5 credits": hundredths.
const char *format_credits(struct arena *arena, int64_t centi);
int civil_week(civil_day day); // ISO 8601 week number
