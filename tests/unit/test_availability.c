// When a consultant can be booked. RULES 9, 11, 12; TRAPS 1 to 5.
#include "tests/unit/diary.h"

static int setup(void **state)
{
    static struct diary diary;
    diary_open(&diary, "America/New_York");
    *state = &diary;
    return 0;
}

static int teardown(void **state)
{
    diary_close(*state);
    return 0;
}

// 2026-03-02 is a Monday.
static void test_rule_12_hours_days_and_dates(void **state)
{
    struct diary *diary = *state;
    struct availability_rule *rule = add_weekly(diary, WEEKDAYS, "09:00", "12:00");
    add_hours(diary, rule, "13:00", "17:00");
    rule->end = date("2026-03-04");
    assert_int_equal(check(diary, "2026-03-02 09:00", 90), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-02 10:30", 90), SLOT_FREE); // ends as the span does
    assert_int_equal(check(diary, "2026-03-02 08:45", 90), SLOT_CLOSED);
    assert_int_equal(check(diary, "2026-03-02 10:45", 90), SLOT_CLOSED); // over noon
    assert_int_equal(check(diary, "2026-03-02 15:30", 90), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-02 17:00", 15), SLOT_CLOSED); // half-open
    assert_int_equal(check(diary, "2026-03-01 10:00", 60), SLOT_CLOSED); // a Sunday
    assert_int_equal(check(diary, "2026-03-04 10:00", 60), SLOT_FREE);   // the last date is included
    assert_int_equal(check(diary, "2026-03-05 10:00", 60), SLOT_CLOSED);
    assert_int_equal(check(diary, "2026-03-02 09:00", 0), SLOT_CLOSED);
    assert_int_equal(check(diary, "2026-03-02 09:00", -30), SLOT_CLOSED);
    assert_int_equal(check(diary, "2026-03-02 09:00", 1441), SLOT_CLOSED);
}

static void test_rule_12_notice_window_and_past(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "00:00", "24:00");
    diary->now = wall(diary, "2026-03-02 10:00");
    assert_int_equal(check(diary, "2026-03-02 09:45", 60), SLOT_IN_THE_PAST);
    assert_int_equal(check(diary, "2026-03-02 13:45", 60), SLOT_NOTICE);
    assert_int_equal(check(diary, "2026-03-02 14:00", 60), SLOT_FREE); // exactly four hours
    assert_int_equal(check(diary, "2026-05-31 23:00", 60), SLOT_FREE); // the whole 90th day
    assert_int_equal(check(diary, "2026-06-01 00:00", 60), SLOT_WINDOW);
}

static void test_rule_12_an_administrator_waives_notice_and_window_only(void **state)
{
    struct diary *diary = *state;
    struct calendar *calendar = &diary->calendar;
    add_weekly(diary, EVERY_DAY, "09:00", "17:00");
    diary->now = wall(diary, "2026-03-02 10:00");
    int64_t soon = wall(diary, "2026-03-02 10:15"), late = wall(diary, "2026-09-01 10:00");
    int64_t past = wall(diary, "2026-03-02 09:45"), closed = wall(diary, "2026-03-02 18:00");
    assert_int_equal(slot_check(calendar, soon, soon + HOUR_MS, diary->now, NULL, true), SLOT_FREE);
    assert_int_equal(slot_check(calendar, late, late + HOUR_MS, diary->now, NULL, true), SLOT_FREE);
    assert_int_equal(slot_check(calendar, past, past + HOUR_MS, diary->now, NULL, true), SLOT_IN_THE_PAST);
    assert_int_equal(slot_check(calendar, closed, closed + HOUR_MS, diary->now, NULL, true), SLOT_CLOSED);
}

static void test_rule_12_step_counts_from_the_start_of_the_span(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "09:10", "17:00");
    diary->policy.step_minutes = 45;
    assert_int_equal(check(diary, "2026-03-02 09:10", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-02 09:55", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-02 09:45", 60), SLOT_STEP);
    assert_int_equal(check_at(diary, wall(diary, "2026-03-02 09:10") + 1, 60), SLOT_STEP);
}

