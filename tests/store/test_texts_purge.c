// Words that were deleted from a note: gone after 30 days from everything that the server keeps, and nothing else with
// them.
#include "server/scheduling/notes.h"
#include "shared/host/host.h"
#include "tests/store/typist.h"

#include <stdio.h>

static const uint64_t A = 0x1111111122222221, B = 0x1111111122222222;
static const char SECRET[] = "the merger with Initech ";

static const char *booked(struct office *office)
{
    return office_book(office, "2030-01-09T14:00:00Z");
}

static int64_t count(struct office *office, const char *sql)
{
    return testbed_int(&office->bed, sql);
}

// Whether the store's file has these bytes anywhere.
static bool file_holds(struct office *office, const char *words)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct err err = { 0 };
    office_restart(office);
    assert_true(file_read(office->bed.path, 64 * 1024 * 1024, &bytes, &err));
    return memmem(bytes.data, bytes.len, words, strlen(words)) != NULL;
}

static void purge(struct office *office, const char *iso)
{
    office_set_clock(office, iso);
    office_finish_job(office, &job_notes_purge, "{}");
}

static void type_and_delete(struct typist *typist, const char *words)
{
    typist_type(typist, 0, words);
    assert_int_equal(typist_send(typist), ERR_NONE);
    typist_remove(typist, 0, strlen(words));
    assert_int_equal(typist_send(typist), ERR_NONE);
}

static const char *content(struct office *office, const struct typist *typist)
{
    struct buf text = { 0 };
    text_content(typist->text, &text);
    const char *copy = arena_strdup(&office->arena, buf_text(&text));
    buf_free(&text);
    return copy;
}

static void check_note(struct office *office, const char *id, const char *expected)
{
    cJSON *data = office_run(office, &op_run_note_get, &office->john, ERR_NONE,
                             "{\"id\":\"%s\",\"kind\":\"shared\"}", id);
    assert_string_equal(json_text(data, "note.text"), expected);
    cJSON_Delete(data);
}

static void check_first_version(struct office *office, const char *id, bool faded, const char *expected)
{
    cJSON *data = office_run(office, &op_run_note_at, &office->john, ERR_NONE,
                             "{\"id\":\"%s\",\"kind\":\"shared\",\"ord\":1}", id);
    assert_string_equal(json_text(data, "note.text"), expected);
    assert_int_equal(cJSON_IsTrue(json_at(data, "note.faded")), faded);
    cJSON_Delete(data);
    data = office_run(office, &op_run_note_history, &office->john, ERR_NONE,
                      "{\"id\":\"%s\",\"kind\":\"shared\"}", id);
    assert_int_equal(cJSON_IsTrue(json_at(data, "revisions.0.faded")), faded);
    assert_false(cJSON_IsTrue(json_at(data, "revisions.1.faded")));
    cJSON_Delete(data);
}

static void test_deleted_words_are_gone_after_30_days(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    struct typist jane = typist_open(office, &office->jane, id, NOTE_SHARED, B);
    typist_type(&john, 0, "Agenda");
    type_and_delete(&john, SECRET);
    typist_listen(&jane);
    int64_t rev = count(office, "SELECT rev FROM note");
    assert_true(file_holds(office, SECRET));
    purge(office, "2030-02-05T08:00:00Z"); // not yet
    assert_true(file_holds(office, SECRET));
    assert_int_equal(count(office, "SELECT rev FROM note"), rev);
    purge(office, "2030-02-06T09:00:00Z");
    assert_false(file_holds(office, SECRET));
    assert_int_equal(count(office, "SELECT purge_at FROM note"), 0);
    check_note(office, id, "Agenda");
    // Readers are told a row without those updates; what they miss they ask for.
    assert_true(count(office, "SELECT rev FROM note") > rev);
    assert_int_equal(count(office, "SELECT tail_count FROM note"), 0);
    struct typist fresh = typist_open(office, &office->mary, id, NOTE_SHARED, 7);
    fresh.actor = &office->john;
    typist_listen(&fresh);
    assert_string_equal(content(office, &fresh), "Agenda");
    // A replica that was away all the time goes on, and so does everybody else.
    typist_type(&jane, 6, ": budget");
    assert_int_equal(typist_send(&jane), ERR_NONE);
    typist_type(&john, 0, "The ");
    assert_int_equal(typist_send(&john), ERR_NONE);
    typist_listen(&john);
    typist_listen(&jane);
    typist_listen(&fresh);
    assert_string_equal(content(office, &john), "The Agenda: budget");
    assert_string_equal(content(office, &jane), "The Agenda: budget");
    assert_string_equal(content(office, &fresh), "The Agenda: budget");
    check_note(office, id, "The Agenda: budget");
    office_prove(office);
    assert_false(file_holds(office, SECRET));
    typist_close(&fresh);
    typist_close(&john);
    typist_close(&jane);
}

