// What is stored of texts: snapshots and what goes when they are made, damage, rollbacks, stores of before.
#include "server/core/changes.h"
#include "tests/store/typist.h"

#include <unistd.h>

static const uint64_t A = 0x1111111122222221, B = 0x1111111122222222;

static const char *booked(struct office *office)
{
    return office_book(office, "2030-01-09T14:00:00Z");
}

static int64_t count(struct office *office, const char *sql)
{
    return testbed_int(&office->bed, sql);
}

// Behind the server's back, as damage happens.
static void spoil(struct office *office, const char *sql)
{
    struct err err = { 0 };
    struct db *db = NULL;
    assert_true(db_open(&db, office->bed.path, DB_WRITER, &err));
    if (!db_run(db, sql, DB_NO_ARGS, NULL, &err))
        fail_msg("%s: %s", sql, err.message);
    db_close(db);
}

static void type_times(struct typist *typist, int times)
{
    for (int i = 0; i < times; i++) {
        typist_type(typist, text_length(typist->text), i % 20 == 19 ? "\n" : "w");
        assert_int_equal(typist_send(typist), ERR_NONE);
    }
}

static void test_snapshots_and_what_goes(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    struct typist away = typist_open(office, &office->jane, id, NOTE_SHARED, B);
    typist_type(&john, 0, "Before. ");
    assert_int_equal(typist_send(&john), ERR_NONE);
    typist_listen(&away);
    typist_type(&away, 0, "While away. "); // not sent for a long time
    type_times(&john, TEXTS_SNAPSHOT_UPDATES);
    assert_int_equal(count(office, "SELECT count(*) FROM text_snapshot"), 1);
    assert_int_equal(count(office, "SELECT min(n) FROM text_update"), 1); // nothing goes with the first
    type_times(&john, TEXTS_SNAPSHOT_UPDATES);
    assert_int_equal(count(office, "SELECT count(*) FROM text_snapshot"), 2);
    assert_int_equal(count(office, "SELECT min(n) FROM text_update"), TEXTS_SNAPSHOT_UPDATES + 1);
    type_times(&john, TEXTS_SNAPSHOT_UPDATES);
    assert_int_equal(count(office, "SELECT count(*) FROM text_snapshot"), 2);
    assert_int_equal(count(office, "SELECT min(n) FROM text_update"), 2 * TEXTS_SNAPSHOT_UPDATES + 1);
    office_prove(office);
    // who was away: what was typed there goes in, and all that went is told
    assert_int_equal(typist_send(&away), ERR_NONE);
    typist_listen(&away);
    typist_listen(&john);
    assert_string_equal(typist_reads(&away), typist_reads(&john));
    assert_non_null(strstr(typist_reads(&away), "While away. Before. "));
    office_restart(office);
    assert_string_equal(stored_note(office, id, NOTE_SHARED), typist_reads(&john));
    // whole texts from a base that is no longer kept are refused, not merged wrongly
    office_do(office, &op_run_note_write, &office->john, ERR_CONFLICT,
              "{\"id\":\"%s\",\"kind\":\"shared\",\"baseHead\":1,\"text\":\"Mine alone\"}", id);
    typist_close(&john);
    typist_close(&away);
}

static void test_a_damaged_snapshot_falls_back(void **state)
{
    struct office *office = *state;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_LIVE, A);
    type_times(&john, 3 * TEXTS_SNAPSHOT_UPDATES + 10);
    spoil(office,
          "UPDATE text_snapshot SET bytes = substr(bytes, 1, length(bytes) - 9) || x'000000000000000000' "
          "WHERE n = (SELECT max(n) FROM text_snapshot)");
    office_restart(office);
    assert_string_equal(stored_note(office, john.consultation, NOTE_LIVE), typist_reads(&john));
    type_times(&john, 10);
    assert_string_equal(stored_note(office, john.consultation, NOTE_LIVE), typist_reads(&john));
    // the next snapshot finds that one damaged, and gives up nothing that it held
    int64_t kept = count(office, "SELECT min(n) FROM text_update");
    type_times(&john, TEXTS_SNAPSHOT_UPDATES);
    assert_int_equal(count(office, "SELECT min(n) FROM text_update"), kept);
    assert_int_equal(count(office, "SELECT count(*) FROM text_snapshot"), 3);
    type_times(&john, TEXTS_SNAPSHOT_UPDATES); // the one before is sound again
    assert_int_equal(count(office, "SELECT count(*) FROM text_snapshot"), 2);
    office_restart(office);
    assert_string_equal(stored_note(office, john.consultation, NOTE_LIVE), typist_reads(&john));
    office_prove(office);
    typist_close(&john);
}

