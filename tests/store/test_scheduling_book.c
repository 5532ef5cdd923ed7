// Booking: the specification's two ways, and everything that must not be booked.
#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/core/clock.h"
#include "server/scheduling/scheduling.h"
#include "shared/base/civil.h"
#include "tests/store/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BOOK                                                                                                 \
    "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":\"%s\",\"scheduledEnd\":\"%s\"},"             \
    "\"purpose\":\"Assessment\"}"

static cJSON *book(struct office *office, const struct actor *who, const struct actor *host,
                   const char *start, const char *end, enum err_code expected)
{
    return office_run(office, &op_run_consultation_book, who, expected, BOOK, host->consultant_id, start,
                      end);
}

// The reason word of a refusal.
static void refused(struct office *office, const struct actor *who, const struct actor *host,
                    const char *start, const char *end, enum err_code expected, const char *reason)
{
    cJSON *details = book(office, who, host, start, end, expected);
    assert_string_equal(json_text(details, "reason"), reason);
    cJSON_Delete(details);
}

static void booked(struct office *office, const struct actor *who, const struct actor *host,
                   const char *start, const char *end)
{
    cJSON_Delete(book(office, who, host, start, end, ERR_NONE));
}

// An administrator changes the tenant's policy; the operation for that comes later.
static void set_policy(struct office *office, const char *column, int64_t value)
{
    struct err err = { 0 };
    struct db *db = NULL;
    assert_true(db_open(&db, office->bed.path, DB_WRITER, &err));
    assert_true(db_run(db, arena_printf(&office->arena, "UPDATE tenant SET %s = $1", column),
                       DB_ARGS(db_int(value)), NULL, &err));
    db_close(db);
}

static void add_hours(struct office *office, const struct actor *host, const char *rule)
{
    office_do(office, &op_run_consultant_availability_add, host, ERR_NONE, "%s", rule);
}

// The two ways -------------------------------------------------------------------------------------------------------

static void test_spec_3_1_books_with_credits(void **state)
{
    struct office *office = *state;
    cJSON *data =
        office_run(office, &op_run_consultation_book, &office->jane, ERR_NONE,
                   "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-01-09T14:00:00Z\","
                   "\"scheduledEnd\":\"2030-01-09T15:30:00Z\",\"timezone\":\"America/New_York\"},"
                   "\"purpose\":\"Organizational capability assessment\","
                   "\"notes\":\"We need help\",\"useCredits\":true}",
                   office->john.consultant_id);
    assert_string_equal(json_text(data, "consultation.consultationCode"), "CONS-20300109-001");
    assert_string_equal(json_text(data, "consultation.type"), "assessment");
    assert_string_equal(json_text(data, "consultation.status.current"), "scheduled");
    assert_string_equal(json_text(data, "consultation.status.history.0.reason"), "Initial booking");
    assert_string_equal(json_text(data, "consultation.status.history.0.changedBy"), office->jane.user_id);
    assert_string_equal(json_text(data, "consultation.schedule.scheduledStart"), "2030-01-09T14:00:00Z");
    assert_int_equal((int)json_number(data, "consultation.schedule.duration.scheduled"), 90);
    assert_string_equal(json_text(data, "consultation.billing.rateType"), "included_in_retainer");
    assert_int_equal((int)json_number(data, "consultation.billing.creditsUsed"), 1);
    assert_int_equal((int)json_number(data, "consultation.billing.estimatedCost"), 1125);
    assert_string_equal(json_text(data, "consultation.billing.packageId"), "PKG-DISCOVERY-ASSESSMENT");
    assert_string_equal(json_text(data, "consultation.attendees.primary.client.email"), "cfo@acme.example");
    assert_string_equal(json_text(data, "consultation.attendees.primary.client.userId"),
                        office->jane.user_id);
    assert_string_equal(json_text(data, "consultation.attendees.primary.consultant.name"), "John Expert");
    assert_string_equal(json_text(data, "consultation.attendees.primary.consultant.email"),
                        "john@example.com");
    assert_string_equal(json_text(data, "consultation.notes.client"), "We need help");
    assert_null(json_at(data, "consultation.notes.internal"));
    assert_null(json_at(data, "consultation.notes.consultant"));
    cJSON_Delete(data);
    struct balance balance = office_balance(office, &office->jane);
    assert_int_equal(balance.free, 270);
    assert_int_equal(balance.reserved, 90);
    office_prove(office);
}

