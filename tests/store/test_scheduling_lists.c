// Reading bookings: get, lists with filters and cursors, the days ahead, and the rows that sync sends.
#include "server/core/changes.h"
#include "server/core/engine.h"
#include "server/scheduling/scheduling.h"
#include "tests/store/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_rules_24_the_same_404_for_all_that_is_not_yours(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    struct actor elsewhere = office->admin;
    elsewhere.tenant = "other";
    const struct {
        const struct actor *who;
        const char *id;
    } strangers[] = {
        { &office->bob, id },
        { &office->bob, "CONS-20300109-001" },
        { &office->mary, id },
        { &elsewhere, id },
        { &office->jane, "01940000-0000-7000-8000-000000000000" },
        { &office->jane, "CONS-20300109-002" },
        { &office->jane, "no such thing" },
    };
    for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
        struct op_request *request =
            testbed_run(&office->bed, &op_run_consultation_get, strangers[i].who,
                        arena_printf(&office->arena, "{\"id\":\"%s\"}", strangers[i].id), NULL);
        assert_int_equal(request->err.code, ERR_NOT_FOUND);
        assert_string_equal(request->err.message, "There is no such consultation.");
        op_request_free(request);
    }
    office_do(office, &op_run_consultation_get, &office->john, ERR_NONE, "{\"id\":\"CONS-20300109-001\"}");
    office_do(office, &op_run_consultation_get, &office->admin, ERR_NONE, "{\"id\":\"%s\"}", id);
}

static int count(struct office *office, const struct actor *who, const char *args)
{
    cJSON *data = office_run(office, &op_run_consultation_mine, who, ERR_NONE, "%s", args);
    int size = cJSON_GetArraySize(json_at(data, "consultations"));
    assert_int_equal((int)json_number(data, "total"), size);
    cJSON_Delete(data);
    return size;
}

static void test_mine_filters(void **state)
{
    struct office *office = *state;
    const char *first = office_book(office, "2030-01-09T14:00:00Z");
    office_book(office, "2030-01-09T16:00:00Z");
    office_book(office, "2030-01-11T14:00:00Z");
    office_do(office, &op_run_consultation_confirm, &office->john, ERR_NONE, "{\"id\":\"%s\"}", first);
    assert_int_equal(count(office, &office->jane, "{}"), 3);
    assert_int_equal(count(office, &office->john, "{}"), 3);
    assert_int_equal(count(office, &office->mary, "{}"), 0);
    assert_int_equal(count(office, &office->bob, "{}"), 0);
    assert_int_equal(count(office, &office->admin, "{}"), 3);
    assert_int_equal(count(office, &office->john, "{\"status\":\"confirmed\"}"), 1);
    assert_int_equal(count(office, &office->john, "{\"status\":\"scheduled,confirmed\"}"), 3);
    assert_int_equal(count(office, &office->john, "{\"status\":\"cancelled\"}"), 0);
    assert_int_equal(count(office, &office->john, "{\"from\":\"2030-01-09T16:00:00Z\"}"), 2);
    assert_int_equal(count(office, &office->john, "{\"to\":\"2030-01-09T16:00:00Z\"}"), 1);
    const char *by_client = arena_printf(&office->arena, "{\"clientId\":\"%s\"}", office->bob.client_id);
    assert_int_equal(count(office, &office->admin, by_client), 0);
    const char *by_host =
        arena_printf(&office->arena, "{\"consultantId\":\"%s\"}", office->john.consultant_id);
    assert_int_equal(count(office, &office->jane, by_host), 3);
    office_do(office, &op_run_consultation_mine, &office->john, ERR_BAD_REQUEST, "{\"status\":\"sheduled\"}");
    office_do(office, &op_run_consultation_mine, &office->john, ERR_BAD_REQUEST, "{\"sortBy\":\"price\"}");
    office_do(office, &op_run_consultation_mine, &office->john, ERR_BAD_REQUEST, "{\"cursor\":\"12_x\"}");
}

