// The demo world: what the stories count on, whatever day it is made.
#include "server/admin/admin.h"
#include "tests/api/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void make_demo(struct house *house, struct buf *out)
{
    struct err err = { 0 };
    if (!admin_demo(&house->app, out, &err))
        fail_msg("%s", err.message);
}

static void prove(struct house *house)
{
    CLEANUP(buf_free) struct buf wrong = { 0 };
    struct err err = { 0 };
    assert_true(admin_check(&house->app, &wrong, &err));
    assert_string_equal(buf_text(&wrong), "");
}

static void check_jane(struct house *house)
{
    char *jane = house_login(house, "cfo@acmecorp.com");
    CLEANUP(answer_free) struct answer credits = ask(house, "client.credits", jane, NULL);
    assert_int_equal((int)number_at(&credits, "availableCredits"), 4);
    assert_int_equal((int)number_at(&credits, "reservedCredits"), 0);
    assert_string_equal(text_at(&credits, "activePackages.0.packageId"), "PKG-DISCOVERY-ASSESSMENT");
    CLEANUP(answer_free) struct answer me = ask(house, "auth.me", jane, NULL);
    assert_string_equal(text_at(&me, "user.profile.title"), "CFO");
    assert_string_equal(text_at(&me, "client.organizationName"), "Acme Corporation");
    free(jane);
}

// Enough free slots of 90 minutes on each of the days in which a story books.
static void check_john(struct house *house, const char *today)
{
    char *john = house_login(house, "john@insightserenity.com"), from[CIVIL_ISO_SIZE], to[CIVIL_ISO_SIZE];
    int64_t now;
    assert_true(civil_parse_iso(today, &now));
    civil_format_iso(now + 4 * (int64_t)HOUR_MS, from);
    civil_format_iso(now + 8 * (int64_t)DAY_MS, to);
    CLEANUP(answer_free)
    struct answer slots = ask(house, "consultant.availability_get", john,
                              "{'id':'me','from':'%s','to':'%s','minutes':90}", from, to);
    assert_true(cJSON_GetArraySize(json_at(&slots, "slots")) >= 50);
    CLEANUP(answer_free) struct answer upcoming = ask(house, "consultation.upcoming", john, "{'days':14}");
    assert_true(number_at(&upcoming, "totalUpcoming") >= 4);
    free(john);
}

// Every weekday, both changes of the clocks, a leap day, the turn of a year, either end of the day.
static void test_it_can_be_made_on_any_day(void **state)
{
    (void)state;
    static const char *const days[] = {
        "2030-01-07T08:00:00Z", "2030-01-08T00:00:01Z", "2030-01-09T23:59:59Z", "2030-01-10T12:00:00Z",
        "2030-01-11T15:00:00Z", "2030-01-12T10:00:00Z", "2030-01-13T10:00:00Z", "2030-03-11T10:00:00Z",
        "2030-04-01T10:00:00Z", "2030-11-04T10:00:00Z", "2031-01-01T00:00:00Z", "2032-02-29T12:00:00Z",
    };
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct house house;
        CLEANUP(buf_free) struct buf out = { 0 };
        house_open_at(&house, days[i]);
        make_demo(&house, &out);
        prove(&house);
        check_jane(&house);
        check_john(&house, days[i]);
        house_shut(&house);
    }
}

static void test_making_it_again_changes_nothing(void **state)
{
    struct house *house = *state;
    CLEANUP(buf_free) struct buf first = { 0 }, second = { 0 };
    make_demo(house, &first);
    int64_t seq = house_int(house, "SELECT seq FROM tenant");
    int64_t rows =
        house_int(house, "SELECT (SELECT count(*) FROM consultation) + (SELECT count(*) FROM person)");
    house_wait(house, 3 * (int64_t)DAY_MS);
    make_demo(house, &second);
    assert_string_equal(buf_text(&first), buf_text(&second));
    assert_int_equal(house_int(house, "SELECT seq FROM tenant"), seq);
    assert_int_equal(
        house_int(house, "SELECT (SELECT count(*) FROM consultation) + (SELECT count(*) FROM person)"), rows);
}

