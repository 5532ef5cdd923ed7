// Notes typed at several replicas at once: what is taken, what is refused whole, and that everybody ends the same.
#include "tests/store/typist.h"

#include "shared/host/host.h"

static const uint64_t A = 0x1111111122222221, B = 0x1111111122222222, C = 0x1111111122222223;

static const char *booked(struct office *office)
{
    return office_book(office, "2030-01-09T14:00:00Z");
}

static void test_what_is_typed_arrives(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    struct typist jane = typist_open(office, &office->jane, id, NOTE_SHARED, B);
    typist_type(&john, 0, "Agenda\n");
    assert_int_equal(typist_send(&john), ERR_NONE);
    assert_true(john.epoch != 0);
    assert_int_equal(john.head, 1);
    typist_listen(&jane);
    assert_string_equal(typist_reads(&jane), "Agenda\n");
    assert_true(jane.epoch == john.epoch);
    // both at once
    typist_type(&john, 7, "1. Budget\n");
    typist_type(&jane, 0, "Our ");
    assert_int_equal(typist_send(&john), ERR_NONE);
    assert_int_equal(typist_send(&jane), ERR_NONE);
    typist_listen(&john);
    typist_listen(&jane);
    assert_string_equal(typist_reads(&john), "Our Agenda\n1. Budget\n");
    assert_string_equal(typist_reads(&jane), typist_reads(&john));
    assert_string_equal(stored_note(office, id, NOTE_SHARED), typist_reads(&john));
    office_prove(office);
    typist_close(&john);
    typist_close(&jane);
}

static void test_the_same_again_changes_nothing(void **state)
{
    struct office *office = *state;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_LIVE, A);
    typist_type(&john, 0, "Once");
    assert_int_equal(typist_post(&john, john.batch.data, john.batch.len), ERR_NONE);
    int64_t seq = testbed_int(&office->bed, "SELECT seq FROM tenant");
    john.epoch = 0; // the answer was lost
    assert_int_equal(typist_post(&john, john.batch.data, john.batch.len), ERR_NONE);
    assert_int_equal(john.head, 1);
    assert_int_equal(testbed_int(&office->bed, "SELECT seq FROM tenant"), seq);
    assert_string_equal(stored_note(office, john.consultation, NOTE_LIVE), "Once");
    typist_close(&john);
}

static void test_a_batch_is_taken_whole_or_not_at_all(void **state)
{
    struct office *office = *state;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_LIVE, A);
    typist_type(&john, 0, "Good");
    assert_int_equal(typist_send(&john), ERR_NONE);
    typist_type(&john, 4, " and better");
    struct buf spoiled = { 0 };
    buf_add(&spoiled, john.batch.data, john.batch.len);
    text_batch_add(&spoiled, "\xff\xff\xff", 3);
    assert_int_equal(typist_post(&john, spoiled.data, spoiled.len), ERR_BAD_REQUEST);
    assert_int_equal(typist_post(&john, "\x7f", 1), ERR_BAD_REQUEST); // no batch
    assert_string_equal(stored_note(office, john.consultation, NOTE_LIVE), "Good");
    assert_int_equal(typist_send(&john), ERR_NONE);
    assert_string_equal(stored_note(office, john.consultation, NOTE_LIVE), "Good and better");
    assert_int_equal(john.head, 2);
    office_prove(office);
    buf_free(&spoiled);
    typist_close(&john);
}

