// The engine's promises: what is answered is durable, what fails leaves nothing, the same request twice is one effect.
#include "server/core/clock.h"
#include "tests/lib/testbed.h"
#include "tests/store/pretend.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int open_bed(void **state)
{
    struct testbed *bed = calloc(1, sizeof(*bed));
    testbed_open(bed, NULL);
    *state = bed;
    return 0;
}

static int close_bed(void **state)
{
    testbed_close(*state);
    free(*state);
    return 0;
}

static void expect(struct op_request *request, enum err_code code)
{
    if (request->err.code != code)
        print_error("%s: %s\n", err_name(request->err.code), request->err.message);
    assert_int_equal(request->err.code, code);
    assert_int_equal(request->ok, code == ERR_NONE);
    assert_int_equal(request->status, err_status(code));
}

static void run_and_expect(struct testbed *bed, const struct op *op, const struct actor *actor,
                           const char *args, enum err_code code)
{
    struct op_request *request = testbed_run(bed, op, actor, args, NULL);
    expect(request, code);
    op_request_free(request);
}

static void test_change_is_stored_audited_and_logged(void **state)
{
    struct testbed *bed = *state;
    struct op_request *request =
        testbed_run(bed, &pretend_put, &pretend_jane, "{\"key\":\"a\",\"value\":\"1\"}", NULL);
    expect(request, ERR_NONE);
    assert_string_equal(buf_text(&request->reply), "{\"key\":\"a\"}");
    assert_int_equal(request->seq, 1);
    op_request_free(request);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config WHERE key = 'a' AND value = '1'"), 1);
    assert_int_equal(testbed_int(bed,
                                 "SELECT count(*) FROM audit WHERE op = 'pretend.put' AND target = 'a' AND "
                                 "args = '{\"key\":\"a\",\"value\":\"1\"}' AND actor = 'jane'"),
                     1);
    assert_int_equal(
        testbed_int(bed, "SELECT count(*) FROM change WHERE seq = 1 AND id = 'a' AND now = 'pub'"), 1);

    request = testbed_run(bed, &pretend_get, NULL, "{\"key\":\"a\"}", NULL);
    expect(request, ERR_NONE);
    assert_string_equal(buf_text(&request->reply), "{\"value\":\"1\"}");
    op_request_free(request);
}

static void test_refused_operation_leaves_nothing(void **state)
{
    struct testbed *bed = *state;
    struct op_request *request = testbed_run(bed, &pretend_break, &pretend_jane, "{\"key\":\"b\"}", NULL);
    expect(request, ERR_SLOT_TAKEN);
    assert_string_equal(buf_text(&request->reply), "");
    assert_int_equal(request->seq, 0);
    op_request_free(request);
    assert_int_equal(testbed_int(bed, "SELECT (SELECT count(*) FROM config) + (SELECT count(*) FROM audit) + "
                                      "(SELECT count(*) FROM change) + (SELECT sum(seq) FROM tenant)"),
                     0);
}

static void test_refusal_that_keeps_its_writes(void **state)
{
    struct testbed *bed = *state;
    struct op_request *request = testbed_run(bed, &pretend_keep, &pretend_jane, "{\"key\":\"k\"}", NULL);
    expect(request, ERR_RATE_LIMITED);
    assert_int_equal(request->retry_after, 7);
    op_request_free(request);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config WHERE key = 'k'"), 1);
}

static void test_unique_constraint_is_said_as_such(void **state)
{
    struct testbed *bed = *state;
    run_and_expect(bed, &pretend_put, &pretend_jane, "{\"key\":\"a\"}", ERR_NONE);
    run_and_expect(bed, &pretend_put, &pretend_jane, "{\"key\":\"a\"}", ERR_ALREADY_EXISTS);
}

static void test_prepared_value_reaches_run(void **state)
{
    struct testbed *bed = *state;
    run_and_expect(bed, &pretend_slow, &pretend_jane, "{\"key\":\"s\"}", ERR_NONE);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config WHERE value = 'made for s'"), 1);
}

// Who may ---------------------------------------------------------------------------------------------------------

static void run_with_token(struct testbed *bed, const struct op *op, const char *token, const char *args,
                           enum err_code code)
{
    struct op_request *request = testbed_request(op, NULL, args, NULL);
    request->token = token;
    engine_run(bed->app.engine, request);
    expect(request, code);
    op_request_free(request);
}

