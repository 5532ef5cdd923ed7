// Notes on this device: typed, merged, carried to the server, refused, hidden; two homes and a server played by the test.

#include "tests/sync/note_story.h"

#include "tui/model/replica.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Everything that either side has goes to the other.
static void meet(void)
{
    for (int round = 0; round < 3; round++) {
        text_server_take(&server, &john);
        text_server_take(&server, &jane);
        text_server_tell(&server, &john, 4);
        text_server_tell(&server, &jane, 4);
        text_server_answer(&server, &john);
        text_server_answer(&server, &jane);
    }
}

static void typed_words_are_there_at_once_and_reach_the_server(void **state)
{
    (void)state;
    struct model_text *text = open_shared(&john);
    type(text, "one");
    type(text, "one two");
    is_now(text, "one two");
    assert_true(model_text_waits(text));
    assert_int_equal(text_server_take(&server, &john), 1);
    assert_string_equal(text_server_content(&server, &john.arena), "one two");
    assert_false(model_text_waits(text));
    text_server_tell(&server, &john, 9);
    is_now(text, "one two");
    type(text, "one two three");
    assert_int_equal(text_server_take(&server, &john), 1);
    assert_string_equal(text_server_content(&server, &john.arena), "one two three");
    model_text_close(text);
}

static void words_of_others_come_with_the_row_and_places_go_with_the_words(void **state)
{
    (void)state;
    struct model_text *text = open_shared(&john);
    type(text, "beginning and end");
    text_server_take(&server, &john);
    struct text_anchor caret = model_text_anchor(text, 9);
    text_server_type(&server, 0, "Jane: ");
    text_server_tell(&server, &john, 3);
    assert_true(model_text_refresh(text));
    assert_string_equal(model_text_content(text, NULL), "Jane: beginning and end");
    assert_int_equal(model_text_position(text, caret), 15);
    assert_int_equal(text_server_answer(&server, &john), 0);
    model_text_close(text);
}

