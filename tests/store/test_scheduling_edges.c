// What a careless or ill-meaning participant could get out of bookings beyond what the rules give them.
#include "server/consultants/consultants.h"
#include "server/core/engine.h"
#include "server/scheduling/scheduling.h"
#include "tests/store/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void run_sql(struct office *office, const char *sql, const char *id)
{
    struct err err = { 0 };
    struct db *db = NULL;
    assert_true(db_open(&db, office->bed.path, DB_WRITER, &err));
    assert_true(db_run(db, sql, DB_ARGS(db_text(id)), NULL, &err));
    db_close(db);
}

// Slots ---------------------------------------------------------------------------------------------------------------

#define SLOTS "{\"id\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"minutes\":90}"

static int count_slots(struct office *office, const char *from, const char *to)
{
    cJSON *data = office_run(office, &op_run_consultant_availability_get, &office->bob, ERR_NONE, SLOTS,
                             office->john.consultant_id, from, to);
    int slots = cJSON_GetArraySize(json_at(data, "slots"));
    cJSON_Delete(data);
    return slots;
}

// John takes one session a day and works late. The one he has lies far from the hours that are asked for.
static void test_traps_4_a_full_day_lists_no_slots_whatever_part_of_it_is_asked_for(void **state)
{
    struct office *office = *state;
    office_do(office, &op_run_consultant_availability_add, &office->john, ERR_NONE,
              "{\"id\":\"me\",\"type\":\"extra\",\"period\":{\"startDate\":\"2030-01-09\","
              "\"endDate\":\"2030-01-09\"},\"timeSlots\":[{\"startTime\":\"09:00\",\"endTime\":\"23:00\","
              "\"timezone\":\"America/New_York\"}],\"capacity\":{\"maxSessionsPerDay\":1}}");
    office_book(office, "2030-01-09T14:00:00Z"); // 9 in the morning
    office_do(office, &op_run_consultation_book, &office->bob, ERR_NOT_AVAILABLE,
              "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-01-10T02:00:00Z\","
              "\"scheduledEnd\":\"2030-01-10T03:30:00Z\"}}",
              office->john.consultant_id);
    assert_int_equal(count_slots(office, "2030-01-09T14:00:00Z", "2030-01-10T05:00:00Z"), 0);
    assert_int_equal(count_slots(office, "2030-01-10T01:30:00Z", "2030-01-10T05:00:00Z"), 0);
}

static void test_traps_4_nor_do_the_hours_long_before_the_session(void **state)
{
    struct office *office = *state;
    office_do(office, &op_run_consultant_availability_add, &office->john, ERR_NONE,
              "{\"id\":\"me\",\"type\":\"extra\",\"period\":{\"startDate\":\"2030-01-09\","
              "\"endDate\":\"2030-01-09\"},\"timeSlots\":[{\"startTime\":\"09:00\",\"endTime\":\"23:00\","
              "\"timezone\":\"America/New_York\"}],\"capacity\":{\"maxSessionsPerDay\":1}}");
    office_book(office, "2030-01-10T02:00:00Z"); // 9 in the evening
    assert_int_equal(count_slots(office, "2030-01-09T14:00:00Z", "2030-01-09T16:00:00Z"), 0);
}

// An id that is taken, by whomever: nothing is told about the other thing, nor of how we store it.
static void test_rules_24_a_taken_id_tells_nothing(void **state)
{
    struct office *office = *state;
    static const char rule[] =
        "{\"id\":\"me\",\"ruleId\":\"01940000-0000-7000-8000-0000000000e1\",\"type\":\"time_off\","
        "\"period\":{\"startDate\":\"2030-02-01\",\"endDate\":\"2030-02-01\"}}";
    office_do(office, &op_run_consultant_availability_add, &office->john, ERR_NONE, "%s", rule);
    struct op_request *request =
        testbed_run(&office->bed, &op_run_consultant_availability_add, &office->mary, rule, NULL);
    assert_int_equal(request->err.code, ERR_ALREADY_EXISTS);
    assert_string_equal(request->err.message, "It exists already.");
    op_request_free(request);
}

// Consultants who are not there -----------------------------------------------------------------------------------------

#define BOOK_JOHN                                                                                            \
    "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-01-09T14:00:00Z\","                    \
    "\"scheduledEnd\":\"2030-01-09T15:30:00Z\"}}"
#define BOOK_ANY                                                                                             \
    "{\"schedule\":{\"scheduledStart\":\"2030-01-09T14:00:00Z\","                                            \
    "\"scheduledEnd\":\"2030-01-09T15:30:00Z\"}}"

