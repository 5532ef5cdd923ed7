// A disk that fails: what could not be made durable is never acknowledged, reading goes on, and when the disk is well
// again so is the server, without a restart.
#include "server/core/audit.h"
#include "tests/lib/crash_vfs.h"
#include "tests/lib/testbed.h"
#include "tests/store/pretend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct place {
    struct testbed bed;
    char folder[64];
};

static int open_bed(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    strcpy(place->folder, "/tmp/serenity-fault-XXXXXX");
    if (mkdtemp(place->folder) == NULL)
        return -1;
    crash_vfs_install(place->folder);
    const struct testbed_options options = { .folder = place->folder };
    testbed_open(&place->bed, &options);
    *state = place;
    return 0;
}

static int close_bed(void **state)
{
    struct place *place = *state;
    crash_vfs_fail(CRASH_VFS_WELL, 0);
    testbed_close(&place->bed);
    crash_vfs_uninstall();
    free(place);
    return 0;
}

static enum err_code put(struct testbed *bed, const char *key, const char *idempotency_key)
{
    char args[64];
    snprintf(args, sizeof(args), "{\"key\":\"%s\"}", key);
    struct op_request *request = testbed_run(bed, &pretend_put, &pretend_jane, args, idempotency_key);
    enum err_code code = request->err.code;
    assert_int_equal(request->ok, code == ERR_NONE);
    assert_int_equal(request->status, err_status(code));
    op_request_free(request);
    return code;
}

static enum err_code get(struct testbed *bed, const char *key)
{
    char args[64];
    snprintf(args, sizeof(args), "{\"key\":\"%s\"}", key);
    struct op_request *request = testbed_run(bed, &pretend_get, NULL, args, NULL);
    enum err_code code = request->err.code;
    op_request_free(request);
    return code;
}

static void check_store(struct testbed *bed)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    CLEANUP(buf_free) struct buf wrong = { 0 };
    assert_true(db_open(&db, bed->path, DB_READER, &err));
    assert_true(db_integrity(db, &wrong, &err));
    assert_true(audit_check(db, &wrong, &err));
    assert_string_equal(buf_text(&wrong), "");
}

enum { TRIES = 30 };

// Each call of the commit is the one that fails, in turn.
static void fail_and_recover(struct testbed *bed, enum crash_vfs_failure failure, enum err_code expected)
{
    int refused = 0;
    assert_int_equal(put(bed, "before", NULL), ERR_NONE);
    for (int after = 0; after < TRIES; after++) {
        char key[32], retry[32];
        snprintf(key, sizeof(key), "during-%d", after);
        snprintf(retry, sizeof(retry), "device:%d", after);
        crash_vfs_fail(failure, after);
        enum err_code code = put(bed, key, retry);
        if (code != ERR_NONE) {
            refused++;
            assert_int_equal(code, expected);
            assert_int_equal(get(bed, "before"), ERR_NONE);
            assert_int_equal(get(bed, key), ERR_NOT_FOUND);
        }
        crash_vfs_fail(CRASH_VFS_WELL, 0);
        assert_int_equal(put(bed, key, retry),
                         ERR_NONE); // the same request again: one effect, whatever came before
        assert_int_equal(get(bed, key), ERR_NONE);
    }
    assert_true(refused > 0);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config"), TRIES + 1);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM audit"), TRIES + 1);
    check_store(bed);
}

static void test_disk_full_answers_507_and_recovers(void **state)
{
    assert_int_equal(err_status(ERR_STORAGE_FULL), 507);
    fail_and_recover(*state, CRASH_VFS_DISK_FULL, ERR_STORAGE_FULL);
}

static void test_write_error_is_never_acknowledged(void **state)
{
    fail_and_recover(*state, CRASH_VFS_WRITE_ERROR, ERR_INTERNAL);
}

static void test_failed_sync_is_never_acknowledged(void **state)
{
    fail_and_recover(*state, CRASH_VFS_SYNC_ERROR, ERR_INTERNAL);
}

// The neighbours in a batch whose commit failed are told so too.
enum { CROWD = 40 };

struct tally {
    int answered, refused;
};

static void count_answer(struct op_request *request, void *user)
{
    struct tally *tally = user;
    tally->answered++;
    tally->refused += !request->ok;
    op_request_free(request);
}

static void test_all_of_a_failed_batch_hear_of_it(void **state)
{
    static const struct timespec pause = { .tv_nsec = 200000 };
    struct testbed *bed = *state;
    struct tally tally = { 0 };
    crash_vfs_fail(CRASH_VFS_SYNC_ERROR, 0);
    for (int i = 0; i < CROWD; i++) {
        char args[64];
        snprintf(args, sizeof(args), "{\"key\":\"%d\"}", i);
        struct op_request *request = testbed_request(&pretend_put, &pretend_jane, args, NULL);
        request->done = count_answer;
        request->user = &tally;
        engine_submit(bed->app.engine, request);
    }
    while (tally.answered < CROWD) {
        engine_deliver(bed->app.engine);
        nanosleep(&pause, NULL);
    }
    assert_int_equal(tally.refused, CROWD);
    crash_vfs_fail(CRASH_VFS_WELL, 0);
    assert_int_equal(put(bed, "after", NULL), ERR_NONE);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config"), 1);
    assert_int_equal(testbed_int(bed, "SELECT seq FROM tenant"), 1);
    check_store(bed);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, open_bed, close_bed)
    const struct CMUnitTest tests[] = {
        TEST(test_disk_full_answers_507_and_recovers),
        TEST(test_write_error_is_never_acknowledged),
        TEST(test_failed_sync_is_never_acknowledged),
        TEST(test_all_of_a_failed_batch_hear_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