static void what_rows_do_not_carry_is_asked_for(void **state)
{
    (void)state;
    struct model_text *text = open_shared(&john);
    for (int i = 0; i < 30; i++)
        text_server_type(&server, 0, "x");
    text_server_tell(&server, &john, 5);
    is_now(text, "");
    assert_int_equal(text_server_answer(&server, &john), 1);
    is_now(text, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    for (int i = 0; i < 9; i++)
        text_server_type(&server, 0, "y");
    put_in(text, 30, " mine");
    text_server_tell(&server, &john, 5);
    assert_int_equal(text_server_answer(&server, &john), 1);
    is_now(text, "yyyyyyyyyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx mine");
    text_server_take(&server, &john);
    assert_string_equal(text_server_content(&server, &john.arena), model_text_content(text, NULL));
    model_text_close(text);
}

static void type_meanwhile(void)
{
    server.meanwhile = NULL;
    text_server_type(&server, 0, "late ");
    text_server_tell(&server, &john, 0);
}

// The row overtakes the answer to a question that was asked before it.
static void what_is_told_while_an_answer_is_on_its_way_is_asked_for(void **state)
{
    (void)state;
    struct model_text *text = open_shared(&john);
    text_server_type(&server, 0, "early");
    text_server_tell(&server, &john, 0);
    server.meanwhile = type_meanwhile;
    assert_int_equal(text_server_answer(&server, &john), 1);
    is_now(text, "early");
    assert_int_equal(text_server_answer(&server, &john), 1);
    is_now(text, "late early");
    assert_int_equal(text_server_answer(&server, &john), 0);
    model_text_close(text);
}

static void two_people_offline_for_days_end_the_same(void **state)
{
    (void)state;
    struct model_text *a = open_shared(&john), *b = open_shared(&jane);
    type(a, "shared");
    meet();
    is_now(b, "shared");
    type(a, "John wrote; shared");
    type(b, "shared; Jane wrote");
    meet();
    model_text_refresh(a);
    is_now(b, model_text_content(a, NULL));
    is_now(a, "John wrote; shared; Jane wrote");
    model_text_close(a);
    model_text_close(b);
}

// Both began the note without knowing of the other's.
static void both_may_begin_a_note_without_a_network(void **state)
{
    (void)state;
    struct model_text *a = open_shared(&john), *b = open_shared(&jane);
    type(a, "from John\n");
    type(b, "from Jane\n");
    meet();
    model_text_refresh(a);
    is_now(b, model_text_content(a, NULL));
    assert_non_null(strstr(model_text_content(a, NULL), "from John\n"));
    assert_non_null(strstr(model_text_content(a, NULL), "from Jane\n"));
    model_text_close(a);
    model_text_close(b);
}

static void undo_takes_back_ones_own_words_alone(void **state)
{
    (void)state;
    struct err err;
    size_t at;
    struct model_text *a = open_shared(&john), *b = open_shared(&jane);
    type(a, "keep ");
    meet();
    put_in(a, 5, "mine ");
    model_text_refresh(b);
    put_in(b, 0, "hers ");
    meet();
    model_text_refresh(a);
    assert_true(model_text_undo(a, &at, &err));
    is_now(a, "hers keep ");
    assert_int_equal(at, 10);
    assert_true(model_text_redo(a, &at, &err));
    is_now(a, "hers keep mine ");
    meet();
    is_now(b, "hers keep mine ");
    model_text_close(a);
    model_text_close(b);
}

static void typed_words_outlive_the_program(void **state)
{
    (void)state;
    char folder[64];
    memcpy(folder, john.folder, sizeof folder);
    struct model_text *text = open_shared(&john);
    type(text, "not sent");
    model_text_close(text);
    home_close(&john);
    home_open_at(&john, folder);
    id = home_id(&john, CONSULTATIONS, 1);
    server.note = arena_printf(&john.arena, "%s:shared", id);
    text = open_shared(&john);
    is_now(text, "not sent");
    assert_true(model_text_waits(text));
    home_snapshot(&john, 8);
    assert_int_equal(text_server_take(&server, &john), 1);
    assert_string_equal(text_server_content(&server, &john.arena), "not sent");
    model_text_close(text);
}

// 700 edits and a long paste: the log is folded, operations stay small, nothing is missing afterwards.
static void long_texts_go_in_pieces_and_logs_are_folded(void **state)
{
    (void)state;
    struct model_text *text = open_shared(&john);
    CLEANUP(buf_free) struct buf wanted = { 0 };
    for (int i = 0; i < 60000; i++)
        buf_add_text(&wanted, i % 61 == 0 ? "é" : "z");
    type(text, buf_text(&wanted));
    int edits = text_server_take(&server, &john);
    assert_in_range(edits, 4, 12);
    assert_string_equal(text_server_content(&server, &john.arena), buf_text(&wanted));
    text_server_tell(&server, &john, 0);
    assert_int_equal(text_server_answer(&server, &john), 1);
    for (int i = 0; i < 700; i++) {
        text_server_type(&server, 0, "q");
        text_server_tell(&server, &john, 1);
    }
    model_text_refresh(text);
    CLEANUP(query_end)
    sqlite3_stmt *rows = store_query(feed_outbox(john.feed), "SELECT count(*) FROM replica_log");
    assert_true(store_row(feed_outbox(john.feed), rows));
    assert_in_range(sqlite3_column_int64(rows, 0), 0, REPLICA_LOG_MAX);
    query_end(&rows);
    assert_string_equal(model_text_content(text, NULL), text_server_content(&server, &john.arena));
    model_text_close(text);
    text = open_shared(&john);
    is_now(text, text_server_content(&server, &john.arena));
    model_text_close(text);
}

static struct refusal only_refusal(struct home *home)
{
    struct list refusals = { 0 };
    model_refusals(home->model, &home->arena, &refusals);
    assert_int_equal(refusals.count, 1);
    return *LIST_AT(&refusals, struct refusal, 0);
}

static void refuse(struct home *home)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    struct list list = { 0 };
    home_take(home, &out);
    model_waiting(home->model, &home->arena, &list);
    home_answer(home, LIST_AT(&list, struct waiting, 0)->n, "rejected", 0);
}

