// Power failures. A run of operations is recorded on a disk that remembers; then the disk is rebuilt as a crash at many
// moments could have left it, and each time the store must open, be whole, and hold everything that was acknowledged.
//
//     test_crash [--all | --points N] [--seed S]
#include "server/core/audit.h"
#include "server/db/migrations.h"
#include "tests/lib/crash_vfs.h"
#include "tests/lib/testbed.h"
#include "tests/store/pretend.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 12, CROWD = 12, POINTS = 200 };

static size_t wanted_points = POINTS; // 0: all
static uint64_t seed = 20251230;

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
static void record_run(struct testbed *bed, const char *folder)
{
    const struct testbed_options options = { .folder = folder };
    testbed_open(bed, &options);
    for (int round = 0; round < ROUNDS; round++) {
        run_crowd(bed, round * CROWD);
        if (round == ROUNDS / 2) {
            testbed_stop(bed);
            testbed_start(bed, NULL);
        }
    }
    testbed_stop(bed);
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

static void check_whole(struct db *db, size_t point)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf wrong = { 0 };
    if (!db_integrity(db, &wrong, &err) || !audit_check(db, &wrong, &err))
        fail_msg("point %zu: %s", point, err.message);
    if (wrong.len > 0)
        fail_msg("point %zu: %s", point, buf_text(&wrong));
    int64_t halves =
        count_of(db,
                 "SELECT (SELECT count(*) FROM config WHERE key NOT IN (SELECT target FROM audit)) + "
                 "(SELECT count(*) FROM config WHERE key NOT IN (SELECT id FROM change)) + "
                 "(SELECT count(*) FROM audit WHERE target NOT IN (SELECT key FROM config)) + "
                 "abs((SELECT count(*) FROM config) - (SELECT seq FROM tenant)) + $1",
                 0);
    if (halves != 0)
        fail_msg("point %zu: an operation is there in part", point);
}

// How many acknowledged operations are missing. False when the store does not even open.
static bool inspect(const char *folder, size_t point, const int64_t *marks, size_t count, size_t *ret_lost)
{
    char path[160];
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    snprintf(path, sizeof(path), "%s/store.db", folder);
    *ret_lost = count;
    if (!store_prepare(path, 1, &err) || !db_open(&db, path, DB_READER, &err)) {
        return false;
    }
    size_t lost = 0;
    for (size_t i = 0; i < count; i++)
        lost += count_of(db, "SELECT count(*) FROM config WHERE key = CAST($1 AS TEXT)", marks[i]) != 1;
    if (count > 0 && lost == 0)
        check_whole(db, point);
    *ret_lost = lost;
    return true;
}

struct tally {
    size_t points, images_lost, operations_lost, broken;
};

static void crash_at(const char *base, size_t point, struct tally *tally)
{
    char folder[128];
    const int64_t *marks;
    size_t count, lost;
    snprintf(folder, sizeof(folder), "%s/image", base);
    crash_vfs_rebuild(point, seed, folder, &marks, &count);
    tally->points++;
    tally->broken += !inspect(folder, point, marks, count, &lost);
    tally->images_lost += lost > 0;
    tally->operations_lost += lost;
    crash_vfs_remove_folder(folder);
}

static void crash_everywhere(const char *base, struct tally *tally)
{
    size_t points = crash_vfs_points();
    size_t step = wanted_points == 0 || wanted_points >= points ? 1 : points / wanted_points;
    for (size_t point = seed % step; point < points; point += step)
        crash_at(base, point, tally);
    print_message("seed %" PRIu64
                  ": %zu of %zu moments, %zu images lost %zu acknowledged operations, %zu broken\n",
                  seed, tally->points, points, tally->images_lost, tally->operations_lost, tally->broken);
}

static struct tally run_and_crash(bool lie)
{
    char base[64], folder[96];
    struct tally tally = { 0 };
    struct testbed bed;
    // in memory where there is some: the images' own syncs cost time and prove nothing
    snprintf(base, sizeof(base), "%s/serenity-crash-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(base));
    snprintf(folder, sizeof(folder), "%s/live", base);
    assert_int_equal(mkdir(folder, 0700), 0);
    crash_vfs_install(folder);
    crash_vfs_lie(lie);
    record_run(&bed, folder);
    crash_everywhere(base, &tally);
    crash_vfs_uninstall();
    crash_vfs_remove_folder(folder);
    rmdir(base);
    return tally;
}

static void test_nothing_acknowledged_is_lost(void **state)
{
    (void)state;
    struct tally tally = run_and_crash(false);
    assert_int_equal(tally.broken, 0);
    assert_int_equal(tally.operations_lost, 0);
}

// The same run on a disk that answers syncs without doing them, as synchronous = OFF would: were nothing found lost
// there, this test would prove nothing.
static void test_a_disk_that_lies_is_found_out(void **state)
{
    (void)state;
    struct tally tally = run_and_crash(true);
    assert_true(tally.images_lost + tally.broken > 0);
}

static void read_options(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--all") == 0)
            wanted_points = 0;
        else if (strcmp(argv[i], "--points") == 0 && i + 1 < argc)
            wanted_points = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoull(argv[++i], NULL, 10);
    }
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_acknowledged_is_lost),
        cmocka_unit_test(test_a_disk_that_lies_is_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
