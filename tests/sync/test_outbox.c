// The outbox by itself: lanes, immutability, refusals, withdrawal, the size of it.

#include "tests/sync/home.h"

#include "shared/base/civil.h"
#include "tui/model/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct home home;

static int open_home(void **state)
{
    (void)state;
    home_open(&home, false);
    return 0;
}

static int close_home(void **state)
{
    (void)state;
    char folder[64];
    memcpy(folder, home.folder, sizeof folder);
    home_close(&home);
    home_remove(folder);
    return 0;
}

static int64_t start_of(int n)
{
    struct err err;
    struct args_start args = { .id = home_id(&home, CONSULTATIONS, n) };
    int64_t queued;
    if (!model_start(home.model, &args, &queued, &err))
        fail_msg("start: %s", err.message);
    return queued;
}

static int64_t item_for(int n, const char *text)
{
    struct err err;
    struct args_action_item args = { .id = home_id(&home, CONSULTATIONS, n), .description = text };
    int64_t queued;
    if (!model_add_action_item(home.model, &args, &queued, &err))
        fail_msg("item: %s", err.message);
    return queued;
}

static struct list waiting(void)
{
    struct list list = { 0 };
    model_waiting(home.model, &home.arena, &list);
    return list;
}

static void files_are_private(void **state)
{
    (void)state;
    static const char *const names[] = { "",           "/cache.db",      "/cache.db-wal",
                                         "/outbox.db", "/outbox.db-wal", "/sync.lock" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct stat info;
        assert_int_equal(stat(arena_printf(&home.arena, "%s%s", home.folder, names[i]), &info), 0);
        assert_int_equal(info.st_mode & 0777, i == 0 ? 0700 : 0600);
    }
}

static void one_lane_goes_one_at_a_time_and_others_do_not_wait(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    int64_t first = start_of(0), second = item_for(0, "later"), other = start_of(1);
    assert_int_equal(home_take(&home, &out), 2);
    assert_non_null(strstr(buf_text(&out), "consultation.start"));
    assert_null(strstr(buf_text(&out), "later"));
    assert_int_equal(home_take(&home, &out), 0);
    home_answer(&home, other, "ok", home.seq);
    assert_int_equal(home_take(&home, &out), 0);
    home_answer(&home, first, "ok", home.seq);
    assert_int_equal(home_take(&home, &out), 1);
    assert_non_null(strstr(buf_text(&out), "later"));
    home_answer(&home, second, "ok", home.seq);
    struct outbox_counts counts;
    model_outbox_counts(home.model, &counts);
    assert_int_equal(counts.waiting, 0);
}

