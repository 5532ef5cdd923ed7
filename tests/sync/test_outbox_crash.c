// A person queues, types, sends and hears answers on a disk that remembers everything; then the machine loses power at
// every moment of it. Whatever had been said by then must still be so: queued is queued, sent is sent unchanged,
// answered is answered, and text is at most a flush old.

#include "tests/sync/home.h"

#include "shared/base/civil.h"
#include "tests/lib/crash_vfs.h"
#include "tests/sync/typing.h"
#include "tui/model/outbox.h"
#include "tui/model/replica.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 12, IMAGES = 900 };

// What a mark says: kind * 1000 + n.
enum said { SAID_QUEUED = 1, SAID_SENT = 2, SAID_ANSWERED = 3, SAID_FLUSHED = 4 };

static void say(enum said what, int64_t n)
{
    crash_vfs_mark((int64_t)what * 1000 + n);
}

static void type(struct home *home, int round)
{
    struct err err;
    const char *text = arena_printf(&home->arena, "text %d", round);
    assert_true(type_note(home->model, home_id(home, CONSULTATIONS, 7), NOTE_LIVE, text, &err));
}

static int64_t queue(struct home *home, int round)
{
    struct err err;
    int64_t n;
    struct args_action_item item = { .id = home_id(home, CONSULTATIONS, round % 4),
                                     .description = arena_printf(&home->arena, "item %d", round) };
    assert_true(model_add_action_item(home->model, &item, &n, &err));
    return n;
}

static void send_and_answer(struct home *home)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    struct list list = { 0 };
    home_take(home, &out);
    model_waiting(home->model, &home->arena, &list);
    for (size_t i = 0; i < list.count; i++)
        if (LIST_AT(&list, struct waiting, i)->sent)
            say(SAID_SENT, LIST_AT(&list, struct waiting, i)->n);
    for (size_t i = 0; i < list.count; i += 2) {
        const struct waiting *op = LIST_AT(&list, struct waiting, i);
        if (!op->sent)
            continue;
        home_answer(home, op->n, "ok", home->seq);
        say(SAID_ANSWERED, op->n);
    }
}

// Typed after everything else, and nobody asks for it to be written down: a second later it is.
static void type_and_wait(struct home *home, int round)
{
    bool changed;
    type(home, round);
    feed_idle(home->feed, &changed);
    home_pass(1000);
    feed_idle(home->feed, &changed);
    say(SAID_FLUSHED, round);
}

static void live(const char *folder)
{
    struct home home;
    struct err err;
    home_open_at(&home, folder);
    assert_true(device_sign_in(feed_outbox(home.feed), "http://127.0.0.1:1", "a@example.com", "u1", "A", "R",
                               1, &err));
    home_snapshot(&home, 8);
    for (int round = 0; round < ROUNDS; round++) {
        if (round % 3 != 2)
            type(&home, round);
        say(SAID_QUEUED, queue(&home, round));
        if (round % 3 == 2)
            type_and_wait(&home, round);
        if (round % 3 == 1) {
            assert_true(model_flush(home.model, &err));
            say(SAID_FLUSHED, round);
        }
        if (round % 4 == 3)
            send_and_answer(&home);
        home_put(&home, ROW_CONSULTATION, home_id(&home, CONSULTATIONS, round % 8),
                 "\"start\":1900000800000,\"end\":1900004400000,\"status\":\"scheduled\"");
    }
    home_close(&home);
}

static bool operation_holds(struct store *outbox, enum said said, int64_t n, struct arena *arena)
{
    struct outbox_op op;
    if (!outbox_get(outbox, n, arena, &op))
        return false;
    if (said == SAID_SENT)
        return op.state == OUTBOX_SENT || op.state == OUTBOX_DONE;
    return said != SAID_ANSWERED || op.state == OUTBOX_DONE;
}

// The round whose text the replica holds.
static int newest_text(struct store *outbox)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct replica replica;
    CLEANUP(query_end) sqlite3_stmt *query = store_query(outbox, "SELECT note FROM replica");
    if (!store_row(outbox, query))
        return -1;
    replica_open(&replica, outbox, column_text(query, 0));
    text_content(replica.text, &text);
    replica_close(&replica);
    return text.len > 5 ? atoi(buf_text(&text) + 5) : -1;
}

static bool is_intact(struct store *outbox)
{
    CLEANUP(query_end) sqlite3_stmt *check = store_query(outbox, "PRAGMA integrity_check");
    return store_row(outbox, check) && strcmp(column_text(check, 0), "ok") == 0;
}

