// Signing in and staying signed in: tokens that are ours, delays that grow, refresh tokens that rotate (RULES 21).
#include "server/identity/identity.h"
#include "server/identity/password.h"
#include "server/identity/token.h"
#include "shared/host/host.h"
#include "tests/api/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EMAIL      "cfo@acmecorp.com"
#define LOGIN_FROM "{'email':'" EMAIL "','password':'" PASSWORD "','device':'%s'}"

static void register_jane(struct house *house)
{
    free(house_client(house, EMAIL, "Acme Corporation"));
}

static struct answer login(struct house *house, const char *email, const char *password)
{
    return ask(house, "auth.login", NULL, "{'email':'%s','password':'%s'}", email, password);
}

static struct answer refresh(struct house *house, const char *token)
{
    return ask(house, "auth.refresh", NULL, "{'refreshToken':'%s'}", token);
}

// Signing in --------------------------------------------------------------------------------------------------------

static void test_login_answers_person_client_and_tokens(void **state)
{
    register_jane(*state);
    CLEANUP(answer_free) struct answer a = login(*state, "CFO@acmecorp.com", PASSWORD);
    assert_string_equal(text_at(&a, "user.email"), EMAIL);
    assert_string_equal(text_at(&a, "client.organizationName"), "Acme Corporation");
    expect(*state, ERR_NONE, "auth.me", text_at(&a, "tokens.accessToken"), NULL);
    assert_int_equal(house_int(*state, "SELECT count(*) FROM person WHERE last_login_at IS NOT NULL"), 1);
}

static void test_wrong_password_and_unknown_account_are_told_the_same(void **state)
{
    register_jane(*state);
    CLEANUP(answer_free) struct answer wrong = login(*state, EMAIL, "wrong password here");
    CLEANUP(answer_free) struct answer unknown = login(*state, "nobody@acmecorp.com", "wrong password here");
    assert_int_equal(wrong.code, ERR_BAD_CREDENTIALS);
    assert_int_equal(unknown.code, ERR_BAD_CREDENTIALS);
    assert_string_equal(wrong.message, unknown.message);
    assert_int_equal(wrong.request->status, unknown.request->status);
}

// The dummy hash must cost what a real one costs; a malformed one would be refused in no time.
static void test_an_unknown_account_costs_a_hash_too(void **state)
{
    struct house *house = *state;
    struct arena arena = { 0 };
    const char *hash;
    struct err err = { 0 };
    house->app.config.argon2_mib = 32;
    house->app.config.argon2_passes = 2;
    assert_true(password_hash(&house->app, "a password of some length", &arena, &hash, &err));
    int64_t known = INT64_MAX, unknown = INT64_MAX;
    for (int i = 0; i < 3; i++) { // the fastest of three: others use this machine too
        int64_t t0 = host_monotonic_us();
        assert_false(password_matches(&house->app, hash, "another password", &arena));
        int64_t t1 = host_monotonic_us();
        assert_false(password_matches(&house->app, NULL, "another password", &arena));
        int64_t t2 = host_monotonic_us();
        known = t1 - t0 < known ? t1 - t0 : known;
        unknown = t2 - t1 < unknown ? t2 - t1 : unknown;
    }
    arena_free(&arena);
    assert_true(unknown > known / 3);
    assert_true(known > unknown / 3);
}

// Known or unknown, an address waits longer after each failure, but never more than a minute and never for good.
static void check_growing_delay(struct house *house, const char *email)
{
    for (int i = 0; i < 5; i++) {
        CLEANUP(answer_free) struct answer a = login(house, email, "wrong password here");
        assert_int_equal(a.code, ERR_BAD_CREDENTIALS);
    }
    int previous = 0;
    for (int i = 0; i < 12; i++) {
        CLEANUP(answer_free) struct answer a = login(house, email, PASSWORD);
        assert_int_equal(a.code, ERR_RATE_LIMITED);
        int wait = a.request->retry_after;
        assert_true(wait > previous || wait == 60);
        assert_true(wait <= 60);
        previous = wait;
        house_wait(house, (int64_t)wait * SECOND_MS);
        CLEANUP(answer_free) struct answer b = login(house, email, "wrong password here");
        assert_int_equal(b.code, ERR_BAD_CREDENTIALS);
    }
}