static void refused_words_are_kept_and_can_be_typed_again(void **state)
{
    (void)state;
    struct err err;
    struct model_text *text = open_shared(&john);
    text_server_type(&server, 0, "theirs");
    text_server_tell(&server, &john, 3);
    model_text_refresh(text);
    put_in(text, 6, " mine");
    refuse(&john);
    struct refusal refusal = only_refusal(&john);
    assert_string_equal(refusal.text, " mine");
    assert_int_equal(model_text_refused(text), refusal.n);
    text_server_answer(&server, &john);
    is_now(text, "theirs");
    assert_true(model_refusal_resend(john.model, refusal.n, NULL, &err));
    is_now(text, "theirs\n mine");
    assert_int_equal(text_server_take(&server, &john), 1);
    assert_string_equal(text_server_content(&server, &john.arena), "theirs\n mine");
    model_text_close(text);
}

static void a_refused_edit_without_words_is_not_typed_again(void **state)
{
    (void)state;
    struct err err = { 0 };
    struct model_text *text = open_shared(&john);
    put_in(text, 0, "gone");
    assert_true(model_text_undo(text, NULL, &err));
    refuse(&john);
    struct refusal refusal = only_refusal(&john);
    assert_null(refusal.text);
    assert_false(model_refusal_resend(john.model, refusal.n, NULL, &err));
    assert_int_equal(err.code, ERR_WRONG_STATE);
    assert_int_equal(only_refusal(&john).n, refusal.n);
    assert_true(model_refusal_discard(john.model, refusal.n, &err));
    model_text_close(text);
}

static void hide(void)
{
    struct err err;
    const char *hidden = arena_printf(&john.arena, "[[\"hide\",\"note\",\"%s\",9]]", server.note);
    CLEANUP(json_free) cJSON *rows = json_parse(hidden, strlen(hidden), &err);
    assert_true(feed_changes(john.feed, john.seq, john.seq + 1, rows, &err));
    john.seq++;
}

static void a_note_out_of_sight_leaves_the_device_but_for_unsent_words(void **state)
{
    (void)state;
    struct model_text *text = open_shared(&john);
    text_server_type(&server, 0, "secret");
    text_server_tell(&server, &john, 3);
    model_text_refresh(text);
    put_in(text, 0, "unsent ");
    hide();
    is_now(text, "");
    struct refusal refusal = only_refusal(&john);
    assert_string_equal(refusal.text, "unsent ");
    CLEANUP(query_end)
    sqlite3_stmt *left = store_query(
        feed_outbox(john.feed), "SELECT (SELECT count(*) FROM replica) + (SELECT count(*) FROM replica_log)");
    assert_true(store_row(feed_outbox(john.feed), left));
    assert_int_equal(sqlite3_column_int64(left, 0), 0);
    model_text_close(text);
}

// Its screen is still open, and more is typed into it before the server refuses what was on its way.
static void words_under_way_are_kept_beside_those_that_followed(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf sent = { 0 };
    struct model_text *text = open_shared(&john);
    text_server_type(&server, 0, "secret");
    text_server_tell(&server, &john, 3);
    model_text_refresh(text);
    put_in(text, 0, "under way\n");
    struct list list = { 0 };
    model_waiting(john.model, &john.arena, &list);
    int64_t n = LIST_AT(&list, struct waiting, 0)->n;
    assert_int_equal(home_take(&john, &sent), 1);
    hide();
    is_now(text, "");
    put_in(text, 0, "and after it\n");
    home_answer(&john, n, "rejected", 0);
    assert_string_equal(only_refusal(&john).text, "under way\nand after it\n");
    model_text_close(text);
}

