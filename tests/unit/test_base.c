// Arena, buffer, list, id, err: what everything else stands on.
#include "shared/base/arena.h"
#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/base/id.h"
#include "shared/base/list.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void test_arena_memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    unsigned char *pieces[2000];
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        size_t size = i % 37 == 0 ? 5000 : i % 100;
        pieces[i] = arena_alloc(&arena, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        for (size_t j = 0; j < size; j++)
            assert_int_equal(pieces[i][j], 0);
        memset(pieces[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
        for (size_t j = 0; j < (i % 37 == 0 ? 5000 : i % 100); j++)
            assert_int_equal(pieces[i][j], i % 255 + 1);
}

static void test_arena_reset_keeps_one_block_and_zeroes_again(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    char *first = arena_alloc(&arena, 100);
    memset(first, 'x', 100);
    arena_alloc(&arena, 1 << 20);
    assert_true(arena.total >= (1 << 20));
    arena_reset(&arena);
    assert_int_equal(arena.total, 0);
    char *again = arena_alloc(&arena, 100);
    assert_ptr_equal(again, first);
    assert_int_equal(again[99], 0);
    arena_free(&arena);
    arena_reset(&arena); // of nothing
    assert_non_null(arena_alloc(&arena, 0));
}

static void test_arena_text(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    const char cut[] = { 'a', 'b', 'c' }; // no end
    assert_string_equal(arena_strdup(&arena, "text"), "text");
    assert_null(arena_strdup(&arena, NULL));
    assert_string_equal(arena_strndup(&arena, cut, 3), "abc");
    assert_string_equal(arena_strndup(&arena, "ab", 9), "ab");
    assert_string_equal(arena_printf(&arena, "%d-%s", 7, "x"), "7-x");
    assert_memory_equal(arena_copy(&arena, cut, 3), "abc", 3);
}

static void test_buf_grows_and_stays_terminated(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf buf = { 0 };
    assert_string_equal(buf_text(&buf), "");
    buf_clear(&buf);
    for (int i = 0; i < 10000; i++) {
        buf_addf(&buf, "%d,", i % 10);
        assert_int_equal(buf.data[buf.len], '\0');
    }
    assert_int_equal(buf.len, 20000);
    assert_memory_equal(buf.data + 19990, "5,6,7,8,9,", 10);
    buf_truncate(&buf, 3);
    buf_add_char(&buf, '!');
    buf_add_text(&buf, "ok");
    buf_add(&buf, "\0z", 2);
    assert_int_equal(buf.len, 8);
    assert_memory_equal(buf.data, "0,1!ok\0z", 9);
    buf_add(&buf, NULL, 0);
    assert_int_equal(buf.len, 8);
}

static void test_list_grows_and_keeps_its_items(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct list list = { 0 };
    for (int64_t i = 0; i < 1000; i++) {
        int64_t *item = LIST_ADD(&list, &arena, int64_t);
        assert_int_equal(*item, 0);
        *item = i * i;
        arena_alloc(&arena, 8); // others use the arena too
    }
    assert_int_equal(list.count, 1000);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(*LIST_AT(&list, int64_t, i), (int64_t)(i * i));
}

static void test_id_is_a_uuid_of_version_7(void **state)
{
    (void)state;
    static const unsigned char random[10] = { 0xff, 0xff, 0xff, 0xff, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab };
    struct id id;
    id_make(&id, 0x019b6f0c1234, random);
    assert_string_equal(id.text, "019b6f0c-1234-7fff-bfff-0123456789ab");
    assert_true(id_valid(id.text));
    struct id later;
    id_make(&later, 0x019b6f0c1235, (const unsigned char[10]){ 0 });
    assert_true(strcmp(id.text, later.text) < 0); // they sort by time
}

static void test_id_valid(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "019b6f0c",
        "019b6f0c-1234-7fff-bfff-0123456789a",
        "019b6f0c-1234-7fff-bfff-0123456789abc",
        "019B6F0C-1234-7fff-bfff-0123456789ab",
        "019b6f0c 1234-7fff-bfff-0123456789ab",
        "019b6f0c-1234-7fff-bfff-0123456789ag",
        "{19b6f0c-1234-7fff-bfff-0123456789ab",
        "019b6f0c12347fffbfff0123456789ab",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(id_valid(bad[i]));
}

static void test_err_says_what_and_where(void **state)
{
    (void)state;
    struct err err = { .details = "{}" };
    assert_false(err_field(&err, "schedule.scheduledEnd", "must be after %s", "the start"));
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    assert_string_equal(err.field, "schedule.scheduledEnd");
    assert_string_equal(err.message, "must be after the start");
    assert_null(err.details);
    assert_false(err_set(&err, ERR_SLOT_TAKEN, "gone"));
    assert_string_equal(err.field, "");
    err_clear(&err);
    assert_int_equal(err.code, ERR_NONE);
}

static void test_err_messages_are_bounded_and_carry_no_controls(void **state)
{
    (void)state;
    char name[1000];
    struct err err;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    err_field(&err, name, "%s", name);
    assert_int_equal(strlen(err.field), ERR_FIELD_MAX - 1);
    assert_int_equal(strlen(err.message), ERR_MESSAGE_MAX - 1);
    err_set(&err, ERR_INTERNAL, "a\nb\x1b[0m\x7f");
    assert_string_equal(err.message, "a?b?[0m?");
    err_set(&err, ERR_INTERNAL, "Zo\xc3\xab \xc2\x9b \xff");
    assert_string_equal(err.message, "Zo\xc3\xab ?? ?");
    memset(name, 'n', ERR_MESSAGE_MAX - 2);
    memcpy(name + ERR_MESSAGE_MAX - 2, "\xc3\xab", 3); // the last byte of it has no room
    err_set(&err, ERR_INTERNAL, "%s", name);
    assert_string_equal(err.message + ERR_MESSAGE_MAX - 3, "n?");
}

static void test_every_code_has_a_name_and_a_status(void **state)
{
    (void)state;
    for (int code = 0; code < ERR_COUNT; code++) {
        assert_non_null(err_name((enum err_code)code));
        assert_int_equal(err_from_name(err_name((enum err_code)code)), code);
        int status = err_status((enum err_code)code);
        assert_true(code == ERR_NONE ? status == 200 : status >= 400 && status < 600);
    }
    assert_int_equal(err_status(ERR_SLOT_TAKEN), 409);
    assert_int_equal(err_from_name("NO_SUCH"), ERR_INTERNAL);
}

static void test_a_broken_invariant_stops_the_process(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct buf buf = { 0 };
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
        close(STDERR_FILENO);
        buf_truncate(&buf, 1);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(test_arena_reset_keeps_one_block_and_zeroes_again),
        cmocka_unit_test(test_arena_text),
        cmocka_unit_test(test_buf_grows_and_stays_terminated),
        cmocka_unit_test(test_list_grows_and_keeps_its_items),
        cmocka_unit_test(test_id_is_a_uuid_of_version_7),
        cmocka_unit_test(test_id_valid),
        cmocka_unit_test(test_err_says_what_and_where),
        cmocka_unit_test(test_err_messages_are_bounded_and_carry_no_controls),
        cmocka_unit_test(test_every_code_has_a_name_and_a_status),
        cmocka_unit_test(test_a_broken_invariant_stops_the_process),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
