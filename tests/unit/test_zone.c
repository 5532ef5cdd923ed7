// Zones against libc, which reads the same data with other code: five years of gaps and folds, and years past the table.
// RULES 11, TRAPS 3.
#include "shared/base/zone.h"
#include "shared/host/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct zone_db *zones;

static int open_zones(void **state)
{
    (void)state;
    zones = zone_db_create();
    return 0;
}

static int close_zones(void **state)
{
    (void)state;
    zone_db_destroy(zones);
    unsetenv("TZ");
    return 0;
}

static const struct zone *zone_named(const char *name)
{
    const struct zone *zone = zone_db_get(zones, name);
    assert_non_null(zone);
    return zone;
}

static int64_t utc(const char *text)
{
    int64_t ms;
    assert_true(civil_parse_iso(text, &ms));
    return ms;
}

// --- libc's word ---

static void libc_use(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

static long libc_offset(int64_t seconds)
{
    struct tm tm;
    time_t at = (time_t)seconds;
    assert_non_null(localtime_r(&at, &tm));
    return tm.tm_gmtoff;
}

// The first instant that shows this wall time; in a gap, what the offset before it gives.
static int64_t libc_to_utc(int64_t local)
{
    long before = libc_offset(local - 36 * 3600), after = libc_offset(local + 36 * 3600);
    int64_t first = local - before, second = local - after;
    bool first_shows = libc_offset(first) == before, second_shows = libc_offset(second) == after;
    if (first_shows && second_shows)
        return first < second ? first : second;
    return second_shows && !first_shows ? second : first;
}

// --- five years, and years past the end of the table ---

static void compare_with_libc(const char *name, const char *from, const char *to, int64_t step)
{
    const struct zone *zone = zone_named(name);
    int gaps = 0, folds = 0;
    libc_use(name);
    for (int64_t at = utc(from) / 1000, end = utc(to) / 1000; at < end; at += step) {
        assert_int_equal(zone_offset_at(zone, at * 1000, NULL), libc_offset(at));
        int64_t expected = libc_to_utc(at);
        assert_int_equal(zone_to_utc(zone, at * 1000), expected * 1000);
        int64_t shown = expected + libc_offset(expected);
        gaps += shown != at;
        folds += libc_offset(expected) != libc_offset(expected + 3600);
        assert_true(shown >= at); // a gap moves forward
    }
    if (strcmp(name, "Asia/Kolkata") != 0) {
        assert_true(gaps >= 5);
        assert_true(folds >= 5);
    }
}

static const char *const probe_zones[] = {
    "America/New_York", "Europe/Berlin",    "Australia/Lord_Howe", "Asia/Kolkata",
    "America/Santiago", "Pacific/Auckland", "America/St_Johns",    "Europe/Dublin",
};

static void test_rule_11_five_years_of_gaps_and_folds(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(probe_zones); i++)
        compare_with_libc(probe_zones[i], "2024-01-01T00:00:00Z", "2029-01-01T00:00:00Z", 15 * 60);
}

static void test_rule_11_years_past_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(probe_zones); i++)
        compare_with_libc(probe_zones[i], "2036-01-01T00:00:00Z", "2043-01-01T00:00:00Z", 15 * 60);
}

// Every zone that people can live in, coarsely, from the first one that ever had a clock.
static void test_every_zone_agrees_with_libc(void **state)
{
    (void)state;
    FILE *names = fopen("/usr/share/zoneinfo/tzdata.zi", "re");
    char line[512], name[128];
    int compared = 0;
    assert_non_null(names);
    while (fgets(line, sizeof line, names) != NULL) {
        if (sscanf(line, "Z %127s", name) != 1)
            continue;
        const struct zone *zone = zone_named(name);
        libc_use(name);
        for (int64_t at = -3000000000; at < 4000000000; at += 1234567)
            if (zone_offset_at(zone, at * 1000, NULL) != libc_offset(at))
                fail_msg("%s at %lld", name, (long long)at);
        compared++;
    }
    fclose(names);
    assert_true(compared > 300);
}

// --- by hand ---