static int replicas_of(struct home *home)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(feed_outbox(home->feed), "SELECT count(*) FROM replica");
    assert_true(store_row(feed_outbox(home->feed), query));
    return sqlite3_column_int(query, 0);
}

// Stored by the server, then this person lost sight of it before its row came: a new snapshot says nothing of it.
static void what_was_typed_stays_no_longer_than_the_note_is_in_sight(void **state)
{
    (void)state;
    struct model_text *text = open_shared(&john);
    type(text, "unsent");
    home_snapshot(&john, 8);
    assert_int_equal(replicas_of(&john), 1);
    is_now(text, "unsent");
    assert_int_equal(text_server_take(&server, &john), 1);
    home_snapshot(&john, 8);
    assert_int_equal(replicas_of(&john), 0);
    is_now(text, "");
    model_text_close(text);
}

static void a_text_begun_anew_takes_the_place_and_unsent_words_are_kept(void **state)
{
    (void)state;
    struct model_text *text = open_shared(&john);
    text_server_type(&server, 0, "old");
    text_server_tell(&server, &john, 3);
    model_text_refresh(text);
    put_in(text, 3, " unsent");
    const char *note = server.note;
    text_server_end(&server);
    text_server_begin(&server, 78, note);
    text_server_type(&server, 0, "new");
    text_server_tell(&server, &john, 1);
    while (text_server_answer(&server, &john) > 0) {
    }
    is_now(text, "new");
    assert_string_equal(only_refusal(&john).text, " unsent");
    model_text_close(text);
}

static void a_damaged_update_changes_nothing(void **state)
{
    (void)state;
    struct err err;
    struct model_text *text = open_shared(&john);
    text_server_type(&server, 0, "sound");
    text_server_tell(&server, &john, 3);
    is_now(text, "sound");
    for (int bad = 0; bad < 40; bad++) {
        const char *row =
            arena_printf(&john.arena,
                         "[[\"put\",\"note\",\"%s\",99,{\"id\":\"%s\",\"rev\":99,\"kind\":\"shared\","
                         "\"epoch\":77,\"head\":2,"
                         "\"tailCount\":1,\"tail\":\"%c%cCAPwE%c\"}]]",
                         server.note, server.note, 'A' + bad % 20, 'B' + bad % 23, 'a' + bad % 26);
        CLEANUP(json_free) cJSON *rows = json_parse(row, strlen(row), &err);
        bool good = feed_changes(john.feed, john.seq, john.seq, rows, &err);
        assert_true(good || err.code == ERR_BAD_REQUEST);
        is_now(text, "sound");
    }
    model_text_close(text);
}

static void who_may_not_write_is_told_before(void **state)
{
    (void)state;
    struct err err;
    struct model_text *text = model_text_open(jane.model, id, NOTE_LIVE);
    assert_false(model_text_may_write(text, &err));
    assert_false(model_text_replace(text, 0, 0, "x", 1, false, &err));
    assert_int_equal(err.code, ERR_FORBIDDEN);
    model_text_close(text);
    text = open_shared(&john);
    assert_false(model_text_replace(text, 0, 0, "bell \a", 6, false, &err));
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    assert_false(model_text_replace(text, 1, 0, "x", 1, false, &err));
    is_now(text, "");
    model_text_close(text);
}

// Another program of the same home types in between.
static void two_programs_of_one_home_type_into_one_note(void **state)
{
    (void)state;
    struct err err;
    struct model *other = NULL;
    struct model_options options = { .home = john.folder, .now = home_clock };
    assert_true(model_open(&other, &options, &err));
    struct model_text *a = open_shared(&john), *b = model_text_open(other, id, NOTE_SHARED);
    put_in(a, 0, "one ");
    type(b, "one two ");
    put_in(a, 4, "three "); // where its screen still shows the end
    is_now(b, "one three two ");
    is_now(a, "one three two ");
    text_server_take(&server, &john);
    assert_string_equal(text_server_content(&server, &john.arena), "one three two ");
    model_text_close(a);
    model_text_close(b);
    model_close(other);
}

