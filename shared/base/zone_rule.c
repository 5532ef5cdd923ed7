#include "shared/base/zone_rule.h"

#include "shared/base/civil.h"

#include <ctype.h>
#include <string.h>

enum { DAY_SECONDS = 86400, DEFAULT_TIME = 2 * 3600 };

// 1 January of -9999 and 31 December of 9999.
#define EARLIEST (-377705116800LL)
#define LATEST   253402300799LL

struct cursor {
    const char *at, *end;
};

static char peek(const struct cursor *in)
{
    return in->at < in->end ? *in->at : '\0';
}

static bool take(struct cursor *in, char c)
{
    if (c == '\0' || peek(in) != c)
        return false;
    in->at++;
    return true;
}

static bool number(struct cursor *in, int min, int max, int *ret)
{
    int value = 0;
    if (!isdigit((unsigned char)peek(in)))
        return false;
    for (; isdigit((unsigned char)peek(in)); in->at++) {
        value = value * 10 + (*in->at - '0');
        if (value > max)
            return false;
    }
    *ret = value;
    return value >= min;
}

// "<+0330>" or letters.
static bool abbreviation(struct cursor *in, char out[ZONE_ABBREVIATION_SIZE])
{
    size_t length = 0;
    bool quoted = take(in, '<');
    for (;
         isalpha((unsigned char)peek(in)) || (quoted && peek(in) != '\0' && strchr("+-0123456789", peek(in)));
         in->at++) {
        if (length + 1 == ZONE_ABBREVIATION_SIZE)
            return false;
        out[length++] = *in->at;
    }
    out[length] = '\0';
    return length >= 3 && (!quoted || take(in, '>'));
}

// [+-]hh[:mm[:ss]] in seconds.
static bool clock_time(struct cursor *in, int max_hours, int *ret_seconds)
{
    int hours = 0, minutes = 0, seconds = 0;
    int sign = take(in, '-') ? -1 : 1;
    if (sign > 0)
        take(in, '+');
    if (!number(in, 0, max_hours, &hours))
        return false;
    if (take(in, ':') && !number(in, 0, 59, &minutes))
        return false;
    if (take(in, ':') && !number(in, 0, 59, &seconds))
        return false;
    *ret_seconds = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

static bool change(struct cursor *in, struct zone_change *out)
{
    bool good;
    if (take(in, 'M')) {
        out->form = ZONE_DAY_WEEKDAY;
        good = number(in, 1, 12, &out->month) && take(in, '.') && number(in, 1, 5, &out->week) &&
               take(in, '.') && number(in, 0, 6, &out->day);
    } else if (take(in, 'J')) {
        out->form = ZONE_DAY_JULIAN;
        good = number(in, 1, 365, &out->day);
    } else {
        out->form = ZONE_DAY_ORDINAL;
        good = number(in, 0, 365, &out->day);
    }
    out->time = DEFAULT_TIME;
    return good && (!take(in, '/') || clock_time(in, 167, &out->time));
}

bool zone_rule_parse(const char *text, size_t size, struct zone_rule *ret_rule)
{
    struct zone_rule rule = { 0 };
    struct cursor in = { text, text + size };
    int west;
    if (!abbreviation(&in, rule.standard) || !clock_time(&in, 24, &west))
        return false;
    rule.standard_offset = -west;
    if (in.at < in.end) {
        rule.has_daylight = true;
        rule.daylight_offset = rule.standard_offset + 3600;
        if (!abbreviation(&in, rule.daylight))
            return false;
        if (peek(&in) != ',') {
            if (!clock_time(&in, 24, &west))
                return false;
            rule.daylight_offset = -west;
        }
        if (!take(&in, ',') || !change(&in, &rule.start) || !take(&in, ',') || !change(&in, &rule.end))
            return false;
    }
    if (in.at != in.end)
        return false;
    *ret_rule = rule;
    return true;
}

static civil_day day_of_change(const struct zone_change *change, int year)
{
    civil_day new_year = civil_day_from_ymd(year, 1, 1);
    if (change->form == ZONE_DAY_ORDINAL)
        return new_year + change->day;
    if (change->form == ZONE_DAY_JULIAN) {
        bool after_leap_day = change->day > 59 && civil_days_in_month(year, 2) == 29;
        return new_year + change->day - 1 + after_leap_day;
    }
    civil_day first = civil_day_from_ymd(year, change->month, 1);
    int offset = (change->day - civil_weekday(first) + 7) % 7 + (change->week - 1) * 7;
    return first + (offset < civil_days_in_month(year, change->month) ? offset : offset - 7);
}

// The instant of a change, given the offset that holds before it.
static int64_t instant(const struct zone_change *change, int year, int offset_before)
{
    return (int64_t)day_of_change(change, year) * DAY_SECONDS + change->time - offset_before;
}

static int year_of(int64_t seconds)
{
    return civil_from_ms(seconds * SECOND_MS).year;
}

// The latest change at or before the instant decides; changes that coincide (daylight time all year) cancel out, with
// the start winning.
struct zone_segment zone_rule_at(const struct zone_rule *rule, int64_t seconds)
{
    struct zone_segment segment = { INT64_MAX, rule->standard_offset, rule->standard };
    if (!rule->has_daylight)
        return segment;
    int64_t at = seconds < EARLIEST ? EARLIEST : seconds > LATEST ? LATEST : seconds;
    int year = year_of(at + rule->standard_offset);
    int64_t latest = INT64_MIN;
    bool daylight = false;
    for (int y = year - 1; y <= year + 1; y++) {
        int64_t start = instant(&rule->start, y, rule->standard_offset);
        int64_t end = instant(&rule->end, y, rule->daylight_offset);
        if (end <= at && end > latest) {
            latest = end;
            daylight = false;
        }
        if (start <= at && start >= latest) {
            latest = start;
            daylight = true;
        }
        if (start > at && start < segment.end)
            segment.end = start;
        if (end > at && end < segment.end)
            segment.end = end;
    }
    if (daylight) {
        segment.offset = rule->daylight_offset;
        segment.abbreviation = rule->daylight;
    }
    if (seconds > LATEST)
        segment.end = INT64_MAX;
    return segment;
}