static void test_nobody_writes_in_anothers_name(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    typist_type(&john, 0, "John's");
    assert_int_equal(typist_send(&john), ERR_NONE);
    struct typist thief = typist_open(office, &office->jane, id, NOTE_SHARED, B);
    typist_listen(&thief);
    struct err err = { 0 };
    assert_true(text_set_agent(thief.text, A, &err)); // John's device, she says
    typist_type(&thief, 6, " word of honour");
    assert_int_equal(typist_send(&thief), ERR_FORBIDDEN);
    assert_string_equal(stored_note(office, id, NOTE_SHARED), "John's");
    // nor with the hand that the server lends for whole texts, not even one's own
    office_do(office, &op_run_note_write, &office->jane, ERR_NONE,
              "{\"id\":\"%s\",\"kind\":\"shared\",\"text\":\"John's and mine\"}", id);
    typist_listen(&john);
    uint64_t hand = 0;
    uint32_t used;
    for (size_t i = 0; i < text_agent_count(john.text); i++)
        if (text_agent_at(john.text, i, &used) != A && used > 0)
            hand = text_agent_at(john.text, i, &used);
    assert_true(hand != 0);
    struct typist jane = typist_open(office, &office->jane, id, NOTE_SHARED, C);
    typist_listen(&jane);
    assert_true(text_set_agent(jane.text, hand, &err));
    typist_type(&jane, 0, "x");
    assert_int_equal(typist_send(&jane), ERR_FORBIDDEN);
    typist_close(&john);
    typist_close(&thief);
    typist_close(&jane);
}

static void test_another_generation_is_refused(void **state)
{
    struct office *office = *state;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_LIVE, A);
    typist_type(&john, 0, "x");
    john.epoch = 4711; // there is none yet
    assert_int_equal(typist_send(&john), ERR_CONFLICT);
    john.epoch = 0;
    assert_int_equal(typist_send(&john), ERR_NONE);
    john.epoch++;
    typist_type(&john, 1, "y");
    assert_int_equal(typist_send(&john), ERR_CONFLICT);
    assert_string_equal(stored_note(office, john.consultation, NOTE_LIVE), "x");
    cJSON *data = typist_ask(&john); // whose replica is another generation's gets the text
    assert_non_null(json_at(data, "snapshot"));
    assert_null(json_at(data, "update"));
    cJSON_Delete(data);
    typist_close(&john);
}

static void test_what_builds_on_something_missing_is_tried_again(void **state)
{
    struct office *office = *state;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_LIVE, A);
    typist_type(&john, 0, "first ");
    struct buf first = john.batch;
    john.batch = (struct buf){ 0 };
    typist_type(&john, 6, "second");
    struct buf second = { 0 };
    buf_add(&second, john.batch.data, john.batch.len);
    assert_int_equal(typist_send(&john), ERR_UNAVAILABLE);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM text_update"), 0);
    assert_int_equal(typist_post(&john, first.data, first.len), ERR_NONE);
    assert_string_equal(stored_note(office, john.consultation, NOTE_LIVE), "first ");
    assert_int_equal(typist_send(&john), ERR_NONE);
    assert_string_equal(stored_note(office, john.consultation, NOTE_LIVE), "first second");
    buf_free(&first);
    buf_free(&second);
    typist_close(&john);
}

static void test_limits(void **state)
{
    enum { PIECE = 32 * 1024 };
    static char piece[PIECE + 1];
    struct office *office = *state;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_LIVE, A);
    memset(piece, 'x', PIECE);
    for (int i = 0; i < NOTE_LENGTH_MAX / PIECE; i++) {
        typist_type(&john, 0, piece);
        assert_int_equal(typist_send(&john), ERR_NONE);
    }
    typist_type(&john, 0, "y");
    assert_int_equal(typist_send(&john), ERR_TOO_LARGE);
    assert_int_equal(strlen(stored_note(office, john.consultation, NOTE_LIVE)), NOTE_LENGTH_MAX);
    typist_remove(&john, 0, PIECE); // with the one too many: shorter on the whole
    assert_int_equal(typist_send(&john), ERR_NONE);
    typist_type(&john, 0, "bell \a");
    assert_int_equal(typist_send(&john), ERR_BAD_REQUEST);
    office_prove(office);
    typist_close(&john);
}

// Who may what ------------------------------------------------------------------------------------------------------