static void chance(struct model_text *text, unsigned *seed)
{
    static const char *const words[] = { "a", "bc", "déf", "\n", "one two ", "x" };
    struct err err;
    size_t size, at, gone = 0;
    const char *content = model_text_content(text, &size);
    at = size == 0 ? 0 : (size_t)rand_r(seed) % (size + 1);
    while (at > 0 && at < size && ((unsigned char)content[at] & 0xc0) == 0x80)
        at--;
    if (rand_r(seed) % 3 == 0 && at < size) {
        gone = 1;
        while (at + gone < size && ((unsigned char)content[at + gone] & 0xc0) == 0x80)
            gone++;
    }
    const char *word = words[(size_t)rand_r(seed) % ARRAY_LEN(words)];
    if (rand_r(seed) % 11 == 0)
        assert_true(model_text_undo(text, NULL, &err));
    else if (!model_text_replace(text, at, gone, word, strlen(word), rand_r(seed) % 2 == 0, &err))
        fail_msg("chance: %s", err.message);
}

static void any_order_of_events_ends_the_same(void **state)
{
    (void)state;
    unsigned seed = 4711;
    struct model_text *a = open_shared(&john), *b = open_shared(&jane);
    for (int i = 0; i < 900; i++) {
        switch (rand_r(&seed) % 8) {
        case 0:
            text_server_take(&server, &john);
            break;
        case 1:
            text_server_take(&server, &jane);
            break;
        case 2:
            text_server_tell(&server, &john, 1 + rand_r(&seed) % 5);
            break;
        case 3:
            text_server_tell(&server, &jane, 1 + rand_r(&seed) % 5);
            break;
        case 4:
            text_server_answer(&server, rand_r(&seed) % 2 == 0 ? &john : &jane);
            break;
        case 5:
            model_text_refresh(rand_r(&seed) % 2 == 0 ? a : b);
            break;
        default:
            chance(rand_r(&seed) % 2 == 0 ? a : b, &seed);
        }
    }
    meet();
    is_now(a, text_server_content(&server, &john.arena));
    is_now(b, text_server_content(&server, &john.arena));
    struct list refusals = { 0 };
    model_refusals(john.model, &john.arena, &refusals);
    assert_int_equal(refusals.count, 0);
    model_text_close(a);
    model_text_close(b);
}

int main(void)
{
#define STORY(function) cmocka_unit_test_setup_teardown(function, open_homes, close_homes)
    const struct CMUnitTest tests[] = {
        STORY(typed_words_are_there_at_once_and_reach_the_server),
        STORY(words_of_others_come_with_the_row_and_places_go_with_the_words),
        STORY(what_rows_do_not_carry_is_asked_for),
        STORY(what_is_told_while_an_answer_is_on_its_way_is_asked_for),
        STORY(two_people_offline_for_days_end_the_same),
        STORY(both_may_begin_a_note_without_a_network),
        STORY(undo_takes_back_ones_own_words_alone),
        STORY(typed_words_outlive_the_program),
        STORY(long_texts_go_in_pieces_and_logs_are_folded),
        STORY(refused_words_are_kept_and_can_be_typed_again),
        STORY(a_refused_edit_without_words_is_not_typed_again),
        STORY(a_note_out_of_sight_leaves_the_device_but_for_unsent_words),
        STORY(words_under_way_are_kept_beside_those_that_followed),
        STORY(what_was_typed_stays_no_longer_than_the_note_is_in_sight),
        STORY(a_text_begun_anew_takes_the_place_and_unsent_words_are_kept),
        STORY(a_damaged_update_changes_nothing),
        STORY(who_may_not_write_is_told_before),
        STORY(two_programs_of_one_home_type_into_one_note),
        STORY(any_order_of_events_ends_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
