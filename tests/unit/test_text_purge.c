// Deleted words can be purged: they are nowhere any more, and nobody reads another text for it.
#include "tests/unit/text_world.h"

#include "shared/base/utf8.h"

#include <zlib.h>

static void purge(struct text *text, const struct buf *version, size_t expected)
{
    struct err err = { 0 };
    size_t purged = 0;
    assert_true(text_purge(text, buf_text(version), version->len, &purged, &err));
    assert_int_equal(purged, expected);
}

static void type(struct text *text, size_t at, const char *words, struct buf *update)
{
    struct err err = { 0 };
    assert_true(text_insert(text, at, words, strlen(words), update, &err));
}

static void drop(struct text *text, size_t at, size_t size, struct buf *update)
{
    struct err err = { 0 };
    assert_true(text_delete(text, at, size, update, &err));
}

static void tell(struct text *text, struct buf *update)
{
    struct err err = { 0 };
    if (update->len > 0 && !text_apply(text, update->data, update->len, NULL, &err))
        fail_msg("%s", err.message);
    buf_clear(update);
}

static void reads(const struct text *text, const char *expected)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    content_of(text, &content);
    assert_string_equal(buf_text(&content), expected);
}

static void read_at(const struct text *text, const struct buf *version, const char *expected)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    struct err err = { 0 };
    assert_true(text_at_version(text, buf_text(version), version->len, &content, &err));
    assert_string_equal(buf_text(&content), expected);
}

static size_t get_size(const unsigned char **at)
{
    size_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte = *(*at)++;
        size |= (size_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return size;
    }
}

// The parts of a snapshot as they are before they are deflated (snapshot.h).
static void inflate_snapshot(const struct text *text, struct buf *parts)
{
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    text_save(text, &snapshot);
    const unsigned char *at = (const unsigned char *)snapshot.data + 4;
    for (int i = 0; i < 2; i++) {
        size_t size = get_size(&at), stored = get_size(&at);
        uLongf got = size;
        buf_reserve(parts, size);
        if (stored == size)
            memcpy(parts->data + parts->len, at, size);
        else
            assert_int_equal(uncompress((Bytef *)parts->data + parts->len, &got, at, stored), Z_OK);
        parts->len += size;
        at += stored;
    }
    assert_int_equal(at + 4 - (const unsigned char *)snapshot.data, snapshot.len);
}

static bool is_within(const struct buf *bytes, const char *word)
{
    return bytes->len > 0 && memmem(bytes->data, bytes->len, word, strlen(word)) != NULL;
}

// In what is saved, and in what somebody is told who has nothing yet.
static bool holds(const struct text *text, const char *word)
{
    CLEANUP(buf_free) struct buf saved = { 0 };
    CLEANUP(buf_free) struct buf diff = { 0 };
    struct err err = { 0 };
    inflate_snapshot(text, &saved);
    assert_true(text_diff(text, "", 1, &diff, &err));
    bool within = is_within(&saved, word);
    assert_true(within == is_within(&diff, word));
    return within;
}

static void test_words_are_gone(void **state)
{
    (void)state;
    struct text *anna = text_create(1), *ben = text_create(2);
    CLEANUP(buf_free) struct buf update = { 0 };
    CLEANUP(buf_free) struct buf before = { 0 };
    CLEANUP(buf_free) struct buf after = { 0 };
    type(anna, 0, "keep SECRÄ€😀T here", &update);
    tell(ben, &update);
    text_version(anna, &before);
    drop(ben, 5, 14, &update);
    tell(anna, &update);
    text_version(anna, &after);
    purge(anna, &before, 0); // that one has not seen it go
    assert_true(holds(anna, "SECR"));
    read_at(anna, &before, "keep SECRÄ€😀T here");
    purge(anna, &after, 14);
    purge(anna, &after, 0);
    assert_false(holds(anna, "SECR"));
    assert_true(holds(ben, "SECR"));
    assert_true(holds(anna, "here"));
    reads(anna, "keep  here");
    read_at(anna, &before, "keep xxxx·•🔳x here");
    read_at(anna, &after, "keep  here");
    text_free(anna);
    text_free(ben);
}

// Both type next to what is gone, at once; only one has purged.
static void test_merging_goes_on(void **state)
{
    (void)state;
    struct text *anna = text_create(1), *ben = text_create(2), *carl = text_create(3);
    CLEANUP(buf_free) struct buf update = { 0 };
    CLEANUP(buf_free) struct buf other = { 0 };
    CLEANUP(buf_free) struct buf version = { 0 };
    struct err err = { 0 };
    type(anna, 0, "1SECRET2", &update);
    tell(ben, &update);
    drop(anna, 1, 6, &update);
    text_version(anna, &version);
    purge(anna, &version, 6);
    type(ben, 4, "b", &other); // within the word that anna has deleted
    tell(ben, &update);
    type(anna, 1, "a", &update);
    tell(ben, &update);
    tell(anna, &other);
    reads(anna, "1ab2");
    reads(ben, "1ab2");
    assert_true(text_diff(anna, "", 1, &update, &err));
    tell(carl, &update);
    reads(carl, "1ab2");
    assert_false(holds(carl, "SECRET"));
    text_free(anna);
    text_free(ben);
    text_free(carl);
}