static void test_failed_logins_are_delayed_ever_longer_but_never_locked(void **state)
{
    register_jane(*state);
    check_growing_delay(*state, EMAIL);
    house_wait(*state, MINUTE_MS);
    expect(*state, ERR_NONE, "auth.login", NULL, "{'email':'" EMAIL "','password':'" PASSWORD "'}");
    expect(*state, ERR_BAD_CREDENTIALS, "auth.login", NULL, "{'email':'" EMAIL "','password':'wrong'}");
    expect(*state, ERR_NONE, "auth.login", NULL,
           "{'email':'" EMAIL "','password':'" PASSWORD "'}"); // forgotten
}

// Whoever fails on purpose, without pause, must not keep the person out of the devices they use.
static void test_guessing_does_not_lock_out_a_known_device(void **state)
{
    static const char from[] = "{'email':'" EMAIL "','password':'%s','device':'%s'}";
    register_jane(*state);
    expect(*state, ERR_NONE, "auth.login", NULL, from, PASSWORD, "laptop");
    for (int i = 0; i < 5; i++)
        expect(*state, ERR_BAD_CREDENTIALS, "auth.login", NULL, from, "guess of a stranger", "elsewhere");
    expect(*state, ERR_RATE_LIMITED, "auth.login", NULL, from, PASSWORD, "elsewhere");
    expect(*state, ERR_NONE, "auth.login", NULL, from, PASSWORD, "laptop");
    // nor does her success open the door for the guesses again
    expect(*state, ERR_RATE_LIMITED, "auth.login", NULL, from, "guess of a stranger", "elsewhere");
    // the device itself guesses no faster
    for (int i = 0; i < 5; i++)
        expect(*state, ERR_BAD_CREDENTIALS, "auth.login", NULL, from, "guess of a thief", "laptop");
    expect(*state, ERR_RATE_LIMITED, "auth.login", NULL, from, PASSWORD, "laptop");
    house_wait(*state, MINUTE_MS);
    // somebody else's device is none of hers
    expect(*state, ERR_BAD_CREDENTIALS, "auth.login", NULL,
           "{'email':'nobody@acmecorp.com','password':'guess of a stranger','device':'laptop'}");
}

static void test_unknown_addresses_are_delayed_the_same(void **state)
{
    check_growing_delay(*state, "nobody@acmecorp.com");
    assert_int_equal(house_int(*state, "SELECT count(*) FROM login_failure WHERE email_hash LIKE '%@%'"), 0);
}

static void test_failures_are_audited_without_the_password(void **state)
{
    register_jane(*state);
    expect(*state, ERR_BAD_CREDENTIALS, "auth.login", NULL,
           "{'email':'" EMAIL "','password':'wrong password'}");
    assert_int_equal(house_int(*state, "SELECT count(*) FROM audit WHERE op = 'auth.login'"), 1);
    assert_int_equal(house_int(*state, "SELECT count(*) FROM audit WHERE args LIKE '%wrong password%'"), 0);
}

static void test_suspended_people_are_out_at_once(void **state)
{
    register_jane(*state);
    CLEANUP(answer_free) struct answer a = login(*state, EMAIL, PASSWORD);
    const char *access = text_at(&a, "tokens.accessToken");
    house_sql(*state, "UPDATE person SET status = 'suspended'");
    expect(*state, ERR_UNAUTHENTICATED, "auth.me", access, NULL);
    CLEANUP(answer_free) struct answer r = refresh(*state, text_at(&a, "tokens.refreshToken"));
    assert_int_equal(r.code, ERR_UNAUTHENTICATED);
    expect(*state, ERR_FORBIDDEN, "auth.login", NULL, "{'email':'" EMAIL "','password':'" PASSWORD "'}");
    expect(*state, ERR_BAD_CREDENTIALS, "auth.login", NULL,
           "{'email':'" EMAIL "','password':'guess of a stranger'}");
}

// Access tokens -----------------------------------------------------------------------------------------------------

