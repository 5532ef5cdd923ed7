// Jobs: made with the operation or not at all, tried until they work or are given up, never run twice at once.
#include "server/core/clock.h"
#include "server/jobs/daily.h"
#include "server/jobs/housekeeping.h"
#include "shared/host/host.h"
#include "tests/lib/testbed.h"
#include "tests/store/pretend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Kinds that do what their payload says -----------------------------------------------------------------------------

static _Atomic int performed, failures_left, finish_failures_left;

static bool perform(struct op_ctx *ctx, const struct job *job, bool *ret_skip)
{
    performed++;
    *ret_skip = strstr(job->payload, "skip") != NULL;
    if (failures_left > 0) {
        failures_left--;
        return err_set(ctx->err, ERR_UNAVAILABLE, "The other side is down.");
    }
    return true;
}

static bool finish(struct op_ctx *ctx, const struct job *job)
{
    bool ok = db_run(ctx->db, "INSERT INTO config (key, value) VALUES ($1, 'finished')",
                     DB_ARGS(db_text(job->key)), NULL, ctx->err);
    if (ok && finish_failures_left > 0) {
        finish_failures_left--;
        return err_set(ctx->err, ERR_CONFLICT, "Not yet.");
    }
    return ok;
}

static const struct job_kind kind_send = { .name = "test.send", .max_attempts = 3, .perform = perform };
static const struct job_kind kind_finish = { .name = "test.finish", .perform = perform, .finish = finish };
const struct job_kind *const job_kinds[] = { &job_housekeeping, &kind_finish, &kind_send };
const struct job_kind *const daily_jobs[] = { &job_housekeeping };
const size_t daily_job_count = ARRAY_LEN(daily_jobs);
const size_t job_kind_count = ARRAY_LEN(job_kinds);

// An operation that adds one ----------------------------------------------------------------------------------------

