// Random calendars with a fixed seed: what is listed is exactly what can be booked, and both are what a plain reading of
// the rules, minute by minute, says. RULES 9, 11; TRAPS 4.
#include "tests/unit/diary.h"

#include <stdlib.h>

static const char *const zone_names[] = {
    "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "UTC",
};

// Weeks in which clocks change somewhere, and one without.
static const char *const first_days[] = { "2026-03-06", "2026-03-27", "2026-04-03", "2026-09-04",
                                          "2026-10-02", "2026-10-30", "2026-07-01" };

static int pick(unsigned *seed, int count)
{
    return rand_r(seed) % count;
}

static void add_random_rule(struct diary *diary, civil_day first, unsigned *seed)
{
    struct availability_rule *rule =
        LIST_ADD(&diary->calendar.rules, &diary->arena, struct availability_rule);
    rule->kind = (enum availability_kind)(pick(seed, 5) == 0 ? AVAILABILITY_TIME_OFF : pick(seed, 2) * 2);
    rule->start = first + pick(seed, 4) - 2;
    rule->end = rule->start + pick(seed, rule->kind == AVAILABILITY_REGULAR ? 9 : 2);
    rule->days = rule->kind == AVAILABILITY_REGULAR ? (unsigned)pick(seed, 128) | 1u << pick(seed, 7) : 0;
    const char *zone = zone_names[(size_t)pick(seed, ARRAY_LEN(zone_names))];
    rule->zone = pick(seed, 3) == 0 ? zone_db_get(diary->zones, zone) : diary->calendar.zone;
    rule->max_per_day = pick(seed, 4) == 0 ? 1 + pick(seed, 3) : 0;
    rule->buffer_minutes = pick(seed, 3) * 10;
    for (int i = rule->kind == AVAILABILITY_TIME_OFF ? 0 : 1 + pick(seed, 3); i > 0; i--) {
        struct minutes_span *span = LIST_ADD(&rule->spans, &diary->arena, struct minutes_span);
        span->from = pick(seed, 144) * 10;
        span->to = pick(seed, 4) == 0 ? 1440 : span->from + 10 + pick(seed, (1440 - span->from) / 10) * 10;
    }
}

static void add_random_busy(struct diary *diary, int64_t from, unsigned *seed)
{
    int64_t at = from - DAY_MS;
    while (at < from + 5 * (int64_t)DAY_MS) {
        at += (1 + pick(seed, 100)) * 10 * (int64_t)MINUTE_MS;
        const char *id = pick(seed, 3) == 0 ? NULL : arena_printf(&diary->arena, "b%d", pick(seed, 5));
        add_busy(diary, id, at, 10 + pick(seed, 18) * 10)->buffer_minutes = pick(seed, 4) * 15;
    }
}

// Returns the first local day of the part that the test looks at.
static civil_day open_random_diary(struct diary *diary, unsigned *seed)
{
    civil_day first = date(first_days[(size_t)pick(seed, ARRAY_LEN(first_days))]);
    diary_open(diary, zone_names[(size_t)pick(seed, ARRAY_LEN(zone_names))]);
    int64_t from = zone_day_minute(diary->calendar.zone, first, 0);
    diary->now = from - pick(seed, 3) * 6 * (int64_t)HOUR_MS + pick(seed, 100) * MINUTE_MS;
    diary->policy.step_minutes = 5 + pick(seed, 6) * 5;
    diary->policy.buffer_minutes = pick(seed, 2) * 15;
    diary->policy.max_per_day = pick(seed, 4);
    diary->policy.window_days = pick(seed, 5);
    for (int i = 1 + pick(seed, 5); i > 0; i--)
        add_random_rule(diary, first, seed);
    add_random_busy(diary, from, seed);
    return first;
}

// --- the plain reading ---

static bool rule_names(const struct availability_rule *rule, civil_day day)
{
    bool weekday = (rule->days >> civil_weekday(day) & 1) != 0;
    return rule->start <= day && day <= rule->end && (weekday || rule->days == 0);
}