static void test_rule_11_midnight_is_bookable_and_24_00_legal(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "22:00", "24:00");
    add_weekly(diary, EVERY_DAY, "00:00", "02:00");
    assert_int_equal(check(diary, "2026-03-02 23:00", 60), SLOT_FREE); // ends at 24:00
    assert_int_equal(check(diary, "2026-03-02 23:30", 60), SLOT_FREE); // touching hours melt together
    assert_int_equal(check(diary, "2026-03-02 00:00", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-02 01:15", 60), SLOT_CLOSED);
}

static void test_trap_04_the_cap_counts_the_consultants_day(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "00:00", "24:00")->max_per_day = 2;
    // 04:59 UTC on the 3rd is still the 2nd in New York; 05:00 is not.
    add_busy(diary, "a", wall(diary, "2026-03-02 10:00"), 60);
    add_busy(diary, "b", utc("2026-03-03T04:45:00Z"), 15);
    assert_int_equal(check(diary, "2026-03-02 20:00", 60), SLOT_CAP);
    assert_int_equal(check(diary, "2026-03-03 00:00", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-01 20:00", 60), SLOT_FREE);
}

static void test_rule_12_the_tighter_cap_applies(void **state)
{
    struct diary *diary = *state;
    struct availability_rule *rule = add_weekly(diary, EVERY_DAY, "09:00", "17:00");
    diary->policy.max_per_day = 1;
    rule->max_per_day = 3;
    add_busy(diary, "a", wall(diary, "2026-03-02 09:00"), 60);
    assert_int_equal(check(diary, "2026-03-02 15:00", 60), SLOT_CAP);
    diary->policy.max_per_day = 0; // none
    assert_int_equal(check(diary, "2026-03-02 15:00", 60), SLOT_FREE);
    rule->max_per_day = 1;
    assert_int_equal(check(diary, "2026-03-02 15:00", 60), SLOT_CAP);
    LIST_AT(&diary->calendar.busy, struct busy, 0)->id = NULL; // no session
    assert_int_equal(check(diary, "2026-03-02 15:00", 60), SLOT_FREE);
}

static void test_trap_01_overlaps_with_offsets(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "08:00", "18:00");
    add_busy(diary, "a", wall(diary, "2026-03-02 10:30"), 60);
    assert_int_equal(check(diary, "2026-03-02 10:00", 60), SLOT_BUSY);
    assert_int_equal(check(diary, "2026-03-02 10:30", 60), SLOT_BUSY);
    assert_int_equal(check(diary, "2026-03-02 10:45", 15), SLOT_BUSY);  // inside
    assert_int_equal(check(diary, "2026-03-02 09:30", 180), SLOT_BUSY); // around
    assert_int_equal(check(diary, "2026-03-02 11:15", 60), SLOT_BUSY);
    assert_int_equal(check(diary, "2026-03-02 11:30", 60), SLOT_FREE); // half-open
    assert_int_equal(check(diary, "2026-03-02 09:30", 60), SLOT_FREE);
}

static void test_trap_01_long_busy_time_that_began_long_before(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "08:00", "18:00");
    add_busy(diary, NULL, wall(diary, "2026-02-20 00:00"), 20 * 1440); // imported, 20 days
    add_busy(diary, "a", wall(diary, "2026-02-28 10:00"), 60);
    add_busy(diary, "b", wall(diary, "2026-03-02 08:00"), 15);
    assert_int_equal(check(diary, "2026-03-02 10:00", 60), SLOT_BUSY);
    assert_int_equal(check(diary, "2026-03-13 10:00", 60), SLOT_FREE);
}

