// Who is chosen when the client named nobody, and why. RULES 17, TRAPS 15.
#include "shared/domain/assignment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct list of(struct candidate *candidates, size_t count)
{
    return (struct list){ candidates, count };
}

static void test_nobody(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    const char *reason = "untouched";
    struct list none = { 0 };
    assert_int_equal(assignment_choose(&none, &arena, &reason), -1);
    assert_string_equal(reason, "untouched");
}

static void test_rule_17_what_counts(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    const char *reason;
    struct candidate two[] = { { .consultant_id = "a", .rating = 4.5, .minutes_30d = 600 },
                               { .consultant_id = "b", .rating = 4.5, .minutes_30d = 600 } };
    struct list list = of(two, 2);
    two[1].skill_match = true;
    assert_int_equal(assignment_choose(&list, &arena, &reason), 1);
    assert_string_equal(reason, "has the skill asked for; rating 4.5; 10 h booked in the last 30 days");
    two[1].skill_match = false;
    two[1].sessions_with_client = 3;
    assert_int_equal(assignment_choose(&list, &arena, &reason), 1);
    assert_string_equal(reason, "worked with you 3 times; rating 4.5; 10 h booked in the last 30 days");
    two[1].sessions_with_client = 0;
    two[1].rating = 4.9;
    assert_int_equal(assignment_choose(&list, &arena, &reason), 1);
    two[1].rating = 4.5;
    two[1].minutes_30d = 300;
    assert_int_equal(assignment_choose(&list, &arena, &reason), 1);
}

static void test_rule_17_ties_are_stable(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    const char *reason;
    struct candidate three[] = { { .consultant_id = "c", .minutes_30d = 59 },
                                 { .consultant_id = "b", .minutes_30d = 30 },
                                 { .consultant_id = "a", .minutes_30d = 30 } };
    struct list list = of(three, 3);
    assert_int_equal(assignment_choose(&list, &arena, &reason), 2); // the lower load, then the lower id
    three[2].minutes_30d = 45;
    assert_int_equal(assignment_choose(&list, &arena, &reason), 1);
    struct list one = of(three, 1);
    assert_int_equal(assignment_choose(&one, &arena, &reason), 0);
    assert_string_equal(reason, "the only one free at that time; 1 h booked in the last 30 days");
}

// 200 hours for ten clients, given out one by one.
static void test_trap_15_a_favourite_does_not_get_all_and_a_newcomer_is_not_flooded(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    const char *reason;
    struct candidate hosts[] = { { .consultant_id = "favourite", .rating = 5.0, .minutes_30d = 1200 },
                                 { .consultant_id = "good", .rating = 4.5, .minutes_30d = 1200 },
                                 { .consultant_id = "fair", .rating = 4.0, .minutes_30d = 1200 },
                                 { .consultant_id = "newcomer" } };
    struct list list = of(hosts, ARRAY_LEN(hosts));
    for (int booking = 0; booking < 200; booking++)
        hosts[assignment_choose(&list, &arena, &reason)].minutes_30d += 60;
    int64_t newcomer = hosts[3].minutes_30d;
    for (size_t i = 0; i < 3; i++) {
        assert_true(hosts[i].minutes_30d > 1200 + 20 * 60); // everybody got work
        assert_true(newcomer <= hosts[i].minutes_30d + 60); // nobody is passed by the one without a rating
    }
    assert_true(hosts[0].minutes_30d > hosts[2].minutes_30d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_rule_17_what_counts),
        cmocka_unit_test(test_rule_17_ties_are_stable),
        cmocka_unit_test(test_trap_15_a_favourite_does_not_get_all_and_a_newcomer_is_not_flooded),
    };
    return cmocka_run_group_tests_name("assignment", tests, NULL, NULL);
}
