// The POSIX TZ footer of a TZif file (RFC 8536, 3.3): the rule for all years past the file's table. Private to zone.c.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZONE_ABBREVIATION_SIZE = 16 };

enum zone_day_form {
    ZONE_DAY_JULIAN,  // Jn: 1 to 365, 29 February never counted
    ZONE_DAY_ORDINAL, // n: 0 to 365
    ZONE_DAY_WEEKDAY, // Mm.w.d: the w-th weekday d of month m, 5 the last
};

struct zone_change { // when the clock changes, every year
    enum zone_day_form form;
    int month, week, day;
    int time; // seconds after local midnight, -167 to 167 hours
};

struct zone_rule {
    char standard[ZONE_ABBREVIATION_SIZE], daylight[ZONE_ABBREVIATION_SIZE];
    int standard_offset, daylight_offset; // seconds east of UTC
    bool has_daylight;
    struct zone_change start, end; // of daylight time, in the wall clock before the change
};

// What holds from some instant until `end`, in seconds since 1970.
struct zone_segment {
    int64_t end; // INT64_MAX: for ever
    int offset;  // seconds east of UTC
    const char *abbreviation;
};

// Parses "EST5EDT,M3.2.0,M11.1.0"; the text must end at `size`. False when malformed.
bool zone_rule_parse(const char *text, size_t size, struct zone_rule *ret_rule);
// The segment that the rule gives for an instant (between the years -9999 and 9999; beyond, the nearest of these).
struct zone_segment zone_rule_at(const struct zone_rule *rule, int64_t seconds);
