// Consultants who join a session: what they may do and see, and that nobody is in two places (RULES 9, TRAPS 1).
#include "server/consultants/consultants.h"
#include "server/scheduling/scheduling.h"
#include "tests/store/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOON "2030-01-09T14:00:00Z" // for both consultants within their hours

static cJSON *add(struct office *office, const struct actor *by, const char *id, enum err_code expected)
{
    return office_run(office, &op_run_consultation_add_co_consultant, by, expected,
                      "{\"id\":\"%s\",\"consultantId\":\"%s\"}", id, office->mary.consultant_id);
}

static void add_mary(struct office *office, const char *id)
{
    cJSON_Delete(add(office, &office->john, id, ERR_NONE));
}

static void take_off(struct office *office, const struct actor *by, const char *id, enum err_code expected)
{
    office_do(office, &op_run_consultation_remove_co_consultant, by, expected,
              "{\"id\":\"%s\",\"consultantId\":\"%s\"}", id, office->mary.consultant_id);
}

static void book_mary(struct office *office, const char *start, const char *end, enum err_code expected)
{
    office_do(office, &op_run_consultation_book, &office->bob, expected,
              "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":\"%s\",\"scheduledEnd\":\"%s\"}}",
              office->mary.consultant_id, start, end);
}

static void get(struct office *office, const struct actor *who, const char *id, enum err_code expected)
{
    office_do(office, &op_run_consultation_get, who, expected, "{\"id\":\"%s\"}", id);
}

static int64_t count_mine(struct office *office, const struct actor *who)
{
    cJSON *data = office_run(office, &op_run_consultation_mine, who, ERR_NONE, "{}");
    int64_t total = (int64_t)json_number(data, "total");
    assert_int_equal(cJSON_GetArraySize(json_at(data, "consultations")), total);
    cJSON_Delete(data);
    return total;
}

static int64_t count(struct office *office, const char *sql)
{
    return testbed_int(&office->bed, sql);
}

static void write_all_notes(struct office *office, const char *id)
{
    office_do(office, &op_run_consultation_patch, &office->john, ERR_NONE,
              "{\"id\":\"%s\",\"notes\":{\"consultant\":\"LEAD\",\"internal\":\"HOUSE\"},"
              "\"preparationNotes\":\"PREPARED\",\"liveNotes\":{\"text\":\"SHARED\"}}",
              id);
    office_do(office, &op_run_consultation_add_action_item, &office->john, ERR_NONE,
              "{\"id\":\"%s\",\"description\":\"Share the inventory\"}", id);
}

// What they see -----------------------------------------------------------------------------------------------------

static void test_they_see_all_but_the_leads_own_notes(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, NOON);
    write_all_notes(office, id);
    get(office, &office->mary, id, ERR_NOT_FOUND);
    cJSON *data = add(office, &office->john, id, ERR_NONE);
    assert_string_equal(json_text(data, "consultation.attendees.coConsultants.0.name"), "Mary Major");
    cJSON_Delete(data);
    data = office_run(office, &op_run_consultation_get, &office->mary, ERR_NONE, "{\"id\":\"%s\"}", id);
    assert_null(json_at(data, "consultation.notes.consultant"));
    assert_string_equal(json_text(data, "consultation.notes.internal"), "HOUSE");
    assert_string_equal(json_text(data, "consultation.preparationNotes"), "PREPARED");
    assert_string_equal(json_text(data, "consultation.liveNotes.text"), "SHARED");
    cJSON_Delete(data);
    // told at once, and by mail
    assert_int_equal(
        count(office, arena_printf(&office->arena,
                                   "SELECT count(*) FROM notification WHERE person_id = '%s' AND "
                                   "kind = 'co_consultant_added' AND body LIKE '%%John%%leads it.'",
                                   office->mary.user_id)),
        1);
    assert_int_equal(count(office, "SELECT count(*) FROM job WHERE key LIKE 'mail:co_consultant_added:%'"),
                     1);
    assert_int_equal(count_mine(office, &office->mary), 1);
    data = office_run(office, &op_run_consultation_upcoming, &office->mary, ERR_NONE, "{}");
    assert_int_equal((int)json_number(data, "total"), 1);
    cJSON_Delete(data);
    office_prove(office);
}

// Rows of the last operation's changes that its reader, Mary, gains or loses by it.
static int64_t changes_of(struct office *office, const char *lost_or_gained)
{
    return count(office,
                 arena_printf(&office->arena,
                              "SELECT count(*) FROM change WHERE seq = (SELECT max(seq) FROM change) AND "
                              "tbl IN (%d, %d, %d) AND %s LIKE '%%u:%s%%' AND %s NOT LIKE '%%u:%s%%'",
                              ROW_CONSULTATION, ROW_NOTE, ROW_ACTION_ITEM, lost_or_gained,
                              office->mary.user_id, strcmp(lost_or_gained, "now") == 0 ? "was" : "now",
                              office->mary.user_id));
}

