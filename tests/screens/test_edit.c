// The text editor against a model too simple to be wrong: an array of characters and a number.
#include "shared/base/utf8.h"
#include "tui/ui/text_area.h"
#include "tui/ui/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 300, KEYS = 120, PIECES_MAX = 400 };

static const char *const pieces[] = { "a", "b", "Z", " ", "-", "é", "漢", "e\u0301", "😀", "\n" };

struct
    naive { // pieces are what a person sees as one character, except that an accent may join what stands before it
    int piece[PIECES_MAX];
    int count, cursor;
};

static void naive_text(const struct naive *naive, struct buf *out, size_t *ret_cursor)
{
    for (int i = 0; i < naive->count; i++) {
        if (i == naive->cursor)
            *ret_cursor = out->len;
        buf_add_text(out, pieces[naive->piece[i]]);
    }
    if (naive->cursor == naive->count)
        *ret_cursor = out->len;
}

static void naive_insert(struct naive *naive, int piece)
{
    memmove(&naive->piece[naive->cursor + 1], &naive->piece[naive->cursor],
            sizeof(int) * (size_t)(naive->count - naive->cursor));
    naive->piece[naive->cursor++] = piece;
    naive->count++;
}

static void naive_remove(struct naive *naive, int at)
{
    if (at < 0 || at >= naive->count)
        return;
    memmove(&naive->piece[at], &naive->piece[at + 1], sizeof(int) * (size_t)(naive->count - at - 1));
    naive->count--;
    if (naive->cursor > at)
        naive->cursor--;
}

static void press(struct text_area *area, keycode key)
{
    bool changed;
    text_area_key(area, key, &changed);
}

static void step(struct text_area *area, struct naive *naive)
{
    int piece = rand() % (int)ARRAY_LEN(pieces);
    switch (rand() % 8) {
    case 0:
        press(area, K_LEFT);
        naive->cursor -= naive->cursor > 0;
        break;
    case 1:
        press(area, K_RIGHT);
        naive->cursor += naive->cursor < naive->count;
        break;
    case 2:
        press(area, K_BACKSPACE);
        naive_remove(naive, naive->cursor - 1);
        break;
    case 3:
        press(area, K_DELETE);
        naive_remove(naive, naive->cursor);
        break;
    case 4:
        press(area, K_ENTER);
        naive_insert(naive, (int)ARRAY_LEN(pieces) - 1);
        break;
    default:
        text_area_paste(area, pieces[piece]);
        naive_insert(naive, piece);
        break;
    }
}

static void check_same(const struct text_area *area, const struct naive *naive, int round)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    size_t cursor = 0;
    naive_text(naive, &text, &cursor);
    if (strcmp(buf_text(&text), edit_text(&area->edit)) != 0 || cursor != area->edit.cursor)
        fail_msg("round %d: \"%s\" at %zu, not \"%s\" at %zu", round, edit_text(&area->edit),
                 area->edit.cursor, buf_text(&text), cursor);
}

static void like_the_naive_editor(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct text_area area = { .goal = -1, .width = 20, .height = 6 };
        struct naive naive = { 0 };
        srand((unsigned)round);
        for (int key = 0; key < KEYS; key++) {
            step(&area, &naive);
            check_same(&area, &naive, round);
        }
        text_area_free(&area);
    }
}

static void undo_goes_all_the_way_back(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct text_area area = { .goal = -1 };
        struct naive naive = { 0 };
        srand((unsigned)round + 1000);
        edit_set(&area.edit, "");
        for (int key = 0; key < KEYS; key++)
            step(&area, &naive);
        char *last = strdup(edit_text(&area.edit));
        while (edit_undo(&area.edit))
            assert_true(utf8_valid(edit_text(&area.edit), area.edit.text.len));
        assert_string_equal(edit_text(&area.edit), "");
        while (edit_redo(&area.edit))
            continue;
        assert_string_equal(edit_text(&area.edit), last);
        free(last);
        text_area_free(&area);
    }
}

static void words_are_undone_one_by_one(void **state)
{
    struct text_area area = { .goal = -1 };
    (void)state;
    for (const char *c = "two words"; *c; c++)
        press(&area, (keycode)*c);
    press(&area, K_CTRL | 'z');
    assert_string_equal(edit_text(&area.edit), "two ");
    press(&area, K_CTRL | 'z');
    assert_string_equal(edit_text(&area.edit), "");
    press(&area, K_CTRL | 'y');
    press(&area, K_CTRL | 'y');
    assert_string_equal(edit_text(&area.edit), "two words");
    press(&area, K_CTRL | 'w');
    assert_string_equal(edit_text(&area.edit), "two ");
    text_area_free(&area);
}

// Spaces may hang over the edge, and what is wider than the line must stand somewhere.
static void check_fits(const char *line, size_t size, int width)
{
    struct cluster first;
    while (size > 0 && line[size - 1] == ' ')
        size--;
    if (size == 0)
        return;
    cluster_next(line, size, &first);
    assert_true(text_width_n(line, size) <= width || first.bytes == size);
}

