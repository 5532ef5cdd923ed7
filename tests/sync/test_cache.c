// The cache with many rows: the first sync, and questions that a frame asks. Prints what it measured; the bounds here
// only catch what is wrong by far.

#include "tests/sync/home.h"

#include "shared/base/civil.h"
#include "shared/host/host.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MANY = 2000, SLOWER = 50 };
#else
enum { MANY = 100000, SLOWER = 1 };
#endif

static int64_t fill_us(struct home *home, int count)
{
    int64_t before = host_monotonic_us();
    home_snapshot(home, count);
    return host_monotonic_us() - before;
}

// The median of some runs.
static int64_t week_us(struct home *home, int64_t from)
{
    enum { RUNS = 21 };
    int64_t times[RUNS];
    for (int i = 0; i < RUNS; i++) {
        struct arena arena = { 0 };
        struct list list = { 0 };
        int64_t before = host_monotonic_us();
        model_consultations(home->model, from, from + 7 * DAY_MS, &arena, &list);
        times[i] = host_monotonic_us() - before;
        assert_int_equal(list.count, 84); // an hour in two
        arena_free(&arena);
        for (int j = i; j > 0 && times[j] < times[j - 1]; j--) {
            int64_t swap = times[j];
            times[j] = times[j - 1];
            times[j - 1] = swap;
        }
    }
    return times[RUNS / 2];
}

static void measure(int count)
{
    struct home home;
    home_open(&home, false);
    int64_t filled = fill_us(&home, count);
    int64_t middle = HOME_BASE + (int64_t)count * HOUR_MS; // consultations lie two hours apart
    int64_t week = week_us(&home, middle - middle % DAY_MS);
    struct consultation next;
    struct todo todo;
    int64_t before = host_monotonic_us();
    assert_true(model_next(home.model, &home.arena, &next));
    int64_t next_us = host_monotonic_us() - before;
    before = host_monotonic_us();
    model_todo(home.model, &home.arena, &todo);
    int64_t todo_us = host_monotonic_us() - before;
    printf("%d consultations: snapshot %" PRId64 " ms, week %" PRId64 " us, next %" PRId64
           " us, todo %" PRId64 " us\n",
           count, filled / 1000, week, next_us, todo_us);
    assert_true(week < INT64_C(20000) * SLOWER);
    assert_true(filled < (int64_t)count * 500 * SLOWER);
    home_close(&home);
    home_remove(home.folder);
}

static void ten_thousand(void **state)
{
    (void)state;
    measure(MANY / 10);
}

static void a_hundred_thousand(void **state)
{
    (void)state;
    measure(MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand),
        cmocka_unit_test(a_hundred_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