static void an_unsent_operation_can_be_taken_back_and_a_sent_one_cannot(void **state)
{
    (void)state;
    struct err err;
    CLEANUP(buf_free) struct buf out = { 0 };
    int64_t first = start_of(0);
    assert_true(model_withdraw(home.model, first, &err));
    assert_int_equal(waiting().count, 0);
    int64_t second = start_of(0);
    assert_true(second > first);
    home_take(&home, &out);
    assert_false(model_withdraw(home.model, second, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
}

static void an_operation_beyond_the_rules_is_not_queued(void **state)
{
    (void)state;
    struct err err;
    start_of(0);
    struct args_start again = { .id = home_id(&home, CONSULTATIONS, 0) };
    assert_false(model_start(home.model, &again, NULL, &err));
    assert_int_equal(err.code, ERR_WRONG_STATE);
    struct args_action_item empty = { .id = home_id(&home, CONSULTATIONS, 0), .description = "" };
    assert_false(model_add_action_item(home.model, &empty, NULL, &err));
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    assert_int_equal(waiting().count, 1);
}

static void five_hundred_operations_fit_into_frames_and_all_leave(void **state)
{
    (void)state;
    static char long_text[3000];
    memset(long_text, 'x', sizeof long_text - 1);
    for (int i = 0; i < 500; i++)
        item_for(i % 8, long_text);
    size_t sent = 0;
    for (int round = 0; round < 200 && sent < 500; round++) {
        CLEANUP(buf_free) struct buf out = { 0 };
        size_t count = home_take(&home, &out);
        assert_true(out.len <= SYNC_FRAME_MAX);
        sent += count;
        struct list list = waiting();
        for (size_t i = 0; i < list.count; i++)
            if (LIST_AT(&list, struct waiting, i)->sent)
                home_answer(&home, LIST_AT(&list, struct waiting, i)->n, "ok", home.seq);
    }
    assert_int_equal(sent, 500);
}

static void overlay_leaves_when_the_cursor_reaches_the_answer(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    struct consultation_detail detail;
    const char *id = home_id(&home, CONSULTATIONS, 0);
    int64_t n = start_of(0);
    home_take(&home, &out);
    home_answer(&home, n, "ok", home.seq + 1);
    assert_true(model_consultation(home.model, id, &home.arena, &detail));
    assert_int_equal(detail.head.row.status, BOOKING_IN_PROGRESS);
    assert_true(detail.head.waits);
    home_put(&home, ROW_CONSULTATION, id,
             "\"start\":1900000800000,\"end\":1900004400000,\"status\":\"in_progress\"");
    assert_true(model_consultation(home.model, id, &home.arena, &detail));
    assert_int_equal(detail.head.row.status, BOOKING_IN_PROGRESS);
    assert_false(detail.head.waits);
}

// The change may come before the answer: applying the operation once more must change nothing.
static void the_change_before_the_answer_does_not_flicker(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    struct consultation_detail detail;
    const char *id = home_id(&home, CONSULTATIONS, 0);
    struct err err;
    struct args_reschedule move = { .id = id };
    move.schedule.scheduledStart = HOME_BASE + 50 * HOUR_MS;
    move.schedule.scheduledEnd = HOME_BASE + 51 * HOUR_MS;
    assert_true(model_reschedule(home.model, &move, NULL, &err));
    int64_t item = item_for(0, "once");
    home_take(&home, &out);
    home_put(&home, ROW_CONSULTATION, id,
             arena_printf(&home.arena,
                          "\"start\":%" PRId64 ",\"end\":%" PRId64 ",\"status\":\"scheduled\",\"sequence\":1",
                          HOME_BASE + 50 * HOUR_MS, HOME_BASE + 51 * HOUR_MS));
    assert_true(model_consultation(home.model, id, &home.arena, &detail));
    assert_int_equal(detail.head.row.sequence, 1);
    assert_int_equal(detail.action_items.count, 1);
    const char *item_id = LIST_AT(&detail.action_items, struct action_item_view, 0)->row.id;
    home_put(&home, ROW_ACTION_ITEM, item_id,
             arena_printf(&home.arena, "\"consultationId\":\"%s\",\"description\":\"once\"", id));
    assert_true(model_consultation(home.model, id, &home.arena, &detail));
    assert_int_equal(detail.action_items.count, 1);
    assert_false(LIST_AT(&detail.action_items, struct action_item_view, 0)->waits);
    assert_true(item > 0);
}

// The name comes from the directory; whoever joins has a part of their own; the change may come before the answer.
static void a_co_consultant_added_here_has_a_name_and_comes_once(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    struct consultation_detail detail;
    struct err err;
    int64_t n;
    const char *id = home_id(&home, CONSULTATIONS, 0), *mary = home_id(&home, CONSULTANTS, 2);
    home_put(&home, ROW_CONSULTANT, mary, "\"name\":\"Mary Major\"");
    assert_true(model_add_co_consultant(home.model, id, mary, &n, &err));
    assert_true(model_consultation(home.model, id, &home.arena, &detail));
    const struct row_consultation *row = &detail.head.row;
    assert_int_equal(row->coConsultantIds.count, 1);
    assert_string_equal(*LIST_AT(&row->coConsultantNames, const char *, 0), "Mary Major");
    assert_int_equal(detail.head.part, ROLE_CONSULTANT);
    home_take(&home, &out);
    home_put(&home, ROW_CONSULTATION, id,
             arena_printf(&home.arena,
                          "\"consultantId\":\"%s\",\"status\":\"scheduled\",\"coConsultantIds\":[\"%s\"],"
                          "\"coConsultantNames\":[\"Mary Major\"]",
                          home_id(&home, CONSULTANTS, 1), mary));
    assert_true(model_consultation(home.model, id, &home.arena, &detail));
    assert_int_equal(detail.head.row.coConsultantIds.count, 1);
    home_answer(&home, n, "ok", home.seq);
    assert_true(model_remove_co_consultant(home.model, id, mary, NULL, &err));
    assert_true(model_consultation(home.model, id, &home.arena, &detail));
    assert_int_equal(detail.head.row.coConsultantIds.count, 0);
}

static void who_joins_a_session_does_not_lead_it(void **state)
{
    (void)state;
    struct consultation_detail detail;
    struct err err;
    struct todo todo;
    const char *id = home_id(&home, CONSULTATIONS, 0);
    model_todo(home.model, &home.arena, &todo);
    size_t before = todo.to_confirm.count;
    home_put(&home, ROW_CONSULTATION, id,
             arena_printf(&home.arena,
                          "\"consultantId\":\"%s\",\"status\":\"scheduled\",\"start\":%" PRId64
                          ",\"end\":%" PRId64
                          ",\"coConsultantIds\":[\"%s\"],\"coConsultantNames\":[\"John\"]",
                          home_id(&home, CONSULTANTS, 2), HOME_BASE, HOME_BASE + HOUR_MS,
                          home_id(&home, CONSULTANTS, 1)));
    assert_true(model_consultation(home.model, id, &home.arena, &detail));
    assert_int_equal(detail.head.part, ROLE_CO_CONSULTANT);
    assert_false(model_confirm(home.model, id, NULL, NULL, &err));
    assert_string_equal(err.message, "only its lead or an administrator may confirm a consultation");
    model_todo(home.model, &home.arena, &todo);
    assert_true(todo.to_confirm.count < before || before == 0);
    assert_true(model_remove_co_consultant(home.model, id, home_id(&home, CONSULTANTS, 1), NULL, &err));
}

static void enter(const char *epoch, int64_t restored_to, int64_t heard, int64_t since)
{
    struct err err;
    const struct outbox_epoch now = { epoch, restored_to, heard, since };
    assert_true(outbox_enter_epoch(feed_outbox(home.feed), &now, &err));
    assert_string_equal(outbox_epoch_known(feed_outbox(home.feed), &home.arena), epoch);
}

// Each start of the server begins an epoch; only one that went back is told again what it lost.
static void what_a_restored_server_lost_is_offered_again(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    int64_t early = start_of(0), late = start_of(1);
    assert_int_equal(home_take(&home, &out), 2);
    home_answer(&home, early, "ok", 50);
    home_pass(DAY_MS);
    int64_t between = home_clock();
    home_answer(&home, late, "ok", 60);
    enter("e1", 0, 0, 0);
    enter("restarted", 60, 60, 0);
    assert_int_equal(waiting().count, 0);
    enter("gone back to 70 of what it heard up to 80", 70, 80, 0); // rows alone are lost
    assert_int_equal(waiting().count, 0);
    enter("gone back to 55", 55, 60, 0);
    assert_int_equal(waiting().count, 1);
    assert_int_equal(home_take(&home, &out), 1);
    home_answer(&home, late, "ok", 56);
    enter("the answer was heard, its rows were not", 55, 55, 0);
    assert_int_equal(waiting().count, 1);
    home_take(&home, &out);
    home_answer(&home, late, "ok", 57);
    enter("unknown", 0, 57, between); // and the early one is too old
    assert_int_equal(waiting().count, 1);
    struct list left = waiting();
    assert_int_equal(LIST_AT(&left, struct waiting, 0)->n, late);
}

static void a_newer_outbox_is_left_alone(void **state)
{
    (void)state;
    struct err err;
    struct model *model = NULL;
    char folder[64];
    memcpy(folder, home.folder, sizeof folder);
    store_exec(feed_outbox(home.feed), "PRAGMA user_version=99");
    struct model_options options = { .home = folder };
    assert_false(model_open(&model, &options, &err));
    assert_non_null(strstr(err.message, "newer"));
    store_exec(feed_outbox(home.feed), "PRAGMA user_version=3");
}

static void a_damaged_cache_is_fetched_anew_and_the_outbox_stays(void **state)
{
    (void)state;
    char folder[64];
    struct list list = { 0 };
    start_of(0);
    memcpy(folder, home.folder, sizeof folder);
    home_close(&home);
    FILE *file = fopen(arena_printf(&home.arena, "%s/cache.db", folder), "r+b");
    assert_non_null(file);
    for (int i = 0; i < 4096; i++)
        fputc(0x5a, file);
    fclose(file);
    remove(arena_printf(&home.arena, "%s/cache.db-wal", folder));
    remove(arena_printf(&home.arena, "%s/cache.db-shm", folder));
    arena_free(&home.arena);
    home_open_at(&home, folder);
    model_consultations(home.model, 0, INT64_MAX / 2, &home.arena, &list);
    assert_int_equal(list.count, 0);
    assert_int_equal(waiting().count, 1);
    home_snapshot(&home, 8);
    model_consultations(home.model, 0, INT64_MAX / 2, &home.arena, &list);
    assert_int_equal(list.count, 8);
    assert_int_equal(LIST_AT(&list, struct consultation, 0)->row.status, BOOKING_IN_PROGRESS);
}

// The second half is overwritten: the file opens, and the damage shows when it is read.
static void overwrite_pages(const char *path)
{
    struct err err;
    struct store *store = NULL;
    assert_true(store_open(&store, path, NULL, &err));
    store_exec(store, "PRAGMA wal_checkpoint(TRUNCATE)");
    store_close(store);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    fseek(file, size / 2, SEEK_SET);
    for (long at = size / 2; at < size; at++)
        fputc(0x5a, file);
    fclose(file);
}

static void damage_found_later_is_said_and_mended_at_the_next_start(void **state)
{
    (void)state;
    char folder[64];
    struct list list = { 0 };
    struct model_news news;
    memcpy(folder, home.folder, sizeof folder);
    home_snapshot(&home, 400);
    home_close(&home);
    overwrite_pages(arena_printf(&home.arena, "%s/cache.db", folder));
    arena_free(&home.arena);
    home_open_at(&home, folder);
    model_consultations(home.model, 0, INT64_MAX / 2, &home.arena, &list);
    model_take_news(home.model, &home.arena, &news);
    assert_true(news.events.count > 0);
    assert_int_equal(LIST_AT(&news.events, struct model_event, 0)->kind, MODEL_TROUBLE);
    home_close(&home);
    home_open_at(&home, folder);
    home_snapshot(&home, 400);
    model_consultations(home.model, 0, INT64_MAX / 2, &home.arena, &list);
    assert_int_equal(list.count, 400);
}

int main(void)
{
#define STORY(function) cmocka_unit_test_setup_teardown(function, open_home, close_home)
    const struct CMUnitTest tests[] = {
        STORY(files_are_private),
        STORY(one_lane_goes_one_at_a_time_and_others_do_not_wait),
        STORY(an_unsent_operation_can_be_taken_back_and_a_sent_one_cannot),
        STORY(an_operation_beyond_the_rules_is_not_queued),
        STORY(five_hundred_operations_fit_into_frames_and_all_leave),
        STORY(overlay_leaves_when_the_cursor_reaches_the_answer),
        STORY(the_change_before_the_answer_does_not_flicker),
        STORY(a_co_consultant_added_here_has_a_name_and_comes_once),
        STORY(who_joins_a_session_does_not_lead_it),
        STORY(what_a_restored_server_lost_is_offered_again),
        STORY(a_newer_outbox_is_left_alone),
        STORY(damage_found_later_is_said_and_mended_at_the_next_start),
        STORY(a_damaged_cache_is_fetched_anew_and_the_outbox_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