static void every_byte_is_in_one_line(void **state)
{
    (void)state;
    for (int round = 0; round < 2000; round++) {
        CLEANUP(buf_free) struct buf text = { 0 };
        srand((unsigned)round);
        for (int i = rand() % 60; i > 0; i--)
            buf_add_text(&text, pieces[rand() % (int)ARRAY_LEN(pieces)]);
        int width = 1 + rand() % 12;
        struct wrap wrap = wrap_begin(buf_text(&text), text.len, width);
        size_t at = 0;
        for (struct wrap_line line; wrap_next(&wrap, &line); at = line.next) {
            assert_int_equal(line.start, at);
            assert_true(line.end >= line.start && line.next >= line.end && line.next <= text.len);
            assert_null(memchr(buf_text(&text) + line.start, '\n', line.end - line.start));
            check_fits(buf_text(&text) + line.start, line.end - line.start, width);
        }
        assert_int_equal(at, text.len);
    }
}

static void up_and_down_keep_the_column(void **state)
{
    struct text_area area = { .goal = -1, .width = 41, .height = 10 };
    (void)state;
    edit_set(&area.edit, "a long first line\nshort\nanother long line");
    edit_move(&area.edit, 12);
    press(&area, K_DOWN);
    assert_int_equal(area.edit.cursor, 18 + 5); // the end of "short"
    press(&area, K_DOWN);
    assert_int_equal(area.edit.cursor, 24 + 12);
    press(&area, K_UP);
    press(&area, K_UP);
    assert_int_equal(area.edit.cursor, 12);
    press(&area, K_UP);
    assert_int_equal(area.edit.cursor, 0);
    text_area_free(&area);
}

static void what_comes_from_elsewhere_puts_the_cursor_between_clusters(void **state)
{
    struct edit edit = { 0 };
    (void)state;
    edit_set(&edit, "one two three");
    edit_show(&edit, "zero one two three", 13);
    assert_string_equal(edit_text(&edit) + edit.cursor, "three");
    assert_false(edit_undo(&edit));
    edit_show(&edit, "ee\xcc\x81", 2); // within the second cluster
    assert_int_equal(edit.cursor, 1);
    edit_show(&edit, "", 99);
    assert_int_equal(edit.cursor, 0);
    edit_free(&edit);
}

static void a_text_to_read_is_moved_through_and_not_changed(void **state)
{
    struct text_area area = { .goal = -1, .width = 10, .height = 2, .read_only = true };
    bool changed;
    (void)state;
    edit_set(&area.edit, "one\ntwo\nthree");
    assert_false(text_area_key(&area, 'x', &changed));
    text_area_paste(&area, "pasted");
    assert_string_equal(edit_text(&area.edit), "one\ntwo\nthree");
    assert_true(text_area_key(&area, K_UP, &changed));
    text_area_show_from(&area, 5);
    assert_int_equal(text_area_top(&area), 4);
    int x, y;
    text_area_place(&area, 10, &x, &y);
    assert_int_equal(x, 2);
    assert_int_equal(y, 1);
    text_area_place(&area, 0, &x, &y);
    assert_int_equal(y, -1);
    text_area_free(&area);
}

static void controls_cannot_be_typed_or_pasted(void **state)
{
    struct edit edit = { 0 };
    (void)state;
    edit_insert(&edit,
                "a\033[2Jb\tc\x7f\xff\nd\xc2\x9b"
                "e",
                15);
    assert_string_equal(edit_text(&edit), "a[2Jb\tc\nde");
    edit_free(&edit);
}

static void drawing_shows_the_cursor(void **state)
{
    struct text_area area = { .goal = -1 };
    struct grid grid = { 0 };
    (void)state;
    grid_resize(&grid, 20, 3);
    struct canvas canvas = canvas_of(&grid);
    edit_set(&area.edit, "1\n2\n3\n4\n漢字x");
    text_area_draw(&area, &canvas, true, NULL);
    assert_int_equal(grid.cursor_x, 5);
    assert_int_equal(grid.cursor_y, 2); // scrolled to it
    assert_string_equal(grid_at(&grid, 0, 0)->text, "3");
    text_area_click(&area, 3, 2); // the right half of the second sign
    assert_int_equal(area.edit.cursor, 8 + 3);
    text_area_free(&area);
    grid_free(&grid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_the_naive_editor),
        cmocka_unit_test(undo_goes_all_the_way_back),
        cmocka_unit_test(words_are_undone_one_by_one),
        cmocka_unit_test(every_byte_is_in_one_line),
        cmocka_unit_test(up_and_down_keep_the_column),
        cmocka_unit_test(what_comes_from_elsewhere_puts_the_cursor_between_clusters),
        cmocka_unit_test(a_text_to_read_is_moved_through_and_not_changed),
        cmocka_unit_test(controls_cannot_be_typed_or_pasted),
        cmocka_unit_test(drawing_shows_the_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
