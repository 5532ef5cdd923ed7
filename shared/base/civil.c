#include "shared/base/civil.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

// Days from civil and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
civil_day civil_day_from_ymd(int year, int month, int day)
{
    int y = year - (month <= 2);
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static void ymd_from_day(civil_day days, struct civil *ret)
{
    int z = days + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    ret->day = doy - (153 * mp + 2) / 5 + 1;
    ret->month = mp + (mp < 10 ? 3 : -9);
    ret->year = yoe + era * 400 + (ret->month <= 2);
}

civil_day civil_day_of_ms(int64_t ms)
{
    return (civil_day)floor_div(ms, DAY_MS);
}

struct civil civil_from_ms(int64_t ms)
{
    struct civil civil = { 0 };
    civil_day day = civil_day_of_ms(ms);
    int rest = (int)(ms - (int64_t)day * DAY_MS);
    ymd_from_day(day, &civil);
    civil.hour = rest / HOUR_MS;
    civil.minute = rest / MINUTE_MS % 60;
    civil.second = rest / SECOND_MS % 60;
    civil.ms = rest % SECOND_MS;
    return civil;
}

int64_t civil_to_ms(const struct civil *c)
{
    return (int64_t)civil_day_from_ymd(c->year, c->month, c->day) * DAY_MS + (int64_t)c->hour * HOUR_MS +
           (int64_t)c->minute * MINUTE_MS + (int64_t)c->second * SECOND_MS + c->ms;
}

int civil_weekday(civil_day day)
{
    return (int)((day % 7 + 7 + 4) % 7);
}

int civil_days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

// Written digit by digit: every answer and every row is full of times.
static char *put_digits(char *at, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + count;
}

char *civil_format_iso(int64_t ms, char buffer[CIVIL_ISO_SIZE])
{
    struct civil c = civil_from_ms(ms);
    const struct {
        int value, digits;
        char after;
    } parts[] = {
        { c.month, 2, '-' },  { c.day, 2, 'T' },     { c.hour, 2, ':' },
        { c.minute, 2, ':' }, { c.second, 2, '\0' },
    };
    bool usual = c.year >= 0 && c.year <= 9999;
    char *at =
        usual ? put_digits(buffer, c.year, 4) : buffer + snprintf(buffer, CIVIL_ISO_SIZE, "%d", c.year);
    *at++ = '-';
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        at = put_digits(at, parts[i].value, parts[i].digits);
        if (parts[i].after != '\0')
            *at++ = parts[i].after;
    }
    if (c.ms != 0) {
        *at++ = '.';
        at = put_digits(at, c.ms, 3);
    }
    memcpy(at, "Z", 2);
    return buffer;
}

char *civil_format_date(civil_day day, char buffer[CIVIL_DATE_SIZE])
{
    struct civil c = { 0 };
    ymd_from_day(day, &c);
    snprintf(buffer, CIVIL_DATE_SIZE, "%04d-%02d-%02d", c.year, c.month, c.day);
    return buffer;
}

// Reads exactly `count` digits and moves on.
static bool digits(const char **text, int count, int *ret)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (!isdigit((unsigned char)**text))
            return false;
        value = value * 10 + (**text - '0');
    }
    *ret = value;
    return true;
}

static bool literal(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static bool parse_ymd(const char **text, struct civil *c)
{
    return digits(text, 4, &c->year) && literal(text, '-') && digits(text, 2, &c->month) &&
           literal(text, '-') && digits(text, 2, &c->day) && c->year >= 1970 && c->month >= 1 &&
           c->month <= 12 && c->day >= 1 && c->day <= civil_days_in_month(c->year, c->month);
}

static bool parse_fraction(const char **text, int *ret_ms)
{
    int scale = 100;
    if (!literal(text, '.'))
        return true;
    if (!isdigit((unsigned char)**text))
        return false;
    for (; isdigit((unsigned char)**text); (*text)++, scale /= 10)
        *ret_ms += (**text - '0') * scale;
    return true;
}

static bool parse_offset(const char **text, int *ret_minutes)
{
    int hours, minutes, sign = **text == '-' ? -1 : 1;
    if (literal(text, 'Z'))
        return true;
    if (!literal(text, '+') && !literal(text, '-'))
        return false;
    if (!digits(text, 2, &hours) || !literal(text, ':') || !digits(text, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

bool civil_parse_iso(const char *text, int64_t *ret_ms)
{
    struct civil c = { 0 };
    int offset = 0;
    if (!parse_ymd(&text, &c) || !literal(&text, 'T') || !digits(&text, 2, &c.hour) || !literal(&text, ':') ||
        !digits(&text, 2, &c.minute) || !literal(&text, ':') || !digits(&text, 2, &c.second) ||
        !parse_fraction(&text, &c.ms) || !parse_offset(&text, &offset) || *text != '\0')
        return false;
    if (c.hour > 23 || c.minute > 59 || c.second > 59)
        return false;
    int64_t ms = civil_to_ms(&c) - (int64_t)offset * MINUTE_MS;
    if (ms < 0)
        return false;
    *ret_ms = ms;
    return true;
}

bool civil_parse_date(const char *text, civil_day *ret_day)
{
    struct civil c = { 0 };
    if (!parse_ymd(&text, &c) || *text != '\0')
        return false;
    *ret_day = civil_day_from_ymd(c.year, c.month, c.day);
    return true;
}

bool civil_parse_hhmm(const char *text, int *ret_minutes)
{
    int hours, minutes;
    if (!digits(&text, 2, &hours) || !literal(&text, ':') || !digits(&text, 2, &minutes) || *text != '\0')
        return false;
    if (minutes > 59 || hours * 60 + minutes > 24 * 60)
        return false;
    *ret_minutes = hours * 60 + minutes;
    return true;
}
