// Signing up: what is asked of a password and an address, what both kinds of people get, and the mail in between.
#include "tests/api/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define REGISTER_CLIENT                                                                                      \
    "{'email':'%s','password':'%s','userType':'client','profile':{'firstName':'Jane','lastName':'Smith',"    \
    "'title':'CFO','organizationName':'Acme Corporation'}}"

static struct answer sign_up(struct house *house, const char *email, const char *password)
{
    return ask(house, "auth.register", NULL, REGISTER_CLIENT, email, password);
}

static void test_client_gets_what_the_specification_says(void **state)
{
    CLEANUP(answer_free) struct answer a = sign_up(*state, "cfo@acmecorp.com", PASSWORD);
    assert_string_equal(text_at(&a, "user.email"), "cfo@acmecorp.com");
    assert_string_equal(text_at(&a, "user.roles.0"), "client");
    assert_string_equal(text_at(&a, "user.roles.1"), "user");
    assert_string_equal(text_at(&a, "user.accountStatus.status"), "pending_verification");
    assert_false(bool_at(&a, "user.verification.email.verified"));
    assert_string_equal(text_at(&a, "user.profile.displayName"), "Jane Smith");
    assert_string_equal(text_at(&a, "client.clientCode"), "CLI-ACME-20300107-001");
    assert_string_equal(text_at(&a, "client.organizationName"), "Acme Corporation");
    assert_string_equal(text_at(&a, "client.status.current"), "active");
    assert_string_equal(text_at(&a, "user.clientId"), text_at(&a, "client.id"));
    assert_true(number_at(&a, "tokens.expiresIn") > 899 && number_at(&a, "tokens.expiresIn") < 901);
    assert_int_equal(a.request->status, 201);
    expect(*state, ERR_NONE, "auth.me", text_at(&a, "tokens.accessToken"), NULL);
    CLEANUP(answer_free) struct answer again = sign_up(*state, "cto@acmecorp.com", PASSWORD);
    assert_string_equal(text_at(&again, "client.clientCode"), "CLI-ACME-20300107-002");
}

static void test_consultant_is_seen_by_nobody_before_the_address_is_verified(void **state)
{
    struct house *house = *state;
    char *jane = house_client(house, "cfo@acmecorp.com", "Acme Corporation");
    CLEANUP(answer_free)
    struct answer a =
        ask(house, "auth.register", NULL,
            "{'email':'expert@consulting.com','password':'SecurePass123!','userType':'consultant','profile':"
            "{'firstName':'John','lastName':'Expert','title':'Senior Strategic Consultant'},'professional':"
            "{'employmentType':'full_time','level':'senior','yearsOfExperience':15,"
            "'specialization':'Digital Transformation'}}");
    assert_string_equal(text_at(&a, "user.roles.0"), "consultant");
    assert_string_equal(text_at(&a, "consultant.consultantCode"), "CON-JEXPERT-20300107");
    assert_string_equal(text_at(&a, "consultant.professional.employmentType"), "full_time");
    assert_string_equal(text_at(&a, "consultant.skills.0.name"), "Digital Transformation");
    const char *id = text_at(&a, "consultant.id");
    expect(house, ERR_NOT_FOUND, "consultant.get", jane, "{'id':'%s'}", id);
    expect(house, ERR_NOT_FOUND, "consultant.availability_get", jane, "{'id':'%s'}", id);
    assert_int_equal(house_int(house, "SELECT count(*) FROM change WHERE tbl = 3 AND now LIKE '%pub%'"), 0);
    char *code = house_mailed_code(house, "expert@consulting.com");
    expect(house, ERR_NONE, "auth.verify_email", NULL, "{'token':'%s'}", code);
    expect(house, ERR_NONE, "consultant.get", jane, "{'id':'%s'}", id);
    assert_int_equal(house_int(house, "SELECT count(*) FROM change WHERE tbl = 3 AND now = 'pub'"), 1);
    free(code);
    free(jane);
}

static void test_second_consultant_of_a_name_and_day_gets_another_code(void **state)
{
    free(house_consultant(*state, "a@consulting.com", "John", "Expert"));
    free(house_consultant(*state, "b@consulting.com", "Jim", "Expert"));
    assert_int_equal(
        house_int(*state, "SELECT count(*) FROM consultant WHERE code = 'CON-JEXPERT-20300107-2'"), 1);
}

