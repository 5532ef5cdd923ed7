// Words that were deleted from notes: gone from the files of this device after 30 days.

#include "tests/sync/note_story.h"

#include "shared/host/host.h"
#include "shared/wire/base64.h"

#include <string.h>

// Whether the outbox's files have these bytes anywhere, once its log is folded in as at the program's end.
static bool files_hold(const char *words)
{
    store_exec(feed_outbox(john.feed), "PRAGMA wal_checkpoint(TRUNCATE)");
    static const char *const names[] = { "outbox.db", "outbox.db-wal" };
    bool held = false;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        CLEANUP(buf_free) struct buf bytes = { 0 };
        struct err err = { 0 };
        if (file_read(arena_printf(&john.arena, "%s/%s", john.folder, names[i]), 1 << 24, &bytes, &err))
            held = held || memmem(buf_text(&bytes), bytes.len, words, strlen(words)) != NULL;
    }
    return held;
}

// A step of the history as the server tells of it: all that was typed so far.
static void tell_step(int ord, int days_ago, int removed)
{
    CLEANUP(buf_free) struct buf version = { 0 };
    CLEANUP(buf_free) struct buf row = { 0 };
    int64_t at = home_clock() - days_ago * INT64_C(86400000);
    text_version(server.text, &version);
    buf_addf(&row,
             "\"noteId\":\"%s\",\"consultationId\":\"%s\",\"ord\":%d,\"startedAt\":%lld,\"endedAt\":%lld,"
             "\"added\":9,"
             "\"removed\":%d,\"version\":\"",
             server.note, id, ord, (long long)at, (long long)at, removed);
    base64_add(&row, version.data, version.len);
    buf_add_char(&row, '"');
    home_put(&john, ROW_NOTE_REVISION, arena_printf(&john.arena, "%s:%d", server.note, ord), buf_text(&row));
}

static void go_idle(void)
{
    bool changed;
    feed_idle(john.feed, &changed);
}

static void type_and_delete(struct model_text *text, const char *words)
{
    struct err err;
    size_t size;
    model_text_content(text, &size);
    put_in(text, size, words);
    assert_int_equal(text_server_take(&server, &john), 1);
    assert_true(model_text_replace(text, size, strlen(words), "", 0, false, &err));
    assert_int_equal(text_server_take(&server, &john), 1);
}

static void deleted_words_are_gone_after_30_days(void **state)
{
    (void)state;
    struct model_text *text = open_shared(&john);
    type(text, "Agenda");
    type_and_delete(text, " and the secret merger");
    text_server_tell(&server, &john, 4);
    tell_step(1, 31, 22);
    type_and_delete(text, " and younger words");
    tell_step(2, 29, 18);
    assert_true(files_hold("secret merger"));
    assert_true(files_hold("younger words"));
    go_idle();
    assert_false(files_hold("secret merger"));
    assert_true(files_hold("younger words"));
    struct list history = { 0 };
    model_text_history(text, &john.arena, &history);
    assert_int_equal(history.count, 2);
    assert_false(LIST_AT(&history, struct revision, 0)->faded);
    assert_false(LIST_AT(&history, struct revision, 1)->faded);
    tell_step(3, 40, 0);
    model_text_history(text, &john.arena, &history);
    assert_true(LIST_AT(&history, struct revision, 0)->faded);
    // Whoever has the text open goes on with it.
    is_now(text, "Agenda");
    put_in(text, 6, ": budget");
    assert_int_equal(text_server_take(&server, &john), 1);
    assert_string_equal(text_server_content(&server, &john.arena), "Agenda: budget");
    text_server_type(&server, 0, "The ");
    text_server_tell(&server, &john, 4);
    is_now(text, "The Agenda: budget");
    assert_false(files_hold("secret merger"));
    model_text_close(text);
}

static void what_was_not_sent_yet_is_not_purged(void **state)
{
    (void)state;
    struct err err;
    struct model_text *text = open_shared(&john);
    type(text, "Agenda");
    type_and_delete(text, " and the secret merger");
    text_server_tell(&server, &john, 4);
    tell_step(1, 31, 22);
    put_in(text, 6, ": typed offline");
    assert_true(model_text_replace(text, 0, 6, "", 0, false, &err));
    go_idle();
    assert_true(files_hold("typed offline"));
    is_now(text, ": typed offline");
    assert_true(text_server_take(&server, &john) > 0);
    assert_string_equal(text_server_content(&server, &john.arena), ": typed offline");
    model_text_close(text);
}

static void an_outbox_of_before_learns_to_purge(void **state)
{
    (void)state;
    char folder[64];
    struct model_text *text = open_shared(&john);
    type(text, "Agenda");
    type_and_delete(text, " and the secret merger");
    text_server_tell(&server, &john, 4);
    tell_step(1, 31, 22);
    model_text_close(text);
    store_exec(feed_outbox(john.feed), "ALTER TABLE replica DROP COLUMN purged; PRAGMA user_version=2");
    memcpy(folder, john.folder, sizeof folder);
    home_close(&john);
    home_open_at(&john, folder);
    id = home_id(&john, CONSULTATIONS, 1);
    server.note = arena_printf(&john.arena, "%s:shared", id);
    go_idle();
    assert_false(files_hold("secret merger"));
    text = open_shared(&john);
    is_now(text, "Agenda");
    model_text_close(text);
}

int main(void)
{
#define STORY(function) cmocka_unit_test_setup_teardown(function, open_homes, close_homes)
    const struct CMUnitTest tests[] = {
        STORY(deleted_words_are_gone_after_30_days),
        STORY(what_was_not_sent_yet_is_not_purged),
        STORY(an_outbox_of_before_learns_to_purge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