// Do hours of this rule hold the minute that begins here? Any date near may have them, after clocks have changed.
static bool hours_hold(const struct availability_rule *rule, int64_t at)
{
    civil_day today = zone_day_at(rule->zone, at);
    for (civil_day day = today - 1; day <= today + 1; day++) {
        for (size_t i = 0; rule_names(rule, day) && i < rule->spans.count; i++) {
            const struct minutes_span *span = LIST_AT(&rule->spans, const struct minutes_span, i);
            if (zone_day_minute(rule->zone, day, span->from) <= at &&
                at < zone_day_minute(rule->zone, day, span->to))
                return true;
        }
    }
    return false;
}

static bool open_minute(const struct calendar *calendar, int64_t at)
{
    bool open = false;
    for (size_t i = 0; i < calendar->rules.count; i++) {
        const struct availability_rule *rule = LIST_AT(&calendar->rules, const struct availability_rule, i);
        if (rule->kind != AVAILABILITY_TIME_OFF)
            open = open || hours_hold(rule, at);
        else if (rule_names(rule, zone_day_at(rule->zone, at)))
            return false;
    }
    return open;
}

static bool on_grid(const struct calendar *calendar, int64_t start)
{
    int64_t anchor = start;
    civil_day day = zone_day_at(calendar->zone, start);
    while (zone_day_at(calendar->zone, anchor - 1) == day && open_minute(calendar, anchor - MINUTE_MS))
        anchor -= MINUTE_MS;
    return (start - anchor) % (calendar->policy->step_minutes * MINUTE_MS) == 0;
}

static bool rule_is_of_day(const struct availability_rule *rule, const struct calendar *calendar,
                           civil_day day)
{
    int64_t from = zone_day_minute(calendar->zone, day, 0), to = zone_day_minute(calendar->zone, day, 1440);
    for (int64_t at = from; rule->kind != AVAILABILITY_TIME_OFF && at < to; at += 10 * MINUTE_MS)
        if (hours_hold(rule, at))
            return true;
    return false;
}

static void limits_of_day(const struct calendar *calendar, civil_day day, int64_t *buffer, int64_t *cap)
{
    *buffer = calendar->policy->buffer_minutes;
    *cap = calendar->policy->max_per_day;
    for (size_t i = 0; i < calendar->rules.count; i++) {
        const struct availability_rule *rule = LIST_AT(&calendar->rules, const struct availability_rule, i);
        if (!rule_is_of_day(rule, calendar, day))
            continue;
        if (rule->buffer_minutes > *buffer)
            *buffer = rule->buffer_minutes;
        if (rule->max_per_day > 0 && (*cap == 0 || rule->max_per_day < *cap))
            *cap = rule->max_per_day;
    }
}

static bool neighbours_allow(const struct calendar *calendar, int64_t start, int64_t end)
{
    civil_day day = zone_day_at(calendar->zone, start);
    int64_t own, cap, sessions = 0;
    limits_of_day(calendar, day, &own, &cap);
    for (size_t i = 0; i < calendar->busy.count; i++) {
        const struct busy *busy = LIST_AT(&calendar->busy, const struct busy, i);
        int64_t gap = (own > busy->buffer_minutes ? own : busy->buffer_minutes) * MINUTE_MS;
        if (start < busy->end + gap && busy->start < end + gap)
            return false;
        sessions += busy->id != NULL && zone_day_at(calendar->zone, busy->start) == day;
    }
    return cap == 0 || sessions < cap;
}

static bool plainly_free(const struct diary *diary, int64_t start, int64_t end)
{
    const struct calendar *calendar = &diary->calendar;
    civil_day day = zone_day_at(calendar->zone, start);
    if (start < diary->now + diary->policy.notice_minutes * MINUTE_MS)
        return false;
    if (day > zone_day_at(calendar->zone, diary->now) + diary->policy.window_days)
        return false;
    for (int64_t at = start; at < end; at += 5 * MINUTE_MS)
        if (!open_minute(calendar, at))
            return false;
    return neighbours_allow(calendar, start, end) && on_grid(calendar, start);
}

