// The queues between threads: first in first out, bounded, patient, closed in order.
#include "server/core/queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static struct work number(intptr_t i)
{
    return (struct work){ WORK_REQUEST, (void *)i };
}

static const struct patience at_once = { .timeout_ms = 0 };

static void test_first_in_first_out_and_bounded(void **state)
{
    (void)state;
    enum { LIMIT = 100 };
    struct queue queue;
    struct work taken[LIMIT];
    queue_init(&queue, LIMIT);
    intptr_t in = 0, out = 0;
    for (int round = 0; round < 5; round++) { // around the ring
        while (queue_push(&queue, number(in)))
            in++;
        assert_int_equal(queue_length(&queue), LIMIT);
        size_t count = queue_take(&queue, taken, 70, at_once);
        assert_int_equal(count, 70);
        for (size_t i = 0; i < count; i++)
            assert_ptr_equal(taken[i].item, (void *)out++);
        queue_done(&queue, count);
    }
    queue_free(&queue);
}

// What sync sessions read is bounded by their number: it is never refused.
static void test_reads_pass_the_limit(void **state)
{
    (void)state;
    struct queue queue;
    queue_init(&queue, 2);
    assert_true(queue_push(&queue, number(1)) && queue_push(&queue, number(2)));
    assert_false(queue_push(&queue, number(3)));
    assert_true(queue_push(&queue, (struct work){ WORK_READ, NULL }));
    queue_free(&queue);
}

static void test_closed_queue_gives_what_is_left(void **state)
{
    (void)state;
    struct queue queue;
    struct work taken[4];
    queue_init(&queue, 10);
    queue_push(&queue, number(1));
    queue_close(&queue);
    assert_false(queue_push(&queue, number(2)));
    assert_int_equal(
        queue_take(&queue, taken, 4, (struct patience){ .timeout_ms = -1, .wanted = 3, .more_us = -1 }), 1);
    assert_false(queue_idle(&queue)); // taken, not done
    queue_done(&queue, 1);
    assert_true(queue_idle(&queue));
    assert_int_equal(queue_take(&queue, taken, 4, (struct patience){ .timeout_ms = -1 }), 0);
    queue_free(&queue);
}

static void *push_slowly(void *pointer)
{
    static const struct timespec pause = { .tv_nsec = 2000000 };
    for (intptr_t i = 0; i < 5; i++) {
        nanosleep(&pause, NULL);
        queue_push(pointer, number(i));
    }
    return NULL;
}

static void test_patience_waits_for_as_many_as_wanted(void **state)
{
    (void)state;
    struct queue queue;
    struct work taken[8];
    pthread_t thread;
    queue_init(&queue, 10);
    pthread_create(&thread, NULL, push_slowly, &queue);
    const struct patience patient = { .timeout_ms = -1, .wanted = 5, .more_us = 10 * 1000 * 1000 };
    assert_int_equal(queue_take(&queue, taken, 8, patient), 5);
    pthread_join(thread, NULL);
    queue_push(&queue, number(9));
    const struct patience hasty = { .timeout_ms = -1, .wanted = 5, .more_us = 1000 };
    assert_int_equal(queue_take(&queue, taken, 8, hasty), 1);
    queue_free(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_in_first_out_and_bounded),
        cmocka_unit_test(test_reads_pass_the_limit),
        cmocka_unit_test(test_closed_queue_gives_what_is_left),
        cmocka_unit_test(test_patience_waits_for_as_many_as_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