static void test_codes_of_names_that_have_no_plain_letters(void **state)
{
    CLEANUP(answer_free)
    struct answer a = ask(*state, "auth.register", NULL,
                          "{'email':'a@b.example','password':'" PASSWORD
                          "','userType':'client','profile':{'firstName':'Ωμ',"
                          "'lastName':'Ελ','organizationName':'Ωμέγα'}}");
    assert_string_equal(text_at(&a, "client.clientCode"), "CLI-ORG-20300107-001");
}

static void test_passwords_that_are_refused(void **state)
{
    static const char *const bad[] = {
        "short1!Aa",        "Password123!",     "passwordpassword", "123456789012",  "qwertyuiopas",
        "aaaaaaaaaaaaaaaa", "insightserenity1", "AcmeCorporation",  "janesmith1234",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CLEANUP(answer_free) struct answer a = sign_up(*state, "cfo@acmecorp.com", bad[i]);
        if (a.code != ERR_BAD_REQUEST || strcmp(a.request->err.field, "password") != 0)
            fail_msg("%s: %s %s", bad[i], err_name(a.code), a.message);
    }
    char long_one[1100];
    memset(long_one, 'x', sizeof long_one);
    long_one[1030] = '\0';
    expect(*state, ERR_BAD_REQUEST, "auth.register", NULL, REGISTER_CLIENT, "cfo@acmecorp.com", long_one);
    assert_int_equal(house_int(*state, "SELECT count(*) FROM person"), 0);
}

// No rule about kinds of characters: length and not being common are all that is asked (RULES 22).
static void test_passwords_that_are_taken(void **state)
{
    static const char *const good[] = {
        PASSWORD,
        "correct horse battery staple",
        "das ist ein langer satz ohne ziffern",
        "κωδικός πρόσβασης μακρύς",
        "0123 sixty-four characters or more must be allowed, so here they are, all of them",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        char email[32];
        snprintf(email, sizeof email, "p%zu@acmecorp.com", i);
        CLEANUP(answer_free) struct answer a = sign_up(*state, email, good[i]);
        text_at(&a, "user.id");
        expect(*state, ERR_NONE, "auth.login", NULL, "{'email':'%s','password':'%s'}", email, good[i]);
    }
    assert_int_equal(house_int(*state, "SELECT count(*) FROM person WHERE password_hash LIKE '$argon2id$%'"),
                     5);
}

static void test_addresses_that_are_refused(void **state)
{
    static const char *const bad[] = {
        "plain",
        "@acme.example",
        "a@",
        "a@b",
        "a b@acme.example",
        "a..b@acme.example",
        ".a@acme.com",
        "a.@acme.com",
        "a@-acme.com",
        "a@acme-.com",
        "a@acme..com",
        "a@acme.com.",
        "a@b@acme.com",
        "<a@acme.com>",
        "a,b@acme.com",
        "a@acme.com\\r",
        "a@acme.com\\r\\nBcc: x@y.zz",
        "a\\u0000@acme.com",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct op_request *request = op_request_create();
        struct err err = { 0 };
        char body[512];
        snprintf(body, sizeof body,
                 "{\"email\":\"%s\",\"password\":\"" PASSWORD "\",\"userType\":\"client\",\"profile\":"
                 "{\"firstName\":\"J\",\"lastName\":\"S\",\"organizationName\":\"A\"}}",
                 bad[i]);
        request->body = json_parse(body, strlen(body), &err);
        if (request->body != NULL) { // else JSON itself was refused
            request->op = op_find("auth.register");
            engine_run(((struct house *)*state)->app.engine, request);
            if (request->err.code != ERR_BAD_REQUEST)
                fail_msg("%s: %s", bad[i], err_name(request->err.code));
        }
        op_request_free(request);
    }
    assert_int_equal(house_int(*state, "SELECT count(*) FROM person"), 0);
}

