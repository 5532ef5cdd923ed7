// Undo takes back one's own edits and nothing else; versions, carets and authors.
#include "tests/unit/text_world.h"

struct pair {
    struct text *anna, *ben;
    struct buf update;
};

static void open_pair(struct pair *pair)
{
    *pair = (struct pair){ text_create(1), text_create(2), { 0 } };
}

static void close_pair(struct pair *pair)
{
    text_free(pair->anna);
    text_free(pair->ben);
    buf_free(&pair->update);
}

static void send(struct pair *pair, struct text *to)
{
    struct err err = { 0 };
    if (pair->update.len > 0 && !text_apply(to, pair->update.data, pair->update.len, NULL, &err))
        fail_msg("%s", err.message);
    buf_clear(&pair->update);
}

static void anna_types(struct pair *pair, size_t at, const char *bytes)
{
    struct err err = { 0 };
    assert_true(text_insert(pair->anna, at, bytes, strlen(bytes), &pair->update, &err));
    send(pair, pair->ben);
}

static void anna_deletes(struct pair *pair, size_t at, size_t size)
{
    struct err err = { 0 };
    assert_true(text_delete(pair->anna, at, size, &pair->update, &err));
    send(pair, pair->ben);
}

static void ben_types(struct pair *pair, size_t at, const char *bytes)
{
    struct err err = { 0 };
    assert_true(text_insert(pair->ben, at, bytes, strlen(bytes), &pair->update, &err));
    send(pair, pair->anna);
}

static void anna_undoes(struct pair *pair)
{
    struct err err = { 0 };
    assert_true(text_undo(pair->anna, &pair->update, &err));
    send(pair, pair->ben);
}

static void anna_redoes(struct pair *pair)
{
    struct err err = { 0 };
    assert_true(text_redo(pair->anna, &pair->update, &err));
    send(pair, pair->ben);
}

static void both_read(struct pair *pair, const char *expected)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    content_of(pair->anna, &content);
    assert_string_equal(buf_text(&content), expected);
    content_of(pair->ben, &content);
    assert_string_equal(buf_text(&content), expected);
}

static void test_undo_leaves_what_others_typed(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    anna_types(&pair, 0, "hello world");
    ben_types(&pair, 5, ", dear");
    anna_types(&pair, 17, "!");
    both_read(&pair, "hello, dear world!");
    anna_undoes(&pair);
    both_read(&pair, "hello, dear world");
    anna_undoes(&pair);
    both_read(&pair, ", dear");
    assert_false(text_can_undo(pair.anna));
    anna_undoes(&pair);
    both_read(&pair, ", dear");
    anna_redoes(&pair);
    both_read(&pair, "hello, dear world");
    anna_redoes(&pair);
    both_read(&pair, "hello, dear world!");
    assert_false(text_can_redo(pair.anna));
    close_pair(&pair);
}

static void test_what_was_deleted_comes_back_where_it_was(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    ben_types(&pair, 0, "one zwölf three");
    anna_deletes(&pair, 4, 7);
    both_read(&pair, "one three");
    ben_types(&pair, 0, "> ");
    anna_undoes(&pair);
    both_read(&pair, "> one zwölf three");
    anna_redoes(&pair);
    both_read(&pair, "> one three");
    anna_undoes(&pair);
    both_read(&pair, "> one zwölf three");
    close_pair(&pair);
}

// The chain: what came back by undo is what an earlier undo takes away.
static void test_undo_goes_through_what_came_back(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    anna_types(&pair, 0, "a€c");
    anna_deletes(&pair, 1, 3);
    for (int i = 0; i < 5; i++) {
        both_read(&pair, "ac");
        anna_undoes(&pair);
        both_read(&pair, "a€c");
        anna_undoes(&pair);
        both_read(&pair, "");
        anna_redoes(&pair);
        both_read(&pair, "a€c");
        anna_redoes(&pair);
    }
    close_pair(&pair);
}

static void test_what_both_deleted_stays_deleted(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf bens = { 0 };
    anna_types(&pair, 0, "abcdef");
    assert_true(text_delete(pair.ben, 2, 2, &bens, &err));
    assert_true(text_delete(pair.anna, 1, 4, &pair.update, &err));
    send(&pair, pair.ben);
    assert_true(text_apply(pair.anna, bens.data, bens.len, NULL, &err));
    both_read(&pair, "af");
    anna_undoes(&pair);
    both_read(&pair, "abef");
    close_pair(&pair);
}

static void test_joined_edits_are_one_step(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    anna_types(&pair, 0, "x");
    anna_types(&pair, 1, "a");
    text_undo_join(pair.anna);
    anna_types(&pair, 2, "b");
    text_undo_join(pair.anna);
    anna_deletes(&pair, 1, 1);
    both_read(&pair, "xb");
    anna_undoes(&pair);
    both_read(&pair, "x");
    anna_types(&pair, 1, "y");
    assert_false(text_can_redo(pair.anna));
    close_pair(&pair);
}

// As long as nobody else edits, n undos lead back to the beginning and n redos to the end, by the same texts.
static void test_undo_and_redo_retrace_the_way(void **state)
{
    (void)state;
    enum { STEPS = 40 };
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct world world;
        world_open(&world, seed, 1);
        struct buf stages[STEPS + 1] = { 0 };
        CLEANUP(buf_free) struct buf update = { 0 };
        CLEANUP(buf_free) struct buf content = { 0 };
        struct err err = { 0 };
        int steps = 0;
        for (int i = 0; i < STEPS; i++) {
            content_of(world.replicas[0], &stages[steps]);
            buf_clear(&update);
            world_edit(&world, 0, &update);
            steps += update.len > 0;
        }
        content_of(world.replicas[0], &stages[steps]);
        for (int round = 0; round < 2; round++) {
            for (int i = steps; i-- > 0;) {
                assert_true(text_undo(world.replicas[0], &update, &err));
                content_of(world.replicas[0], &content);
                assert_string_equal(buf_text(&content), buf_text(&stages[i]));
            }
            for (int i = 1; i <= steps; i++) {
                assert_true(text_redo(world.replicas[0], &update, &err));
                content_of(world.replicas[0], &content);
                assert_string_equal(buf_text(&content), buf_text(&stages[i]));
            }
        }
        for (int i = 0; i <= STEPS; i++)
            buf_free(&stages[i]);
        world_close(&world);
    }
}