// A text of before shows fillers where the words stood.
static void test_earlier_versions_keep_their_length(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    typist_type(&john, 0, "Buy Initech. Agenda");
    assert_int_equal(typist_send(&john), ERR_NONE);
    office_set_clock(office, "2030-01-07T10:00:00Z");
    typist_remove(&john, 0, 13);
    assert_int_equal(typist_send(&john), ERR_NONE);
    purge(office, "2030-02-07T10:00:00Z");
    check_first_version(office, id, true, "xxxxxxxxxxxxxAgenda");
    typist_close(&john);
}

static void test_younger_ones_and_the_bases_of_a_month_stay(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    typist_type(&john, 0, "Agenda");
    type_and_delete(&john, SECRET);
    office_set_clock(office, "2030-01-27T08:00:00Z");
    type_and_delete(&john, "younger words ");
    int64_t head = john.head;
    purge(office, "2030-02-07T08:00:00Z");
    assert_false(file_holds(office, SECRET));
    assert_true(file_holds(office, "younger words"));
    office_do(office, &op_run_note_write, &office->jane, ERR_NONE,
              "{\"id\":\"%s\",\"kind\":\"shared\",\"baseHead\":%d,\"text\":\"Agenda\\nBudget\"}", id,
              (int)head);
    office_do(office, &op_run_note_write, &office->jane, ERR_CONFLICT,
              "{\"id\":\"%s\",\"kind\":\"shared\",\"baseHead\":1,\"text\":\"x\"}", id);
    check_note(office, id, "Agenda\nBudget");
    purge(office, "2030-02-27T08:00:00Z");
    assert_false(file_holds(office, "younger words"));
    check_note(office, id, "Agenda\nBudget");
    office_prove(office);
    typist_close(&john);
}

// Snapshots were made meanwhile, and the updates before them are no longer there one by one.
static void test_words_in_snapshots(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    typist_type(&john, 0, SECRET);
    assert_int_equal(typist_send(&john), ERR_NONE);
    office_set_clock(office, "2030-01-07T10:00:00Z");
    typist_remove(&john, 0, strlen(SECRET));
    for (int i = 0; i < 3 * TEXTS_SNAPSHOT_UPDATES; i++) {
        typist_type(&john, text_length(john.text), "w");
        assert_int_equal(typist_send(&john), ERR_NONE);
    }
    assert_int_equal(count(office, "SELECT COUNT(*) FROM text_snapshot"), 2);
    check_first_version(office, id, false, SECRET);
    const char *before = content(office, &john);
    purge(office, "2030-03-01T08:00:00Z");
    check_first_version(office, id, true, "xxxxxxxxxxxxxxxxxxxxxxxx");
    check_note(office, id, before);
    office_prove(office);
    for (int i = 0; i < 2 * TEXTS_SNAPSHOT_UPDATES + 10; i++) {
        typist_type(&john, text_length(john.text), "m");
        assert_int_equal(typist_send(&john), ERR_NONE);
    }
    check_note(office, id, content(office, &john));
    office_prove(office);
    assert_false(file_holds(office, SECRET));
    typist_close(&john);
}