static void test_spec_3_2_books_the_free_trial_once(void **state)
{
    struct office *office = *state;
    static const char trial[] = "{\"useFreeTrialCredit\":true,\"schedule\":{\"scheduledStart\":\"%s\","
                                "\"scheduledEnd\":\"%s\"},\"purpose\":\"Explore\"}";
    office_do(office, &op_run_consultation_book, &office->gina, ERR_BAD_REQUEST, trial,
              "2030-01-09T14:00:00Z", "2030-01-09T14:30:00Z");
    cJSON *data = office_run(office, &op_run_consultation_book, &office->gina, ERR_NONE, trial,
                             "2030-01-09T14:00:00Z", "2030-01-09T14:15:00Z");
    assert_string_equal(json_text(data, "consultation.type"), "free_trial");
    assert_string_equal(json_text(data, "consultation.billing.rateType"), "complimentary");
    cJSON_Delete(data);
    office_do(office, &op_run_consultation_book, &office->gina, ERR_INSUFFICIENT_CREDITS, trial,
              "2030-01-10T14:00:00Z", "2030-01-10T14:15:00Z");
    office_prove(office);
}

static void test_rules_17_any_free_consultant_with_the_reason(void **state)
{
    struct office *office = *state;
    static const char any[] = "{\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\","
                              "\"scheduledEnd\":\"2030-01-09T16:30:00Z\"},\"purpose\":\"%s\"}";
    cJSON *data = office_run(office, &op_run_consultation_book, &office->jane, ERR_NONE, any,
                             "Executive coaching for our CEO");
    assert_string_equal(json_text(data, "consultation.consultant.name"), "Mary Major");
    assert_non_null(strstr(json_text(data, "consultation.assignmentReason"), "skill"));
    cJSON_Delete(data);
    data =
        office_run(office, &op_run_consultation_book, &office->bob, ERR_NONE, any, "Executive coaching too");
    assert_string_equal(json_text(data, "consultation.consultant.name"), "John Expert");
    cJSON_Delete(data);
    // 12:00 UTC is Mary's noon, before John's nine o'clock
    data = office_run(office, &op_run_consultation_book, &office->bob, ERR_NONE,
                      "{\"schedule\":{\"scheduledStart\":\"2030-01-10T12:00:00Z\","
                      "\"scheduledEnd\":\"2030-01-10T13:30:00Z\"}}");
    assert_string_equal(json_text(data, "consultation.consultant.name"), "Mary Major");
    cJSON_Delete(data);
    office_prove(office);
}

static void test_nobody_free_says_when_somebody_is(void **state)
{
    struct office *office = *state;
    cJSON *details = office_run(office, &op_run_consultation_book, &office->jane, ERR_NOT_AVAILABLE,
                                "{\"schedule\":{\"scheduledStart\":\"2030-01-12T14:00:00Z\","
                                "\"scheduledEnd\":\"2030-01-12T15:30:00Z\"}}");
    assert_string_equal(json_text(details, "reason"), "nobody_free");
    assert_string_equal(json_text(details, "alternatives.0.scheduledStart"), "2030-01-11T20:30:00Z");
    cJSON_Delete(details);
}

// What must not be booked ----------------------------------------------------------------------------------------------

static void test_traps_1_overlaps_with_offsets(void **state)
{
    struct office *office = *state;
    booked(office, &office->jane, &office->john, "2030-01-09T14:30:00Z", "2030-01-09T16:00:00Z");
    static const char *const starts[] = { "2030-01-09T14:00:00Z", "2030-01-09T14:30:00Z",
                                          "2030-01-09T14:45:00Z", "2030-01-09T15:30:00Z" };
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        char end[CIVIL_ISO_SIZE];
        civil_format_iso(office_time(starts[i]) + 90 * (int64_t)MINUTE_MS, end);
        refused(office, &office->bob, &office->john, starts[i], end, ERR_SLOT_TAKEN, "busy");
        // the client cannot be in two places either, whoever the other consultant is
        refused(office, &office->jane, &office->mary, starts[i], end, ERR_SLOT_TAKEN, "client_busy");
    }
    // half-open: the next one may start the moment this one ends
    booked(office, &office->bob, &office->john, "2030-01-09T16:00:00Z", "2030-01-09T17:30:00Z");
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM consultation"), 2);
    office_prove(office);
}