static void test_the_check_finds_what_is_lost(void **state)
{
    struct office *office = *state;
    struct err err = { 0 };
    struct buf out = { 0 };
    struct db *db = NULL;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_LIVE, A);
    type_times(&john, 5);
    static const char *const damages[] = {
        "UPDATE text_doc SET length = length + 1",
        "UPDATE note SET head = head - 1",
        "DELETE FROM text_update WHERE n = 3",
    };
    for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
        spoil(office, damages[i]);
        buf_clear(&out);
        assert_true(db_open(&db, office->bed.path, DB_READER, &err));
        assert_true(texts_check(db, &out, &err) && scheduling_check(db, &out, &err));
        assert_true(out.len > 0);
        db_close(db);
        spoil(office, "UPDATE text_doc SET length = 5");
        spoil(office, "UPDATE note SET head = 5");
    }
    buf_free(&out);
    typist_close(&john);
}

// An edit that is rolled back ---------------------------------------------------------------------------------------

struct doomed_args {
    const char *id;
    struct bytes updates;
};

// Edits, then fails for another reason.
static bool doomed_run(struct op_ctx *ctx, const void *in)
{
    const struct doomed_args *args = in;
    struct text_author author = { ctx->actor.user_id, ctx->actor.name, ctx->now };
    struct text_edited edited;
    if (texts_edit(ctx, args->id, &author, 0, args->updates, NOTE_LENGTH_MAX, &edited))
        err_set(ctx->err, ERR_WRONG_STATE, "And yet.");
    return false;
}
static const struct shape doomed_shape = { .name = "Doomed", .size = sizeof(struct doomed_args) };
static const struct op_spec doomed_spec = {
    .name = "test.doomed", .roles = ROLE_ANYONE_SIGNED_IN, .kind = OP_CHANGE, .in = &doomed_shape
};
static const struct op doomed_op = { .spec = &doomed_spec, .run = doomed_run };

static void test_what_is_rolled_back_leaves_memory_too(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    struct typist jane = typist_open(office, &office->jane, id, NOTE_SHARED, B);
    type_times(&john, 3);
    typist_listen(&jane);
    typist_type(&jane, 0, "never ");
    struct doomed_args args = { arena_printf(&office->arena, "%s:shared", id),
                                { jane.batch.data, jane.batch.len } };
    struct op_request *request = testbed_request(&doomed_op, &office->jane, NULL, NULL);
    request->args = &args;
    engine_run(office->bed.app.engine, request);
    assert_int_equal(request->err.code, ERR_WRONG_STATE);
    op_request_free(request);
    // another edit gets the head that the lost one had
    typist_type(&john, 3, " more");
    assert_int_equal(typist_send(&john), ERR_NONE);
    assert_int_equal(john.head, 4);
    assert_string_equal(stored_note(office, id, NOTE_SHARED), "www more");
    assert_int_equal(typist_send(&jane), ERR_NONE); // tried again: it is new, not known
    assert_string_equal(stored_note(office, id, NOTE_SHARED), "never www more");
    office_prove(office);
    office_restart(office);
    assert_string_equal(stored_note(office, id, NOTE_SHARED), "never www more");
    typist_close(&john);
    typist_close(&jane);
}

// Whole texts -------------------------------------------------------------------------------------------------------

static cJSON *write_shared(struct office *office, const struct actor *who, const char *id, int base,
                           const char *text)
{
    return office_run(office, &op_run_note_write, who, ERR_NONE,
                      "{\"id\":\"%s\",\"kind\":\"shared\",\"baseHead\":%d,\"text\":\"%s\"}", id, base, text);
}