static void test_who_reads_and_who_writes(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    const struct actor *const actors[] = { &office->jane, &office->john, &office->admin, &office->bob,
                                           &office->mary };
    static const unsigned parts[] = { ROLE_CLIENT, ROLE_CONSULTANT, ROLE_ADMIN, 0, 0 };
    for (enum note_kind kind = 0; kind < NOTE_KINDS; kind++)
        for (size_t i = 0; i < ARRAY_LEN(actors); i++) {
            struct typist typist = typist_open(office, actors[i], id, kind, A + 16 * (uint64_t)(i + 1));
            bool reads = (note_readers(kind) & parts[i]) != 0, writes = (note_writers(kind) & parts[i]) != 0;
            typist_type(&typist, 0, "x");
            assert_int_equal(typist_send(&typist), writes ? ERR_NONE : reads ? ERR_FORBIDDEN : ERR_NOT_FOUND);
            enum err_code read = reads ? ERR_NONE : ERR_NOT_FOUND;
            const char *args =
                arena_printf(&office->arena, "{\"id\":\"%s\",\"kind\":\"%s\"}", id, note_kind_words[kind]);
            office_do(office, &op_run_note_get, actors[i], read, "%s", args);
            office_do(office, &op_run_note_history, actors[i], read, "%s", args);
            office_do(office, &op_run_note_sync, actors[i], read, "%s", args);
            typist_close(&typist);
        }
    office_prove(office);
}

