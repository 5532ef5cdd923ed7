// Damaged and hostile bytes: updates, versions and snapshots that are cut or changed are refused whole with the text as
// it was, or are valid; either way the text can be edited, merged and saved afterwards.
#include "tests/unit/text_world.h"

#include <zlib.h>

struct fixture {
    struct world world;
    struct buf snapshot; // of replica 0 before the update
    struct buf update;   // what others did since, as one update
};

static void make_fixture(struct fixture *fixture, uint64_t seed)
{
    *fixture = (struct fixture){ 0 };
    struct world *world = &fixture->world;
    world_open(world, seed, 3);
    for (int i = 0; i < 40; i++) {
        struct buf update = { 0 };
        int replica = (int)world_draw(world, 3);
        world_edit(world, replica, &update);
        world_keep(world, replica, &update);
        if (i == 20)
            world_tell_all(world);
    }
    CLEANUP(buf_free) struct buf version = { 0 };
    struct err err = { 0 };
    text_save(world->replicas[0], &fixture->snapshot);
    text_version(world->replicas[0], &version);
    for (int i = 0; i < world->update_count; i++)
        if (!world->told[1][i])
            world_tell(world, 1, i);
    assert_true(text_diff(world->replicas[1], version.data, version.len, &fixture->update, &err));
}

static void free_fixture(struct fixture *fixture)
{
    world_close(&fixture->world);
    buf_free(&fixture->snapshot);
    buf_free(&fixture->update);
}

static struct text *load(const struct fixture *fixture)
{
    struct err err = { 0 };
    struct text *text = text_load(77, fixture->snapshot.data, fixture->snapshot.len, &err);
    assert_non_null(text);
    return text;
}

// Everything that a text must be able to do whatever it was given.
static void use(struct text *text)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    CLEANUP(buf_free) struct buf again = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    struct err err = { 0 };
    assert_true(text_insert(text, 0, "x", 1, &update, &err));
    assert_true(text_undo(text, &update, &err));
    content_of(text, &content);
    assert_int_equal(content.len, text_length(text));
    text_save(text, &snapshot);
    struct text *loaded = text_load(78, snapshot.data, snapshot.len, &err);
    if (loaded == NULL)
        fail_msg("what was accepted cannot be loaded: %s", err.message);
    content_of(loaded, &again);
    assert_string_equal(buf_text(&content), buf_text(&again));
    text_free(loaded);
    buf_clear(&update);
    assert_true(text_diff(text, "", 1, &update, &err));
    struct text *other = text_create(79);
    if (update.len > 0 && !text_apply(other, update.data, update.len, NULL, &err))
        fail_msg("what was accepted cannot be sent on: %s", err.message);
    content_of(other, &again);
    assert_string_equal(buf_text(&content), buf_text(&again));
    text_free(other);
}

static int try_update(const struct fixture *fixture, const char *bytes, size_t size)
{
    CLEANUP(buf_free) struct buf before = { 0 };
    CLEANUP(buf_free) struct buf after = { 0 };
    struct err err = { 0 };
    enum text_applied applied = TEXT_KNOWN;
    struct text *text = load(fixture);
    // of exactly that size, so that a byte too far is seen
    char *exact = malloc(size);
    memcpy(exact, bytes, size);
    text_save(text, &before);
    bool ok = text_apply(text, exact, size, &applied, &err);
    free(exact);
    if (!ok || applied != TEXT_APPLIED) {
        text_save(text, &after);
        assert_int_equal(before.len, after.len);
        assert_memory_equal(before.data, after.data, before.len);
        assert_true(ok || err.code != ERR_NONE);
    } else {
        use(text);
    }
    text_free(text);
    return !ok;
}

static int try_all_updates(const struct fixture *fixture, const struct buf *update)
{
    int refused = 0;
    for (size_t size = 0; size < update->len; size++)
        refused += try_update(fixture, update->data, size);
    for (size_t at = 0; at < update->len; at++)
        for (int bit = 0; bit < 8; bit++) {
            update->data[at] = (char)(update->data[at] ^ 1 << bit);
            refused += try_update(fixture, update->data, update->len);
            update->data[at] = (char)(update->data[at] ^ 1 << bit);
        }
    assert_int_equal(try_update(fixture, update->data, update->len), 0);
    return refused;
}

