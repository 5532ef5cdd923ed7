// What each audience hears of what was committed: put, hide and delete, sharing, and what the batches cannot answer.
#include "server/push/conn.h"
#include "server/push/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void change_batch_free(struct change_batch *batch)
{
    if (batch == NULL)
        return;
    arena_free(&batch->arena);
    free(batch);
}

static int touched_count;

static void touched(struct audience *audience, int64_t from)
{
    (void)audience;
    (void)from;
    touched_count++;
}

struct entry {
    const char *id, *was, *now;
    int64_t rev; // of the text that was read, 0: the row is gone
};

static void commit(struct feed *feed, int64_t seq, const struct entry *entries, size_t count)
{
    struct change_batch *batch = calloc(1, sizeof *batch);
    assert_non_null(batch);
    batch->tenant = "t";
    batch->from = seq - 1;
    batch->to = seq;
    for (size_t i = 0; i < count; i++) {
        struct change_entry *entry = LIST_ADD(&batch->entries, &batch->arena, struct change_entry);
        *entry = (struct change_entry){ .table = ROW_LOT, .seq = seq };
        entry->id = entries[i].id;
        entry->was = entries[i].was;
        entry->now = entries[i].now;
        if (entries[i].rev > 0)
            entry->row = arena_printf(&batch->arena, "{\"id\":\"%s\",\"rev\":%lld}", entries[i].id,
                                      (long long)entries[i].rev);
        entry->row_size = entry->row == NULL ? 0 : strlen(entry->row);
    }
    touched_count = 0;
    feed_add(feed, batch, touched);
}

#define COMMIT(feed, seq, ...)                                                                               \
    commit(feed, seq, (const struct entry[]){ __VA_ARGS__ },                                                 \
           sizeof((const struct entry[]){ __VA_ARGS__ }) / sizeof(struct entry))

struct world {
    struct feed *feed;
    struct conn jane, john;
    struct audience *to_jane, *to_john;
};

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){ .feed = feed_create("t", 10) };
    world.to_jane = feed_audience(world.feed, "pub u:jane org:acme");
    world.to_john = feed_audience(world.feed, "pub u:john");
    audience_join(world.to_jane, &world.jane);
    audience_join(world.to_john, &world.john);
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    audience_leave(world->to_jane, &world->jane);
    audience_leave(world->to_john, &world->john);
    feed_destroy(world->feed);
    return 0;
}

// The frame's text, "" for nothing, "read" when the change log has to be read.
static const char *hears(struct audience *audience, int64_t told, int64_t cursor)
{
    static char text[4096];
    struct frame *frame = NULL;
    switch (feed_frame(audience, told, cursor, &frame)) {
    case FEED_NOTHING:
        return "";
    case FEED_READ:
        return "read";
    case FEED_FRAME:
        break;
    }
    assert_true(frame->size < sizeof text);
    memcpy(text, frame->bytes + FRAME_HEADROOM, frame->size);
    text[frame->size] = '\0';
    frame_unref(frame);
    return text;
}

static void a_change_goes_to_who_may_see_it(void **state)
{
    struct world *world = *state;
    COMMIT(world->feed, 11, { "a", "", "org:acme", 11 });
    assert_int_equal(touched_count, 1);
    assert_string_equal(
        hears(world->to_jane, 10, 10),
        "{\"t\":\"chg\",\"from\":10,\"to\":11,\"more\":false,\"rows\":[[\"put\",\"lot\",\"a\",11,"
        "{\"id\":\"a\",\"rev\":11}]]}");
    assert_string_equal(hears(world->to_john, 10, 10), "");
}

static void losing_sight_hides(void **state)
{
    struct world *world = *state;
    COMMIT(world->feed, 11, { "a", "u:jane u:john", "u:john", 11 });
    assert_string_equal(
        hears(world->to_jane, 10, 10),
        "{\"t\":\"chg\",\"from\":10,\"to\":11,\"more\":false,\"rows\":[[\"hide\",\"lot\",\"a\",11]]}");
    assert_non_null(strstr(hears(world->to_john, 10, 10), "[\"put\",\"lot\",\"a\",11,"));
}

static void a_deleted_row_is_deleted(void **state)
{
    struct world *world = *state;
    COMMIT(world->feed, 11, { "a", "pub", "", 0 });
    assert_non_null(strstr(hears(world->to_jane, 10, 10), "[[\"del\",\"lot\",\"a\",11]]"));
}

static void what_is_made_and_deleted_is_not_told(void **state)
{
    struct world *world = *state;
    COMMIT(world->feed, 11, { "a", "", "", 0 });
    assert_int_equal(touched_count, 0);
    assert_string_equal(hears(world->to_jane, 10, 10), "");
}