static void test_trap_03_gaps_and_folds_by_hand(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *wall, *utc;
    } cases[] = {
        { "America/New_York", "2025-03-09T01:59:59Z", "2025-03-09T06:59:59Z" },
        { "America/New_York", "2025-03-09T02:30:00Z", "2025-03-09T07:30:00Z" }, // gap: 03:30
        { "America/New_York", "2025-03-09T03:00:00Z", "2025-03-09T07:00:00Z" },
        { "America/New_York", "2025-11-02T01:30:00Z", "2025-11-02T05:30:00Z" }, // fold: the first
        { "America/New_York", "2025-11-02T02:00:00Z", "2025-11-02T07:00:00Z" },
        { "Europe/Berlin", "2040-03-25T02:15:00Z", "2040-03-25T01:15:00Z" },
        { "Europe/Berlin", "2040-10-28T02:15:00Z", "2040-10-28T00:15:00Z" },
        { "Australia/Lord_Howe", "2025-10-05T02:15:00Z", "2025-10-04T15:45:00Z" }, // a gap of 30 minutes
        { "Australia/Lord_Howe", "2025-04-06T01:45:00Z", "2025-04-05T14:45:00Z" },
        { "Asia/Kolkata", "2025-06-01T12:00:00Z", "2025-06-01T06:30:00Z" },
        { "America/Sao_Paulo", "2018-11-04T00:00:00Z", "2018-11-04T03:00:00Z" }, // midnight does not exist
        { "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T22:00:00Z" },      // nor does that whole day
        { "UTC", "2025-06-01T12:00:00Z", "2025-06-01T12:00:00Z" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(zone_to_utc(zone_named(cases[i].zone), utc(cases[i].wall)), utc(cases[i].utc));
}

static void test_days_and_minutes(void **state)
{
    (void)state;
    const struct zone *york = zone_named("America/New_York");
    civil_day spring = civil_day_from_ymd(2025, 3, 9), autumn = civil_day_from_ymd(2025, 11, 2);
    const char *abbreviation;
    assert_int_equal(zone_day_minute(york, spring, 1440) - zone_day_minute(york, spring, 0), 23 * HOUR_MS);
    assert_int_equal(zone_day_minute(york, autumn, 1440) - zone_day_minute(york, autumn, 0), 25 * HOUR_MS);
    assert_int_equal(zone_day_minute(york, spring, 1440), zone_day_minute(york, spring + 1, 0));
    assert_int_equal(zone_day_at(york, utc("2025-03-10T03:59:59Z")), spring);
    assert_int_equal(zone_day_at(york, utc("2025-03-10T04:00:00Z")), spring + 1);
    assert_int_equal(zone_to_local(york, utc("2025-07-01T16:00:00.250Z")), utc("2025-07-01T12:00:00.250Z"));
    assert_int_equal(zone_offset_at(york, utc("2025-07-01T16:00:00Z"), &abbreviation), -4 * 3600);
    assert_string_equal(abbreviation, "EDT");
    zone_offset_at(york, utc("2050-01-01T16:00:00Z"), &abbreviation);
    assert_string_equal(abbreviation, "EST");
    assert_string_equal(zone_name(york), "America/New_York");
}

// --- files that are all footer, as slim ones nearly are ---

static struct zone *zone_of_footer(const char *footer)
{
    static const unsigned char header[44] = { 'T', 'Z', 'i', 'f', '3', [39] = 1, [43] = 4 };
    static const unsigned char type[10] = { 0, 0, 0, 0, 0, 0, 'X', 'X', 'X', 0 };
    CLEANUP(buf_free) struct buf file = { 0 };
    for (int block = 0; block < 2; block++) {
        buf_add(&file, header, sizeof header);
        buf_add(&file, type, sizeof type);
    }
    buf_addf(&file, "\n%s\n", footer);
    return zone_parse("Test/Footer", file.data, file.len);
}

static void test_footer_forms(void **state)
{
    (void)state;
    static const struct {
        const char *footer, *at;
        int offset;
    } cases[] = {
        { "", "2030-01-01T00:00:00Z", 0 },
        { "IST-5:30", "2030-01-01T00:00:00Z", 19800 },
        { "<-0330>3:30", "2030-01-01T00:00:00Z", -12600 },
        { "XXX3EDT4,0/0,J365/23", "2030-01-01T02:59:59Z", -14400 }, // daylight time all year
        { "XXX3EDT4,0/0,J365/23", "2030-01-01T03:00:00Z", -14400 },
        { "XXX3EDT4,0/0,J365/23", "2030-12-31T23:59:59Z", -14400 },
        { "AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0 }, // J60 is 1 March, leap year or not
        { "AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600 },
        { "AAA0BBB,J60/0,J300/0", "2027-03-01T00:00:00Z", 3600 },
        { "AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 3600 }, // 59 is 29 February in a leap year
        { "AAA0BBB,59/0,300/0", "2027-03-01T00:00:00Z", 3600 },
        { "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2030-03-31T00:59:59Z", -7200 }, // the day before, at 23:00
        { "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2030-03-31T01:00:00Z", -3600 },
        { "IST-1GMT0,M10.5.0,M3.5.0/1", "2030-07-01T00:00:00Z", 3600 }, // winter time is the exception
        { "IST-1GMT0,M10.5.0,M3.5.0/1", "2030-12-01T00:00:00Z", 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct zone *zone = zone_of_footer(cases[i].footer);
        assert_non_null(zone);
        assert_int_equal(zone_offset_at(zone, utc(cases[i].at), NULL), cases[i].offset);
        zone_free(zone);
    }
}

static void test_all_year_daylight_time_has_no_gap(void **state)
{
    (void)state;
    struct zone *zone = zone_of_footer("XXX3EDT4,0/0,J365/23");
    for (int64_t local = utc("2029-12-31T20:00:00Z"); local < utc("2030-01-01T08:00:00Z"); local += 60000)
        assert_int_equal(zone_to_utc(zone, local), local + 4 * HOUR_MS);
    zone_free(zone);
}

static void test_bad_footers_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "E5",
        "EST",
        "EST25",
        "EST5EDT",
        "EST5EDT,M3.2.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J5",
        "EST5EDT,J366,J5",
        "EST5EDT,366,5",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5:60",
        "<EST5",
        "EST5 ",
        "EST5EDT,M3.2.0,M11.1.0x",
        "ABCDEFGHIJKLMNOPQ5",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct zone *zone = zone_of_footer(bad[i]);
        if (zone != NULL)
            fail_msg("accepted: %s", bad[i]);
    }
}

// --- hostile files ---

static void ask_everything(const struct zone *zone)
{
    static const int64_t moments[] = { INT64_MIN,     -377705116800001, -1,       0, 1756684800000,
                                       4102444800000, 253402300800000,  INT64_MAX };
    for (size_t i = 0; i < ARRAY_LEN(moments); i++) {
        const char *abbreviation;
        int offset = zone_offset_at(zone, moments[i], &abbreviation);
        assert_true(offset >= -100 * 3600 && offset <= 100 * 3600 && strlen(abbreviation) < 100000);
        if (moments[i] > INT64_MIN && moments[i] < INT64_MAX)
            zone_to_utc(zone, moments[i]);
    }
}

static void test_broken_files_are_refused_or_harmless(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf file = { 0 };
    struct err err;
    unsigned seed = 20251102;
    assert_true(file_read("/usr/share/zoneinfo/America/New_York", 100000, &file, &err));
    CHECK(file.len > 44);
    for (size_t size = 0; size < file.len; size++) {
        char *exact = malloc(size + 1); // of that size, so that a byte read too far is seen
        memcpy(exact, file.data, size);
        assert_null(zone_parse("Cut", exact, size));
        free(exact);
    }
    for (int round = 0; round < 3000; round++) {
        size_t at = (size_t)rand_r(&seed) % (round % 2 == 0 ? 44 : file.len); // the header, or anywhere
        char kept = file.data[at];
        file.data[at] = (char)rand_r(&seed);
        struct zone *zone = zone_parse("Mutant", file.data, file.len);
        if (zone != NULL)
            ask_everything(zone);
        zone_free(zone);
        file.data[at] = kept;
    }
}

static void test_old_and_leap_second_files_are_refused(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf file = { 0 };
    struct err err;
    assert_true(file_read("/usr/share/zoneinfo/UTC", 100000, &file, &err));
    file.data[4] = '\0'; // version 1
    assert_null(zone_parse("UTC", file.data, file.len));
    assert_null(zone_db_get(zones, "right/UTC"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_11_five_years_of_gaps_and_folds),
        cmocka_unit_test(test_rule_11_years_past_the_table),
        cmocka_unit_test(test_every_zone_agrees_with_libc),
        cmocka_unit_test(test_trap_03_gaps_and_folds_by_hand),
        cmocka_unit_test(test_days_and_minutes),
        cmocka_unit_test(test_footer_forms),
        cmocka_unit_test(test_all_year_daylight_time_has_no_gap),
        cmocka_unit_test(test_bad_footers_are_refused),
        cmocka_unit_test(test_broken_files_are_refused_or_harmless),
        cmocka_unit_test(test_old_and_leap_second_files_are_refused),
    };
    return cmocka_run_group_tests_name("zone", tests, open_zones, close_zones);
}