static void test_trap_05_buffer_is_the_larger_of_both(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "08:00", "18:00")->buffer_minutes = 15;
    add_busy(diary, "a", wall(diary, "2026-03-02 10:00"), 60)->buffer_minutes = 30;
    add_busy(diary, "b", wall(diary, "2026-03-02 15:00"), 60)->buffer_minutes = 0;
    assert_int_equal(check(diary, "2026-03-02 11:15", 60), SLOT_BUFFER); // the neighbour asks for 30
    assert_int_equal(check(diary, "2026-03-02 11:30", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-02 09:00", 45), SLOT_BUFFER);
    assert_int_equal(check(diary, "2026-03-02 08:30", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-02 16:00", 60), SLOT_BUFFER); // the session itself asks for 15
    assert_int_equal(check(diary, "2026-03-02 16:15", 60), SLOT_FREE);
    diary->policy.buffer_minutes = 60; // the organisation for more
    assert_int_equal(check(diary, "2026-03-02 16:15", 60), SLOT_BUFFER);
    assert_int_equal(check(diary, "2026-03-02 17:00", 60), SLOT_FREE);
}

static void test_trap_05_imported_busy_time_and_midnight_have_buffers_too(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "00:00", "24:00");
    add_busy(diary, NULL, wall(diary, "2026-03-02 23:00"), 60)->buffer_minutes = 30;
    assert_int_equal(check(diary, "2026-03-03 00:15", 60), SLOT_BUFFER);
    assert_int_equal(check(diary, "2026-03-03 00:30", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-02 22:00", 45), SLOT_BUFFER);
}

static void test_rule_12_the_buffer_a_booking_keeps_is_the_days(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, WEEKDAYS, "08:00", "12:00")->buffer_minutes = 15;
    add_weekly(diary, 1 << 1, "13:00", "18:00")->buffer_minutes = 30; // Mondays
    diary->policy.buffer_minutes = 5;
    assert_int_equal(calendar_buffer(&diary->calendar, wall(diary, "2026-03-02 09:00")), 30);
    assert_int_equal(calendar_buffer(&diary->calendar, wall(diary, "2026-03-03 09:00")), 15);
    assert_int_equal(calendar_buffer(&diary->calendar, wall(diary, "2026-03-07 09:00")), 5);
}

static void test_rule_14_the_booking_that_moves_does_not_block_itself(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "08:00", "18:00")->max_per_day = 1;
    int64_t old = wall(diary, "2026-03-02 10:00"), moved = wall(diary, "2026-03-02 10:30");
    add_busy(diary, "mine", old, 60)->buffer_minutes = 30;
    const struct calendar *calendar = &diary->calendar;
    assert_int_equal(slot_check(calendar, moved, moved + HOUR_MS, diary->now, NULL, false), SLOT_BUSY);
    assert_int_equal(slot_check(calendar, moved, moved + HOUR_MS, diary->now, "other", false), SLOT_BUSY);
    assert_int_equal(slot_check(calendar, moved, moved + HOUR_MS, diary->now, "mine", false), SLOT_FREE);
}

static void test_rule_12_time_off_takes_whole_days_and_extra_hours_too(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, WEEKDAYS, "09:00", "17:00");
    add_hours(diary, add_rule(diary, AVAILABILITY_EXTRA, "2026-07-04", "2026-07-05", 0), "10:00", "12:00");
    add_hours(diary, add_rule(diary, AVAILABILITY_EXTRA, "2026-07-11", "2026-07-11", 0), "10:00", "12:00");
    add_rule(diary, AVAILABILITY_TIME_OFF, "2026-07-06", "2026-07-12", 0);
    diary->policy.window_days = 365;
    assert_int_equal(check(diary, "2026-07-03 16:00", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-07-04 10:00", 60), SLOT_FREE); // a Saturday with extra hours
    assert_int_equal(check(diary, "2026-07-05 11:00", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-07-06 09:00", 60), SLOT_TIME_OFF);
    assert_int_equal(check(diary, "2026-07-11 10:00", 60), SLOT_TIME_OFF);
    assert_int_equal(check(diary, "2026-07-12 10:00", 60), SLOT_TIME_OFF); // the last day is off
    assert_int_equal(check(diary, "2026-07-13 09:00", 60), SLOT_FREE);
    assert_int_equal(check(diary, "2026-07-18 10:00", 60), SLOT_CLOSED);
}

static void test_overlapping_rules_melt_together(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "09:00", "12:00");
    add_weekly(diary, EVERY_DAY, "11:00", "14:00");
    add_weekly(diary, EVERY_DAY, "14:00", "15:00");
    add_weekly(diary, EVERY_DAY, "16:00", "17:00");
    assert_int_equal(check(diary, "2026-03-02 09:00", 360), SLOT_FREE);
    assert_int_equal(check(diary, "2026-03-02 09:00", 375), SLOT_CLOSED);
    struct list spans;
    calendar_open_spans(&diary->calendar, date("2026-03-02"), &diary->arena, &spans);
    assert_int_equal(spans.count, 2);
    assert_int_equal(LIST_AT(&spans, struct slot, 0)->start, wall(diary, "2026-03-02 09:00"));
    assert_int_equal(LIST_AT(&spans, struct slot, 0)->end, wall(diary, "2026-03-02 15:00"));
    assert_int_equal(LIST_AT(&spans, struct slot, 1)->end, wall(diary, "2026-03-02 17:00"));
}

static void test_trap_03_a_changed_profile_zone_moves_no_rule(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "09:00", "17:00");
    int64_t start = wall(diary, "2026-03-02 09:00");
    assert_int_equal(check_at(diary, start, 60), SLOT_FREE);
    diary->calendar.zone =
        zone_db_get(diary->zones, "Asia/Kolkata"); // he moved; his hours are still New York's
    assert_int_equal(check_at(diary, start, 60), SLOT_FREE);
    assert_int_equal(check_at(diary, start - HOUR_MS, 60), SLOT_CLOSED);
    assert_int_equal(check_at(diary, start + 7 * HOUR_MS, 60), SLOT_FREE);
    assert_int_equal(check_at(diary, start + 8 * HOUR_MS, 60), SLOT_CLOSED);
}

static void test_trap_03_gap_and_fold(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "01:00", "04:00");
    diary->policy.window_days = 365;
    // 8 March has no 02:00 to 03:00: two hours remain of three. 1 November has 01:00 to 02:00 twice: four.
    assert_int_equal(list_free(diary, utc("2026-03-08T05:00:00Z"), utc("2026-03-09T04:00:00Z"), 60).count, 5);
    assert_int_equal(list_free(diary, utc("2026-03-09T04:00:00Z"), utc("2026-03-10T04:00:00Z"), 60).count, 9);
    assert_int_equal(list_free(diary, utc("2026-11-01T04:00:00Z"), utc("2026-11-02T05:00:00Z"), 60).count,
                     13);
    struct list spans;
    calendar_open_spans(&diary->calendar, date("2026-03-08"), &diary->arena, &spans);
    assert_int_equal(LIST_AT(&spans, struct slot, 0)->start, utc("2026-03-08T06:00:00Z"));
    assert_int_equal(LIST_AT(&spans, struct slot, 0)->end, utc("2026-03-08T08:00:00Z"));
}

static void test_trap_03_hours_that_the_gap_swallows(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "02:30", "03:00");
    assert_int_equal(list_free(diary, utc("2026-03-08T05:00:00Z"), utc("2026-03-09T04:00:00Z"), 15).count, 0);
    assert_int_equal(list_free(diary, utc("2026-03-09T04:00:00Z"), utc("2026-03-10T04:00:00Z"), 15).count, 2);
}

static void test_listing_in_bounds(void **state)
{
    struct diary *diary = *state;
    add_weekly(diary, EVERY_DAY, "09:00", "11:00");
    struct list slots =
        list_free(diary, wall(diary, "2026-03-02 09:15"), wall(diary, "2026-03-03 09:15"), 60);
    assert_int_equal(slots.count,
                     5); // 9:15, 9:30, 9:45, 10:00 and 9:00 the next day; the end is not included
    assert_int_equal(LIST_AT(&slots, struct slot, 0)->start, wall(diary, "2026-03-02 09:15"));
    assert_int_equal(LIST_AT(&slots, struct slot, 4)->end, wall(diary, "2026-03-03 10:00"));
    assert_int_equal(
        list_free(diary, wall(diary, "2026-03-03 00:00"), wall(diary, "2026-03-02 00:00"), 60).count, 0);
    assert_int_equal(
        list_free(diary, wall(diary, "2026-03-02 00:00"), wall(diary, "2026-03-03 00:00"), 0).count, 0);
    assert_int_equal(list_free(diary, 0, INT64_MAX / 2, 120).count, 90); // no more than the window
}

static void test_rule_09_nearest_alternatives(void **state)
{
    struct diary *diary = *state;
    struct list slots;
    add_weekly(diary, WEEKDAYS, "09:00", "17:00");
    add_busy(diary, "a", wall(diary, "2026-03-02 10:00"), 60);
    slot_nearest(&diary->calendar, wall(diary, "2026-03-02 10:00"), 60, diary->now, 4, &diary->arena, &slots);
    static const char *const expected[] = { "2026-03-02 09:00", "2026-03-02 11:00", "2026-03-02 11:15",
                                            "2026-03-02 11:30" };
    assert_int_equal(slots.count, ARRAY_LEN(expected));
    for (size_t i = 0; i < slots.count; i++)
        assert_int_equal(LIST_AT(&slots, struct slot, i)->start, wall(diary, expected[i]));
}

static void test_rule_09_nearest_looks_beyond_full_days(void **state)
{
    struct diary *diary = *state;
    struct list slots;
    add_weekly(diary, 1 << 1, "09:00", "10:00"); // Mondays
    int64_t sunday = wall(diary, "2026-03-08 12:00");
    slot_nearest(&diary->calendar, sunday, 60, diary->now, 3, &diary->arena, &slots);
    assert_int_equal(slots.count, 3);
    assert_int_equal(LIST_AT(&slots, struct slot, 0)->start, wall(diary, "2026-03-02 09:00"));
    assert_int_equal(LIST_AT(&slots, struct slot, 1)->start, wall(diary, "2026-03-09 09:00"));
    assert_int_equal(LIST_AT(&slots, struct slot, 2)->start, wall(diary, "2026-03-16 09:00"));
    slot_nearest(&diary->calendar, sunday, 60, diary->now, 100, &diary->arena, &slots);
    assert_int_equal(slots.count, 13); // all Mondays of the window
    slot_nearest(&diary->calendar, sunday, 75, diary->now, 3, &diary->arena, &slots);
    assert_int_equal(slots.count, 0);
    slot_nearest(&diary->calendar, 0, 60, diary->now, 1, &diary->arena,
                 &slots); // long past: the first there is
    assert_int_equal(LIST_AT(&slots, struct slot, 0)->start, wall(diary, "2026-01-05 09:00"));
    slot_nearest(&diary->calendar, INT64_MAX / 2, 60, diary->now, 1, &diary->arena, &slots); // and the last
    assert_int_equal(LIST_AT(&slots, struct slot, 0)->start, wall(diary, "2026-03-30 09:00"));
    slot_nearest(&diary->calendar, sunday, 60, diary->now, 0, &diary->arena, &slots);
    assert_int_equal(slots.count, 0);
}

static void test_more_spans_than_there_is_room_for_are_closed(void **state)
{
    struct diary *diary = *state;
    struct availability_rule *rule =
        add_rule(diary, AVAILABILITY_REGULAR, "2026-03-02", "2026-03-02", EVERY_DAY);
    diary->policy.step_minutes = 1;
    for (int i = 0; i < 360; i++) {
        struct minutes_span *span = LIST_ADD(&rule->spans, &diary->arena, struct minutes_span);
        *span = (struct minutes_span){ i * 4, i * 4 + 2 };
    }
    struct list slots = list_free(diary, wall(diary, "2026-03-02 00:00"), wall(diary, "2026-03-03 00:00"), 2);
    assert_int_equal(slots.count, 96);
    add_rule(diary, AVAILABILITY_TIME_OFF, "2026-03-02", "2026-03-02", 0)->zone =
        zone_db_get(diary->zones, "Asia/Kolkata");
    slots = list_free(diary, wall(diary, "2026-03-02 00:00"), wall(diary, "2026-03-03 00:00"), 2);
    assert_true(slots.count < 96);
    for (size_t i = 0; i < slots.count; i++)
        assert_true(LIST_AT(&slots, struct slot, i)->start >= utc("2026-03-02T18:30:00Z"));
}

static void test_every_reason_has_words(void **state)
{
    (void)state;
    for (int reason = SLOT_FREE; reason <= SLOT_STEP; reason++)
        assert_true(strlen(slot_reason_text((enum slot_reason)reason)) > 3);
    assert_string_equal(slot_reason_text(SLOT_CLOSED), "outside the consultant's hours");
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(test_rule_12_hours_days_and_dates),
        STORY(test_rule_12_notice_window_and_past),
        STORY(test_rule_12_an_administrator_waives_notice_and_window_only),
        STORY(test_rule_12_step_counts_from_the_start_of_the_span),
        STORY(test_rule_11_midnight_is_bookable_and_24_00_legal),
        STORY(test_trap_04_the_cap_counts_the_consultants_day),
        STORY(test_rule_12_the_tighter_cap_applies),
        STORY(test_trap_01_overlaps_with_offsets),
        STORY(test_trap_01_long_busy_time_that_began_long_before),
        STORY(test_trap_05_buffer_is_the_larger_of_both),
        STORY(test_trap_05_imported_busy_time_and_midnight_have_buffers_too),
        STORY(test_rule_12_the_buffer_a_booking_keeps_is_the_days),
        STORY(test_rule_14_the_booking_that_moves_does_not_block_itself),
        STORY(test_rule_12_time_off_takes_whole_days_and_extra_hours_too),
        STORY(test_overlapping_rules_melt_together),
        STORY(test_trap_03_a_changed_profile_zone_moves_no_rule),
        STORY(test_trap_03_gap_and_fold),
        STORY(test_trap_03_hours_that_the_gap_swallows),
        STORY(test_listing_in_bounds),
        STORY(test_rule_09_nearest_alternatives),
        STORY(test_rule_09_nearest_looks_beyond_full_days),
        STORY(test_more_spans_than_there_is_room_for_are_closed),
        STORY(test_every_reason_has_words),
    };
    return cmocka_run_group_tests_name("availability", tests, NULL, NULL);
}