static void test_damaged_updates(void **state)
{
    (void)state;
    int refused = 0;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct fixture fixture;
        make_fixture(&fixture, seed);
        refused += try_all_updates(&fixture, &fixture.update);
        for (int i = 0; i < fixture.world.update_count; i += 5)
            refused += try_all_updates(&fixture, &fixture.world.updates[i]);
        free_fixture(&fixture);
    }
    assert_true(refused > 1000);
}

static bool try_snapshot(const char *bytes, size_t size)
{
    struct err err = { 0 };
    char *exact = malloc(size + 1);
    memcpy(exact, bytes, size);
    struct text *text = text_load(77, exact, size, &err);
    free(exact);
    if (text == NULL) {
        assert_int_not_equal(err.code, ERR_NONE);
        return false;
    }
    CLEANUP(buf_free) struct buf update = { 0 };
    CLEANUP(buf_free) struct buf again = { 0 };
    assert_true(text_insert(text, text_length(text), "x", 1, &update, &err));
    text_save(text, &again);
    struct text *loaded = text_load(78, again.data, again.len, &err);
    assert_non_null(loaded);
    assert_int_equal(text_length(loaded), text_length(text));
    text_free(loaded);
    buf_clear(&update);
    assert_true(text_diff(text, "", 1, &update, &err));
    text_free(text);
    return true;
}

static size_t read_number(const struct buf *buf, size_t *at)
{
    size_t value = 0;
    for (int shift = 0;; shift += 7) {
        unsigned char byte = (unsigned char)buf->data[(*at)++];
        value |= (size_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
}

static void write_number(struct buf *buf, size_t value)
{
    for (; value >= 0x80; value >>= 7)
        buf_add_char(buf, (char)(value | 0x80));
    buf_add_char(buf, (char)value);
}

// The same snapshot with nothing deflated and no checksum at its end.
static void inflate_snapshot(const struct buf *snapshot, struct buf *plain)
{
    size_t at = 4;
    buf_add(plain, snapshot->data, at);
    while (at < snapshot->len - 4) {
        size_t size = read_number(snapshot, &at), stored = read_number(snapshot, &at);
        uLongf got = size;
        Bytef *part = malloc(size + 1);
        if (stored == size)
            memcpy(part, snapshot->data + at, size);
        else
            assert_int_equal(uncompress(part, &got, (const Bytef *)snapshot->data + at, stored), Z_OK);
        write_number(plain, size);
        write_number(plain, size);
        buf_add(plain, part, size);
        free(part);
        at += stored;
    }
}

// With the checksum that belongs to it.
static bool try_checked_snapshot(struct buf *plain)
{
    size_t size = plain->len;
    uLong crc = crc32_z(0, (const Bytef *)plain->data, size);
    for (int i = 0; i < 4; i++)
        buf_add_char(plain, (char)(crc >> (8 * i)));
    bool ok = try_snapshot(plain->data, plain->len);
    buf_truncate(plain, size);
    return ok;
}

static void test_damaged_plain_snapshots(void **state)
{
    (void)state;
    int accepted = 0, refused = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct fixture fixture;
        make_fixture(&fixture, seed);
        CLEANUP(buf_free) struct buf plain = { 0 };
        inflate_snapshot(&fixture.snapshot, &plain);
        assert_true(try_checked_snapshot(&plain));
        for (size_t at = 0; at < plain.len; at++)
            for (int change = 1; change < 256; change += change < 4 ? 1 : 23) {
                plain.data[at] = (char)(plain.data[at] ^ change);
                bool ok = try_checked_snapshot(&plain);
                plain.data[at] = (char)(plain.data[at] ^ change);
                accepted += ok;
                refused += !ok;
            }
        free_fixture(&fixture);
    }
    assert_true(accepted > 100 && refused > 1000);
}

static void test_damaged_snapshots(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct fixture fixture;
        make_fixture(&fixture, seed);
        const struct buf *snapshot = &fixture.snapshot;
        for (size_t size = 0; size < snapshot->len; size++)
            assert_false(try_snapshot(snapshot->data, size));
        for (size_t at = 0; at < snapshot->len; at++)
            for (int bit = 0; bit < 8; bit++) {
                snapshot->data[at] = (char)(snapshot->data[at] ^ 1 << bit);
                assert_false(try_snapshot(snapshot->data, snapshot->len));
                snapshot->data[at] = (char)(snapshot->data[at] ^ 1 << bit);
            }
        assert_true(try_snapshot(snapshot->data, snapshot->len));
        free_fixture(&fixture);
    }
}