// --- the properties ---

// Every five minutes of three days: nothing in these calendars begins at other minutes.
static void test_listing_booking_and_the_rules_agree(void **state)
{
    (void)state;
    unsigned seed = 20260308;
    int agreed = 0, free_slots = 0;
    for (int round = 0; round < 250; round++) {
        struct diary diary;
        civil_day first = open_random_diary(&diary, &seed);
        int minutes = 15 * (1 + pick(&seed, 8));
        int64_t from = zone_day_minute(diary.calendar.zone, first, 0) + pick(&seed, 50) * 5 * MINUTE_MS;
        int64_t to = from + 3 * (int64_t)DAY_MS;
        struct list slots = list_free(&diary, from, to, minutes);
        size_t next = 0;
        for (int64_t at = from; at < to; at += 5 * MINUTE_MS) {
            bool listed = next < slots.count && LIST_AT(&slots, struct slot, next)->start == at;
            bool bookable = check_at(&diary, at, minutes) == SLOT_FREE;
            bool plainly = plainly_free(&diary, at, at + minutes * (int64_t)MINUTE_MS);
            if (listed != bookable || bookable != plainly) {
                char text[CIVIL_ISO_SIZE];
                fail_msg("round %d, %s: listed %d, bookable %d (%s), by the rules %d", round,
                         civil_format_iso(at, text), listed, bookable,
                         slot_reason_text(check_at(&diary, at, minutes)), plainly);
            }
            next += listed;
            agreed++;
            free_slots += listed;
        }
        assert_int_equal(next, slots.count);
        diary_close(&diary);
    }
    assert_true(agreed > 200000 && free_slots > 3000);
}

static int compare_starts(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t distance_of(const struct list *slots, size_t i, int64_t around)
{
    return llabs(LIST_AT(slots, const struct slot, i)->start - around);
}

static void test_nearest_are_the_nearest_of_all(void **state)
{
    (void)state;
    unsigned seed = 4711;
    int compared = 0;
    for (int round = 0; round < 400; round++) {
        struct diary diary;
        civil_day first = open_random_diary(&diary, &seed);
        diary.policy.window_days = 20;
        int64_t around = zone_day_minute(diary.calendar.zone, first + pick(&seed, 5), pick(&seed, 288) * 5);
        struct list all = list_free(&diary, 0, INT64_MAX / 2, 60), nearest;
        size_t wanted = (size_t)pick(&seed, 7);
        slot_nearest(&diary.calendar, around, 60, diary.now, wanted, &diary.arena, &nearest);
        assert_int_equal(nearest.count, all.count < wanted ? all.count : wanted);
        int64_t *best = ARENA_ARRAY(&diary.arena, int64_t, all.count),
                *found = ARENA_ARRAY(&diary.arena, int64_t, 8);
        for (size_t i = 0; i < all.count; i++)
            best[i] = distance_of(&all, i, around);
        for (size_t i = 0; i < nearest.count; i++)
            found[i] = distance_of(&nearest, i, around);
        qsort(best, all.count, sizeof *best, compare_starts);
        qsort(found, nearest.count, sizeof *found, compare_starts);
        for (size_t i = 0; i < nearest.count; i++, compared++) {
            const struct slot *slot = LIST_AT(&nearest, const struct slot, i);
            assert_int_equal(found[i], best[i]);
            assert_int_equal(check_at(&diary, slot->start, 60), SLOT_FREE);
            assert_true(i == 0 || slot[-1].start < slot->start);
        }
        diary_close(&diary);
    }
    assert_true(compared > 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listing_booking_and_the_rules_agree),
        cmocka_unit_test(test_nearest_are_the_nearest_of_all),
    };
    return cmocka_run_group_tests_name("availability at random", tests, NULL, NULL);
}
