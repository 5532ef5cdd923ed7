// Calendar arithmetic against libc, and which texts are dates.
#include "shared/base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void test_every_day_of_800_years_agrees_with_libc(void **state)
{
    (void)state;
    civil_day expected = civil_day_from_ymd(1600, 1, 1);
    for (int year = 1600; year < 2400; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= civil_days_in_month(year, month); day++, expected++) {
                int64_t ms = (int64_t)expected * DAY_MS + 12345678;
                time_t seconds = (time_t)expected * 86400;
                struct civil civil = civil_from_ms(ms);
                struct tm tm;
                gmtime_r(&seconds, &tm);
                if (civil_day_from_ymd(year, month, day) != expected || civil.year != year ||
                    civil.month != month || civil.day != day || tm.tm_year + 1900 != year ||
                    tm.tm_mon + 1 != month || tm.tm_mday != day || civil_weekday(expected) != tm.tm_wday ||
                    civil_to_ms(&civil) != ms || civil_day_of_ms(ms) != expected)
                    fail_msg("%d-%d-%d", year, month, day);
            }
        }
    }
    assert_int_equal(civil_day_from_ymd(1970, 1, 1), 0);
}

static void test_parts_of_a_day(void **state)
{
    (void)state;
    struct civil civil = civil_from_ms(DAY_MS - 1);
    assert_true(civil.hour == 23 && civil.minute == 59 && civil.second == 59 && civil.ms == 999);
    civil = civil_from_ms(-1);
    assert_true(civil.year == 1969 && civil.month == 12 && civil.day == 31 && civil.hour == 23 &&
                civil.ms == 999);
    assert_int_equal(civil_day_of_ms(-1), -1);
}

static void test_formats(void **state)
{
    (void)state;
    char iso[CIVIL_ISO_SIZE], date[CIVIL_DATE_SIZE];
    assert_string_equal(civil_format_iso(1767103200000, iso), "2025-12-30T14:00:00Z");
    assert_string_equal(civil_format_iso(1767103200007, iso), "2025-12-30T14:00:00.007Z");
    assert_string_equal(civil_format_date(20452, date), "2025-12-30");
}

static void test_parse_iso(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2025-12-30T14:00:00Z", 1767103200000 },
        { "2025-12-30T14:00:00.5Z", 1767103200500 },
        { "2025-12-30T14:00:00.123456789Z", 1767103200123 },
        { "2025-12-30T09:00:00-05:00", 1767103200000 },
        { "2025-12-30T19:30:00+05:30", 1767103200000 },
        { "2024-02-29T00:00:00Z", 1709164800000 },
        { "9999-12-31T23:59:59Z", 253402300799000 },
    };
    static const char *const bad[] = {
        "",
        "2025-12-30",
        "2025-12-30T14:00Z",
        "2025-12-30T14:00:00",
        "2025-12-30 14:00:00Z",
        "2025-12-30T14:00:00Zx",
        "2025-12-30T14:00:00.Z",
        "2025-12-30T24:00:00Z",
        "2025-12-30T14:60:00Z",
        "2025-12-30T14:00:60Z",
        "2025-13-01T00:00:00Z",
        "2025-00-01T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2025-04-31T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00",
        "2025-12-30T14:00:00+24:00",
        "2025-12-30T14:00:00+0100",
        "25-12-30T14:00:00Z",
        "+025-12-30T14:00:00Z",
        " 2025-12-30T14:00:00Z",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int64_t ms = -1;
        assert_true(civil_parse_iso(good[i].text, &ms));
        assert_int_equal(ms, good[i].ms);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        int64_t ms = 42;
        if (civil_parse_iso(bad[i], &ms) || ms != 42)
            fail_msg("accepted: %s", bad[i]);
    }
}

static void test_parse_date(void **state)
{
    (void)state;
    static const char *const bad[] = { "",         "2026-1-1",   "2026-02-30", "2100-02-29", "2026-01-01T",
                                       "20260101", "2026/01/01", "1969-12-31", "2026-01-00", "2026-13-01" };
    civil_day day = 0;
    assert_true(civil_parse_date("2026-07-14", &day));
    assert_int_equal(day, civil_day_from_ymd(2026, 7, 14));
    assert_true(civil_parse_date("2000-02-29", &day));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (civil_parse_date(bad[i], &day))
            fail_msg("accepted: %s", bad[i]);
}

static void test_rule_11_24_00_is_legal(void **state)
{
    (void)state;
    static const char *const bad[] = { "",         "9:00", "24:01", "25:00", "12:60",
                                       "12:00:00", "12",   "ab:cd", "-1:00" };
    int minutes = -1;
    assert_true(civil_parse_hhmm("00:00", &minutes) && minutes == 0);
    assert_true(civil_parse_hhmm("09:30", &minutes) && minutes == 570);
    assert_true(civil_parse_hhmm("24:00", &minutes) && minutes == 1440);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (civil_parse_hhmm(bad[i], &minutes))
            fail_msg("accepted: %s", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day_of_800_years_agrees_with_libc),
        cmocka_unit_test(test_parts_of_a_day),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_parse_iso),
        cmocka_unit_test(test_parse_date),
        cmocka_unit_test(test_rule_11_24_00_is_legal),
    };
    return cmocka_run_group_tests_name("civil", tests, NULL, NULL);
}