static void test_rules_9_the_loser_gets_times_that_can_be_had(void **state)
{
    struct office *office = *state;
    booked(office, &office->jane, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z");
    cJSON *details = book(office, &office->bob, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z",
                          ERR_SLOT_TAKEN);
    const cJSON *alternatives = json_at(details, "alternatives");
    assert_int_equal(cJSON_GetArraySize(alternatives), 5);
    assert_string_equal(json_text(alternatives, "0.scheduledStart"), "2030-01-09T16:30:00Z");
    booked(office, &office->bob, &office->john, json_text(alternatives, "0.scheduledStart"),
           json_text(alternatives, "0.scheduledEnd"));
    cJSON_Delete(details);
    office_prove(office);
}

static void test_rules_12_notice_window_hours_step(void **state)
{
    struct office *office = *state;
    const struct actor *jane = &office->jane, *john = &office->john;
    refused(office, jane, john, "2030-01-07T07:00:00Z", "2030-01-07T08:30:00Z", ERR_NOT_AVAILABLE,
            "in_the_past");
    office_set_clock(office, "2030-01-07T12:00:00Z");
    refused(office, jane, john, "2030-01-07T15:45:00Z", "2030-01-07T17:15:00Z", ERR_NOT_AVAILABLE, "notice");
    refused(office, jane, john, "2030-04-08T14:00:00Z", "2030-04-08T15:30:00Z", ERR_NOT_AVAILABLE, "window");
    refused(office, jane, john, "2030-01-09T13:45:00Z", "2030-01-09T15:15:00Z", ERR_NOT_AVAILABLE, "closed");
    refused(office, jane, john, "2030-01-09T20:45:00Z", "2030-01-09T22:15:00Z", ERR_NOT_AVAILABLE, "closed");
    refused(office, jane, john, "2030-01-12T15:00:00Z", "2030-01-12T16:30:00Z", ERR_NOT_AVAILABLE, "closed");
    refused(office, jane, john, "2030-01-09T14:05:00Z", "2030-01-09T15:35:00Z", ERR_NOT_AVAILABLE, "step");
    // an administrator is not held to notice and window
    cJSON_Delete(office_run(office, &op_run_consultation_book, &office->admin, ERR_NONE,
                            "{\"clientId\":\"%s\",\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":"
                            "\"2030-01-07T15:45:00Z\",\"scheduledEnd\":\"2030-01-07T17:15:00Z\"}}",
                            jane->client_id, john->consultant_id));
    booked(office, jane, john, "2030-01-07T20:30:00Z", "2030-01-07T22:00:00Z"); // to the minute of closing
    office_prove(office);
}

static void test_time_off_closes_the_day(void **state)
{
    struct office *office = *state;
    add_hours(office, &office->john,
              "{\"id\":\"me\",\"type\":\"time_off\",\"period\":{\"startDate\":\"2030-01-09\","
              "\"endDate\":\"2030-01-09\"}}");
    refused(office, &office->jane, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z",
            ERR_NOT_AVAILABLE, "time_off");
    booked(office, &office->jane, &office->john, "2030-01-10T15:00:00Z", "2030-01-10T16:30:00Z");
}

static void test_traps_5_the_larger_buffer_of_both_neighbours(void **state)
{
    struct office *office = *state;
    booked(office, &office->jane, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z");
    set_policy(office, "buffer_minutes", 30);
    refused(office, &office->bob, &office->john, "2030-01-09T16:45:00Z", "2030-01-09T18:15:00Z",
            ERR_NOT_AVAILABLE, "buffer");
    booked(office, &office->bob, &office->john, "2030-01-09T17:00:00Z", "2030-01-09T18:30:00Z");
    // that one keeps its half hour even when the policy no longer asks for any
    set_policy(office, "buffer_minutes", 0);
    refused(office, &office->jane, &office->john, "2030-01-09T18:45:00Z", "2030-01-09T20:15:00Z",
            ERR_NOT_AVAILABLE, "buffer");
    booked(office, &office->jane, &office->john, "2030-01-09T19:00:00Z", "2030-01-09T20:30:00Z");
    office_prove(office);
}

static void test_traps_4_the_cap_counts_the_consultants_day(void **state)
{
    struct office *office = *state;
    set_policy(office, "max_per_day", 1);
    // evenings too: 20:00 to 24:00 in New York is already the next day in UTC
    add_hours(
        office, &office->john,
        "{\"id\":\"me\",\"type\":\"extra\",\"period\":{\"startDate\":\"2030-01-09\",\"endDate\":\"2030-01-"
        "09\"},"
        "\"timeSlots\":[{\"startTime\":\"20:00\",\"endTime\":\"24:00\",\"timezone\":\"America/New_York\"}]}");
    booked(office, &office->jane, &office->john, "2030-01-10T03:30:00Z",
           "2030-01-10T05:00:00Z"); // 22:30 to 24:00
    refused(office, &office->bob, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z",
            ERR_NOT_AVAILABLE, "cap");
    booked(office, &office->bob, &office->john, "2030-01-10T15:00:00Z", "2030-01-10T16:30:00Z");
    // the code speaks of John's day as well
    assert_int_equal(
        testbed_int(&office->bed, "SELECT count(*) FROM consultation WHERE code = 'CONS-20300109-001'"), 1);
    office_prove(office);
}

static void test_traps_3_nine_oclock_stays_nine_over_dst(void **state)
{
    struct office *office = *state;
    // New York: Friday 8 March 2030 is UTC-5, Monday 11 March UTC-4
    booked(office, &office->jane, &office->john, "2030-03-08T14:00:00Z", "2030-03-08T15:30:00Z");
    refused(office, &office->bob, &office->john, "2030-03-08T13:00:00Z", "2030-03-08T14:30:00Z",
            ERR_NOT_AVAILABLE, "closed");
    booked(office, &office->bob, &office->john, "2030-03-11T13:00:00Z", "2030-03-11T14:30:00Z");
    office_prove(office);
}

static void test_credits_must_fit_the_length(void **state)
{
    struct office *office = *state;
    cJSON_Delete(book(office, &office->jane, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:00:00Z",
                      ERR_INSUFFICIENT_CREDITS));
    cJSON_Delete(book(office, &office->gina, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z",
                      ERR_INSUFFICIENT_CREDITS));
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM consultation_code"), 0);
}

static void test_payloads_that_make_no_sense(void **state)
{
    struct office *office = *state;
    static const char *const bad[] = {
        "{\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\",\"scheduledEnd\":\"2030-01-09T15:00:"
        "00Z\"}}",
        "{\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\",\"scheduledEnd\":\"2030-01-09T14:00:"
        "00Z\"}}",
        "{\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\",\"scheduledEnd\":\"2030-01-11T15:00:"
        "00Z\"}}",
        "{\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:01Z\",\"scheduledEnd\":\"2030-01-09T16:30:"
        "01Z\"}}",
        "{\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\",\"scheduledEnd\":\"2030-01-09T16:30:"
        "00Z\","
        "\"timezone\":\"Mars/Olympus\"}}",
        "{\"useCredits\":false,\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\","
        "\"scheduledEnd\":\"2030-01-09T16:30:00Z\"}}",
        "{\"useCredits\":true,\"useFreeTrialCredit\":true,\"schedule\":{\"scheduledStart\":"
        "\"2030-01-09T15:00:00Z\",\"scheduledEnd\":\"2030-01-09T15:15:00Z\"}}",
        "{\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\"}}",
        "{\"price\":1,\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\","
        "\"scheduledEnd\":\"2030-01-09T16:30:00Z\"}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        office_do(office, &op_run_consultation_book, &office->jane, ERR_BAD_REQUEST, "%s", bad[i]);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM consultation"), 0);
}

static void test_who_may_book(void **state)
{
    struct office *office = *state;
    struct actor unverified = office->jane;
    unverified.verified = false;
    cJSON_Delete(book(office, &unverified, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z",
                      ERR_NOT_VERIFIED));
    cJSON_Delete(book(office, &office->john, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z",
                      ERR_FORBIDDEN));
    // for another client, as if that were unknown
    office_do(office, &op_run_consultation_book, &office->jane, ERR_NOT_FOUND,
              "{\"clientId\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\","
              "\"scheduledEnd\":\"2030-01-09T16:30:00Z\"}}",
              office->bob.client_id);
    // an administrator has to say for whom
    office_do(office, &op_run_consultation_book, &office->admin, ERR_BAD_REQUEST,
              "{\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\","
              "\"scheduledEnd\":\"2030-01-09T16:30:00Z\"}}");
    office_do(office, &op_run_consultation_book, &office->jane, ERR_NOT_FOUND, BOOK,
              "01940000-0000-7000-8000-000000000000", "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z");
    struct err err = { 0 };
    struct db *db = NULL;
    assert_true(db_open(&db, office->bed.path, DB_WRITER, &err));
    assert_true(db_run(db, "UPDATE client SET status = 'suspended' WHERE id = $1",
                       DB_ARGS(db_text(office->jane.client_id)), NULL, &err));
    db_close(db);
    cJSON_Delete(book(office, &office->jane, &office->john, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z",
                      ERR_FORBIDDEN));
}

// Once, whatever is sent twice ---------------------------------------------------------------------------------------

static void test_a_client_made_id_books_once(void **state)
{
    struct office *office = *state;
    static const char args[] = "{\"id\":\"01940000-0000-7000-8000-00000000000a\",\"consultantId\":\"%s\","
                               "\"schedule\":{\"scheduledStart\":\"2030-01-09T15:00:00Z\","
                               "\"scheduledEnd\":\"2030-01-09T16:30:00Z\"}}";
    cJSON *data = office_run(office, &op_run_consultation_book, &office->jane, ERR_NONE, args,
                             office->john.consultant_id);
    assert_string_equal(json_text(data, "consultation.id"), "01940000-0000-7000-8000-00000000000a");
    cJSON_Delete(data);
    office_do(office, &op_run_consultation_book, &office->jane, ERR_ALREADY_EXISTS, args,
              office->john.consultant_id);
    office_do(office, &op_run_consultation_book, &office->bob, ERR_ALREADY_EXISTS, args,
              office->mary.consultant_id);
    assert_int_equal(office_balance(office, &office->jane).reserved, 90);
    assert_int_equal(office_balance(office, &office->bob).reserved, 0);
}

static void test_a_retry_with_the_same_key_gets_the_same_answer(void **state)
{
    struct office *office = *state;
    const char *args = arena_printf(&office->arena, BOOK, office->john.consultant_id, "2030-01-09T15:00:00Z",
                                    "2030-01-09T16:30:00Z");
    struct op_request *first =
        testbed_run(&office->bed, &op_run_consultation_book, &office->jane, args, "0a1b2c");
    struct op_request *again =
        testbed_run(&office->bed, &op_run_consultation_book, &office->jane, args, "0a1b2c");
    assert_true(first->ok && again->ok && again->replayed && !first->replayed);
    assert_string_equal(buf_text(&first->reply), buf_text(&again->reply));
    op_request_free(first);
    op_request_free(again);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM consultation"), 1);
    assert_int_equal(office_balance(office, &office->jane).reserved, 90);
}

static void test_what_a_booking_leaves_behind(void **state)
{
    struct office *office = *state;
    office_book(office, "2030-01-09T14:00:00Z");
    const struct testbed *bed = &office->bed;
    const char *audience =
        arena_printf(&office->arena,
                     "SELECT count(*) FROM change WHERE op = 'consultation.book' AND tbl = %d AND "
                     "was = '' AND now = 'org:%s u:%s role:default:admin'",
                     ROW_CONSULTATION, office->jane.client_id, office->john.user_id);
    assert_int_equal(testbed_int(bed, audience), 1);
    assert_int_equal(
        testbed_int(bed, arena_printf(&office->arena,
                                      "SELECT count(*) FROM change WHERE op = 'consultation.book' "
                                      "AND tbl IN (%d, %d) AND now = 'org:%s role:default:admin'",
                                      ROW_LOT, ROW_STATEMENT, office->jane.client_id)),
        2);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM notification WHERE kind = 'consultation_booked'"),
                     2);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM job WHERE key LIKE 'mail:booking_confirmed%'"),
                     2);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM job WHERE key LIKE 'remind:%'"), 1);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM audit WHERE op = 'consultation.book'"), 1);
}