// Some of it was typed before and arrives after.
static void test_words_that_arrive_late(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    struct typist jane = typist_open(office, &office->jane, id, NOTE_SHARED, B);
    typist_type(&john, 0, "Agenda");
    assert_int_equal(typist_send(&john), ERR_NONE);
    typist_listen(&jane);
    type_and_delete(&john, SECRET);
    office_set_clock(office, "2030-02-01T08:00:00Z");
    type_and_delete(&jane, "offline for a month ");
    purge(office, "2030-02-07T08:00:00Z");
    assert_false(file_holds(office, SECRET));
    assert_true(file_holds(office, "offline for a month"));
    purge(office, "2030-03-05T08:00:00Z");
    assert_false(file_holds(office, "offline for a month"));
    office_prove(office);
    typist_close(&john);
    typist_close(&jane);
}

static void test_a_damaged_text_is_left_and_the_others_go_on(void **state)
{
    struct office *office = *state;
    const char *ids[] = { booked(office), office_book(office, "2030-01-10T14:00:00Z") };
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct typist john = typist_open(office, &office->john, ids[i], NOTE_SHARED, A + i);
        type_and_delete(&john, i == 0 ? "damaged words " : SECRET);
        typist_close(&john);
    }
    struct err err = { 0 };
    struct db *db = NULL;
    assert_true(db_open(&db, office->bed.path, DB_WRITER, &err) &&
                db_run(db, "UPDATE text_update SET bytes = X'00' WHERE n = 1 AND doc LIKE $1 || '%'",
                       DB_ARGS(db_text(ids[0])), NULL, &err));
    db_close(db);
    office_restart(office);
    purge(office, "2030-02-07T08:00:00Z");
    assert_false(file_holds(office, SECRET));
    assert_int_equal(count(office, "SELECT COUNT(*) FROM note WHERE purge_at > 0"), 1);
    assert_int_equal(count(office, "SELECT COUNT(*) FROM text_update"), 2);
}

// Its migration runs over notes that have a history already.
static void test_a_store_of_before_knows_what_is_due(void **state)
{
    struct office *office = *state;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_SHARED, A);
    struct typist mary =
        typist_open(office, &office->john, office_book(office, "2030-01-10T14:00:00Z"), NOTE_SHARED, B);
    struct err err = { 0 };
    struct db *db = NULL;
    type_and_delete(&john, SECRET);
    typist_type(&mary, 0, "nothing was deleted");
    assert_int_equal(typist_send(&mary), ERR_NONE);
    assert_true(db_open(&db, office->bed.path, DB_WRITER, &err));
    assert_true(db_run(db, "DROP INDEX note_by_purge", DB_NO_ARGS, NULL, &err) &&
                db_run(db, "ALTER TABLE note DROP COLUMN purge_at", DB_NO_ARGS, NULL, &err) &&
                db_run(db, "DELETE FROM schema_migration WHERE version = 9", DB_NO_ARGS, NULL, &err));
    db_close(db);
    office_restart(office);
    assert_int_equal(count(office, "SELECT COUNT(*) FROM note WHERE purge_at > 0"), 1);
    purge(office, "2030-02-07T09:00:00Z");
    assert_false(file_holds(office, SECRET));
    typist_close(&john);
    typist_close(&mary);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, office_open, office_close)
    const struct CMUnitTest tests[] = {
        TEST(test_deleted_words_are_gone_after_30_days),
        TEST(test_earlier_versions_keep_their_length),
        TEST(test_younger_ones_and_the_bases_of_a_month_stay),
        TEST(test_words_in_snapshots),
        TEST(test_words_that_arrive_late),
        TEST(test_a_damaged_text_is_left_and_the_others_go_on),
        TEST(test_a_store_of_before_knows_what_is_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