static void test_it_wants_an_empty_store(void **state)
{
    struct house *house = *state;
    CLEANUP(buf_free) struct buf out = { 0 };
    struct err err = { 0 };
    free(house_client(house, "somebody@real.example", "A real client"));
    assert_false(admin_demo(&house->app, &out, &err));
    assert_int_equal(err.code, ERR_ALREADY_EXISTS);
    assert_int_equal(house_int(house, "SELECT count(*) FROM person"), 1);
}

static void test_its_accounts_can_sign_in(void **state)
{
    struct house *house = *state;
    CLEANUP(buf_free) struct buf out = { 0 };
    make_demo(house, &out);
    char *line = out.data, *next, email[80], password[80], role[20];
    int roles[3] = { 0 };
    for (; *line != '\0'; line = next) {
        next = strchr(line, '\n') + 1;
        assert_int_equal(sscanf(line, "%79s %79s %19s\n", email, password, role), 3);
        CLEANUP(answer_free)
        struct answer a = ask(house, "auth.login", NULL, "{'email':'%s','password':'%s'}", email, password);
        assert_string_equal(text_at(&a, "user.roles.0"), role);
        roles[strcmp(role, "admin") == 0 ? 0 : strcmp(role, "consultant") == 0 ? 1 : 2]++;
    }
    assert_int_equal(roles[0], 1);
    assert_true(roles[1] >= 5);
    assert_true(roles[2] >= 5);
}

static void test_it_has_a_past_and_a_future(void **state)
{
    struct house *house = *state;
    CLEANUP(buf_free) struct buf out = { 0 };
    make_demo(house, &out);
    static const struct {
        const char *sql;
        int64_t least;
    } counts[] = {
        { "SELECT count(*) FROM consultation WHERE status = 4", 30 }, // completed
        { "SELECT count(*) FROM consultation WHERE status = 2", 5 },  // confirmed
        { "SELECT count(*) FROM consultation WHERE status = 1", 3 },  // scheduled
        { "SELECT count(*) FROM consultation WHERE status = 6", 2 },  // cancelled
        { "SELECT count(*) FROM outcome WHERE summary <> ''", 30 },
        { "SELECT count(*) FROM note WHERE kind = 1", 30 },
        { "SELECT count(*) FROM action_item", 40 },
        { "SELECT count(*) FROM deliverable", 25 },
        { "SELECT count(*) FROM lot WHERE flexible = 1 AND consumed > 0 AND reserved > 0", 1 },
        { "SELECT count(*) FROM consultation WHERE overrun_minutes > 0", 1 },
        { "SELECT count(*) FROM consultation WHERE reschedules > 0 AND sequence > 0", 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        if (house_int(house, counts[i].sql) < counts[i].least)
            fail_msg("%s", counts[i].sql);
}

// What happened long ago is told to nobody by mail.
static void test_it_sends_no_mail_about_the_past(void **state)
{
    struct house *house = *state;
    CLEANUP(buf_free) struct buf out = { 0 };
    make_demo(house, &out);
    house_send_mails(house);
    for (size_t i = 0; i < house_mail_count(); i++)
        if (strncmp(house_mail(i)->subject, "Tomorrow", 8) != 0 &&
            strncmp(house_mail(i)->subject, "In one hour", 11) != 0)
            fail_msg("%s", house_mail(i)->subject);
    prove(house); // jobs of the past change nothing that would be wrong
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, house_open, house_close)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_can_be_made_on_any_day),
        TEST(test_making_it_again_changes_nothing),
        TEST(test_it_wants_an_empty_store),
        TEST(test_its_accounts_can_sign_in),
        TEST(test_it_has_a_past_and_a_future),
        TEST(test_it_sends_no_mail_about_the_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