static int64_t mails(struct office *office, const char *name)
{
    return testbed_int(
        &office->bed,
        arena_printf(&office->arena, "SELECT count(*) FROM job WHERE key LIKE 'mail:%s:%%'", name));
}

static void remind(struct office *office, const char *id, int sequence, int which)
{
    office_finish_job(office, &job_consultation_remind,
                      "{\"consultation\":\"%s\",\"sequence\":%d,\"which\":%d}", id, sequence, which);
}

static int64_t next_reminder(struct office *office)
{
    return testbed_int(&office->bed, "SELECT COALESCE(MAX(run_at), 0) FROM job WHERE key LIKE 'remind:%'");
}

static void test_rules_20_reminders_a_day_and_an_hour_before(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    assert_int_equal(next_reminder(office), office_time("2030-01-08T14:00:00Z"));
    office_set_clock(office, "2030-01-08T14:00:00Z");
    remind(office, id, 0, 0);
    remind(office, id, 0, 0); // a second try after a crash sends no second mail
    assert_int_equal(mails(office, "reminder_24h"), 2);
    assert_int_equal(next_reminder(office), office_time("2030-01-09T13:00:00Z"));
    office_set_clock(office, "2030-01-09T13:00:00Z");
    remind(office, id, 0, 1);
    assert_int_equal(mails(office, "reminder_1h"), 2);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM job WHERE key LIKE 'remind:%'"), 2);
}