static void test_whole_texts_meet_line_by_line(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    cJSON_Delete(
        write_shared(office, &office->john, id, 0, "Title\\n\\nfirst line\\nsecond line\\nthird line\\n"));
    cJSON *data = write_shared(office, &office->john, id, 1,
                               "Title\\n\\nfirst line\\nsecond line, John's\\nthird line\\n");
    assert_false(cJSON_IsTrue(json_at(data, "merged")));
    cJSON_Delete(data);
    data = write_shared(office, &office->jane, id, 1,
                        "Our title\\n\\nfirst line\\nsecond line\\nthird line\\nfourth\\n");
    assert_true(cJSON_IsTrue(json_at(data, "merged")));
    assert_string_equal(json_text(data, "note.text"),
                        "Our title\n\nfirst line\nsecond line, John's\nthird line\nfourth\n");
    cJSON_Delete(data);
    // the answer was lost: the same again
    data = write_shared(office, &office->jane, id, 1,
                        "Our title\\n\\nfirst line\\nsecond line\\nthird line\\nfourth\\n");
    assert_string_equal(json_text(data, "note.text"),
                        "Our title\n\nfirst line\nsecond line, John's\nthird line\nfourth\n");
    cJSON_Delete(data);
    data = office_run(office, &op_run_note_write, &office->admin, ERR_NONE,
                      "{\"id\":\"%s\",\"kind\":\"shared\",\"text\":\"Anew\"}",
                      id); // without a base: it is meant
    assert_string_equal(json_text(data, "note.text"), "Anew");
    cJSON_Delete(data);
    office_prove(office);
}

// Neither of two who begin a note replaces the other's beginning.
static void test_two_beginnings_both_stay(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    cJSON_Delete(write_shared(office, &office->john, id, 0, "John begins. "));
    cJSON *data = write_shared(office, &office->jane, id, 0, "Jane begins. ");
    assert_true(cJSON_IsTrue(json_at(data, "merged")));
    assert_non_null(strstr(json_text(data, "note.text"), "John begins. "));
    assert_non_null(strstr(json_text(data, "note.text"), "Jane begins. "));
    cJSON_Delete(data);
}

// A small edit of a long text is a small update.
static void test_whole_texts_are_small_updates(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct buf text = { 0 };
    for (int i = 0; i < 1000; i++)
        buf_addf(&text, "This is line %d of the minutes, with an ümlaut.\\n", i);
    cJSON_Delete(write_shared(office, &office->john, id, 0, buf_text(&text)));
    memcpy(strstr(text.data, "line 10 "), "LINE", 4);
    memcpy(strstr(text.data, "line 990 "), "LINE", 4);
    cJSON *data = write_shared(office, &office->john, id, 1, buf_text(&text));
    assert_non_null(strstr(json_text(data, "note.text"), "LINE 990 of the minutes"));
    cJSON_Delete(data);
    assert_true(count(office, "SELECT length(bytes) FROM text_update WHERE n = 2") < 120);
    buf_free(&text);
    office_prove(office);
}

// More texts than memory takes: those that leave are loaded again.
static void test_more_texts_than_memory_takes(void **state)
{
    enum {
        BOOKINGS = 4,
        LENGTH = 250 * 1000,
        BYTES = 2 * 1000 * 1000
    }; // of one in memory, as it is reckoned
    struct office *office = *state;
    static const char *const starts[BOOKINGS] = { "2030-01-09T14:00:00Z", "2030-01-09T16:00:00Z",
                                                  "2030-01-10T14:00:00Z", "2030-01-10T16:00:00Z" };
    const char *ids[BOOKINGS];
    char *text = arena_alloc(&office->arena, LENGTH + 1);
    for (int i = 0; i < LENGTH; i++)
        text[i] = (char)(i % 80 == 79 ? ' ' : 'a' + i * 7 % 26);
    for (int i = 0; i < BOOKINGS; i++)
        ids[i] = office_book(office, starts[i]);
    assert_true(BOOKINGS * NOTE_CLIENT * BYTES > TEXTS_CACHE_BYTES);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < BOOKINGS; i++)
            for (enum note_kind kind = 0; kind < NOTE_CLIENT; kind++) {
                text[0] = (char)('A' + i * NOTE_CLIENT + (int)kind);
                text[1] = (char)('0' + round);
                office_do(office, &op_run_note_write, &office->john, ERR_NONE,
                          "{\"id\":\"%s\",\"kind\":\"%s\",\"text\":\"%s\"}", ids[i], note_kind_words[kind],
                          text);
            }
    for (int i = 0; i < BOOKINGS; i++)
        for (enum note_kind kind = 0; kind < NOTE_CLIENT; kind++) {
            const char *stored = stored_note(office, ids[i], kind);
            assert_int_equal(strlen(stored), LENGTH);
            assert_int_equal(stored[0], 'A' + i * NOTE_CLIENT + (int)kind);
            assert_int_equal(stored[1], '1');
        }
    office_prove(office);
}

