// Rate limits, and whose X-Forwarded-For counts.
#include "server/http/limits.h"
#include "server/http/proxies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const int64_t SECOND = 1000000;

static void a_minute_of_requests_then_one_at_a_time(void **state)
{
    (void)state;
    struct limits *limits = limits_create(60, 0);
    int after = 0;
    int64_t now = 5 * SECOND;
    for (int i = 0; i < 60; i++)
        assert_true(limits_take(limits, LIMIT_ADDRESS, "a", now, &after));
    assert_false(limits_take(limits, LIMIT_ADDRESS, "a", now, &after));
    assert_int_equal(after, 1);
    assert_true(limits_take(limits, LIMIT_ADDRESS, "a", now + SECOND, &after));
    assert_false(limits_take(limits, LIMIT_ADDRESS, "a", now + SECOND, &after));
    limits_destroy(limits);
}

static void addresses_do_not_share(void **state)
{
    (void)state;
    struct limits *limits = limits_create(2, 1);
    int after = 0;
    assert_true(limits_take(limits, LIMIT_ADDRESS, "a", 1, &after));
    assert_true(limits_take(limits, LIMIT_ADDRESS, "a", 1, &after));
    assert_false(limits_take(limits, LIMIT_ADDRESS, "a", 1, &after));
    assert_true(limits_take(limits, LIMIT_ADDRESS, "b", 1, &after));
    assert_true(limits_take(limits, LIMIT_SIGN_IN, "a", 1, &after));
    assert_false(limits_take(limits, LIMIT_SIGN_IN, "a", 1, &after));
    assert_int_equal(after, 60);
    limits_destroy(limits);
}

static void zero_is_no_limit(void **state)
{
    (void)state;
    struct limits *limits = limits_create(0, 0);
    int after = 0;
    for (int i = 0; i < 100000; i++)
        assert_true(limits_take(limits, LIMIT_ADDRESS, "a", 1, &after) &&
                    limits_take_token(limits, "t", 1, &after));
    limits_destroy(limits);
}

// One person with two tokens has one allowance, once the tokens are known to be hers.
static void tokens_are_counted_as_their_person(void **state)
{
    (void)state;
    struct limits *limits = limits_create(4, 0);
    int after = 0;
    limits_learn(limits, "one", "jane");
    limits_learn(limits, "two", "jane");
    limits_learn(limits, "three", "john");
    for (int i = 0; i < 2; i++)
        assert_true(limits_take_token(limits, "one", 1, &after) &&
                    limits_take_token(limits, "two", 1, &after));
    assert_false(limits_take_token(limits, "one", 1, &after));
    assert_false(limits_take_token(limits, "two", 1, &after));
    assert_true(limits_take_token(limits, "three", 1, &after));
    limits_destroy(limits);
}

// However many strangers come, one that has used up its allowance stays refused, and memory does not grow.
static void strangers_do_not_push_out_the_busy(void **state)
{
    (void)state;
    struct limits *limits = limits_create(30, 0);
    int after = 0;
    char name[32];
    for (int i = 0; i < 30; i++)
        assert_true(limits_take(limits, LIMIT_ADDRESS, "busy", 1, &after));
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "stranger %d", i);
        assert_true(limits_take(limits, LIMIT_ADDRESS, name, 1, &after));
    }
    assert_false(limits_take(limits, LIMIT_ADDRESS, "busy", 1, &after));
    limits_destroy(limits);
}

static void client(const char *list, const char *peer, const char *forwarded, const char *expected)
{
    struct proxies *proxies = NULL;
    struct err err = { 0 };
    char address[ADDRESS_SIZE];
    assert_true(proxies_create(&proxies, list, &err));
    proxies_client(proxies, peer, forwarded, address);
    assert_string_equal(address, expected);
    proxies_destroy(proxies);
}

static void only_trusted_proxies_are_believed(void **state)
{
    (void)state;
    client(NULL, "127.0.0.1", "6.6.6.6", "127.0.0.1");
    client("", "127.0.0.1", "6.6.6.6", "127.0.0.1");
    client("10.0.0.1", "127.0.0.1", "6.6.6.6", "127.0.0.1");
    client("127.0.0.1", "127.0.0.1", "6.6.6.6", "6.6.6.6");
    client("127.0.0.1", "127.0.0.1", NULL, "127.0.0.1");
    client("127.0.0.1", "127.0.0.1", "", "127.0.0.1");
}

// What a client writes into the header itself stands on the left and is not believed.
static void the_last_stranger_counts(void **state)
{
    (void)state;
    client("127.0.0.1", "127.0.0.1", "1.1.1.1, 6.6.6.6", "6.6.6.6");
    client("127.0.0.1 10.0.0.0/8", "127.0.0.1", "1.1.1.1,6.6.6.6 , 10.9.8.7", "6.6.6.6");
    client("127.0.0.1,10.0.0.0/8", "127.0.0.1", "10.1.1.1", "10.1.1.1");
    client("127.0.0.1", "127.0.0.1", "1.1.1.1, evil", "127.0.0.1");
    client("127.0.0.1", "127.0.0.1", "2001:db8::1", "2001:db8::1");
    client("unix", "", "6.6.6.6", "6.6.6.6");
    client("127.0.0.1", "", "6.6.6.6", "");
}

static void networks_end_at_their_bits(void **state)
{
    (void)state;
    client("127.0.0.0/31", "127.0.0.1", "6.6.6.6", "6.6.6.6");
    client("127.0.0.0/32", "127.0.0.1", "6.6.6.6", "127.0.0.1");
    client("::ffff:0:0/96", "127.0.0.1", "6.6.6.6", "127.0.0.1");
    client("0.0.0.0/0", "9.9.9.9", "6.6.6.6", "6.6.6.6");
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const lists[] = { "localhost", "127.0.0.1/33", "127.0.0.1/",  "127.0.0.1/a",
                                         "1.2.3",     "::g",          "10.0.0.0/-1", "127.0.0.1 x" };
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct proxies *proxies = NULL;
        struct err err = { 0 };
        assert_false(proxies_create(&proxies, lists[i], &err));
        assert_int_equal(err.code, ERR_BAD_REQUEST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_minute_of_requests_then_one_at_a_time),
        cmocka_unit_test(addresses_do_not_share),
        cmocka_unit_test(zero_is_no_limit),
        cmocka_unit_test(tokens_are_counted_as_their_person),
        cmocka_unit_test(strangers_do_not_push_out_the_busy),
        cmocka_unit_test(only_trusted_proxies_are_believed),
        cmocka_unit_test(the_last_stranger_counts),
        cmocka_unit_test(networks_end_at_their_bits),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