static void test_earlier_versions_can_be_read(void **state)
{
    (void)state;
    enum { STEPS = 60 };
    struct world world;
    world_open(&world, 5, 1);
    struct buf stages[STEPS] = { 0 }, versions[STEPS] = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    CLEANUP(buf_free) struct buf content = { 0 };
    struct err err = { 0 };
    for (int i = 0; i < STEPS; i++) {
        content_of(world.replicas[0], &stages[i]);
        text_version(world.replicas[0], &versions[i]);
        world_edit(&world, 0, &update);
    }
    for (int i = 0; i < STEPS; i++) {
        buf_clear(&content);
        assert_true(text_at_version(world.replicas[0], versions[i].data, versions[i].len, &content, &err));
        assert_string_equal(buf_text(&content), buf_text(&stages[i]));
        enum text_order order = TEXT_EQUAL;
        assert_true(text_version_compare(versions[0].data, versions[0].len, versions[i].data, versions[i].len,
                                         &order, &err));
        assert_true(i == 0 ? order == TEXT_EQUAL : order == TEXT_BEFORE || order == TEXT_EQUAL);
    }
    for (int i = 0; i < STEPS; i++) {
        buf_free(&stages[i]);
        buf_free(&versions[i]);
    }
    world_close(&world);
}

static void test_carets_stay_with_their_words(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    struct err err = { 0 };
    struct text_anchor caret, start;
    size_t at = 99;
    anna_types(&pair, 0, "hello world");
    assert_true(text_anchor_at(pair.anna, 5, &caret, &err));
    assert_true(text_anchor_at(pair.anna, 0, &start, &err));
    ben_types(&pair, 0, "oh, ");
    assert_true(text_position(pair.ben, caret, &at, &err));
    assert_int_equal(at, 9);
    anna_deletes(&pair, 6, 5);
    assert_true(text_position(pair.ben, caret, &at, &err));
    assert_int_equal(at, 6);
    assert_true(text_position(pair.ben, start, &at, &err));
    assert_int_equal(at, 0);
    assert_false(text_position(pair.ben, (struct text_anchor){ 5, 1 }, &at, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_false(text_anchor_at(pair.ben, 100, &caret, &err));
    close_pair(&pair);
}

static void test_spans_tell_their_authors(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair);
    anna_types(&pair, 0, "ab");
    ben_types(&pair, 1, "X");
    anna_deletes(&pair, 0, 1);
    const struct {
        uint64_t agent;
        const char *bytes;
        bool deleted;
    } expected[] = { { 1, "a", true }, { 2, "X", false }, { 1, "b", false } };
    struct text_walk walk = { 0 };
    struct text_span span;
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_true(text_next(pair.ben, &walk, &span));
        assert_int_equal(span.agent, expected[i].agent);
        assert_int_equal(span.size, 1);
        assert_int_equal(span.bytes[0], expected[i].bytes[0]);
        assert_int_equal(span.deleted, expected[i].deleted);
    }
    assert_false(text_next(pair.ben, &walk, &span));
    assert_false(text_next(pair.ben, &walk, &span));
    close_pair(&pair);
}

// A text that was loaded finds its carets before and after it is first changed.
static void test_carets_of_what_was_loaded(void **state)
{
    (void)state;
    struct pair pair;
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    struct err err = { 0 };
    open_pair(&pair);
    anna_types(&pair, 0, "one three");
    ben_types(&pair, 4, "two ");
    anna_deletes(&pair, 0, 4);
    text_save(pair.anna, &snapshot);
    struct text *loaded = text_load(3, snapshot.data, snapshot.len, &err);
    for (int i = 0; i < 2; i++) {
        for (size_t at = 0; at <= text_length(loaded); at++) {
            struct text_anchor anchor;
            size_t found = 99;
            assert_true(text_anchor_at(loaded, at, &anchor, &err));
            assert_true(text_position(loaded, anchor, &found, &err));
            assert_int_equal(found, at);
        }
        size_t found = 99;
        assert_true(text_position(loaded, (struct text_anchor){ 1, 2 }, &found, &err)); // what is deleted
        assert_int_equal(found, 0);
        assert_false(text_position(loaded, (struct text_anchor){ 1, 10 }, &found, &err)); // a deletion
        assert_true(text_insert(loaded, text_length(loaded), "!", 1, &pair.update, &err));
    }
    text_free(loaded);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_carets_of_what_was_loaded),
        cmocka_unit_test(test_undo_leaves_what_others_typed),
        cmocka_unit_test(test_what_was_deleted_comes_back_where_it_was),
        cmocka_unit_test(test_undo_goes_through_what_came_back),
        cmocka_unit_test(test_what_both_deleted_stays_deleted),
        cmocka_unit_test(test_joined_edits_are_one_step),
        cmocka_unit_test(test_undo_and_redo_retrace_the_way),
        cmocka_unit_test(test_earlier_versions_can_be_read),
        cmocka_unit_test(test_carets_stay_with_their_words),
        cmocka_unit_test(test_spans_tell_their_authors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