// The text was read after a later change, which may have taken it out of her sight: that change's batch decides.
static void text_newer_than_its_change_waits(void **state)
{
    struct world *world = *state;
    COMMIT(world->feed, 11, { "a", "", "u:jane", 12 });
    assert_string_equal(hears(world->to_jane, 10, 10), "");
    COMMIT(world->feed, 12, { "a", "u:jane", "u:john", 12 });
    const char *text = hears(world->to_jane, 10, 10);
    assert_non_null(strstr(text, "[\"hide\",\"lot\",\"a\",12]"));
    assert_null(strstr(text, "put"));
}

static void several_commits_make_one_frame(void **state)
{
    struct world *world = *state;
    COMMIT(world->feed, 11, { "a", "", "pub", 11 });
    COMMIT(world->feed, 12, { "b", "", "u:john", 12 });
    COMMIT(world->feed, 13, { "c", "", "pub", 13 });
    const char *text = hears(world->to_jane, 9, 10);
    assert_non_null(strstr(text, "\"from\":9,\"to\":13"));
    assert_non_null(strstr(text, "\"a\",11"));
    assert_non_null(strstr(text, "\"c\",13"));
    assert_null(strstr(text, "\"b\""));
    assert_null(strstr(hears(world->to_jane, 11, 11), "\"a\",11"));
}

static void same_sight_same_buffer(void **state)
{
    struct world *world = *state;
    struct frame *to_jane = NULL, *to_john = NULL;
    COMMIT(world->feed, 11, { "a", "", "pub", 11 });
    assert_int_equal(feed_frame(world->to_jane, 10, 10, &to_jane), FEED_FRAME);
    assert_int_equal(feed_frame(world->to_john, 10, 10, &to_john), FEED_FRAME);
    assert_ptr_equal(to_jane, to_john);
    frame_unref(to_jane);
    frame_unref(to_john);
    COMMIT(world->feed, 12, { "b", "", "pub", 12 }, { "c", "", "u:john", 12 });
    assert_int_equal(feed_frame(world->to_jane, 11, 11, &to_jane), FEED_FRAME);
    assert_int_equal(feed_frame(world->to_john, 11, 11, &to_john), FEED_FRAME);
    assert_ptr_not_equal(to_jane, to_john);
    frame_unref(to_jane);
    frame_unref(to_john);
}

static void too_old_for_the_batches(void **state)
{
    struct world *world = *state;
    COMMIT(world->feed, 11, { "a", "", "pub", 11 });
    assert_string_equal(hears(world->to_jane, 8, 8), "read");
    char id[8] = "x";
    for (int64_t seq = 12; seq < 300; seq++)
        COMMIT(world->feed, seq, { id, "", "u:john", seq });
    assert_string_equal(hears(world->to_jane, 10, 10), "read");
    assert_string_equal(hears(world->to_jane, 298, 298), "");
}

static void too_much_for_one_frame(void **state)
{
    struct world *world = *state;
    static struct entry entries[SYNC_PAGE_ROWS + 1];
    static char ids[SYNC_PAGE_ROWS + 1][8];
    for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
        ids[i][0] = (char)('a' + i % 26);
        ids[i][1] = (char)('a' + i / 26);
        entries[i] = (struct entry){ ids[i], "", "u:jane", 11 };
    }
    commit(world->feed, 11, entries, ARRAY_LEN(entries));
    assert_string_equal(hears(world->to_jane, 10, 10), "read");
    assert_string_equal(hears(world->to_john, 10, 10), "");
}

// A person who connects later does not miss what older batches were matched without knowing of her.
static void a_newcomer_reads_the_log(void **state)
{
    struct world *world = *state;
    struct conn maria = { 0 };
    COMMIT(world->feed, 11, { "a", "", "u:maria", 11 });
    assert_int_equal(touched_count, 0);
    struct audience *to_maria = feed_audience(world->feed, "u:maria");
    audience_join(to_maria, &maria);
    assert_string_equal(hears(to_maria, 10, 10), "read");
    COMMIT(world->feed, 12, { "b", "", "u:maria", 12 });
    assert_non_null(strstr(hears(to_maria, 11, 11), "\"b\",12"));
    audience_leave(to_maria, &maria);
}

static void a_gap_makes_everyone_look(void **state)
{
    struct world *world = *state;
    COMMIT(world->feed, 15, { "a", "", "u:john", 15 });
    assert_int_equal(touched_count, 2);
    assert_string_equal(hears(world->to_jane, 10, 10), "read");
}

static void what_is_known_already_is_not_told_again(void **state)
{
    struct world *world = *state;
    COMMIT(world->feed, 10, { "a", "", "pub", 10 });
    assert_int_equal(touched_count, 0);
    assert_int_equal(feed_head(world->feed), 10);
    assert_string_equal(hears(world->to_jane, 12, 12), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_change_goes_to_who_may_see_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(losing_sight_hides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_deleted_row_is_deleted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_made_and_deleted_is_not_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_newer_than_its_change_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(several_commits_make_one_frame, set_up, tear_down),
        cmocka_unit_test_setup_teardown(same_sight_same_buffer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_old_for_the_batches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_much_for_one_frame, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newcomer_reads_the_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gap_makes_everyone_look, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_known_already_is_not_told_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