static void test_undo_brings_back_what_is_not_purged(void **state)
{
    (void)state;
    struct text *anna = text_create(1);
    CLEANUP(buf_free) struct buf update = { 0 };
    CLEANUP(buf_free) struct buf version = { 0 };
    struct err err = { 0 };
    type(anna, 0, "one two three", &update);
    drop(anna, 0, 4, &update);
    text_version(anna, &version);
    text_undo_join(anna);
    drop(anna, 3, 6, &update);
    purge(anna, &version, 4);
    reads(anna, "two");
    assert_true(text_undo(anna, &update, &err)); // both deletions are one step
    reads(anna, "two three");
    assert_true(text_redo(anna, &update, &err));
    reads(anna, "two");
    assert_true(text_undo(anna, &update, &err));
    assert_true(text_undo(anna, &update, &err));
    reads(anna, "");
    buf_clear(&version);
    text_version(anna, &version);
    assert_true(text_purge(anna, version.data, version.len, NULL, &err));
    assert_true(text_redo(anna, &update, &err));
    reads(anna, "");
    text_free(anna);
}

static void test_malformed_version_is_refused(void **state)
{
    (void)state;
    struct text *anna = text_create(1);
    struct err err = { 0 };
    size_t purged = 77;
    assert_false(text_purge(anna, "\1", 1, &purged, &err));
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    assert_int_equal(purged, 77);
    assert_true(text_purge(anna, "", 1, &purged, &err));
    assert_int_equal(purged, 0);
    text_free(anna);
}

// ---- random worlds ----
static void purge_now(struct world *world, int replica)
{
    CLEANUP(buf_free) struct buf version = { 0 };
    struct err err = { 0 };
    text_version(world->replicas[replica], &version);
    assert_true(text_purge(world->replicas[replica], version.data, version.len, NULL, &err));
}

static void reload(struct world *world, int replica)
{
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    struct err err = { 0 };
    text_save(world->replicas[replica], &snapshot);
    text_free(world->replicas[replica]);
    world->replicas[replica] = text_load(world_agent(replica), snapshot.data, snapshot.len, &err);
    assert_non_null(world->replicas[replica]);
}

static void send_diff(struct world *world, int from, int to)
{
    CLEANUP(buf_free) struct buf version = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    struct err err = { 0 };
    text_version(world->replicas[to], &version);
    assert_true(text_diff(world->replicas[from], version.data, version.len, &update, &err));
    tell(world->replicas[to], &update);
}

static void do_something(struct world *world)
{
    int replica = (int)world_draw(world, (uint32_t)world->replica_count);
    struct buf update = { 0 };
    struct err err = { 0 };
    switch (world_draw(world, 10)) {
    case 0:
        if (replica % 2 == 0) // the others keep the words
            purge_now(world, replica);
        return;
    case 1:
        send_diff(world, replica, (int)world_draw(world, (uint32_t)world->replica_count));
        return;
    case 2:
        assert_true(world_draw(world, 3) > 0 ? text_undo(world->replicas[replica], &update, &err)
                                             : text_redo(world->replicas[replica], &update, &err));
        break;
    case 3:
    case 4:
        if (world->update_count > 0)
            world_tell(world, replica, (int)world_draw(world, (uint32_t)world->update_count));
        return;
    case 5:
        if (text_waiting(world->replicas[replica]) == 0)
            reload(world, replica);
        return;
    default:
        world_edit(world, replica, &update);
    }
    world_keep(world, replica, &update);
}

// Nobody types these, and nothing purged is ever read.
static void check_no_filler(const struct world *world)
{
    for (int i = 0; i < world->replica_count; i++) {
        CLEANUP(buf_free) struct buf content = { 0 };
        content_of(world->replicas[i], &content);
        assert_true(utf8_valid(buf_text(&content), content.len));
        assert_false(is_within(&content, "·") || is_within(&content, "•") || is_within(&content, "🔳"));
    }
}

static void check_only_filler(const struct text *text)
{
    struct text_walk walk = { 0 };
    struct text_span span;
    while (text_next(text, &walk, &span)) {
        uint32_t code = 0;
        for (uint32_t at = 0; span.deleted && at < span.size;) {
            int size = utf8_decode(span.bytes + at, span.size - at, &code);
            assert_true(size > 0);
            assert_true(code == 'x' || code == 0xb7 || code == 0x2022 || code == 0x1f533);
            at += (uint32_t)size;
        }
    }
}

static void run_world(uint64_t seed)
{
    struct world world;
    world_open(&world, seed, 2 + (int)(seed % (WORLD_REPLICAS - 1)));
    for (uint32_t steps = 20 + world_draw(&world, 80); steps > 0; steps--)
        do_something(&world);
    world_tell_all(&world);
    world_check_same(&world);
    check_no_filler(&world);
    for (int i = 0; i < world.replica_count; i++) {
        purge_now(&world, i);
        reload(&world, i);
        check_only_filler(world.replicas[i]);
    }
    world_check_same(&world);
    world_close(&world);
}

static void test_replicas_converge(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++)
        run_world(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_gone),
        cmocka_unit_test(test_merging_goes_on),
        cmocka_unit_test(test_undo_brings_back_what_is_not_purged),
        cmocka_unit_test(test_malformed_version_is_refused),
        cmocka_unit_test(test_replicas_converge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