static void test_traps_14_no_reminder_that_is_late_or_stale(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-07T20:00:00Z"); // twelve hours ahead: the hour alone
    assert_int_equal(next_reminder(office), office_time("2030-01-07T19:00:00Z"));
    office_do(office, &op_run_consultation_reschedule, &office->john, ERR_NONE,
              "{\"id\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-01-10T14:00:00Z\","
              "\"scheduledEnd\":\"2030-01-10T15:30:00Z\"}}",
              id);
    office_set_clock(office, "2030-01-07T19:00:00Z");
    remind(office, id, 0, 1); // of the old time
    assert_int_equal(mails(office, "reminder_1h"), 0);
    office_do(office, &op_run_consultation_cancel, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    office_set_clock(office, "2030-01-09T14:00:00Z");
    remind(office, id, 1, 0); // of a session that is off
    assert_int_equal(mails(office, "reminder_24h"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_spec_3_1_books_with_credits),
    TEST(test_spec_3_2_books_the_free_trial_once),
    TEST(test_rules_17_any_free_consultant_with_the_reason),
    TEST(test_nobody_free_says_when_somebody_is),
    TEST(test_traps_1_overlaps_with_offsets),
    TEST(test_rules_9_the_loser_gets_times_that_can_be_had),
    TEST(test_rules_12_notice_window_hours_step),
    TEST(test_time_off_closes_the_day),
    TEST(test_traps_5_the_larger_buffer_of_both_neighbours),
    TEST(test_traps_4_the_cap_counts_the_consultants_day),
    TEST(test_traps_3_nine_oclock_stays_nine_over_dst),
    TEST(test_credits_must_fit_the_length),
    TEST(test_payloads_that_make_no_sense),
    TEST(test_who_may_book),
    TEST(test_a_client_made_id_books_once),
    TEST(test_a_retry_with_the_same_key_gets_the_same_answer),
    TEST(test_what_a_booking_leaves_behind),
    TEST(test_rules_20_reminders_a_day_and_an_hour_before),
    TEST(test_traps_14_no_reminder_that_is_late_or_stale),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