static void test_tokens_that_are_not_ours(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    const char *good = text_at(&a, "tokens.accessToken");
    const char *claims = strchr(good, '.') + 1, *mac = strrchr(good, '.') + 1;
    int claims_length = (int)(mac - claims) - 1;
    char none[1024], other[1024], cut[1024], flipped[1024], twice[2048];
    // {"alg":"none","typ":"JWT"} and {"alg":"HS512","typ":"JWT"}
    snprintf(none, sizeof none, "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.%.*s.", claims_length, claims);
    snprintf(other, sizeof other, "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.%.*s.%s", claims_length, claims, mac);
    snprintf(cut, sizeof cut, "%.*s", (int)strlen(good) - 1, good);
    snprintf(flipped, sizeof flipped, "%s", good);
    flipped[strlen(flipped) - 20] ^= 1;
    snprintf(twice, sizeof twice, "%s.%s", good, mac);
    const char *const bad[] = {
        none, other, cut, flipped, twice, "", ".", "..", "a.b.c", "Bearer", text_at(&a, "tokens.refreshToken")
    };
    expect(house, ERR_NONE, "auth.me", good, NULL);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        expect(house, ERR_UNAUTHENTICATED, "auth.me", bad[i], NULL);
}

static void test_tokens_of_another_server(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    house->app.token_key[7] ^= 1;
    expect(house, ERR_UNAUTHENTICATED, "auth.me", text_at(&a, "tokens.accessToken"), NULL);
    CLEANUP(answer_free) struct answer r = refresh(house, text_at(&a, "tokens.refreshToken"));
    assert_int_equal(r.code, ERR_UNAUTHENTICATED);
    house->app.token_key[7] ^= 1;
    expect(house, ERR_NONE, "auth.me", text_at(&a, "tokens.accessToken"),
           NULL); // and nothing was revoked by it
}

static void test_access_ends_with_its_minutes(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    house_wait(house, 14 * MINUTE_MS);
    expect(house, ERR_NONE, "auth.me", text_at(&a, "tokens.accessToken"), NULL);
    house_wait(house, MINUTE_MS);
    expect(house, ERR_UNAUTHENTICATED, "auth.me", text_at(&a, "tokens.accessToken"), NULL);
}

static void test_logout_ends_both_tokens_at_once(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    CLEANUP(answer_free) struct answer other = login(house, EMAIL, PASSWORD);
    expect(house, ERR_NONE, "auth.logout", text_at(&a, "tokens.accessToken"), NULL);
    expect(house, ERR_UNAUTHENTICATED, "auth.me", text_at(&a, "tokens.accessToken"), NULL);
    CLEANUP(answer_free) struct answer r = refresh(house, text_at(&a, "tokens.refreshToken"));
    assert_int_equal(r.code, ERR_UNAUTHENTICATED);
    expect(house, ERR_NONE, "auth.me", text_at(&other, "tokens.accessToken"), NULL); // other devices stay
}

static void test_one_session_a_device(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer first = ask(house, "auth.login", NULL, LOGIN_FROM, "laptop");
    CLEANUP(answer_free) struct answer second = ask(house, "auth.login", NULL, LOGIN_FROM, "laptop");
    CLEANUP(answer_free) struct answer third = ask(house, "auth.login", NULL, LOGIN_FROM, "desk");
    expect(house, ERR_UNAUTHENTICATED, "auth.me", text_at(&first, "tokens.accessToken"), NULL);
    expect(house, ERR_NONE, "auth.me", text_at(&second, "tokens.accessToken"), NULL);
    expect(house, ERR_NONE, "auth.me", text_at(&third, "tokens.accessToken"), NULL);
}

// Refresh tokens ----------------------------------------------------------------------------------------------------

static void test_refresh_tokens_rotate(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    house_wait(house, HOUR_MS);
    CLEANUP(answer_free) struct answer b = refresh(house, text_at(&a, "tokens.refreshToken"));
    assert_string_not_equal(text_at(&b, "tokens.refreshToken"), text_at(&a, "tokens.refreshToken"));
    expect(house, ERR_NONE, "auth.me", text_at(&b, "tokens.accessToken"), NULL);
    CLEANUP(answer_free) struct answer c = refresh(house, text_at(&b, "tokens.refreshToken"));
    expect(house, ERR_NONE, "auth.me", text_at(&c, "tokens.accessToken"), NULL);
}

// A client that was killed before it could write the new token down is not logged out.
static void test_retry_within_a_minute_gets_the_same_successor(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    const char *old = text_at(&a, "tokens.refreshToken");
    CLEANUP(answer_free) struct answer first = refresh(house, old);
    house_wait(house, 59 * SECOND_MS);
    CLEANUP(answer_free) struct answer again = refresh(house, old);
    assert_string_equal(text_at(&again, "tokens.refreshToken"), text_at(&first, "tokens.refreshToken"));
    expect(house, ERR_NONE, "auth.me", text_at(&again, "tokens.accessToken"), NULL);
    CLEANUP(answer_free) struct answer on = refresh(house, text_at(&first, "tokens.refreshToken"));
    text_at(&on, "tokens.accessToken");
}