// How much of what was said no longer holds.
static size_t count_lost(const char *folder, const int64_t *marks, size_t count)
{
    struct err err;
    struct arena arena = { 0 };
    struct store *outbox = NULL;
    size_t lost = 0;
    char path[128];
    snprintf(path, sizeof path, "%s/outbox.db", folder);
    if (!store_open(&outbox, path, NULL, &err) || !outbox_prepare(outbox, &err) || !is_intact(outbox)) {
        store_close(outbox);
        return 1;
    }
    int text = newest_text(outbox);
    for (size_t i = 0; i < count; i++) {
        enum said said = (enum said)(marks[i] / 1000);
        int64_t n = marks[i] % 1000;
        lost += said == SAID_FLUSHED ? text < n : !operation_holds(outbox, said, n, &arena);
    }
    arena_free(&arena);
    store_close(outbox);
    return lost;
}

// Whatever is there, a client opens it, fetches anew and goes on.
static void goes_on(const char *folder)
{
    struct home home;
    home_open_at(&home, folder);
    home_snapshot(&home, 8);
    queue(&home, 1);
    home_close(&home);
}

// SERENITY_SLOW says how much slower than usual this build is (tests/run): as much fewer moments are tried.
static size_t images(void)
{
    const char *slow = getenv("SERENITY_SLOW");
    long times = slow == NULL ? 1 : strtol(slow, NULL, 10);
    return times > 1 ? IMAGES / (size_t)times : IMAGES;
}

static size_t lost_in_power_failures(bool lying_disk)
{
    char folder[] = "/tmp/serenity-crash-XXXXXX";
    size_t lost = 0;
    assert_non_null(mkdtemp(folder));
    crash_vfs_install(folder);
    crash_vfs_lie(lying_disk);
    live(folder);
    size_t points = crash_vfs_points(), step = points / images() + 1;
    for (size_t point = 0; point < points; point += step) {
        const int64_t *marks;
        size_t count;
        char image[96];
        snprintf(image, sizeof image, "%s-%zu", folder, point);
        crash_vfs_rebuild(point, point * 7 + 1, image, &marks, &count);
        lost += count_lost(image, marks, count);
        if (!lying_disk)
            goes_on(image);
        home_remove(image);
    }
    crash_vfs_lie(false);
    crash_vfs_uninstall();
    home_remove(folder);
    printf("%s disk: %zu moments, %zu lost\n", lying_disk ? "a lying" : "an honest", points / step, lost);
    return lost;
}

static void after_power_failures_all_that_was_said_still_holds(void **state)
{
    (void)state;
    assert_int_equal(lost_in_power_failures(false), 0);
}

static void a_disk_that_lies_about_syncs_loses_something(void **state)
{
    (void)state;
    assert_true(lost_in_power_failures(true) > 0);
}

// A full disk is said, and nothing that was not written is called queued.
static void a_full_disk_refuses_and_recovers(void **state)
{
    (void)state;
    char folder[] = "/tmp/serenity-crash-XXXXXX";
    struct home home;
    struct err err = { 0 };
    assert_non_null(mkdtemp(folder));
    crash_vfs_install(folder);
    home_open_at(&home, folder);
    assert_true(device_sign_in(feed_outbox(home.feed), "http://127.0.0.1:1", "a@example.com", "u1", "A", "R",
                               1, &err));
    home_snapshot(&home, 8);
    struct args_action_item item = { .id = home_id(&home, CONSULTATIONS, 0), .description = "item" };
    static const struct {
        enum crash_vfs_failure failure;
        enum err_code code;
    } cases[] = { { CRASH_VFS_DISK_FULL, ERR_STORAGE_FULL },
                  { CRASH_VFS_WRITE_ERROR, ERR_INTERNAL },
                  { CRASH_VFS_SYNC_ERROR, ERR_INTERNAL } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct outbox_counts counts;
        crash_vfs_fail(cases[i].failure, 0);
        assert_false(model_add_action_item(home.model, &item, NULL, &err));
        assert_int_equal(err.code, cases[i].code);
        crash_vfs_fail(CRASH_VFS_WELL, 0);
        model_outbox_counts(home.model, &counts);
        assert_int_equal(counts.waiting, (int64_t)i);
        assert_true(model_add_action_item(home.model, &item, NULL, &err));
    }
    home_close(&home);
    crash_vfs_uninstall();
    home_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_power_failures_all_that_was_said_still_holds),
        cmocka_unit_test(a_disk_that_lies_about_syncs_loses_something),
        cmocka_unit_test(a_full_disk_refuses_and_recovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