// The consultation, three of its four notes and its action item.
static void test_rows_come_and_go_with_them(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, NOON);
    write_all_notes(office, id);
    add_mary(office, id);
    assert_int_equal(changes_of(office, "now"), 5);
    // what is written later is stamped for them from the start
    office_do(office, &op_run_consultation_add_deliverable, &office->mary, ERR_NONE,
              "{\"id\":\"%s\",\"name\":\"Roadmap\"}", id);
    take_off(office, &office->john, id, ERR_NONE);
    assert_int_equal(changes_of(office, "was"), 5);
    assert_int_equal(count(office, arena_printf(&office->arena,
                                                "SELECT (SELECT count(*) FROM consultation WHERE audience "
                                                "LIKE '%%%1$s%%') + (SELECT count(*) FROM note WHERE "
                                                "audience LIKE '%%%1$s%%') + (SELECT count(*) FROM "
                                                "deliverable WHERE audience LIKE '%%%1$s%%')",
                                                office->mary.user_id)),
                     0);
    get(office, &office->mary, id, ERR_NOT_FOUND);
    assert_int_equal(count_mine(office, &office->mary), 0);
    office_prove(office);
}

// What they may do --------------------------------------------------------------------------------------------------

static void test_who_may_add_and_remove(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, NOON);
    cJSON_Delete(add(office, &office->jane, id, ERR_FORBIDDEN));
    cJSON_Delete(add(office, &office->mary, id, ERR_NOT_FOUND)); // not hers
    cJSON_Delete(add(office, &office->admin, id, ERR_NONE));
    cJSON_Delete(add(office, &office->john, id, ERR_NONE)); // once more changes nothing
    assert_int_equal(count(office, "SELECT count(*) FROM co_consultant"), 1);
    office_do(office, &op_run_consultation_add_co_consultant, &office->john, ERR_BAD_REQUEST,
              "{\"id\":\"%s\",\"consultantId\":\"%s\"}", id, office->john.consultant_id);
    cJSON_Delete(add(office, &office->mary, id, ERR_FORBIDDEN));
    take_off(office, &office->mary, id, ERR_NONE);
    take_off(office, &office->john, id, ERR_NOT_FOUND);
    office_prove(office);
}

static void test_the_session_is_led_by_its_lead(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, NOON);
    add_mary(office, id);
    office_do(office, &op_run_consultation_confirm, &office->mary, ERR_FORBIDDEN, "{\"id\":\"%s\"}", id);
    office_do(office, &op_run_consultation_cancel, &office->mary, ERR_FORBIDDEN, "{\"id\":\"%s\"}", id);
    office_do(office, &op_run_consultation_patch, &office->mary, ERR_FORBIDDEN,
              "{\"id\":\"%s\",\"notes\":{\"consultant\":\"x\"}}", id);
    office_do(office, &op_run_consultation_patch, &office->mary, ERR_NONE,
              "{\"id\":\"%s\",\"liveNotes\":{\"text\":\"Written together\"}}", id);
    office_do(office, &op_run_consultation_cancel, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    cJSON_Delete(add(office, &office->john, id, ERR_WRONG_STATE));
    office_prove(office);
}

// Their time --------------------------------------------------------------------------------------------------------

static void test_rules_9_who_joins_is_busy(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, NOON);
    add_mary(office, id);
    book_mary(office, "2030-01-09T14:30:00Z", "2030-01-09T16:00:00Z", ERR_SLOT_TAKEN);
    cJSON *data = office_run(office, &op_run_consultant_availability_get, &office->bob, ERR_NONE,
                             "{\"id\":\"%s\",\"from\":\"2030-01-09T12:30:00Z\","
                             "\"to\":\"2030-01-09T15:30:00Z\",\"minutes\":90}",
                             office->mary.consultant_id);
    assert_int_equal(cJSON_GetArraySize(json_at(data, "slots")), 1); // 12:30 to 14:00, then from 15:30
    cJSON_Delete(data);
    office_do(office, &op_run_consultation_cancel, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    book_mary(office, "2030-01-09T14:30:00Z", "2030-01-09T16:00:00Z", ERR_NONE);
    office_prove(office);
}

static void test_rules_9_who_is_busy_does_not_join(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, NOON);
    book_mary(office, "2030-01-09T15:00:00Z", "2030-01-09T16:30:00Z", ERR_NONE);
    cJSON *data = add(office, &office->john, id, ERR_SLOT_TAKEN);
    assert_string_equal(json_text(data, "reason"), "busy");
    cJSON_Delete(data);
    assert_int_equal(count(office, "SELECT count(*) FROM co_consultant"), 0);
    office_prove(office);
}

