// The life of a booking: confirm, start, complete, cancel, move; and what each does to the credit.
#include "server/scheduling/scheduling.h"
#include "tests/store/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void confirm(struct office *office, const char *id)
{
    office_do(office, &op_run_consultation_confirm, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
}

static cJSON *cancel(struct office *office, const struct actor *who, const char *id)
{
    return office_run(office, &op_run_consultation_cancel, who, ERR_NONE,
                      "{\"id\":\"%s\",\"reason\":\"Ill\"}", id);
}

static void check_balance(struct office *office, int64_t free, int64_t reserved, int64_t consumed)
{
    struct balance balance = office_balance(office, &office->jane);
    assert_int_equal(balance.free, free);
    assert_int_equal(balance.reserved, reserved);
    assert_int_equal(balance.consumed, consumed);
    office_prove(office);
}

#define MOVE "{\"id\":\"%s\",\"schedule\":{\"scheduledStart\":\"%s\",\"scheduledEnd\":\"%s\"}}"

static cJSON *move(struct office *office, const struct actor *who, const char *id, const char *start,
                   const char *end, enum err_code expected)
{
    return office_run(office, &op_run_consultation_reschedule, who, expected, MOVE, id, start, end);
}

static const char complete_args[] =
    "{\"id\":\"%s\",\"actualEndTime\":\"2030-01-09T15:45:00Z\","
    "\"outcomes\":{\"summary\":\"Completed the assessment.\",\"keyPoints\":[\"Level 2\",\"Quick wins\"],"
    "\"recommendations\":[\"Steering committee\"]},"
    "\"deliverables\":[{\"id\":\"01940000-0000-7000-8000-0000000000d1\",\"type\":\"assessment_report\","
    "\"name\":\"Readiness Assessment\",\"description\":\"15 pages\",\"status\":\"completed\","
    "\"dueDate\":\"2030-01-13\",\"file\":{\"name\":\"a.pdf\",\"url\":\"s3://bucket/a.pdf\",\"size\":\"2.3 "
    "MB\"}},"
    "{\"type\":\"roadmap\",\"name\":\"Roadmap\",\"file\":{\"url\":\"s3://bucket/r.xlsx\"}}],"
    "\"actionItems\":[{\"itemId\":\"01940000-0000-7000-8000-0000000000a1\",\"description\":\"Share "
    "inventory\","
    "\"assignedTo\":\"client\",\"dueDate\":\"2030-01-16\",\"priority\":\"high\"},"
    "{\"description\":\"Vendor comparison\",\"assignedTo\":\"consultant\"}],"
    "\"nextSteps\":\"Second session within 2 weeks.\",\"internalNotes\":\"Excellent engagement.\"}";

static void test_spec_5_the_whole_session(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    cJSON *data =
        office_run(office, &op_run_consultation_confirm, &office->john, ERR_NONE,
                   "{\"id\":\"CONS-20300109-001\",\"preparationNotes\":\"Will review the structure\"}");
    assert_string_equal(json_text(data, "consultation.status.current"), "confirmed");
    assert_string_equal(json_text(data, "consultation.preparationNotes"), "Will review the structure");
    cJSON_Delete(data);
    office_set_clock(office, "2030-01-09T14:03:00Z");
    data = office_run(
        office, &op_run_consultation_start, &office->john, ERR_NONE,
        "{\"id\":\"%s\",\"actualStartTime\":\"2030-01-09T14:02:00Z\",\"attendees\":{\"additional\":"
        "[{\"name\":\"Michael Johnson\",\"role\":\"CTO\",\"email\":\"cto@acme.example\"}]}}",
        id);
    assert_string_equal(json_text(data, "consultation.status.current"), "in_progress");
    assert_string_equal(json_text(data, "consultation.schedule.actualStart"), "2030-01-09T14:02:00Z");
    assert_string_equal(json_text(data, "consultation.attendees.additional.0.role"), "CTO");
    cJSON_Delete(data);
    office_set_clock(office, "2030-01-09T15:46:00Z");
    data = office_run(office, &op_run_consultation_complete, &office->john, ERR_NONE, complete_args, id);
    assert_string_equal(json_text(data, "consultation.status.current"), "completed");
    assert_int_equal((int)json_number(data, "consultation.schedule.duration.actual"), 103);
    assert_int_equal((int)json_number(data, "consultation.billing.actualCost"), 1125);
    assert_int_equal((int)json_number(data, "consultation.billing.creditsUsed"), 1);
    assert_string_equal(json_text(data, "consultation.outcomes.keyPoints.1"), "Quick wins");
    assert_string_equal(json_text(data, "consultation.deliverables.0.file.size"), "2.3 MB");
    assert_string_equal(json_text(data, "consultation.deliverables.1.name"), "Roadmap");
    assert_string_equal(json_text(data, "consultation.actionItems.0.dueDate"), "2030-01-16");
    assert_string_equal(json_text(data, "consultation.actionItems.0.assignedTo"), "client");
    assert_string_equal(json_text(data, "consultation.actionItems.1.priority"), "medium");
    assert_string_equal(json_text(data, "consultation.nextSteps"), "Second session within 2 weeks.");
    assert_string_equal(json_text(data, "consultation.notes.internal"), "Excellent engagement.");
    // the 15 minutes over are within the grace
    assert_null(json_at(data, "consultation.billing.overrunMinutes"));
    cJSON_Delete(data);
    check_balance(office, 270, 0, 90);
}

static void begin(struct office *office, const char *id)
{
    office_set_clock(office, "2030-01-09T14:00:00Z");
    office_do(office, &op_run_consultation_start, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
}

static void test_no_credit_is_consumed_twice(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    begin(office, id);
    office_set_clock(office, "2030-01-09T15:46:00Z");
    office_do(office, &op_run_consultation_complete, &office->john, ERR_NONE, complete_args, id);
    office_do(office, &op_run_consultation_complete, &office->john, ERR_WRONG_STATE, complete_args, id);
    office_do(office, &op_run_consultation_cancel, &office->john, ERR_WRONG_STATE, "{\"id\":\"%s\"}", id);
    check_balance(office, 270, 0, 90);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM ledger_tx WHERE kind = 'consume'"), 1);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM deliverable"), 2);
}