static void test_tokens_and_roles_decide(void **state)
{
    struct testbed *bed = *state;
    run_with_token(bed, &pretend_put, NULL, "{\"key\":\"a\"}", ERR_UNAUTHENTICATED);
    run_with_token(bed, &pretend_put, "forged", "{\"key\":\"a\"}", ERR_UNAUTHENTICATED);
    run_with_token(bed, &pretend_put, "new", "{\"key\":\"a\"}", ERR_NOT_VERIFIED);
    run_with_token(bed, &pretend_put, "jane", "{\"key\":\"a\"}", ERR_NONE);
    run_with_token(bed, &pretend_admin, "jane", "{\"key\":\"b\"}", ERR_FORBIDDEN);
    run_with_token(bed, &pretend_admin, "john", "{\"key\":\"b\"}", ERR_NONE);
    run_with_token(bed, &pretend_get, "forged", "{\"key\":\"a\"}",
                   ERR_NONE); // open to all: a stale token is no harm
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config"), 2);
}

static void test_bad_arguments_are_told_only_to_who_may_ask(void **state)
{
    struct testbed *bed = *state;
    run_with_token(bed, &pretend_admin, "jane", "{\"nonsense\":1}", ERR_FORBIDDEN);
    run_with_token(bed, &pretend_admin, "forged", "{\"nonsense\":1}", ERR_UNAUTHENTICATED);
    run_with_token(bed, &pretend_admin, "john", "{\"nonsense\":1}", ERR_BAD_REQUEST);
    run_with_token(bed, &pretend_admin, "john", "{}", ERR_BAD_REQUEST);
    run_with_token(bed, &pretend_admin, "john", NULL, ERR_BAD_REQUEST);
}

// The same again --------------------------------------------------------------------------------------------------

static void test_same_key_gives_the_same_answer(void **state)
{
    struct testbed *bed = *state;
    struct op_request *first = testbed_run(bed, &pretend_put, &pretend_jane, "{\"key\":\"a\"}", "k1");
    struct op_request *second = testbed_run(bed, &pretend_put, &pretend_jane, "{ \"key\" : \"a\" }", "k1");
    expect(first, ERR_NONE);
    expect(second, ERR_NONE);
    assert_false(first->replayed);
    assert_true(second->replayed);
    assert_string_equal(buf_text(&first->reply), buf_text(&second->reply));
    assert_int_equal(first->seq, second->seq);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM audit"), 1);
    op_request_free(first);
    op_request_free(second);
}

static void test_same_key_with_another_body_is_refused(void **state)
{
    struct testbed *bed = *state;
    op_request_free(testbed_run(bed, &pretend_put, &pretend_jane, "{\"key\":\"a\"}", "k1"));
    struct op_request *other = testbed_run(bed, &pretend_put, &pretend_jane, "{\"key\":\"b\"}", "k1");
    expect(other, ERR_IDEMPOTENCY_MISMATCH);
    op_request_free(other);
    other = testbed_run(bed, &pretend_break, &pretend_jane, "{\"key\":\"a\"}", "k1");
    expect(other, ERR_IDEMPOTENCY_MISMATCH);
    op_request_free(other);
    other = testbed_run(bed, &pretend_put, &pretend_john, "{\"key\":\"b\"}", "k1"); // somebody else's key
    expect(other, ERR_NONE);
    op_request_free(other);
}

static void test_refusal_is_final(void **state)
{
    struct testbed *bed = *state;
    struct op_request *first = testbed_run(bed, &pretend_break, &pretend_jane, "{\"key\":\"a\"}", "device:1");
    struct op_request *second =
        testbed_run(bed, &pretend_break, &pretend_jane, "{\"key\":\"a\"}", "device:1");
    expect(first, ERR_SLOT_TAKEN);
    expect(second, ERR_SLOT_TAKEN);
    assert_true(second->replayed);
    assert_string_equal(second->err.message, first->err.message);
    assert_string_equal(second->err.details, first->err.details);
    op_request_free(first);
    op_request_free(second);
}

static void test_try_again_is_not_final(void **state)
{
    struct testbed *bed = *state;
    op_request_free(testbed_run(bed, &pretend_keep, &pretend_jane, "{\"key\":\"a\"}", "k"));
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM request_result"), 0);
}

static void test_secrets_are_neither_audited_nor_stored(void **state)
{
    struct testbed *bed = *state;
    struct op_request *request =
        testbed_run(bed, &pretend_auth, &pretend_jane, "{\"password\":\"correct horse\"}", "k");
    expect(request, ERR_NONE);
    op_request_free(request);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM request_result"), 0);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM audit WHERE args LIKE '%horse%'"), 0);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM audit WHERE op = 'auth.pretend'"), 1);
}