static void test_rules_9_a_move_needs_the_time_of_all(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, NOON);
    add_mary(office, id);
    book_mary(office, "2030-01-10T15:00:00Z", "2030-01-10T16:30:00Z", ERR_NONE);
    cJSON *data = office_run(office, &op_run_consultation_reschedule, &office->john, ERR_SLOT_TAKEN,
                             "{\"id\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-01-10T15:30:00Z\","
                             "\"scheduledEnd\":\"2030-01-10T17:00:00Z\"}}",
                             id);
    assert_string_equal(json_text(data, "reason"), "co_consultant_busy");
    assert_string_equal(json_text(data, "alternatives.0.scheduledStart"), "2030-01-10T16:30:00Z");
    cJSON_Delete(data);
    office_do(office, &op_run_consultation_reschedule, &office->john, ERR_NONE,
              "{\"id\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-01-10T16:30:00Z\","
              "\"scheduledEnd\":\"2030-01-10T18:00:00Z\"}}",
              id);
    book_mary(office, NOON, "2030-01-09T15:30:00Z", ERR_NONE); // given up by both
    office_prove(office);
}

// Whatever code runs, the store itself refuses.
static bool store_takes(struct office *office, const char *sql)
{
    struct err err = { 0 };
    struct db *db = NULL;
    assert_true(db_open(&db, office->bed.path, DB_WRITER, &err));
    bool taken = db_run(db, sql, DB_NO_ARGS, NULL, &err);
    assert_true(taken || err.code == ERR_SLOT_TAKEN);
    db_close(db);
    return taken;
}

static void test_rules_9_the_store_stands_behind_it(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, NOON);
    book_mary(office, "2030-01-09T15:30:00Z", "2030-01-09T17:00:00Z", ERR_NONE);
    add_mary(office, id);
    assert_false(store_takes(office, "UPDATE consultation SET starts_at = starts_at - 60000 WHERE starts_at "
                                     "= (SELECT max(starts_at) FROM consultation)"));
    assert_false(store_takes(office, "UPDATE co_consultant SET ends_at = ends_at + 60000"));
    assert_false(store_takes(office, "INSERT INTO co_consultant SELECT (SELECT max(id) FROM consultation), "
                                     "consultant_id, person_id, starts_at + 60000, ends_at, 1, 0, 0, NULL "
                                     "FROM co_consultant"));
    assert_true(store_takes(office, "UPDATE co_consultant SET ends_at = ends_at"));
}

// What `serenityd check` says when the store was meddled with.
static bool check_finds(struct office *office, const char *meddling, const char *fault)
{
    struct err err = { 0 };
    struct db *db = NULL;
    CLEANUP(buf_free) struct buf out = { 0 };
    assert_true(db_open(&db, office->bed.path, DB_WRITER, &err));
    assert_true(db_begin(db, &err) && db_script(db, meddling, &err) && scheduling_check(db, &out, &err));
    db_rollback(db);
    db_close(db);
    return strstr(buf_text(&out), fault) != NULL;
}

static void test_the_check_finds_what_contradicts(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, NOON);
    book_mary(office, "2030-01-09T15:30:00Z", "2030-01-09T17:00:00Z", ERR_NONE);
    add_mary(office, id);
    assert_false(check_finds(office, "SELECT 1;", "co-consultant"));
    assert_true(check_finds(office,
                            "DROP TRIGGER consultation_no_overlap_co_update;"
                            "UPDATE consultation SET starts_at = starts_at - 600000 WHERE starts_at = "
                            "(SELECT max(starts_at) FROM consultation);",
                            "a co-consultant who leads another session then: CONS-20300109-001"));
    assert_true(check_finds(office, "UPDATE co_consultant SET starts_at = starts_at + 60000;",
                            "a co-consultant whose time is not that of the consultation"));
    assert_true(check_finds(office, "UPDATE consultation SET co_consultant_ids = '[]';",
                            "a co-consultant who is not in the row"));
    assert_true(check_finds(office, "DELETE FROM co_consultant;", "a co-consultant in the row alone"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_they_see_all_but_the_leads_own_notes),
    TEST(test_rows_come_and_go_with_them),
    TEST(test_who_may_add_and_remove),
    TEST(test_the_session_is_led_by_its_lead),
    TEST(test_rules_9_who_joins_is_busy),
    TEST(test_rules_9_who_is_busy_does_not_join),
    TEST(test_rules_9_a_move_needs_the_time_of_all),
    TEST(test_rules_9_the_store_stands_behind_it),
    TEST(test_the_check_finds_what_contradicts),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
