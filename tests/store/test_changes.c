// What push is handed: every committed change once, in order, without gaps, with the row as it is; and the audit chain.
#include "server/core/audit.h"
#include "server/core/changes.h"
#include "tests/lib/testbed.h"
#include "tests/store/pretend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static _Atomic int wakes;

static void wake(void *user)
{
    (void)user;
    wakes++;
}

static int open_bed(void **state)
{
    static const struct testbed_options options = { .wake = wake };
    struct testbed *bed = calloc(1, sizeof(*bed));
    wakes = 0;
    testbed_open(bed, &options);
    *state = bed;
    return 0;
}

static int close_bed(void **state)
{
    testbed_close(*state);
    free(*state);
    return 0;
}

static void put(struct testbed *bed, const char *key, const char *value)
{
    char args[100];
    snprintf(args, sizeof(args), "{\"key\":\"%s\",\"value\":\"%s\"}", key, value);
    struct op_request *request = testbed_run(bed, &pretend_put, &pretend_jane, args, NULL);
    assert_true(request->ok);
    op_request_free(request);
}

static struct change_batch *wait_for_batch(struct testbed *bed)
{
    static const struct timespec pause = { .tv_nsec = 1000000 };
    struct change_batch *batch = NULL;
    for (int tries = 0; batch == NULL && tries < 5000; tries++) {
        batch = engine_take_changes(bed->app.engine);
        if (batch == NULL)
            nanosleep(&pause, NULL);
    }
    assert_non_null(batch);
    return batch;
}

static void test_a_change_arrives_rendered(void **state)
{
    struct testbed *bed = *state;
    put(bed, "a", "text");
    struct change_batch *batch = wait_for_batch(bed);
    assert_string_equal(batch->tenant, TENANT_DEFAULT);
    assert_int_equal(batch->from, 0);
    assert_int_equal(batch->to, 1);
    assert_int_equal(batch->entries.count, 1);
    const struct change_entry *entry = LIST_AT(&batch->entries, struct change_entry, 0);
    assert_int_equal(entry->table, ROW_POLICY);
    assert_string_equal(entry->id, "a");
    assert_string_equal(entry->was, "");
    assert_string_equal(entry->now, "pub");
    assert_string_equal(entry->row, "\"text\"");
    assert_int_equal(entry->row_size, 6);
    assert_true(wakes > 0);
    change_batch_free(batch);
}

static void test_batches_follow_without_gaps(void **state)
{
    enum { MANY = 60 };
    struct testbed *bed = *state;
    int64_t reached = 0;
    size_t entries = 0;
    for (int i = 0; i < MANY; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        put(bed, key, "v");
    }
    while (reached < MANY) {
        struct change_batch *batch = wait_for_batch(bed);
        assert_int_equal(batch->from, reached);
        assert_true(batch->to > batch->from);
        reached = batch->to;
        entries += batch->entries.count;
        change_batch_free(batch);
    }
    assert_int_equal(reached, MANY);
    assert_int_equal(entries, MANY);
}

static void test_refused_changes_are_not_told(void **state)
{
    struct testbed *bed = *state;
    op_request_free(testbed_run(bed, &pretend_break, &pretend_jane, "{\"key\":\"x\"}", NULL));
    put(bed, "y", "v");
    struct change_batch *batch = wait_for_batch(bed);
    assert_int_equal(batch->to, 1);
    assert_string_equal(LIST_AT(&batch->entries, struct change_entry, 0)->id, "y");
    change_batch_free(batch);
}

// Principals ------------------------------------------------------------------------------------------------------

static void test_principals(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    assert_string_equal(principals_of(&pretend_jane, &arena), "pub u:jane org:acme role:default:client");
    assert_string_equal(principals_of(&pretend_john, &arena), "pub u:john role:default:admin");
    assert_string_equal(principals_of(&(struct actor){ .tenant = TENANT_DEFAULT }, &arena), "");
    assert_true(principals_meet("u:a org:b", "x org:b"));
    assert_false(principals_meet("u:a org:b", "org:bb u:aa"));
    assert_false(principals_meet("", ""));
    assert_false(principals_meet("u:a", ""));
}

// Audit -----------------------------------------------------------------------------------------------------------

static void tamper(const struct testbed *bed, const char *sql, struct buf *wrong)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    assert_true(db_open(&db, bed->path, DB_WRITER, &err));
    assert_true(db_script(db, "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete", &err));
    assert_true(db_begin(db, &err));
    assert_true(db_script(db, sql, &err));
    assert_true(audit_check(db, wrong, &err));
    db_rollback(db);
    assert_true(db_script(db,
                          "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT 1; END;"
                          "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT 1; END;",
                          &err));
}

static void test_audit_chain_shows_tampering(void **state)
{
    static const char *const harmful[] = {
        "UPDATE audit SET args = '{}' WHERE n = 2",
        "UPDATE audit SET actor = NULL WHERE n = 3",
        "UPDATE audit SET at = at + 1 WHERE n = 1",
        "DELETE FROM audit WHERE n = 2",
        "DELETE FROM audit WHERE n = 1",
        "UPDATE audit SET target = request_id, request_id = target WHERE n = 4",
        "UPDATE audit SET n = n + 1 WHERE n = 5",
    };
    struct testbed *bed = *state;
    for (int i = 0; i < 5; i++)
        put(bed, (const char[]){ (char)('a' + i), '\0' }, "v");
    testbed_stop(bed);
    CLEANUP(buf_free) struct buf wrong = { 0 };
    tamper(bed, "SELECT 1", &wrong);
    assert_string_equal(buf_text(&wrong), "");
    for (size_t i = 0; i < ARRAY_LEN(harmful); i++) {
        buf_clear(&wrong);
        tamper(bed, harmful[i], &wrong);
        if (wrong.len == 0)
            fail_msg("not noticed: %s", harmful[i]);
    }
    testbed_start(bed, NULL); // the chain goes on where it ended
    put(bed, "z", "v");
    buf_clear(&wrong);
    tamper(bed, "SELECT 1", &wrong);
    assert_string_equal(buf_text(&wrong), "");
}

static void test_audit_refuses_changes_by_itself(void **state)
{
    struct testbed *bed = *state;
    struct err err = { 0 };
    put(bed, "a", "v");
    CLEANUP(db_closep) struct db *db = NULL;
    assert_true(db_open(&db, bed->path, DB_WRITER, &err));
    assert_false(db_run(db, "UPDATE audit SET op = 'x'", DB_NO_ARGS, NULL, &err));
    assert_false(db_run(db, "DELETE FROM audit", DB_NO_ARGS, NULL, &err));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, open_bed, close_bed)
    const struct CMUnitTest tests[] = {
        TEST(test_a_change_arrives_rendered),    TEST(test_batches_follow_without_gaps),
        TEST(test_refused_changes_are_not_told), cmocka_unit_test(test_principals),
        TEST(test_audit_chain_shows_tampering),  TEST(test_audit_refuses_changes_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