// Many at once ----------------------------------------------------------------------------------------------------

enum { CROWD = 400 };

struct crowd {
    struct op_request *requests[CROWD];
    size_t answered;
};

static void count_answer(struct op_request *request, void *user)
{
    (void)request;
    ((struct crowd *)user)->answered++;
}

static void submit_crowd(struct testbed *bed, struct crowd *crowd, struct op_request *(*make)(size_t i))
{
    crowd->answered = 0;
    for (size_t i = 0; i < CROWD; i++) {
        crowd->requests[i] = make(i);
        crowd->requests[i]->done = count_answer;
        crowd->requests[i]->user = crowd;
        engine_submit(bed->app.engine, crowd->requests[i]);
    }
    static const struct timespec pause = { .tv_nsec = 1000000 };
    for (int tries = 0; crowd->answered < CROWD && tries < 20000; tries++) {
        engine_deliver(bed->app.engine);
        nanosleep(&pause, NULL);
    }
    assert_int_equal(crowd->answered, CROWD);
}

static void free_crowd(struct crowd *crowd)
{
    for (size_t i = 0; i < CROWD; i++)
        op_request_free(crowd->requests[i]);
}

static struct op_request *make_mixed(size_t i)
{
    char args[64];
    snprintf(args, sizeof(args), "{\"key\":\"m%zu\"}", i);
    return testbed_request(i % 3 == 0 ? &pretend_break : &pretend_put, &pretend_jane, args, NULL);
}

static void test_neighbours_of_a_failure_commit(void **state)
{
    struct testbed *bed = *state;
    struct crowd crowd;
    submit_crowd(bed, &crowd, make_mixed);
    for (size_t i = 0; i < CROWD; i++)
        expect(crowd.requests[i], i % 3 == 0 ? ERR_SLOT_TAKEN : ERR_NONE);
    free_crowd(&crowd);
    int64_t good = CROWD - (CROWD + 2) / 3;
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM config"), good);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM audit"), good);
    assert_int_equal(testbed_int(bed, "SELECT max(n) FROM audit"), good);
    assert_int_equal(testbed_int(bed, "SELECT seq FROM tenant"), good); // no seq was lost to a failure
    assert_int_equal(testbed_int(bed, "SELECT count(DISTINCT seq) FROM change"), good);
}

static struct op_request *make_same(size_t i)
{
    (void)i;
    return testbed_request(&pretend_put, &pretend_jane, "{\"key\":\"one\"}", "same");
}

static void test_same_key_at_the_same_time_is_one_effect(void **state)
{
    struct testbed *bed = *state;
    struct crowd crowd;
    submit_crowd(bed, &crowd, make_same);
    size_t replayed = 0;
    for (size_t i = 0; i < CROWD; i++) {
        expect(crowd.requests[i], ERR_NONE);
        replayed += crowd.requests[i]->replayed;
    }
    free_crowd(&crowd);
    assert_int_equal(replayed, CROWD - 1);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM audit"), 1);
}

static void test_draining_engine_answers_at_once(void **state)
{
    struct testbed *bed = *state;
    engine_drain(bed->app.engine);
    struct op_request *request = testbed_run(bed, &pretend_put, &pretend_jane, "{\"key\":\"late\"}", NULL);
    expect(request, ERR_UNAVAILABLE);
    assert_true(request->retry_after > 0);
    op_request_free(request);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, open_bed, close_bed)
    const struct CMUnitTest tests[] = {
        TEST(test_change_is_stored_audited_and_logged),
        TEST(test_refused_operation_leaves_nothing),
        TEST(test_refusal_that_keeps_its_writes),
        TEST(test_unique_constraint_is_said_as_such),
        TEST(test_prepared_value_reaches_run),
        TEST(test_tokens_and_roles_decide),
        TEST(test_bad_arguments_are_told_only_to_who_may_ask),
        TEST(test_same_key_gives_the_same_answer),
        TEST(test_same_key_with_another_body_is_refused),
        TEST(test_refusal_is_final),
        TEST(test_try_again_is_not_final),
        TEST(test_secrets_are_neither_audited_nor_stored),
        TEST(test_neighbours_of_a_failure_commit),
        TEST(test_same_key_at_the_same_time_is_one_effect),
        TEST(test_draining_engine_answers_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
