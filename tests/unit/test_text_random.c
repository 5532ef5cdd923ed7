// Random worlds: up to 8 replicas, any order of delivery, duplicates, diffs, snapshots and undo in between; all end the
// same, and every unit typed is there once, live or as a tombstone.
//
//   test_text_random [CASES [FIRST_SEED]]
#include "tests/unit/text_world.h"

static unsigned long cases = 10000, first_seed = 1;

// Each id stands once; inserted units are all there; what is live makes up the content.
static void check_units(const struct world *world)
{
    for (int i = 0; i < world->replica_count; i++) {
        struct text_walk walk = { 0 };
        struct text_span span;
        size_t units = 0, live = 0, at = 0;
        uint64_t hash = 0;
        while (text_next(world->replicas[i], &walk, &span)) {
            units += span.size;
            live += span.deleted ? 0 : span.size;
            for (uint32_t j = 0; j < span.size; j++, at++)
                hash += (span.agent ^ (span.seq + j)) * 0x9e3779b97f4a7c15u * (at + 1);
        }
        assert_int_equal(units, world->typed);
        assert_int_equal(live, text_length(world->replicas[i]));
        assert_true(live + world->gone >= units);
        static uint64_t first;
        if (i == 0)
            first = hash;
        assert_true(hash == first); // tombstones stand in the same order too
    }
}

static void send_diff(struct world *world, int from, int to)
{
    CLEANUP(buf_free) struct buf version = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    struct err err = { 0 };
    text_version(world->replicas[to], &version);
    assert_true(text_diff(world->replicas[from], version.data, version.len, &update, &err));
    if (update.len > 0 && !text_apply(world->replicas[to], update.data, update.len, NULL, &err))
        fail_msg("an honest diff was refused: %s", err.message);
}

static void reload(struct world *world, int replica)
{
    if (text_waiting(world->replicas[replica]) > 0)
        return;
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    CLEANUP(buf_free) struct buf before = { 0 };
    CLEANUP(buf_free) struct buf after = { 0 };
    struct err err = { 0 };
    content_of(world->replicas[replica], &before);
    text_save(world->replicas[replica], &snapshot);
    text_free(world->replicas[replica]);
    world->replicas[replica] = text_load(world_agent(replica), snapshot.data, snapshot.len, &err);
    if (world->replicas[replica] == NULL)
        fail_msg("an honest snapshot was refused: %s", err.message);
    content_of(world->replicas[replica], &after);
    assert_string_equal(buf_text(&before), buf_text(&after));
}

// Undo types anew what was deleted, so that what was typed grows by the bytes of it.
static void undo_or_redo(struct world *world, int replica, struct buf *update)
{
    struct text *text = world->replicas[replica];
    struct err err = { 0 };
    size_t units = 0, units_after = 0;
    struct text_span span;
    for (struct text_walk walk = { 0 }; text_next(text, &walk, &span);)
        units += span.size;
    size_t live = text_length(text);
    assert_true(world_draw(world, 3) > 0 ? text_undo(text, update, &err) : text_redo(text, update, &err));
    for (struct text_walk walk = { 0 }; text_next(text, &walk, &span);)
        units_after += span.size;
    world->typed += units_after - units;
    world->gone += live + (units_after - units) - text_length(text);
}

static void do_something(struct world *world)
{
    int replica = (int)world_draw(world, (uint32_t)world->replica_count);
    int other = (int)world_draw(world, (uint32_t)world->replica_count);
    struct buf update = { 0 };
    switch (world_draw(world, 12)) {
    case 0:
        reload(world, replica);
        return;
    case 1:
        send_diff(world, replica, other);
        return;
    case 2:
        undo_or_redo(world, replica, &update);
        world_keep(world, replica, &update);
        return;
    case 3:
    case 4:
    case 5:
        if (world->update_count > 0) // known or not, before its time or twice
            world_tell(world, replica, (int)world_draw(world, (uint32_t)world->update_count));
        return;
    default:
        world_edit(world, replica, &update);
        world_keep(world, replica, &update);
        return;
    }
}

static void run_world(uint64_t seed)
{
    struct world world;
    world_open(&world, seed, 2 + (int)(seed % (WORLD_REPLICAS - 1)));
    uint32_t steps = 10 + world_draw(&world, 60);
    for (uint32_t i = 0; i < steps; i++)
        do_something(&world);
    world_tell_all(&world);
    world_check_same(&world);
    check_units(&world);
    for (int i = 0; i < world.replica_count; i++)
        reload(&world, i);
    world_check_same(&world);
    check_units(&world);
    world_close(&world);
}

static void test_replicas_converge(void **state)
{
    (void)state;
    for (unsigned long i = 0; i < cases; i++)
        run_world(first_seed + i);
    print_message("%lu worlds\n", cases);
}

// One replica against a plain array of bytes; long enough that the tree is several levels deep.
static void test_tree_is_as_a_plain_text(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, 42, 1);
    struct text *text = world.replicas[0];
    CLEANUP(buf_free) struct buf plain = { 0 };
    CLEANUP(buf_free) struct buf content = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    struct err err = { 0 };
    for (int i = 0; i < 30000; i++) {
        size_t at = world_draw(&world, (uint32_t)plain.len + 1);
        if (world_draw(&world, 10) < 7 || at == plain.len) {
            char letter = (char)('a' + world_draw(&world, 26));
            buf_add_char(&plain, 0);
            memmove(plain.data + at + 1, plain.data + at, plain.len - 1 - at);
            plain.data[at] = letter;
            assert_true(text_insert(text, at, &letter, 1, &update, &err));
        } else {
            size_t size = 1 + world_draw(&world, 3);
            size = size < plain.len - at ? size : plain.len - at;
            memmove(plain.data + at, plain.data + at + size, plain.len - at - size);
            buf_truncate(&plain, plain.len - size);
            assert_true(text_delete(text, at, size, &update, &err));
        }
        buf_clear(&update);
        assert_int_equal(text_length(text), plain.len);
        if (i % 500 == 0) {
            content_of(text, &content);
            assert_string_equal(buf_text(&content), buf_text(&plain));
        }
        size_t from = world_draw(&world, (uint32_t)plain.len + 1), size = world_draw(&world, 40);
        buf_clear(&content);
        text_slice(text, from, size, &content);
        size = size < plain.len - from ? size : plain.len - from;
        assert_int_equal(content.len, size);
        assert_memory_equal(buf_text(&content), plain.data + from, size);
        struct text_anchor anchor;
        size_t position = 0;
        assert_true(text_anchor_at(text, from, &anchor, &err));
        assert_true(text_position(text, anchor, &position, &err));
        assert_int_equal(position, from);
    }
    world_close(&world);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cases = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = strtoul(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replicas_converge),
        cmocka_unit_test(test_tree_is_as_a_plain_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
