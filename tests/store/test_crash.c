// Power failures. A run of operations is recorded on a disk that remembers; then the disk is rebuilt as a crash at many
// moments could have left it, and each time the store must open, be whole, and hold everything that was acknowledged.
//
//     test_crash [--all | --points N] [--seed S]
#include "server/core/audit.h"
#include "server/db/migrations.h"
#include "tests/lib/testbed.h"
#include "tests/store/crash_trial.h"
#include "tests/store/pretend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

enum { ROUNDS = 12, CROWD = 12 };

// The run ---------------------------------------------------------------------------------------------------------

static size_t answered;

static void acknowledge(struct op_request *request, void *user)
{
    if (request->ok)
        crash_vfs_mark((int64_t)(intptr_t)user);
    answered++;
    op_request_free(request);
}

static void submit(struct testbed *bed, int number)
{
    char args[64];
    snprintf(args, sizeof(args), "{\"key\":\"%d\",\"value\":\"%0*d\"}", number, number % 40, 0);
    struct op_request *request =
        testbed_request(number % 7 == 3 ? &pretend_break : &pretend_put, &pretend_jane, args, NULL);
    request->idempotency_key = arena_printf(&request->arena, "device:%d", number);
    request->done = acknowledge;
    request->user = (void *)(intptr_t)number;
    engine_submit(bed->app.engine, request);
}

static void run_crowd(struct testbed *bed, int first)
{
    static const struct timespec pause = { .tv_nsec = 200000 };
    answered = 0;
    for (int i = 0; i < CROWD; i++)
        submit(bed, first + i);
    while (answered < CROWD) {
        engine_deliver(bed->app.engine);
        nanosleep(&pause, NULL);
    }
}

// In the middle the server is stopped and started, which folds the log in and removes it.
static void run(const char *folder)
{
    const struct testbed_options options = { .folder = folder };
    struct testbed bed;
    testbed_open(&bed, &options);
    for (int round = 0; round < ROUNDS; round++) {
        run_crowd(&bed, round * CROWD);
        if (round == ROUNDS / 2) {
            testbed_stop(&bed);
            testbed_start(&bed, NULL);
        }
    }
    testbed_stop(&bed);
}

// What was left ---------------------------------------------------------------------------------------------------

static int64_t count_of(struct db *db, const char *sql, int64_t number)
{
    struct err err = { 0 };
    int64_t value = -1;
    if (!db_one_int(db, sql, DB_ARGS(db_int(number)), &value, NULL, &err))
        fail_msg("%s", err.message);
    return value;
}

// Each operation is there with its change and its audit entry, or not at all.
static bool is_whole(struct db *db, size_t point)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf wrong = { 0 };
    int64_t halves =
        count_of(db,
                 "SELECT (SELECT count(*) FROM config WHERE key NOT IN (SELECT target FROM audit)) + "
                 "(SELECT count(*) FROM config WHERE key NOT IN (SELECT id FROM change)) + "
                 "(SELECT count(*) FROM audit WHERE target NOT IN (SELECT key FROM config)) + "
                 "abs((SELECT count(*) FROM config) - (SELECT COALESCE(sum(seq), 0) FROM tenant)) + $1",
                 0);
    if (halves != 0)
        buf_addf(&wrong, "%d parts without the rest", (int)halves);
    if (!db_integrity(db, &wrong, &err) || !audit_check(db, &wrong, &err))
        buf_add_text(&wrong, err.message);
    if (wrong.len > 0)
        print_message("point %zu: %s\n", point, buf_text(&wrong));
    return wrong.len == 0;
}

static bool inspect(const char *store, size_t point, const int64_t *marks, size_t count, size_t *ret_lost)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    if (!store_prepare(store, 1, &err) || !db_open(&db, store, DB_READER, &err))
        return false;
    for (size_t i = 0; i < count; i++)
        *ret_lost += count_of(db, "SELECT count(*) FROM config WHERE key = CAST($1 AS TEXT)", marks[i]) != 1;
    return *ret_lost > 0 || is_whole(db, point);
}

int main(int argc, char **argv)
{
    const struct crash_trial trial = { run, inspect };
    return crash_trial_main(argc, argv, &trial);
}