static void test_addresses_that_are_taken_and_kept_as_given(void **state)
{
    static const char *const good[] = { "Jane.Smith+serenity@Acme-Corp.co.uk", "o'neil@x1.example",
                                        "a@b.cd" };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        CLEANUP(answer_free) struct answer a = { 0 };
        struct op_request *request = op_request_create();
        struct err err = { 0 };
        char body[512];
        snprintf(body, sizeof body,
                 "{\"email\":\"%s\",\"password\":\"" PASSWORD "\",\"userType\":\"client\",\"profile\":"
                 "{\"firstName\":\"J\",\"lastName\":\"S\",\"organizationName\":\"A\"}}",
                 good[i]);
        request->body = json_parse(body, strlen(body), &err);
        request->op = op_find("auth.register");
        engine_run(((struct house *)*state)->app.engine, request);
        a = (struct answer){ .request = request, .data = cJSON_Parse(buf_text(&request->reply)) };
        assert_string_equal(text_at(&a, "user.email"), good[i]);
    }
}

static void test_one_account_an_address_whatever_its_case(void **state)
{
    CLEANUP(answer_free) struct answer first = sign_up(*state, "cfo@acmecorp.com", PASSWORD);
    text_at(&first, "user.id");
    CLEANUP(answer_free) struct answer second = sign_up(*state, "CFO@AcmeCorp.com", PASSWORD);
    assert_int_equal(second.code, ERR_ALREADY_EXISTS);
    assert_int_equal(house_int(*state, "SELECT count(*) FROM client"),
                     1); // the refused one left nothing behind
}

static void test_what_else_is_refused(void **state)
{
    struct house *house = *state;
    expect(house, ERR_BAD_REQUEST, "auth.register", NULL,
           "{'email':'a@b.example','password':'" PASSWORD "','userType':'client','profile':{'firstName':'A',"
           "'lastName':'B'}}"); // no organization
    expect(house, ERR_BAD_REQUEST, "auth.register", NULL,
           "{'email':'a@b.example','password':'" PASSWORD "','userType':'admin','profile':{'firstName':'A',"
           "'lastName':'B','organizationName':'C'}}"); // nobody makes themselves an administrator
    expect(house, ERR_BAD_REQUEST, "auth.register", NULL,
           "{'email':'a@b.example','password':'" PASSWORD
           "','userType':'client','timezone':'../../etc/passwd',"
           "'profile':{'firstName':'A','lastName':'B','organizationName':'C'}}");
    expect(house, ERR_BAD_REQUEST, "auth.register", NULL,
           "{'email':'a@b.example','password':'" PASSWORD "','userType':'client','roles':['admin'],"
           "'profile':{'firstName':'A','lastName':'B','organizationName':'C'}}");
    expect(house, ERR_BAD_REQUEST, "auth.register", NULL,
           "{'email':'a@b.example','password':'" PASSWORD "','userType':'client',"
           "'profile':{'firstName':'A\\u001b[2J','lastName':'B','organizationName':'C'}}");
    assert_int_equal(house_int(house, "SELECT count(*) FROM person"), 0);
}

// Verifying ---------------------------------------------------------------------------------------------------------

static void test_verifying_opens_the_account_and_gives_the_free_trial(void **state)
{
    struct house *house = *state;
    CLEANUP(answer_free) struct answer a = sign_up(house, "cfo@acmecorp.com", PASSWORD);
    text_at(&a, "user.id");
    assert_int_equal(house_int(house, "SELECT count(*) FROM lot"), 0);
    char *code = house_mailed_code(house, "cfo@acmecorp.com");
    CLEANUP(answer_free) struct answer v = ask(house, "auth.verify_email", NULL, "{'token':'%s'}", code);
    assert_string_equal(text_at(&v, "user.accountStatus.status"), "active");
    assert_true(bool_at(&v, "user.verification.email.verified"));
    // RULES 7: one, of exactly 15 minutes, for 30 days
    assert_int_equal(
        house_int(house, "SELECT count(*) FROM lot WHERE free_trial = 1 AND free = 15 AND total = 15 AND "
                         "expires_at - purchased_at BETWEEN 30 * 86400000 AND 31 * 86400000"),
        1);
    expect(house, ERR_BAD_REQUEST, "auth.verify_email", NULL, "{'token':'%s'}", code); // only once
    assert_int_equal(house_int(house, "SELECT count(*) FROM lot"), 1);
    assert_int_equal(house_int(house, "SELECT count(*) FROM one_time_token WHERE used_at IS NULL"), 0);
    free(code);
}