static void test_spec_3_1_the_consultants_list(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    office_do(office, &op_run_consultation_confirm, &office->john, ERR_NONE,
              "{\"id\":\"%s\",\"preparationNotes\":\"Focus on transformation\"}", id);
    cJSON *data = office_run(office, &op_run_consultation_mine, &office->john, ERR_NONE,
                             "{\"status\":\"scheduled,confirmed\",\"sortBy\":\"scheduledStart\"}");
    const cJSON *entry = json_at(data, "consultations.0");
    assert_string_equal(json_text(entry, "consultationCode"), "CONS-20300109-001");
    assert_string_equal(json_text(entry, "client.name"), "Acme Corporation");
    assert_string_equal(json_text(entry, "client.contact"), "Jane Smith (CFO)");
    assert_string_equal(json_text(entry, "client.email"), "cfo@acme.example");
    assert_string_equal(json_text(entry, "schedule.scheduledEnd"), "2030-01-09T15:30:00Z");
    assert_int_equal((int)json_number(entry, "schedule.duration.scheduled"), 90);
    assert_string_equal(json_text(entry, "status.current"), "confirmed");
    assert_string_equal(json_text(entry, "package"), "Discovery & Assessment Program");
    assert_string_equal(json_text(entry, "preparationNotes"), "Focus on transformation");
    assert_null(json_at(entry, "outcomes"));
    cJSON_Delete(data);
}

static void test_pages_meet_without_gap_or_overlap(void **state)
{
    struct office *office = *state;
    static const char *const sorts[] = { "scheduledStart", "-scheduledStart" };
    for (int i = 0; i < 4; i++)
        office_book(office, arena_printf(&office->arena, "2030-01-%02dT14:00:00Z", 8 + i % 4));
    for (size_t s = 0; s < ARRAY_LEN(sorts); s++) {
        const char *cursor = "";
        char last[64] = "";
        int seen = 0, pages = 0;
        do {
            cJSON *data = office_run(office, &op_run_consultation_mine, &office->john, ERR_NONE,
                                     "{\"limit\":3,\"sortBy\":\"%s\",\"cursor\":\"%s\"}", sorts[s], cursor);
            const cJSON *entry;
            cJSON_ArrayForEach(entry, json_at(data, "consultations"))
            {
                const char *start = json_text(entry, "schedule.scheduledStart");
                if (seen++ > 0)
                    assert_true(s == 0 ? strcmp(start, last) > 0 : strcmp(start, last) < 0);
                strcpy(last, start);
            }
            assert_int_equal((int)json_number(data, "total"), 4);
            const cJSON *next = json_at(data, "nextCursor");
            cursor = cJSON_IsString(next) ? arena_strdup(&office->arena, next->valuestring) : NULL;
            cJSON_Delete(data);
        } while (++pages < 9 && cursor != NULL);
        assert_int_equal(seen, 4);
        assert_int_equal(pages, 2);
    }
}

static void test_spec_3_2_the_days_ahead(void **state)
{
    struct office *office = *state;
    office_book(office, "2030-01-09T14:00:00Z");
    office_book(office, "2030-01-09T16:00:00Z");
    const char *off = office_book(office, "2030-01-10T14:00:00Z");
    office_book(office, "2030-01-15T14:00:00Z"); // beyond the seven days
    office_do(office, &op_run_consultation_cancel, &office->john, ERR_NONE, "{\"id\":\"%s\"}", off);
    cJSON *data = office_run(office, &op_run_consultation_upcoming, &office->john, ERR_NONE, "{}");
    assert_int_equal((int)json_number(data, "totalUpcoming"), 2);
    assert_int_equal(cJSON_GetArraySize(json_at(data, "upcomingConsultations")), 1);
    assert_string_equal(json_text(data, "upcomingConsultations.0.date"), "2030-01-09");
    assert_string_equal(json_text(data, "upcomingConsultations.0.consultations.0.time"), "09:00-10:30");
    assert_string_equal(json_text(data, "upcomingConsultations.0.consultations.1.client"),
                        "Acme Corporation");
    assert_string_equal(json_text(data, "upcomingConsultations.0.consultations.1.status"), "scheduled");
    assert_string_equal(json_text(data, "timezone"), "America/New_York");
    cJSON_Delete(data);
    data = office_run(office, &op_run_consultation_upcoming, &office->jane, ERR_NONE, "{\"days\":30}");
    assert_int_equal((int)json_number(data, "total"), 3);
    cJSON_Delete(data);
}

// Rows for sync --------------------------------------------------------------------------------------------------------

static cJSON *page(struct office *office, enum row_table table, const struct actor *who, const char *after,
                   int limit)
{
    struct arena *arena = &office->arena;
    struct buf out = { 0 };
    struct err err = { 0 };
    struct db *db = NULL;
    const char *last;
    int size = 0;
    assert_true(db_open(&db, office->bed.path, DB_READER, &err));
    buf_add_char(&out, '[');
    assert_true(row_sources[table]->page(db, "default", principals_of(who, arena), after, limit, arena, &out,
                                         &last, &size, &err));
    buf_add_char(&out, ']');
    db_close(db);
    cJSON *json = json_parse(buf_text(&out), out.len, &err);
    if (json == NULL)
        fail_msg("%s: %s", err.message, buf_text(&out));
    assert_int_equal(cJSON_GetArraySize(json), size);
    if (size > 0)
        assert_string_equal(last, json_text(json, arena_printf(arena, "%d.id", size - 1)));
    buf_free(&out);
    return json;
}