static void test_a_note_is_one_however_it_is_addressed(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    cJSON *data =
        office_run(office, &op_run_consultation_get, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    struct typist by_code = typist_open(
        office, &office->john, arena_strdup(&office->arena, json_text(data, "consultation.consultationCode")),
        NOTE_LIVE, A);
    cJSON_Delete(data);
    typist_type(&by_code, 0, "by code");
    assert_int_equal(typist_send(&by_code), ERR_NONE);
    assert_string_equal(stored_note(office, id, NOTE_LIVE), "by code");
    typist_close(&by_code);
}

// History -----------------------------------------------------------------------------------------------------------

static void type_at(struct typist *typist, const char *clock, const char *words)
{
    office_set_clock(typist->office, clock);
    typist_type(typist, text_length(typist->text), words);
    assert_int_equal(typist_send(typist), ERR_NONE);
}

// The clock goes on between two lines.
static bool is_about(const char *time, const char *expected)
{
    int64_t late = office_time(time) - office_time(expected);
    return late >= 0 && late < 5000;
}

static void test_a_sitting_ends_with_a_pause_or_its_length(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    struct typist jane = typist_open(office, &office->jane, id, NOTE_SHARED, B);
    type_at(&john, "2030-01-09T14:00:00Z", "a");
    type_at(&john, "2030-01-09T14:04:59Z", "bc");
    type_at(&jane, "2030-01-09T14:05:30Z", "JANE"); // another author does not end it
    type_at(&john, "2030-01-09T14:09:00Z", "d");
    type_at(&john, "2030-01-09T14:13:00Z", "e");
    type_at(&john, "2030-01-09T14:15:10Z", "f"); // 15 minutes: another one
    type_at(&john, "2030-01-09T14:20:20Z", "g"); // after a pause: another one
    cJSON *data = office_run(office, &op_run_note_history, &office->jane, ERR_NONE,
                             "{\"id\":\"%s\",\"kind\":\"shared\"}", id);
    static const struct {
        const char *name, *start, *end;
        int added;
    } expected[] = {
        { "John Expert", "2030-01-09T14:00:00Z", "2030-01-09T14:13:00Z", 5 },
        { "Jane Smith", "2030-01-09T14:05:30Z", "2030-01-09T14:05:30Z", 4 },
        { "John Expert", "2030-01-09T14:15:10Z", "2030-01-09T14:15:10Z", 1 },
        { "John Expert", "2030-01-09T14:20:20Z", "2030-01-09T14:20:20Z", 1 },
    };
    assert_int_equal(json_number(data, "total"), ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        const cJSON *step = cJSON_GetArrayItem(json_at(data, "revisions"), (int)i);
        assert_int_equal(json_number(step, "ord"), i + 1);
        assert_string_equal(json_text(step, "authorName"), expected[i].name);
        assert_true(is_about(json_text(step, "startedAt"), expected[i].start));
        assert_true(is_about(json_text(step, "endedAt"), expected[i].end));
        assert_int_equal(json_number(step, "added"), expected[i].added);
    }
    cJSON_Delete(data);
    data = office_run(office, &op_run_note_at, &office->jane, ERR_NONE,
                      "{\"id\":\"%s\",\"kind\":\"shared\",\"ord\":2}", id);
    const char *then = json_text(data, "note.text");
    assert_int_equal(strlen(then), 7); // abc and JANE, in whichever order
    assert_non_null(strstr(then, "abc"));
    assert_non_null(strstr(then, "JANE"));
    cJSON_Delete(data);
    office_do(office, &op_run_note_at, &office->jane, ERR_NOT_FOUND,
              "{\"id\":\"%s\",\"kind\":\"shared\",\"ord\":5}", id);
    typist_close(&john);
    typist_close(&jane);
}

static void test_added_and_removed_are_the_edits_own(void **state)
{
    struct office *office = *state;
    const char *id = booked(office);
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    struct typist jane = typist_open(office, &office->jane, id, NOTE_SHARED, B);
    type_at(&john, "2030-01-09T14:00:00Z", "one two three");
    typist_listen(&jane);
    typist_remove(&john, 4, 4); // both strike out the same word
    assert_int_equal(typist_send(&john), ERR_NONE);
    typist_remove(&jane, 4, 4);
    typist_type(&jane, 0, "say ");
    assert_int_equal(typist_send(&jane), ERR_NONE);
    assert_string_equal(stored_note(office, id, NOTE_SHARED), "say one three");
    cJSON *data = office_run(office, &op_run_note_history, &office->jane, ERR_NONE,
                             "{\"id\":\"%s\",\"kind\":\"shared\"}", id);
    assert_int_equal(json_number(data, "revisions.0.added"), 13);
    assert_int_equal(json_number(data, "revisions.0.removed"), 4);
    assert_int_equal(json_number(data, "revisions.1.added"), 4);
    assert_int_equal(json_number(data, "revisions.1.removed"), 4);
    cJSON_Delete(data);
    typist_close(&john);
    typist_close(&jane);
}

// Whatever is typed, the log of changes holds a row's creation and its last change.
static void test_the_change_log_does_not_grow_with_each_key(void **state)
{
    struct office *office = *state;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_LIVE, A);
    int64_t oldest = testbed_int(&office->bed, "SELECT min(seq) FROM change");
    int64_t before = testbed_int(&office->bed, "SELECT count(*) FROM change");
    for (int i = 0; i < 100; i++) {
        typist_type(&john, text_length(john.text), "k");
        assert_int_equal(typist_send(&john), ERR_NONE);
    }
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM change"), before + 4);
    assert_int_equal(testbed_int(&office->bed, "SELECT min(seq) FROM change"), oldest);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM audit WHERE op = 'note.edit'"), 0);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM change c JOIN note n ON n.id = c.id AND "
                                               "n.rev = c.seq AND c.seq = (SELECT seq FROM tenant)"),
                     1);
    typist_close(&john);
}

// The row that sync sends --------------------------------------------------------------------------------------------

