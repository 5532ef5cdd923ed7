// Calendar arithmetic on UTC milliseconds, proleptic Gregorian, no zones (those are zone.h).
#pragma once

#include "shared/base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS,
    CIVIL_ISO_SIZE = 32,
    CIVIL_DATE_SIZE = 16
};

// A date as days since 1970-01-01.
typedef int32_t civil_day;

struct civil {
    int year, month, day; // month and day from 1
    int hour, minute, second, ms;
};

struct civil civil_from_ms(int64_t ms);
int64_t civil_to_ms(const struct civil *civil);
civil_day civil_day_of_ms(int64_t ms);
civil_day civil_day_from_ymd(int year, int month, int day);
// 0 = Sunday ... 6 = Saturday, as daysOfWeek in the specification (2.2).
int civil_weekday(civil_day day);
int civil_days_in_month(int year, int month);

// "2025-12-30T14:00:00Z", or with ".123" when there are milliseconds. Returns buffer.
char *civil_format_iso(int64_t ms, char buffer[CIVIL_ISO_SIZE]);
// "2025-12-30". Returns buffer.
char *civil_format_date(civil_day day, char buffer[CIVIL_DATE_SIZE]);
// RFC 3339: date, 'T', time with optional fraction, 'Z' or an offset. Years 1970 to 9999. False when malformed.
bool civil_parse_iso(const char *text, int64_t *ret_ms);
// "YYYY-MM-DD", a real date.
bool civil_parse_date(const char *text, civil_day *ret_day);
// "HH:MM" as minutes of the day, 0 to 1440 (24:00 is legal, RULES 11).
bool civil_parse_hhmm(const char *text, int *ret_minutes);