static void test_children_with_their_own_ids_come_once(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    begin(office, id);
    static const char item[] = "{\"id\":\"%s\",\"itemId\":\"01940000-0000-7000-8000-0000000000a1\","
                               "\"description\":\"%s\",\"assignedTo\":\"client\"}";
    office_do(office, &op_run_consultation_add_action_item, &office->john, ERR_NONE, item, id,
              "Share inventory");
    office_do(office, &op_run_consultation_add_action_item, &office->john, ERR_NONE, item, id,
              "Share inventory");
    office_do(office, &op_run_consultation_add_action_item, &office->john, ERR_ALREADY_EXISTS, item, id,
              "Other");
    static const char deliverable[] =
        "{\"id\":\"%s\",\"deliverableId\":\"01940000-0000-7000-8000-0000000000d1\","
        "\"name\":\"Readiness Assessment\"}";
    office_do(office, &op_run_consultation_add_deliverable, &office->john, ERR_NONE, deliverable, id);
    office_set_clock(office, "2030-01-09T15:46:00Z");
    office_do(office, &op_run_consultation_complete, &office->john, ERR_NONE, complete_args, id);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM action_item"), 2);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM deliverable"), 2);
}

static void test_rules_2_minutes_beyond_the_grace_are_billed(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    begin(office, id);
    office_set_clock(office, "2030-01-09T15:46:00Z");
    cJSON *data =
        office_run(office, &op_run_consultation_complete, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    assert_int_equal((int)json_number(data, "consultation.billing.overrunMinutes"), 16);
    assert_int_equal((int)json_number(data, "consultation.billing.creditsUsed"), 1);
    cJSON_Delete(data);
    check_balance(office, 270, 0, 90);
}

static void test_actual_times_are_sane(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    static const char start[] = "{\"id\":\"%s\",\"actualStartTime\":\"%s\"}";
    static const char end[] = "{\"id\":\"%s\",\"actualEndTime\":\"%s\"}";
    office_set_clock(office, "2030-01-09T14:00:00Z");
    office_do(office, &op_run_consultation_start, &office->john, ERR_BAD_REQUEST, start, id,
              "2030-01-09T14:06:00Z");
    office_do(office, &op_run_consultation_start, &office->john, ERR_BAD_REQUEST, start, id,
              "2030-01-07T07:00:00Z");
    office_do(office, &op_run_consultation_start, &office->john, ERR_NONE, start, id, "2030-01-09T14:04:00Z");
    office_do(office, &op_run_consultation_complete, &office->john, ERR_BAD_REQUEST, end, id,
              "2030-01-09T14:03:00Z");
    office_do(office, &op_run_consultation_complete, &office->john, ERR_BAD_REQUEST, end, id,
              "2030-01-09T15:30:00Z");
    office_set_clock(office, "2030-01-12T09:00:00Z"); // three days offline
    office_do(office, &op_run_consultation_complete, &office->john, ERR_NONE, end, id,
              "2030-01-09T15:30:00Z");
    office_prove(office);
}

static void test_rules_10_who_may_move_it(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    // a client may not run these at all; another consultant does not know the booking; a stranger neither
    office_do(office, &op_run_consultation_confirm, &office->jane, ERR_FORBIDDEN, "{\"id\":\"%s\"}", id);
    office_do(office, &op_run_consultation_start, &office->mary, ERR_NOT_FOUND, "{\"id\":\"%s\"}", id);
    office_do(office, &op_run_consultation_cancel, &office->bob, ERR_NOT_FOUND, "{\"id\":\"%s\"}", id);
    office_do(office, &op_run_consultation_complete, &office->john, ERR_WRONG_STATE, "{\"id\":\"%s\"}", id);
    confirm(office, id);
    office_do(office, &op_run_consultation_confirm, &office->john, ERR_WRONG_STATE, "{\"id\":\"%s\"}", id);
    office_do(office, &op_run_consultation_start, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    office_do(office, &op_run_consultation_cancel, &office->jane, ERR_WRONG_STATE, "{\"id\":\"%s\"}", id);
    office_prove(office);
}

// Cancelling ---------------------------------------------------------------------------------------------------------

static void test_rules_13_a_client_in_time_gets_it_back(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    office_set_clock(office, "2030-01-08T13:59:30Z"); // half a minute to go
    cJSON *data = cancel(office, &office->jane, id);
    assert_string_equal(json_text(data, "effect"), "returned");
    assert_string_equal(json_text(data, "consultation.status.current"), "cancelled");
    assert_string_equal(json_text(data, "consultation.cancelReason"), "Ill");
    assert_int_equal((int)json_number(data, "consultation.billing.creditsUsed"), 0);
    cJSON_Delete(data);
    check_balance(office, 360, 0, 0);
    // and the time is free again
    office_book(office, "2030-01-09T14:00:00Z");
    check_balance(office, 270, 90, 0);
}

static void test_rules_13_a_late_client_loses_it(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    office_set_clock(office, "2030-01-08T14:00:01Z");
    cJSON *data = cancel(office, &office->jane, id);
    assert_string_equal(json_text(data, "effect"), "consumed");
    cJSON_Delete(data);
    check_balance(office, 270, 0, 90);
}

static void test_rules_13_the_consultants_cancel_returns_always(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    const char *other = office_book(office, "2030-01-09T16:00:00Z");
    office_set_clock(office, "2030-01-09T13:59:00Z");
    cJSON_Delete(cancel(office, &office->john, id));
    cJSON_Delete(cancel(office, &office->admin, other));
    check_balance(office, 360, 0, 0);
}

static void test_rules_7_a_late_trial_is_used(void **state)
{
    struct office *office = *state;
    cJSON *data =
        office_run(office, &op_run_consultation_book, &office->gina, ERR_NONE,
                   "{\"useFreeTrialCredit\":true,\"schedule\":{\"scheduledStart\":\"2030-01-09T14:00:00Z\","
                   "\"scheduledEnd\":\"2030-01-09T14:15:00Z\"}}");
    const char *id = arena_strdup(&office->arena, json_text(data, "consultation.id"));
    cJSON_Delete(data);
    data = office_run(office, &op_run_client_credits, &office->gina, ERR_NONE, "{}");
    assert_true(cJSON_IsTrue(json_at(data, "freeTrial.used")));
    assert_string_equal(json_text(data, "freeTrial.usedOn"), "2030-01-07");
    cJSON_Delete(data);
    cJSON_Delete(cancel(office, &office->gina, id)); // in time: it is there again
    data = office_run(office, &op_run_client_credits, &office->gina, ERR_NONE, "{}");
    assert_true(cJSON_IsFalse(json_at(data, "freeTrial.used")));
    assert_true(cJSON_IsTrue(json_at(data, "freeTrial.eligible")));
    cJSON_Delete(data);
    office_prove(office);
}

// Moving --------------------------------------------------------------------------------------------------------------

static void test_rules_14_the_same_booking_moves(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    confirm(office, id);
    cJSON *data = move(office, &office->jane, id, "2030-01-10T15:00:00Z", "2030-01-10T16:30:00Z", ERR_NONE);
    assert_string_equal(json_text(data, "consultation.id"), id);
    assert_string_equal(json_text(data, "consultation.consultationCode"), "CONS-20300109-001");
    assert_string_equal(json_text(data, "consultation.schedule.scheduledStart"), "2030-01-10T15:00:00Z");
    assert_string_equal(json_text(data, "consultation.status.current"), "scheduled"); // to be confirmed anew
    assert_int_equal((int)json_number(data, "consultation.sequence"), 1);
    assert_int_equal((int)json_number(data, "consultation.reschedules"), 1);
    assert_string_equal(json_text(data, "effect"), "moved");
    cJSON_Delete(data);
    check_balance(office, 270, 90, 0);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM ledger_tx WHERE kind = 'reserve'"), 1);
    // a reminder of the new time, by its version
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM job WHERE key LIKE 'remind:%:1:0'"), 1);
    office_book(office, "2030-01-09T14:00:00Z"); // the old time is free
    office_prove(office);
}

static void test_traps_7_the_old_time_is_kept_when_the_new_one_is_not_won(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    office_book(office, "2030-01-10T14:00:00Z");
    cJSON_Delete(
        move(office, &office->jane, id, "2030-01-10T14:30:00Z", "2030-01-10T16:00:00Z", ERR_SLOT_TAKEN));
    cJSON_Delete(move(office, &office->jane, id, "2030-01-09T14:00:00Z", "2030-01-09T15:00:00Z",
                      ERR_INSUFFICIENT_CREDITS)); // no lot of that length: nothing is released either
    cJSON *data =
        office_run(office, &op_run_consultation_get, &office->jane, ERR_NONE, "{\"id\":\"%s\"}", id);
    assert_string_equal(json_text(data, "consultation.schedule.scheduledStart"), "2030-01-09T14:00:00Z");
    assert_int_equal((int)json_number(data, "consultation.sequence"), 0);
    cJSON_Delete(data);
    check_balance(office, 180, 180, 0);
    // by half an hour over itself
    cJSON_Delete(move(office, &office->jane, id, "2030-01-09T14:30:00Z", "2030-01-09T16:00:00Z", ERR_NONE));
    check_balance(office, 180, 180, 0);
}

static void test_traps_10_a_late_move_uses_the_credit_and_takes_another(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    office_set_clock(office, "2030-01-08T15:00:00Z");
    cJSON *data =
        move(office, &office->jane, id, "2030-01-20T15:00:00Z", "2030-01-20T16:30:00Z", ERR_NOT_AVAILABLE);
    assert_string_equal(json_text(data, "reason"), "closed"); // a Sunday
    cJSON_Delete(data);
    check_balance(office, 270, 90, 0);
    data = move(office, &office->jane, id, "2030-01-21T15:00:00Z", "2030-01-21T16:30:00Z", ERR_NONE);
    assert_string_equal(json_text(data, "effect"), "consumed");
    cJSON_Delete(data);
    check_balance(office, 180, 90, 90);
    // cancelled in time now: only the second one returns
    cJSON_Delete(cancel(office, &office->jane, id));
    check_balance(office, 270, 0, 90);
}

static void test_rules_13_two_moves_by_the_client(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    cJSON_Delete(move(office, &office->jane, id, "2030-01-10T14:00:00Z", "2030-01-10T15:30:00Z", ERR_NONE));
    cJSON_Delete(move(office, &office->jane, id, "2030-01-11T14:00:00Z", "2030-01-11T15:30:00Z", ERR_NONE));
    cJSON_Delete(
        move(office, &office->jane, id, "2030-01-14T14:00:00Z", "2030-01-14T15:30:00Z", ERR_WRONG_STATE));
    // the consultant is exempt
    cJSON_Delete(move(office, &office->john, id, "2030-01-14T14:00:00Z", "2030-01-14T15:30:00Z", ERR_NONE));
    check_balance(office, 270, 90, 0);
}

static void test_rules_10_declined_before_it_is_confirmed(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    office_do(office, &op_run_consultation_decline, &office->jane, ERR_FORBIDDEN,
              "{\"id\":\"%s\",\"reason\":\"x\"}", id);
    office_do(office, &op_run_consultation_decline, &office->mary, ERR_NOT_FOUND,
              "{\"id\":\"%s\",\"reason\":\"x\"}", id);
    office_do(office, &op_run_consultation_decline, &office->john, ERR_BAD_REQUEST, "{\"id\":\"%s\"}", id);
    cJSON *data = office_run(office, &op_run_consultation_decline, &office->john, ERR_NONE,
                             "{\"id\":\"%s\",\"reason\":\"I am ill that day.\"}", id);
    assert_string_equal(json_text(data, "consultation.status.current"), "declined");
    assert_string_equal(json_text(data, "consultation.cancelReason"), "I am ill that day.");
    cJSON_Delete(data);
    check_balance(office, 360, 0, 0);
    // the client reads why, and the nearest times that are free
    assert_int_equal(
        testbed_int(&office->bed,
                    "SELECT count(*) FROM notification WHERE kind = 'consultation_declined' AND "
                    "body LIKE '%I am ill that day.%Free near it: Wed 9 Jan 2030, 10:30-12:00%'"),
        1);
    office_do(office, &op_run_consultation_confirm, &office->john, ERR_WRONG_STATE, "{\"id\":\"%s\"}", id);
    const char *again = office_book(office, "2030-01-09T14:00:00Z"); // the time is free again
    confirm(office, again);
    office_do(office, &op_run_consultation_decline, &office->john, ERR_WRONG_STATE,
              "{\"id\":\"%s\",\"reason\":\"x\"}", again);
    check_balance(office, 270, 90, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_spec_5_the_whole_session),
    TEST(test_no_credit_is_consumed_twice),
    TEST(test_children_with_their_own_ids_come_once),
    TEST(test_rules_2_minutes_beyond_the_grace_are_billed),
    TEST(test_actual_times_are_sane),
    TEST(test_rules_10_who_may_move_it),
    TEST(test_rules_13_a_client_in_time_gets_it_back),
    TEST(test_rules_13_a_late_client_loses_it),
    TEST(test_rules_13_the_consultants_cancel_returns_always),
    TEST(test_rules_7_a_late_trial_is_used),
    TEST(test_rules_14_the_same_booking_moves),
    TEST(test_traps_7_the_old_time_is_kept_when_the_new_one_is_not_won),
    TEST(test_traps_10_a_late_move_uses_the_credit_and_takes_another),
    TEST(test_rules_13_two_moves_by_the_client),
    TEST(test_rules_10_declined_before_it_is_confirmed),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