static void test_a_row_carries_the_last_updates(void **state)
{
    struct office *office = *state;
    struct typist john = typist_open(office, &office->john, booked(office), NOTE_LIVE, A);
    struct text *reader = text_create(B);
    struct err err = { 0 };
    struct db *db = NULL;
    assert_true(db_open(&db, office->bed.path, DB_READER, &err));
    for (int i = 0; i < 200; i++) {
        typist_type(&john, text_length(john.text), "word ");
        assert_int_equal(typist_send(&john), ERR_NONE);
        struct db_rows rows = { 0 };
        assert_true(db_query(db, &rows, "SELECT head, tail, tail_count FROM note", DB_NO_ARGS, &err));
        assert_true(db_next(&rows));
        size_t size, count = 0;
        const uint8_t *tail = db_col_blob(&rows, 1, &size);
        struct text_batch batch = { tail, tail + size, false };
        const void *update;
        assert_int_equal(db_col_int(&rows, 0), i + 1);
        assert_true(size <= NOTE_TAIL_MAX);
        for (size_t bytes; text_batch_next(&batch, &update, &bytes); count++)
            assert_true(text_apply(reader, update, bytes, NULL, &err));
        assert_false(batch.bad);
        assert_int_equal(count, db_col_int(&rows, 2));
        assert_int_equal(text_length(reader), text_length(john.text));
        db_done(&rows);
    }
    db_close(db);
    text_free(reader);
    typist_close(&john);
}

// Everybody at once --------------------------------------------------------------------------------------------------

static void edit_somewhere(struct typist *typist, uint32_t draw)
{
    static const char *const words[] = { "alpha ", "b", "\n", "déjà vu ", "漢字" };
    size_t length = text_length(typist->text);
    const char *content = typist_reads(typist);
    size_t at = length == 0 ? 0 : draw / 7 % length;
    while (at > 0 && ((unsigned char)content[at] & 0xc0) == 0x80)
        at--;
    size_t size = length - at < 3 ? 0 : 3;
    while (size > 0 && ((unsigned char)content[at + size] & 0xc0) == 0x80)
        size++;
    if (draw % 4 == 0 && size > 0)
        typist_remove(typist, at, size);
    else
        typist_type(typist, at, words[draw % ARRAY_LEN(words)]);
}

static void test_many_authors_converge(void **state)
{
    enum { AUTHORS = 6, ROUNDS = 400 };
    struct office *office = *state;
    const char *id = booked(office);
    const struct actor *const people[] = { &office->jane, &office->john, &office->admin };
    struct typist typists[AUTHORS];
    uint64_t seed = 20300107;
    for (size_t i = 0; i < AUTHORS; i++)
        typists[i] = typist_open(office, people[i % ARRAY_LEN(people)], id, NOTE_SHARED, A + 1000 * (i + 1));
    for (int round = 0; round < ROUNDS; round++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t draw = (uint32_t)(seed >> 33);
        struct typist *typist = &typists[draw % AUTHORS];
        edit_somewhere(typist, draw / AUTHORS);
        if (draw % 5 == 0)
            typist_listen(typist);
        if (draw % 3 == 0 && typist->batch.len > 0)
            assert_int_equal(typist_send(typist), ERR_NONE);
    }
    for (size_t i = 0; i < AUTHORS; i++)
        if (typists[i].batch.len > 0)
            assert_int_equal(typist_send(&typists[i]), ERR_NONE);
    for (size_t i = 0; i < AUTHORS; i++) {
        typist_listen(&typists[i]);
        assert_string_equal(typist_reads(&typists[i]), stored_note(office, id, NOTE_SHARED));
        typist_close(&typists[i]);
    }
    office_prove(office);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_what_is_typed_arrives),
    TEST(test_the_same_again_changes_nothing),
    TEST(test_a_batch_is_taken_whole_or_not_at_all),
    TEST(test_nobody_writes_in_anothers_name),
    TEST(test_another_generation_is_refused),
    TEST(test_what_builds_on_something_missing_is_tried_again),
    TEST(test_limits),
    TEST(test_who_reads_and_who_writes),
    TEST(test_a_note_is_one_however_it_is_addressed),
    TEST(test_a_sitting_ends_with_a_pause_or_its_length),
    TEST(test_added_and_removed_are_the_edits_own),
    TEST(test_the_change_log_does_not_grow_with_each_key),
    TEST(test_a_row_carries_the_last_updates),
    TEST(test_many_authors_converge),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