static void test_damaged_versions(void **state)
{
    (void)state;
    struct fixture fixture;
    make_fixture(&fixture, 9);
    CLEANUP(buf_free) struct buf version = { 0 };
    CLEANUP(buf_free) struct buf out = { 0 };
    struct err err = { 0 };
    const struct text *text = fixture.world.replicas[1];
    text_version(text, &version);
    for (size_t size = 0; size < version.len; size++)
        assert_false(text_version_valid(version.data, size, &err));
    for (size_t at = 0; at < version.len; at++)
        for (int bit = 0; bit < 8; bit++) {
            version.data[at] = (char)(version.data[at] ^ 1 << bit);
            if (text_version_valid(version.data, version.len, &err)) {
                assert_true(text_diff(text, version.data, version.len, &out, &err));
                assert_true(text_at_version(text, version.data, version.len, &out, &err));
            }
            version.data[at] = (char)(version.data[at] ^ 1 << bit);
        }
    free_fixture(&fixture);
}

static void test_what_waits_is_bounded(void **state)
{
    (void)state;
    struct text *writer = text_create(1), *text = text_create(2);
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf first = { 0 };
    assert_true(text_insert(writer, 0, "a", 1, &first, &err));
    bool ok = true;
    CLEANUP(buf_free) struct buf update = { 0 };
    for (int i = 0; i < TEXT_PENDING_MAX + 1; i++) {
        buf_clear(&update);
        assert_true(text_insert(writer, 0, "b", 1, &update, &err));
        assert_true(ok);
        ok = text_apply(text, update.data, update.len, NULL, &err);
    }
    assert_false(ok);
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    assert_int_equal(text_waiting(text), TEXT_PENDING_MAX);
    assert_true(text_apply(text, first.data, first.len, NULL, &err));
    assert_int_equal(text_waiting(text), 0);
    assert_int_equal(text_length(text), 1 + TEXT_PENDING_MAX);
    text_free(writer);
    text_free(text);
}

static void test_agents_with_one_tag_are_refused(void **state)
{
    (void)state;
    struct text *a = text_create(0x100000005), *b = text_create(0x200000005), *text = text_create(1);
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    assert_true(text_insert(a, 0, "a", 1, &update, &err));
    assert_true(text_apply(text, update.data, update.len, NULL, &err));
    buf_clear(&update);
    assert_true(text_insert(b, 0, "b", 1, &update, &err));
    assert_false(text_apply(text, update.data, update.len, NULL, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_false(text_set_agent(text, 0x300000005, &err));
    assert_int_equal(text_length(text), 1);
    text_free(a);
    text_free(b);
    text_free(text);
}

static void test_characters_are_not_cut(void **state)
{
    (void)state;
    struct text *text = text_create(1);
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    assert_true(text_insert(text, 0, "a€b", 5, &update, &err));
    size_t size = update.len;
    assert_false(text_insert(text, 2, "x", 1, &update, &err));
    assert_false(text_insert(text, 6, "x", 1, &update, &err));
    assert_false(text_insert(text, 0, "\xe2\x82", 2, &update, &err));
    assert_false(text_delete(text, 0, 2, &update, &err));
    assert_false(text_delete(text, 2, 3, &update, &err));
    assert_false(text_delete(text, 4, 2, &update, &err));
    assert_false(text_delete(text, 1, SIZE_MAX, &update, &err));
    assert_int_equal(update.len, size);
    assert_true(text_delete(text, 1, 3, &update, &err));
    assert_int_equal(text_length(text), 2);
    text_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_plain_snapshots),
        cmocka_unit_test(test_damaged_updates),
        cmocka_unit_test(test_damaged_snapshots),
        cmocka_unit_test(test_damaged_versions),
        cmocka_unit_test(test_what_waits_is_bounded),
        cmocka_unit_test(test_characters_are_not_cut),
        cmocka_unit_test(test_agents_with_one_tag_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
