// What becomes of other people's text before it is drawn (handbook TERMINAL, SAFETY).
#include "shared/base/utf8.h"
#include "tui/term/grid.h"
#include "tui/term/key.h"
#include "tui/term/style.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// All that would be drawn of a text.
static const char *drawn(const char *text, size_t size)
{
    static char out[4096];
    size_t length = 0;
    struct cluster cluster;
    for (size_t at = 0; at < size; at += cluster.bytes) {
        cluster_next(text + at, size - at, &cluster);
        assert_true(cluster.bytes > 0);
        assert_in_range(cluster.width, 0, 2);
        if (cluster.width == 0)
            continue;
        memcpy(out + length, cluster.text, strlen(cluster.text));
        length += strlen(cluster.text);
    }
    out[length] = '\0';
    return out;
}

static void widths(void **state)
{
    static const struct {
        const char *text;
        int width;
    } cases[] = {
        { "", 0 },
        { "plain", 5 },
        { "Ünïcødé", 7 },
        { "漢字", 4 },                  // two cells each
        { "한국어", 6 },                // syllables
        { "e\u0301", 1 },               // a letter and its accent
        { "नि", 1 },                    // a letter and its vowel sign
        { "😀", 2 },                     // an emoji
        { "👨‍👩‍👧", 2 },    // a family: cut down to its first
        { "👍🏽", 2 },              // with a skin tone
        { "❤️", 1 },                // a variation selector changes nothing
        { "\u0301", 1 },                // an accent without a letter stands on a space
        { "a\u200bb\u200d\u2060c", 3 }, // invisible ones are gone
        { "abc\u202edef", 6 },          // as is the turn of direction
        { "\033[31mred", 8 },           // the escape becomes one visible sign, the rest is plain text
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int width = text_width(cases[i].text);
        if (width != cases[i].width)
            fail_msg("\"%s\" takes %d cells, not %d", cases[i].text, width, cases[i].width);
    }
}

static void nothing_dangerous_is_drawn(void **state)
{
    (void)state;
    // Every code point by itself: what is drawn is what utf8_clean() lets through, or less.
    for (uint32_t code = 1; code <= 0x10FFFF; code++) {
        char bytes[5] = { 0 };
        if ((code >= 0xD800 && code <= 0xDFFF) || code == '\t') // a tab is one space
            continue;
        size_t size = (size_t)utf8_encode(code, bytes);
        const char *out = drawn(bytes, size);
        CLEANUP(buf_free) struct buf cleaned = { 0 };
        utf8_clean(&cleaned, bytes, size, false);
        const char *without_space = out[0] == ' ' && code != ' ' ? out + 1 : out;
        if (*out && strcmp(without_space, buf_text(&cleaned)) != 0)
            fail_msg("U+%04X is drawn as \"%s\"", code, out);
        for (const char *c = out; *c; c++)
            assert_true((unsigned char)*c >= ' ' && *c != 127);
    }
}

static void random_bytes_stay_harmless(void **state)
{
    (void)state;
    srand(7);
    for (int round = 0; round < 20000; round++) {
        char bytes[40];
        size_t size = (size_t)(rand() % 40);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)(rand() % 3 ? rand() : 0x80 + rand() % 0x80);
        const char *out = drawn(bytes, size);
        assert_true(utf8_valid(out, strlen(out)));
        assert_true(utf8_is_plain(out, strlen(out)));
        assert_int_equal(text_width_n(bytes, size), text_width(out));
    }
}

static void cut_to_fit(void **state)
{
    int width;
    (void)state;
    assert_int_equal(text_fit("漢字", 6, 3, &width), 3); // half of a wide one does not fit
    assert_int_equal(width, 2);
    assert_int_equal(text_fit("abc", 3, 10, &width), 3);
    assert_int_equal(width, 3);
    assert_int_equal(text_fit("e\u0301x", 4, 1, &width), 3); // the accent stays with its letter
    assert_int_equal(cluster_before("e\u0301x", 4, 3), 0);
    assert_int_equal(cluster_before("a\n漢", 5, 5), 2);
    assert_int_equal(cluster_before("a\n漢", 5, 2), 1);
}

static const char *row_text(struct grid *grid, int y)
{
    static char out[1024];
    out[0] = '\0';
    for (int x = 0; x < grid->width; x++)
        strcat(out, grid_at(grid, x, y)->text);
    return out;
}

static void put(struct grid *grid, int x, const char *text)
{
    struct cluster cluster;
    cluster_next(text, strlen(text), &cluster);
    grid_put(grid, x, 0, &cluster, 0, 0);
}

static void wide_cells_never_break(void **state)
{
    struct grid grid = { 0 };
    (void)state;
    grid_resize(&grid, 6, 1);
    put(&grid, 1, "漢");
    assert_string_equal(row_text(&grid, 0), " 漢   ");
    put(&grid, 2, "x"); // over its right half: the left half goes
    assert_string_equal(row_text(&grid, 0), "  x   ");
    put(&grid, 1, "漢");
    put(&grid, 1, "y"); // over its left half: the right half goes
    assert_string_equal(row_text(&grid, 0), " y    ");
    put(&grid, 5, "漢"); // no room for the right half
    assert_string_equal(row_text(&grid, 0), " y    ");
    put(&grid, 2, "漢");
    put(&grid, 3, "字"); // one over halves of two
    assert_string_equal(row_text(&grid, 0), " y 字 ");
    put(&grid, 7, "z"); // outside
    put(&grid, -1, "z");
    grid_free(&grid);
}

static void key_names(void **state)
{
    static const char *const names[] = { "a",      "?",  ":",   "é",         "漢",   "space",    "enter",
                                         "ctrl-p", "F1", "F12", "shift-tab", "pgup", "ctrl-left" };
    static const char *const wrong[] = { "", "F0", "F13", "ctrl-", "hello", "\033", "F1x" };
    char text[KEY_NAME_SIZE];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        keycode key = key_parse(names[i], strlen(names[i]));
        assert_int_not_equal(key, K_NONE);
        assert_string_equal(key_format(key, text), names[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(key_parse(wrong[i], strlen(wrong[i])), K_NONE);
}

static void nearest_colours(void **state)
{
    (void)state;
    assert_int_equal(colour_nearest(-1, 256), -1);
    assert_int_equal(colour_nearest(0xFF0000, 256), 196);
    assert_int_equal(colour_nearest(0x1C1C1C, 256), 234);
    assert_int_equal(colour_nearest(0x005F87, 256), 24);
    assert_int_equal(colour_nearest(0xFF0000, 8), 1);
    assert_int_equal(colour_nearest(0xFFFFFF, 16), 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths),
        cmocka_unit_test(nothing_dangerous_is_drawn),
        cmocka_unit_test(random_bytes_stay_harmless),
        cmocka_unit_test(cut_to_fit),
        cmocka_unit_test(wide_cells_never_break),
        cmocka_unit_test(key_names),
        cmocka_unit_test(nearest_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