struct add_args {
    const char *kind, *key, *payload;
    int64_t delay;
    bool refuse;
};
static const struct field add_fields[] = {
    { FIELD(struct add_args, kind), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { FIELD(struct add_args, key), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { FIELD(struct add_args, payload), .kind = FIELD_TEXT },
    { FIELD(struct add_args, delay), .kind = FIELD_INT },
    { FIELD(struct add_args, refuse), .kind = FIELD_BOOL },
};
static const struct shape add_shape = SHAPE(struct add_args, "AddJob", add_fields);

static bool add_run(struct op_ctx *ctx, const void *in)
{
    const struct add_args *args = in;
    if (!job_add(ctx, args->kind, args->key, ctx->now + args->delay, args->payload))
        return false;
    return !args->refuse || err_set(ctx->err, ERR_WRONG_STATE, "No.");
}

static const struct op_spec add_spec = {
    .name = "test.add", .roles = ROLE_CLIENT, .kind = OP_CHANGE, .status = 200, .in = &add_shape
};
static const struct op add_op = { .spec = &add_spec, .run = add_run };

// The bed -------------------------------------------------------------------------------------------------------------

static int open_bed(void **state)
{
    struct testbed *bed = calloc(1, sizeof(*bed));
    struct err err = { 0 };
    performed = failures_left = finish_failures_left = 0;
    testbed_open(bed, NULL);
    if (!job_runner_start(&bed->app.jobs, &bed->app, &err))
        return -1;
    *state = bed;
    return 0;
}

static int close_bed(void **state)
{
    struct testbed *bed = *state;
    job_runner_stop(bed->app.jobs);
    testbed_close(bed);
    free(bed);
    return 0;
}

static void add(struct testbed *bed, const char *args)
{
    struct op_request *request = testbed_run(bed, &add_op, &pretend_jane, args, NULL);
    op_request_free(request);
}

static void drain(struct testbed *bed)
{
    struct err err = { 0 };
    assert_true(job_runner_drain(bed->app.jobs, &err));
}

static void advance(struct testbed *bed, int64_t ms)
{
    assert_true(clock_advance_to(bed->app.clock, clock_now(bed->app.clock) + ms));
    drain(bed);
}

static int64_t count(struct testbed *bed, const char *state)
{
    char sql[100];
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM job WHERE state = '%s'", state);
    return testbed_int(bed, sql);
}

// Stories -------------------------------------------------------------------------------------------------------------

static void test_job_is_performed_and_finished_once(void **state)
{
    struct testbed *bed = *state;
    add(bed, "{\"kind\":\"test.finish\",\"key\":\"a\"}");
    add(bed, "{\"kind\":\"test.finish\",\"key\":\"a\"}"); // the same key: the same job
    drain(bed);
    assert_int_equal(performed, 1);
    assert_int_equal(count(bed, "done"), 1);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config WHERE key = 'a'"), 1);
    assert_int_equal(
        testbed_int(bed, "SELECT count(*) FROM audit WHERE op = 'test.finish' AND actor IS NULL"), 1);
}

static void test_refused_operation_leaves_no_job(void **state)
{
    struct testbed *bed = *state;
    add(bed, "{\"kind\":\"test.send\",\"key\":\"a\",\"refuse\":true}");
    drain(bed);
    assert_int_equal(performed, 0);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM job"), 0);
}

static void test_job_waits_for_its_time(void **state)
{
    struct testbed *bed = *state;
    add(bed, "{\"kind\":\"test.send\",\"key\":\"a\",\"delay\":3600000}");
    drain(bed);
    assert_int_equal(performed, 0);
    advance(bed, 3599000);
    assert_int_equal(performed, 0);
    advance(bed, 2000);
    assert_int_equal(performed, 1);
}

static void test_failure_is_tried_again_later(void **state)
{
    struct testbed *bed = *state;
    failures_left = 1;
    add(bed, "{\"kind\":\"test.send\",\"key\":\"a\"}");
    drain(bed);
    assert_int_equal(count(bed, "waiting"), 1);
    assert_int_equal(
        testbed_int(bed, "SELECT count(*) FROM job WHERE last_error = 'The other side is down.'"), 1);
    drain(bed); // not before its time
    assert_int_equal(performed, 1);
    advance(bed, 60 * 1000);
    assert_int_equal(performed, 2);
    assert_int_equal(count(bed, "done"), 1);
}

static void test_job_is_given_up_after_its_last_try(void **state)
{
    struct testbed *bed = *state;
    failures_left = 1000;
    add(bed, "{\"kind\":\"test.send\",\"key\":\"a\"}");
    drain(bed);
    for (int i = 0; i < 6; i++)
        advance(bed, 24 * 3600 * 1000);
    assert_int_equal(performed, 3);
    assert_int_equal(count(bed, "dead"), 1);
}

static void test_unknown_kind_is_dead_at_once(void **state)
{
    struct testbed *bed = *state;
    add(bed, "{\"kind\":\"test.nobody\",\"key\":\"a\"}");
    drain(bed);
    assert_int_equal(count(bed, "dead"), 1);
}

static void test_what_no_longer_holds_is_skipped(void **state)
{
    struct testbed *bed = *state;
    add(bed, "{\"kind\":\"test.finish\",\"key\":\"a\",\"payload\":\"{\\\"skip\\\":1}\"}");
    drain(bed);
    assert_int_equal(count(bed, "skipped"), 1);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config"), 0);
}

static void test_failed_finish_leaves_nothing_and_is_tried_again(void **state)
{
    struct testbed *bed = *state;
    finish_failures_left = 1;
    add(bed, "{\"kind\":\"test.finish\",\"key\":\"a\"}");
    drain(bed);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config"), 0);
    assert_int_equal(count(bed, "waiting"), 1);
    advance(bed, 60 * 1000);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config"), 1);
    assert_int_equal(count(bed, "done"), 1);
}

// A runner that was killed left the lease behind.
static void test_lost_lease_is_taken_over_when_it_ends(void **state)
{
    struct testbed *bed = *state;
    struct err err = { 0 };
    add(bed, "{\"kind\":\"test.send\",\"key\":\"a\",\"delay\":60000}");
    job_runner_stop(bed->app.jobs);
    bed->app.jobs = NULL;
    testbed_stop(bed);
    struct db *db;
    assert_true(db_open(&db, bed->path, DB_WRITER, &err));
    assert_true(db_run(db, "UPDATE job SET state = 'running', attempts = 1, run_at = 0, lease_until = $1",
                       DB_ARGS(db_int(host_now_ms() + 5 * 60 * 1000)), NULL, &err));
    db_close(db);
    testbed_start(bed, NULL);
    assert_true(job_runner_start(&bed->app.jobs, &bed->app, &err));
    drain(bed);
    assert_int_equal(performed, 0);
    advance(bed, 6 * 60 * 1000);
    assert_int_equal(performed, 1);
    assert_int_equal(testbed_int(bed, "SELECT attempts FROM job WHERE state = 'done'"), 2);
}

// A job that brings the server down each time must not do so for ever.
static void test_a_job_that_kills_its_runner_is_given_up(void **state)
{
    struct testbed *bed = *state;
    struct err err = { 0 };
    add(bed, "{\"kind\":\"test.send\",\"key\":\"a\",\"delay\":60000}");
    job_runner_stop(bed->app.jobs);
    bed->app.jobs = NULL;
    testbed_stop(bed);
    struct db *db;
    assert_true(db_open(&db, bed->path, DB_WRITER, &err));
    assert_true(db_run(db, "UPDATE job SET state = 'running', attempts = 3, run_at = 0, lease_until = 1",
                       DB_NO_ARGS, NULL, &err));
    db_close(db);
    testbed_start(bed, NULL);
    assert_true(job_runner_start(&bed->app.jobs, &bed->app, &err));
    drain(bed);
    assert_int_equal(performed, 0);
    assert_int_equal(count(bed, "dead"), 1);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM job WHERE last_error LIKE 'The server stopped%'"),
                     1);
}

static void test_many_jobs_all_run_once(void **state)
{
    struct testbed *bed = *state;
    for (int i = 0; i < 50; i++) {
        char args[80];
        snprintf(args, sizeof(args), "{\"kind\":\"test.finish\",\"key\":\"k%d\"}", i);
        add(bed, args);
    }
    drain(bed);
    assert_int_equal(performed, 50);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config"), 50);
}

// Housekeeping --------------------------------------------------------------------------------------------------------

static void insert_of_age(struct db *db, int days, int64_t now)
{
    struct err err = { 0 };
    struct db_value at = db_int(now - days * (int64_t)24 * 3600 * 1000), age = db_int(days);
    assert_true(
        db_run(db,
               "INSERT INTO request_result (scope, key, payload_hash, op, status, reply, seq, at, has_words) "
               "VALUES ('jane', 'k' || $2, 'h', 'o', 200, '{\"x\":1}', 0, $1, $2 % 3 > 0)",
               DB_ARGS(at, age), NULL, &err));
    assert_true(
        db_run(db,
               "INSERT INTO job (id, tenant, kind, key, payload, run_at, state, created_at, finished_at) "
               "VALUES ('j' || $2, 'default', 'test.send', 'j' || $2, '{}', $1, 'done', $1, $1)",
               DB_ARGS(at, age), NULL, &err));
    assert_true(db_run(db,
                       "INSERT INTO change (tenant, seq, tbl, id, kind, was, now, op, at) "
                       "VALUES ('default', 1000 - $2, 1, 'x', 0, '', 'pub', 'o', $1)",
                       DB_ARGS(at, age), NULL, &err));
}

static void test_housekeeping_forgets_what_is_too_old(void **state)
{
    static const int days[] = { 1, 29, 31, 89, 91, 179, 181, 400 };
    struct testbed *bed = *state;
    struct err err = { 0 };
    struct db *db;
    job_runner_stop(bed->app.jobs);
    bed->app.jobs = NULL;
    testbed_stop(bed);
    assert_true(db_open(&db, bed->path, DB_WRITER, &err));
    for (size_t i = 0; i < ARRAY_LEN(days); i++)
        insert_of_age(db, days[i], host_now_ms());
    db_close(db);
    testbed_start(bed, NULL);
    assert_true(daily_plan(&bed->app, &err));
    assert_true(daily_plan(&bed->app, &err)); // once a day, however often it is planned
    assert_true(job_runner_start(&bed->app.jobs, &bed->app, &err));
    drain(bed);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM request_result"), 4);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM request_result WHERE reply = '{}'"), 2); // 31, 89
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM request_result WHERE has_words = 1"), 2);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM job WHERE kind = 'test.send'"), 2);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM change"), 2);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM old_change WHERE id = 'x'"), 1);
    assert_int_equal(
        testbed_int(bed, "SELECT max(run_at) - min(run_at) FROM job WHERE kind = 'core.housekeeping'") > 1000,
        1); // a second bite of the log, or tomorrow's
    assert_int_equal(count(bed, "waiting"), 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, open_bed, close_bed)
    const struct CMUnitTest tests[] = {
        TEST(test_job_is_performed_and_finished_once),
        TEST(test_refused_operation_leaves_no_job),
        TEST(test_job_waits_for_its_time),
        TEST(test_failure_is_tried_again_later),
        TEST(test_job_is_given_up_after_its_last_try),
        TEST(test_unknown_kind_is_dead_at_once),
        TEST(test_what_no_longer_holds_is_skipped),
        TEST(test_failed_finish_leaves_nothing_and_is_tried_again),
        TEST(test_lost_lease_is_taken_over_when_it_ends),
        TEST(test_a_job_that_kills_its_runner_is_given_up),
        TEST(test_many_jobs_all_run_once),
        TEST(test_housekeeping_forgets_what_is_too_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
