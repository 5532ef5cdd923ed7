#include "tui/screens/common/format.h"

#include "tui/model/model.h"
#include "tui/ui/month.h"

#include <string.h>

const char *format_clock(struct arena *arena, const struct zone *zone, int64_t at)
{
    struct civil local = civil_from_ms(zone_to_local(zone, at));
    return arena_printf(arena, "%02d:%02d", local.hour, local.minute);
}

const char *format_span(struct arena *arena, const struct zone *zone, int64_t from, int64_t to)
{
    return arena_printf(arena, "%s–%s", format_clock(arena, zone, from), format_clock(arena, zone, to));
}

static struct civil date_of(civil_day day)
{
    return civil_from_ms((int64_t)day * DAY_MS);
}

const char *format_day(struct arena *arena, civil_day day)
{
    struct civil date = date_of(day);
    return arena_printf(arena, "%s %d %s", weekday_short[civil_weekday(day)], date.day,
                        month_short[date.month - 1]);
}

const char *format_day_long(struct arena *arena, civil_day day)
{
    struct civil date = date_of(day);
    return arena_printf(arena, "%s, %d %s %d", weekday_names[civil_weekday(day)], date.day,
                        month_names[date.month - 1], date.year);
}

const char *format_date(struct arena *arena, const struct zone *zone, int64_t at, int64_t now)
{
    civil_day day = zone_day_at(zone, at);
    int year = date_of(day).year;
    const char *text = format_day(arena, day);
    return year == date_of(zone_day_at(zone, now)).year ? text : arena_printf(arena, "%s %d", text, year);
}

const char *format_when(struct arena *arena, const struct zone *zone, int64_t at, int64_t now)
{
    return arena_printf(arena, "%s %s", format_date(arena, zone, at, now), format_clock(arena, zone, at));
}

static const char *format_distance(struct arena *arena, int64_t minutes)
{
    if (minutes < 60)
        return arena_printf(arena, "%d min", (int)minutes);
    if (minutes < 48 * 60)
        return arena_printf(arena, "%d h", (int)((minutes + 30) / 60));
    return arena_printf(arena, "%d days", (int)((minutes + 12 * 60) / (24 * 60)));
}

const char *format_relative(struct arena *arena, int64_t at, int64_t now)
{
    int64_t minutes = (at - now) / MINUTE_MS;
    if (minutes == 0)
        return "now";
    if (minutes > 0)
        return arena_printf(arena, "in %s", format_distance(arena, minutes));
    return arena_printf(arena, "%s ago", format_distance(arena, -minutes));
}

const char *format_minutes(struct arena *arena, int64_t minutes)
{
    int hours = (int)(minutes / 60), rest = (int)(minutes % 60);
    if (hours == 0)
        return arena_printf(arena, "%d min", rest);
    return rest ? arena_printf(arena, "%d h %02d", hours, rest) : arena_printf(arena, "%d h", hours);
}

const char *format_stopwatch(struct arena *arena, int64_t ms)
{
    int seconds = (int)((ms < 0 ? 0 : ms) / 1000);
    return arena_printf(arena, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static const char *thousands(struct arena *arena, int64_t value)
{
    if (value < 1000)
        return arena_printf(arena, "%d", (int)value);
    return arena_printf(arena, "%s,%03d", thousands(arena, value / 1000), (int)(value % 1000));
}

const char *format_money(struct arena *arena, int64_t minor, const char *currency)
{
    int64_t size = minor < 0 ? -minor : minor;
    const char *sign = minor < 0 ? "−" : "", *whole = thousands(arena, size / 100);
    if (!currency || strcmp(currency, "USD") == 0)
        return arena_printf(arena, "%s$%s.%02d", sign, whole, (int)(size % 100));
    return arena_printf(arena, "%s%s.%02d %s", sign, whole, (int)(size % 100), currency);
}

const char *format_count(struct arena *arena, int64_t count, const char *noun)
{
    return arena_printf(arena, "%d %s%s", (int)count, noun, count == 1 ? "" : "s");
}

const char *format_credits(struct arena *arena, int64_t centi)
{
    char number[32];
    return arena_printf(arena, "%s %s", centi_format(centi, number, sizeof(number)),
                        centi == 100 || centi == -100 ? "credit" : "credits");
}

int civil_week(civil_day day)
{
    // The week belongs to the year that has its Thursday.
    civil_day thursday = day - (civil_weekday(day) + 6) % 7 + 3;
    civil_day first = civil_day_from_ymd(date_of(thursday).year, 1, 1);
    return (thursday - first) / 7 + 1;
}