static void test_who_is_suspended_gets_no_sessions(void **state)
{
    struct office *office = *state;
    run_sql(office, "UPDATE person SET status = 'suspended' WHERE id = $1", office->john.user_id);
    office_do(office, &op_run_consultation_book, &office->jane, ERR_NOT_AVAILABLE, BOOK_JOHN,
              office->john.consultant_id);
    cJSON *data = office_run(office, &op_run_consultation_book, &office->jane, ERR_NONE, BOOK_ANY);
    assert_string_equal(json_text(data, "consultation.consultantId"), office->mary.consultant_id);
    cJSON_Delete(data);
    run_sql(office, "UPDATE person SET status = 'suspended' WHERE id = $1", office->mary.user_id);
    data = office_run(office, &op_run_consultation_book, &office->bob, ERR_NOT_AVAILABLE, BOOK_ANY);
    assert_string_equal(json_text(data, "reason"), "nobody_free");
    assert_int_equal(cJSON_GetArraySize(json_at(data, "alternatives")), 0); // not theirs either
    cJSON_Delete(data);
    office_prove(office);
}

// Who waits for verification is not in the directory; booking does not give the name away.
static void test_who_is_not_published_cannot_be_found_by_booking(void **state)
{
    struct office *office = *state;
    run_sql(office, "UPDATE consultant SET status = 'pending_verification' WHERE id = $1",
            office->john.consultant_id);
    office_do(office, &op_run_consultation_book, &office->jane, ERR_NOT_FOUND, BOOK_JOHN,
              office->john.consultant_id);
    office_do(office, &op_run_consultation_book, &office->jane, ERR_NOT_FOUND, BOOK_JOHN,
              "01940000-0000-7000-8000-000000000000");
}

// The client's credit ---------------------------------------------------------------------------------------------------

#define MOVE                                                                                                 \
    "{\"id\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-01-10T15:00:00Z\","                              \
    "\"scheduledEnd\":\"2030-01-10T%s:00Z\"}}"

// Moving is the consultant's right, spending the client's minutes is not.
static void test_a_consultant_moves_a_session_but_keeps_its_length(void **state)
{
    struct office *office = *state;
    office_do(office, &op_run_credit_grant, &office->admin, ERR_NONE,
              "{\"id\":\"%s\",\"packageId\":\"PKG-ANNUAL-PARTNERSHIP\"}", office->jane.client_id);
    cJSON *data = office_run(office, &op_run_consultation_book, &office->jane, ERR_NONE,
                             "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":"
                             "\"2030-01-09T15:00:00Z\",\"scheduledEnd\":\"2030-01-09T16:00:00Z\"}}",
                             office->john.consultant_id);
    const char *id = arena_strdup(&office->arena, json_text(data, "consultation.id"));
    cJSON_Delete(data);
    struct balance before = office_balance(office, &office->jane);
    office_do(office, &op_run_consultation_reschedule, &office->john, ERR_FORBIDDEN, MOVE, id, "17:00");
    struct balance after = office_balance(office, &office->jane);
    assert_int_equal(after.reserved, before.reserved);
    office_do(office, &op_run_consultation_reschedule, &office->john, ERR_NONE, MOVE, id, "16:00");
    office_do(office, &op_run_consultation_reschedule, &office->jane, ERR_NONE, MOVE, id, "17:00");
    after = office_balance(office, &office->jane);
    assert_int_equal(after.reserved, 120);
    office_prove(office);
}

static void test_rules_7_the_trial_is_given_once_whoever_gives_it(void **state)
{
    struct office *office = *state;
    static const char grant[] = "{\"id\":\"%s\",\"packageId\":\"PKG-FREE-TRIAL\",\"credits\":%d}";
    office_do(office, &op_run_credit_grant, &office->admin, ERR_ALREADY_EXISTS, grant, office->gina.client_id,
              0);
    run_sql(office,
            "UPDATE lot SET free_trial = 0 WHERE client_id = $1", // as if there had been none
            office->gina.client_id);
    office_do(office, &op_run_credit_grant, &office->admin, ERR_BAD_REQUEST, grant, office->gina.client_id,
              5);
    office_do(office, &op_run_credit_grant, &office->admin, ERR_NONE, grant, office->gina.client_id, 1);
    office_do(office, &op_run_credit_grant, &office->admin, ERR_ALREADY_EXISTS, grant, office->gina.client_id,
              1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_traps_4_a_full_day_lists_no_slots_whatever_part_of_it_is_asked_for),
    TEST(test_traps_4_nor_do_the_hours_long_before_the_session),
    TEST(test_rules_24_a_taken_id_tells_nothing),
    TEST(test_who_is_suspended_gets_no_sessions),
    TEST(test_who_is_not_published_cannot_be_found_by_booking),
    TEST(test_a_consultant_moves_a_session_but_keeps_its_length),
    TEST(test_rules_7_the_trial_is_given_once_whoever_gives_it),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