static void test_reuse_ends_the_family_for_both(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    const char *stolen = text_at(&a, "tokens.refreshToken");
    CLEANUP(answer_free) struct answer b = refresh(house, stolen);
    house_wait(house, 62 * SECOND_MS);
    CLEANUP(answer_free) struct answer reused = refresh(house, stolen);
    assert_int_equal(reused.code, ERR_UNAUTHENTICATED);
    expect(house, ERR_UNAUTHENTICATED, "auth.me", text_at(&b, "tokens.accessToken"), NULL);
    CLEANUP(answer_free) struct answer c = refresh(house, text_at(&b, "tokens.refreshToken"));
    assert_int_equal(c.code, ERR_UNAUTHENTICATED);
    assert_int_equal(house_int(house, "SELECT count(*) FROM session WHERE revoked_why = 'reused'"), 1);
    assert_int_equal(house_int(house, "SELECT count(*) FROM audit WHERE op = 'auth.refresh'"),
                     2); // the theft too
}

// Two rotations ago, and within the minute: it is not what the last rotation replaced, so it is reuse.
static void test_a_token_of_two_rotations_ago_is_reuse_too(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    CLEANUP(answer_free) struct answer b = refresh(house, text_at(&a, "tokens.refreshToken"));
    CLEANUP(answer_free) struct answer c = refresh(house, text_at(&b, "tokens.refreshToken"));
    text_at(&c, "tokens.accessToken");
    CLEANUP(answer_free) struct answer d = refresh(house, text_at(&a, "tokens.refreshToken"));
    assert_int_equal(d.code, ERR_UNAUTHENTICATED);
    expect(house, ERR_UNAUTHENTICATED, "auth.me", text_at(&c, "tokens.accessToken"), NULL);
}

// Who knows no more than the id of a session cannot end it.
static void test_a_forged_refresh_token_revokes_nothing(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    char forged[256];
    snprintf(forged, sizeof forged, "%s", text_at(&a, "tokens.refreshToken"));
    forged[60] = forged[60] == 'A' ? 'B' : 'A';
    const char *const bad[] = { forged, "x", "AAAA", "not base64 at all!" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CLEANUP(answer_free) struct answer r = refresh(house, bad[i]);
        assert_int_equal(r.code, ERR_UNAUTHENTICATED);
    }
    expect(house, ERR_NONE, "auth.me", text_at(&a, "tokens.accessToken"), NULL);
}

static void test_refresh_ends_after_its_days_without_use(void **state)
{
    struct house *house = *state;
    register_jane(house);
    CLEANUP(answer_free) struct answer a = login(house, EMAIL, PASSWORD);
    house_wait(house, 29 * (int64_t)DAY_MS);
    CLEANUP(answer_free) struct answer b = refresh(house, text_at(&a, "tokens.refreshToken"));
    house_wait(house, 30 * (int64_t)DAY_MS + SECOND_MS);
    CLEANUP(answer_free) struct answer c = refresh(house, text_at(&b, "tokens.refreshToken"));
    assert_int_equal(c.code, ERR_UNAUTHENTICATED);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, house_open, house_close)
    const struct CMUnitTest tests[] = {
        TEST(test_login_answers_person_client_and_tokens),
        TEST(test_wrong_password_and_unknown_account_are_told_the_same),
        TEST(test_an_unknown_account_costs_a_hash_too),
        TEST(test_failed_logins_are_delayed_ever_longer_but_never_locked),
        TEST(test_guessing_does_not_lock_out_a_known_device),
        TEST(test_unknown_addresses_are_delayed_the_same),
        TEST(test_failures_are_audited_without_the_password),
        TEST(test_suspended_people_are_out_at_once),
        TEST(test_tokens_that_are_not_ours),
        TEST(test_tokens_of_another_server),
        TEST(test_access_ends_with_its_minutes),
        TEST(test_logout_ends_both_tokens_at_once),
        TEST(test_one_session_a_device),
        TEST(test_refresh_tokens_rotate),
        TEST(test_retry_within_a_minute_gets_the_same_successor),
        TEST(test_reuse_ends_the_family_for_both),
        TEST(test_a_token_of_two_rotations_ago_is_reuse_too),
        TEST(test_a_forged_refresh_token_revokes_nothing),
        TEST(test_refresh_ends_after_its_days_without_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