static int visible(struct office *office, enum row_table table, const struct actor *who)
{
    cJSON *json = page(office, table, who, "", 100);
    int size = cJSON_GetArraySize(json);
    cJSON_Delete(json);
    return size;
}

static void test_rows_reach_their_audience_alone(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    office_set_clock(office, "2030-01-09T14:00:00Z");
    office_do(
        office, &op_run_consultation_patch, &office->john, ERR_NONE,
        "{\"id\":\"%s\",\"notes\":{\"consultant\":\"C\",\"internal\":\"I\"},\"liveNotes\":{\"text\":\"L\"},"
        "\"preparationNotes\":\"P\"}",
        id);
    office_do(office, &op_run_consultation_start, &office->john, ERR_NONE,
              "{\"id\":\"%s\",\"attendees\":{\"additional\":[{\"name\":\"Mike\"}]}}", id);
    office_do(office, &op_run_consultation_complete, &office->john, ERR_NONE,
              "{\"id\":\"%s\",\"outcomes\":{\"summary\":\"S\",\"keyPoints\":[\"K\"]},\"deliverables\":[{"
              "\"name\":\"D\"}],"
              "\"actionItems\":[{\"description\":\"A\"}]}",
              id);
    static const struct {
        enum row_table table;
        int jane, john, admin, bob;
    } expected[] = {
        { ROW_CONSULTATION, 1, 1, 1, 0 },
        { ROW_OUTCOME, 1, 1, 1, 0 },
        { ROW_NOTE, 1, 4, 2, 0 },
        { ROW_ACTION_ITEM, 1, 1, 1, 0 },
        { ROW_DELIVERABLE, 1, 1, 1, 0 },
        { ROW_ATTENDEE, 1, 1, 1, 0 },
        { ROW_POLICY, 1, 1, 1, 1 },
        // trial and credits of three clients; grants of five lots, one reserved, one consumed
        { ROW_LOT, 2, 0, 5, 2 },
        { ROW_STATEMENT, 4, 0, 7, 2 },
    };
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_int_equal(visible(office, expected[i].table, &office->jane), expected[i].jane);
        assert_int_equal(visible(office, expected[i].table, &office->john), expected[i].john);
        assert_int_equal(visible(office, expected[i].table, &office->admin), expected[i].admin);
        assert_int_equal(visible(office, expected[i].table, &office->bob), expected[i].bob);
    }
    cJSON *rows = page(office, ROW_CONSULTATION, &office->jane, "", 10);
    assert_string_equal(json_text(rows, "0.status"), "completed");
    assert_string_equal(json_text(rows, "0.clientName"), "Acme Corporation");
    assert_true(cJSON_IsTrue(json_at(rows, "0.creditConsumed")));
    cJSON_Delete(rows);
    rows = page(office, ROW_OUTCOME, &office->jane, "", 10);
    assert_string_equal(json_text(rows, "0.keyPoints.0"), "K");
    cJSON_Delete(rows);
    rows = page(office, ROW_STATEMENT, &office->jane, "", 10);
    assert_string_equal(json_text(rows, "2.kind"), "reserve");
    assert_string_equal(json_text(rows, "2.consultationCode"), "CONS-20300109-001");
    assert_int_equal((int)json_number(rows, "2.minutes"), -90);
    cJSON_Delete(rows);
}

static void test_pages_of_rows_resume(void **state)
{
    struct office *office = *state;
    for (int i = 0; i < 4; i++)
        office_book(office, arena_printf(&office->arena, "2030-01-%02dT14:00:00Z", 8 + i));
    cJSON *first = page(office, ROW_CONSULTATION, &office->john, "", 3);
    assert_int_equal(cJSON_GetArraySize(first), 3);
    cJSON *rest = page(office, ROW_CONSULTATION, &office->john, json_text(first, "2.id"), 3);
    assert_int_equal(cJSON_GetArraySize(rest), 1);
    assert_true(strcmp(json_text(rest, "0.id"), json_text(first, "2.id")) > 0);
    cJSON_Delete(first);
    cJSON_Delete(rest);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_rules_24_the_same_404_for_all_that_is_not_yours),
    TEST(test_mine_filters),
    TEST(test_spec_3_1_the_consultants_list),
    TEST(test_pages_meet_without_gap_or_overlap),
    TEST(test_spec_3_2_the_days_ahead),
    TEST(test_rows_reach_their_audience_alone),
    TEST(test_pages_of_rows_resume),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
