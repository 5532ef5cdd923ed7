// Many at once: one slot, one credit, one winner (RULES 9, TRAPS 1).
#include "server/scheduling/scheduling.h"
#include "shared/base/civil.h"
#include "tests/store/office.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { RIVALS = 32, ROUNDS = 50, THREADS = 4 };

// What became of the requests, counted as they are delivered.
struct tally {
    pthread_mutex_t lock;
    int answered, won;
    int lost[ERR_COUNT];
};

static void count_answer(struct op_request *request, void *user)
{
    struct tally *tally = user;
    pthread_mutex_lock(&tally->lock);
    tally->answered++;
    tally->won += request->ok;
    tally->lost[request->err.code] += !request->ok;
    pthread_mutex_unlock(&tally->lock);
    op_request_free(request);
}

struct pusher {
    struct office *office;
    struct op_request *requests[RIVALS / THREADS];
};

static void *push(void *user)
{
    struct pusher *pusher = user;
    for (size_t i = 0; i < ARRAY_LEN(pusher->requests); i++)
        engine_submit(pusher->office->bed.app.engine, pusher->requests[i]);
    return NULL;
}

static int answered(struct tally *tally)
{
    pthread_mutex_lock(&tally->lock);
    int count = tally->answered;
    pthread_mutex_unlock(&tally->lock);
    return count;
}