static void test_codes_end_after_a_day(void **state)
{
    struct house *house = *state;
    CLEANUP(answer_free) struct answer a = sign_up(house, "cfo@acmecorp.com", PASSWORD);
    text_at(&a, "user.id");
    char *code = house_mailed_code(house, "cfo@acmecorp.com");
    house_wait(house, 24 * (int64_t)HOUR_MS + 1);
    expect(house, ERR_BAD_REQUEST, "auth.verify_email", NULL, "{'token':'%s'}", code);
    free(code);
}

static void test_codes_are_never_readable_in_the_store(void **state)
{
    struct house *house = *state;
    CLEANUP(answer_free) struct answer a = sign_up(house, "cfo@acmecorp.com", PASSWORD);
    text_at(&a, "user.id");
    char *code = house_mailed_code(house, "cfo@acmecorp.com");
    char command[256];
    snprintf(command, sizeof command, "grep -q -a -e '%s' -e '%.43s' %s/store.db*", code,
             text_at(&a, "tokens.refreshToken"), house->folder);
    assert_int_not_equal(system(command), 0);
    snprintf(command, sizeof command, "grep -q -a -F -e '" PASSWORD "' %s/store.db*", house->folder);
    assert_int_not_equal(system(command), 0);
    free(code);
}

static void test_resending_answers_everyone_alike(void **state)
{
    struct house *house = *state;
    free(house_client(house, "verified@acmecorp.com", "Acme"));
    CLEANUP(answer_free) struct answer a = sign_up(house, "waiting@acmecorp.com", PASSWORD);
    text_at(&a, "user.id");
    house_send_mails(house);
    house_wait(house, 2 * MINUTE_MS);
    house_forget_mails();
    static const char *const addresses[] = { "unknown@acmecorp.com", "verified@acmecorp.com",
                                             "waiting@acmecorp.com" };
    char *first = NULL;
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
        CLEANUP(answer_free)
        struct answer r = ask(house, "auth.resend_verification", NULL, "{'email':'%s'}", addresses[i]);
        text_at(&r, "message");
        if (first == NULL)
            first = strdup(buf_text(&r.request->reply));
        assert_string_equal(buf_text(&r.request->reply), first);
    }
    free(first);
    expect(house, ERR_NONE, "auth.resend_verification", NULL,
           "{'email':'waiting@acmecorp.com'}"); // within a minute
    house_send_mails(house);
    assert_int_equal(house_mail_count(), 1);
    assert_string_equal(house_mail(0)->to, "waiting@acmecorp.com");
}

static void test_any_code_sent_will_do_until_one_was_used(void **state)
{
    struct house *house = *state;
    CLEANUP(answer_free) struct answer a = sign_up(house, "cfo@acmecorp.com", PASSWORD);
    text_at(&a, "user.id");
    char *older = house_mailed_code(house, "cfo@acmecorp.com");
    house_wait(house, 2 * MINUTE_MS);
    expect(house, ERR_NONE, "auth.resend_verification", NULL, "{'email':'CFO@acmecorp.com'}");
    char *newer = house_mailed_code(house, "cfo@acmecorp.com");
    assert_string_not_equal(older, newer);
    expect(house, ERR_NONE, "auth.verify_email", NULL, "{'token':'%s'}", older);
    expect(house, ERR_BAD_REQUEST, "auth.verify_email", NULL, "{'token':'%s'}", newer);
    free(older);
    free(newer);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, house_open, house_close)
    const struct CMUnitTest tests[] = {
        TEST(test_client_gets_what_the_specification_says),
        TEST(test_consultant_is_seen_by_nobody_before_the_address_is_verified),
        TEST(test_second_consultant_of_a_name_and_day_gets_another_code),
        TEST(test_codes_of_names_that_have_no_plain_letters),
        TEST(test_passwords_that_are_refused),
        TEST(test_passwords_that_are_taken),
        TEST(test_addresses_that_are_refused),
        TEST(test_addresses_that_are_taken_and_kept_as_given),
        TEST(test_one_account_an_address_whatever_its_case),
        TEST(test_what_else_is_refused),
        TEST(test_verifying_opens_the_account_and_gives_the_free_trial),
        TEST(test_codes_end_after_a_day),
        TEST(test_codes_are_never_readable_in_the_store),
        TEST(test_resending_answers_everyone_alike),
        TEST(test_any_code_sent_will_do_until_one_was_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
