// When a lost connection is tried again (handbook SYNC): the first time at once, then full jitter that doubles from half
// a second to a minute; to a server on this machine within a second.
#include "tui/net/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SECOND = 1000, ROUNDS = 20000, FLOOR = 50 };

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state;
}

static void range_of(unsigned attempt, bool near, int64_t *ret_least, int64_t *ret_most)
{
    uint32_t state = attempt + 1;
    *ret_least = INT64_MAX;
    *ret_most = 0;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t ms = backoff_ms(attempt, next(&state), near);
        *ret_least = ms < *ret_least ? ms : *ret_least;
        *ret_most = ms > *ret_most ? ms : *ret_most;
    }
}

static void test_the_jitter_is_full_and_doubles_up_to_a_minute(void **state)
{
    static const int64_t bounds[] = { 100, 500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
    (void)state;
    for (unsigned attempt = 0; attempt < sizeof bounds / sizeof *bounds; attempt++) {
        int64_t least, most;
        range_of(attempt, false, &least, &most);
        assert_in_range(least, FLOOR, FLOOR + bounds[attempt] / 10);
        assert_in_range(most, bounds[attempt] * 9 / 10, FLOOR + bounds[attempt]);
    }
    int64_t least, most;
    range_of(4000000000u, false, &least, &most);
    assert_true(most <= FLOOR + 60 * SECOND);
}

static void test_a_server_on_this_machine_is_tried_every_second(void **state)
{
    (void)state;
    for (unsigned attempt = 0; attempt < 50; attempt++) {
        int64_t least, most;
        range_of(attempt, true, &least, &most);
        assert_true(most <= FLOOR + SECOND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_jitter_is_full_and_doubles_up_to_a_minute),
        cmocka_unit_test(test_a_server_on_this_machine_is_tried_every_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