// Stores of before ---------------------------------------------------------------------------------------------------

struct adopt_args {
    bool *left;
};
static bool adopt_run(struct op_ctx *ctx, const void *in)
{
    return scheduling_adopt_notes(ctx, 2, ((const struct adopt_args *)in)->left);
}
static const struct shape adopt_shape = { .name = "Adopt", .size = sizeof(struct adopt_args) };
static const struct op_spec adopt_spec = {
    .name = "test.adopt", .roles = ROLE_ADMIN, .kind = OP_CHANGE, .in = &adopt_shape
};
static const struct op adopt_op = { .spec = &adopt_spec, .run = adopt_run };

static int adopt_all(struct office *office)
{
    bool left = true;
    struct adopt_args args = { &left };
    int rounds = 0;
    do {
        struct op_request *request = testbed_request(&adopt_op, &office->platform, NULL, NULL);
        request->args = &args;
        engine_run(office->bed.app.engine, request);
        assert_int_equal(request->err.code, ERR_NONE);
        op_request_free(request);
        rounds++;
    } while (left);
    return rounds;
}

static void test_plain_notes_are_adopted_once(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    spoil(office, "UPDATE consultation SET client_notes = 'Please come early'");
    for (int kind = NOTE_CONSULTANT; kind <= NOTE_INTERNAL; kind++)
        spoil(office,
              arena_printf(
                  &office->arena,
                  "INSERT INTO note (id, tenant, rev, audience, consultation_id, kind, text, author_id, "
                  "author_name, updated_at) SELECT id || ':%s', tenant, rev, 'u:%s', id, %d, "
                  "'Plain %d', '%s', 'John Expert', 1893456000000 FROM consultation",
                  note_kind_words[kind], office->john.user_id, kind, kind, office->john.user_id));
    assert_true(adopt_all(office) > 1);
    assert_int_equal(count(office, "SELECT count(*) FROM text_doc"), 5);
    assert_string_equal(stored_note(office, id, NOTE_PREPARATION), "Plain 2");
    cJSON *data =
        office_run(office, &op_run_consultation_get, &office->jane, ERR_NONE, "{\"id\":\"%s\"}", id);
    assert_string_equal(json_text(data, "consultation.notes.client"), "Please come early");
    assert_string_equal(json_text(data, "consultation.liveNotes.text"), "Plain 1");
    cJSON_Delete(data);
    data = office_run(office, &op_run_note_history, &office->john, ERR_NONE,
                      "{\"id\":\"%s\",\"kind\":\"live\"}", id);
    assert_string_equal(json_text(data, "revisions.0.authorName"), "John Expert");
    assert_int_equal(office_time(json_text(data, "revisions.0.endedAt")), 1893456000000);
    cJSON_Delete(data);
    // once: what is written afterwards stays, whatever start follows
    office_do(office, &op_run_note_write, &office->john, ERR_NONE,
              "{\"id\":\"%s\",\"kind\":\"live\",\"text\":\"\"}", id);
    assert_int_equal(adopt_all(office), 1);
    assert_string_equal(stored_note(office, id, NOTE_LIVE), "");
    office_prove(office);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_snapshots_and_what_goes),       TEST(test_a_damaged_snapshot_falls_back),
    TEST(test_the_check_finds_what_is_lost),  TEST(test_what_is_rolled_back_leaves_memory_too),
    TEST(test_whole_texts_meet_line_by_line), TEST(test_two_beginnings_both_stay),
    TEST(test_whole_texts_are_small_updates), TEST(test_more_texts_than_memory_takes),
    TEST(test_plain_notes_are_adopted_once),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