// All of them from several threads at once; returns when every one is answered.
static void run_all(struct office *office, struct op_request *requests[RIVALS], struct tally *tally)
{
    struct pusher pushers[THREADS];
    pthread_t threads[THREADS];
    *tally = (struct tally){ .lock = PTHREAD_MUTEX_INITIALIZER };
    for (int i = 0; i < RIVALS; i++) {
        requests[i]->done = count_answer;
        requests[i]->user = tally;
        pushers[i % THREADS].office = office;
        pushers[i % THREADS].requests[i / THREADS] = requests[i];
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, push, &pushers[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    while (answered(tally) < RIVALS)
        engine_deliver(office->bed.app.engine);
}

static struct op_request *wish_for(struct office *office, const struct actor *client,
                                   const struct actor *host, int64_t start)
{
    char from[CIVIL_ISO_SIZE], to[CIVIL_ISO_SIZE];
    civil_format_iso(start, from);
    civil_format_iso(start + 90 * (int64_t)MINUTE_MS, to);
    const char *args = arena_printf(&office->arena,
                                    "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":\"%s\","
                                    "\"scheduledEnd\":\"%s\"}}",
                                    host->consultant_id, from, to);
    return testbed_request(&op_run_consultation_book, client, args, NULL);
}

static void give_credits(struct office *office, const struct actor *client, int credits)
{
    office_do(office, &op_run_credit_grant, &office->admin, ERR_NONE,
              "{\"id\":\"%s\",\"packageId\":\"PKG-DISCOVERY-ASSESSMENT\",\"credits\":%d}", client->client_id,
              credits);
}

// Fifty rounds: 32 wishes of two clients for times that overlap each other by offsets; one has it, 31 are told so.
static void test_traps_1_one_slot_has_one_winner(void **state)
{
    struct office *office = *state;
    int64_t monday = office_time("2030-01-14T14:00:00Z");
    give_credits(office, &office->jane, 50);
    give_credits(office, &office->bob, 50);
    for (int round = 0; round < ROUNDS; round++) {
        struct op_request *requests[RIVALS];
        struct tally tally;
        int week = round / 20, weekday = round / 4 % 5, slot = round % 4;
        int64_t start = monday + (week * 7 + weekday) * (int64_t)DAY_MS + slot * 120 * (int64_t)MINUTE_MS;
        for (int i = 0; i < RIVALS; i++) {
            // all of them hold the half hour after start + 30 minutes
            int64_t offset = i % 3 * 15 * (int64_t)MINUTE_MS;
            requests[i] =
                wish_for(office, i % 2 == 0 ? &office->jane : &office->bob, &office->john, start + offset);
        }
        run_all(office, requests, &tally);
        assert_int_equal(tally.won, 1);
        assert_int_equal(tally.lost[ERR_SLOT_TAKEN], RIVALS - 1);
    }
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM consultation"), ROUNDS);
    assert_int_equal(office_balance(office, &office->jane).reserved +
                         office_balance(office, &office->bob).reserved,
                     ROUNDS * 90);
    office_prove(office);
}

// One credit, 32 different times: it is spent once.
static void test_one_credit_is_spent_once(void **state)
{
    struct office *office = *state;
    struct op_request *requests[RIVALS];
    struct tally tally;
    int64_t monday = office_time("2030-01-14T14:00:00Z");
    give_credits(office, &office->gina, 1);
    for (int i = 0; i < RIVALS; i++) {
        int64_t start =
            monday + (i / 20 * 7 + i / 4 % 5) * (int64_t)DAY_MS + i % 4 * 120 * (int64_t)MINUTE_MS;
        requests[i] = wish_for(office, &office->gina, &office->john, start);
    }
    run_all(office, requests, &tally);
    assert_int_equal(tally.won, 1);
    assert_int_equal(tally.lost[ERR_INSUFFICIENT_CREDITS], RIVALS - 1);
    assert_int_equal(office_balance(office, &office->gina).free, 0);
    assert_int_equal(office_balance(office, &office->gina).reserved, 90);
    office_prove(office);
}

// One client, one time, two consultants: they can be in one place only.
static void test_a_client_is_in_one_place(void **state)
{
    struct office *office = *state;
    struct op_request *requests[RIVALS];
    struct tally tally;
    give_credits(office, &office->jane, RIVALS);
    for (int i = 0; i < RIVALS; i++)
        requests[i] = wish_for(office, &office->jane, i % 2 == 0 ? &office->john : &office->mary,
                               office_time("2030-01-14T15:00:00Z"));
    run_all(office, requests, &tally);
    assert_int_equal(tally.won, 1);
    assert_int_equal(tally.lost[ERR_SLOT_TAKEN], RIVALS - 1);
    office_prove(office);
}

// Half of them book Mary, half let her join John's session then: she does one of both.
static void test_who_joins_is_not_booked_meanwhile(void **state)
{
    struct office *office = *state;
    give_credits(office, &office->jane, ROUNDS);
    give_credits(office, &office->bob, ROUNDS);
    int64_t monday = office_time("2030-01-14T14:00:00Z");
    for (int round = 0; round < ROUNDS / 2; round++) {
        struct op_request *requests[RIVALS];
        struct tally tally;
        char start[CIVIL_ISO_SIZE];
        int64_t at = monday + (round / 5 * 7 + round % 5) * (int64_t)DAY_MS;
        civil_format_iso(at, start);
        const char *id = office_book(office, start);
        const char *join = arena_printf(&office->arena, "{\"id\":\"%s\",\"consultantId\":\"%s\"}", id,
                                        office->mary.consultant_id);
        for (int i = 0; i < RIVALS; i++)
            requests[i] =
                i % 2 == round % 2
                    ? wish_for(office, &office->bob, &office->mary, at + 30 * (int64_t)MINUTE_MS)
                    : testbed_request(&op_run_consultation_add_co_consultant, &office->john, join, NULL);
        run_all(office, requests, &tally);
        assert_true(tally.won == 1 || tally.won == RIVALS / 2); // joining again changes nothing
        assert_int_equal(tally.won + tally.lost[ERR_SLOT_TAKEN], RIVALS);
    }
    office_prove(office);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_traps_1_one_slot_has_one_winner),
    TEST(test_one_credit_is_spent_once),
    TEST(test_a_client_is_in_one_place),
    TEST(test_who_joins_is_not_booked_meanwhile),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
