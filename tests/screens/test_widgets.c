// Widgets drawn into a grid.
#include "tui/ui/chart.h"
#include "tui/ui/form.h"
#include "tui/ui/fuzzy.h"
#include "tui/ui/month.h"
#include "tui/ui/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct grid grid;

static struct canvas fresh(int width, int height)
{
    grid_resize(&grid, width, height);
    return canvas_of(&grid);
}

static const char *row(int y)
{
    static char out[2048];
    size_t used = 0;
    for (int x = 0; x < grid.width; x++)
        used += (size_t)snprintf(out + used, sizeof(out) - used, "%s", grid_at(&grid, x, y)->text);
    while (used > 0 && out[used - 1] == ' ')
        out[--used] = '\0';
    return out;
}

static void a_canvas_cannot_be_left(void **state)
{
    struct canvas canvas = fresh(10, 4);
    (void)state;
    struct canvas inner = canvas_sub(&canvas, (struct rect){ 2, 1, 4, 2 });
    canvas_text(&inner, -2, 0, INK_TEXT, "abcdefghij");
    canvas_text(&inner, 0, -1, INK_TEXT, "above");
    canvas_text(&inner, 0, 2, INK_TEXT, "below");
    canvas_text(&inner, 3, 1, INK_TEXT, "漢");
    canvas_fill(&inner, (struct rect){ -5, 1, 50, 1 }, PAPER_BAR);
    canvas_cursor(&inner, 9, 9);
    assert_string_equal(row(0), "");
    assert_string_equal(row(1), "  cdef");
    assert_string_equal(row(3), "");
    assert_int_equal(grid_at(&grid, 1, 2)->paper, PAPER_BASE);
    assert_int_equal(grid_at(&grid, 2, 2)->paper, PAPER_BAR);
    assert_int_equal(grid_at(&grid, 6, 2)->paper, PAPER_BASE);
    assert_int_equal(grid.cursor_x, -1);
}

static void long_texts_end_in_dots(void **state)
{
    struct canvas canvas = fresh(12, 3);
    (void)state;
    assert_int_equal(canvas_text_in(&canvas, 0, 0, 8, INK_TEXT, "Acme Corporation"), 8);
    assert_string_equal(row(0), "Acme Co…");
    canvas_text_in(&canvas, 0, 1, 5, INK_TEXT, "漢字漢字");
    assert_string_equal(row(1), "漢字…");
    canvas_text_in(&canvas, 0, 2, 8, INK_TEXT, "just fit");
    assert_string_equal(row(2), "just fit");
}

static void boxes_and_titles(void **state)
{
    struct canvas canvas = fresh(12, 3);
    (void)state;
    struct rect inner = canvas_box(&canvas, canvas_rect(&canvas), INK_BOX, "A title that is long");
    assert_string_equal(row(0), "╭ A titl… ─╮");
    assert_string_equal(row(2), "╰──────────╯");
    assert_int_equal(inner.width, 10);
    assert_int_equal(inner.height, 1);
}

static struct table_cell cell(const void *data, int line, int column)
{
    static char text[32];
    (void)data;
    snprintf(text, sizeof(text), column == 0 ? "name %d" : "%d", line);
    return (struct table_cell){ text, INK_TEXT };
}

static void tables_scroll_with_the_selection(void **state)
{
    static const struct column columns[] = { { "Name", 6, 1, false, 0 },
                                             { "N", 3, 0, true, 0 },
                                             { "Far", 9, 0, false, 50 } };
    struct canvas canvas = fresh(20, 4);
    struct table table = { columns, ARRAY_LEN(columns), cell, NULL, false };
    struct list_view list = { 0 };
    (void)state;
    list_view_count(&list, 100);
    table_draw(&table, &list, &canvas, true);
    assert_string_equal(row(0), " Name             N");
    assert_string_equal(row(1), " name 0           0▐");
    list_view_key(&list, K_END);
    canvas = fresh(20, 4);
    table_draw(&table, &list, &canvas, true);
    assert_int_equal(list.selected, 99);
    assert_non_null(strstr(row(3), "name 99"));
    assert_int_equal(grid_at(&grid, 1, 3)->paper, PAPER_SELECTED);
    list_view_count(&list, 3); // most of it went away
    assert_int_equal(list.selected, 2);
    list_view_count(&list, 0);
    assert_int_equal(list.selected, 0);
    assert_int_equal(list_view_at(&list, 0), -1);
}

static const char *no_blanks(const char *value)
{
    return strchr(value, ' ') ? "no blanks" : NULL;
}

static const char *const colours[] = { "red", "green", NULL };

static void forms_check_before_they_send(void **state)
{
    struct form_field fields[] = {
        { .name = "name", .label = "Name", .kind = FORM_TEXT, .required = true, .check = no_blanks },
        { .name = "day", .label = "Day", .kind = FORM_DATE },
        { .name = "colour", .label = "Colour", .kind = FORM_CHOICE, .choices = colours },
        { .name = "text", .label = "Text", .kind = FORM_AREA, .rows = 2 },
    };
    struct form form = { .fields = fields, .count = ARRAY_LEN(fields), .submit = "Send" };
    (void)state;
    assert_int_equal(form_key(&form, K_CTRL | 's'), FORM_USED);
    assert_string_equal(fields[0].error, "is needed");
    form_key(&form, 'a');
    form_key(&form, ' ');
    assert_int_equal(form_key(&form, K_CTRL | 's'), FORM_USED);
    assert_string_equal(fields[0].error, "no blanks");
    form_key(&form, K_BACKSPACE);
    form_key(&form, K_TAB);
    form_paste(&form, "2026-02-30");
    assert_int_equal(form_key(&form, K_CTRL | 's'), FORM_USED);
    assert_int_equal(form.focus, 1);
    form_set(&form, "day", "2026-02-28");
    form_key(&form, '+');
    assert_string_equal(form_get(&form, "day"), "2026-03-01");
    form_key(&form, K_TAB);
    form_key(&form, K_RIGHT);
    assert_string_equal(form_get(&form, "colour"), "green");
    form_key(&form, K_TAB);
    form_key(&form, K_ENTER); // a line in the text, not the end of the form
    form_key(&form, 'x');
    assert_string_equal(form_get(&form, "text"), "\nx");
    form_key(&form, K_TAB);
    assert_int_equal(form_key(&form, K_ENTER), FORM_SUBMIT);
    assert_int_equal(form_key(&form, K_ESC), FORM_CANCEL);
    struct canvas canvas = fresh(40, 5); // lower than the form: the focus stays visible
    form_draw(&form, &canvas, true);
    assert_non_null(strstr(row(4), "Send"));
    form_free(&form);
}

static void secrets_are_dots(void **state)
{
    struct entry entry = { .secret = true };
    struct canvas canvas = fresh(20, 1);
    (void)state;
    entry_paste(&entry, "geheim\n");
    entry_draw(&entry, &canvas, 0, 0, 20, true, NULL);
    assert_string_equal(row(0), " ••••••");
    assert_int_equal(grid.cursor_x, 7);
    entry_free(&entry);
}

static void long_entries_scroll(void **state)
{
    struct entry entry = { 0 };
    struct canvas canvas = fresh(12, 1);
    bool changed;
    (void)state;
    entry_paste(&entry, "one two three four");
    entry_draw(&entry, &canvas, 0, 0, 12, true, NULL);
    assert_string_equal(row(0), " hree four");
    entry_key(&entry, K_HOME, &changed);
    assert_false(changed);
    entry_draw(&entry, &canvas, 0, 0, 12, true, NULL);
    assert_string_equal(row(0), " one two th");
    entry_free(&entry);
}

static void months(void **state)
{
    struct month month = { .selected = civil_day_from_ymd(2026, 1, 31),
                           .today = civil_day_from_ymd(2026, 1, 30) };
    struct canvas canvas = fresh(MONTH_WIDTH, MONTH_HEIGHT);
    civil_day day;
    (void)state;
    month_draw(&month, &canvas, true);
    assert_string_equal(row(0), " January 2026");
    assert_string_equal(row(2), " 29  30  31   1   2   3   4");
    month_key(&month, K_PAGE_DOWN); // the last of a shorter month
    assert_int_equal(month.selected, civil_day_from_ymd(2026, 2, 28));
    assert_int_equal(day_add_months(civil_day_from_ymd(2024, 1, 31), 1), civil_day_from_ymd(2024, 2, 29));
    assert_int_equal(day_add_months(civil_day_from_ymd(2026, 1, 15), -13), civil_day_from_ymd(2024, 12, 15));
    assert_true(month_at(&month, 0, 2, &day));
    assert_int_equal(day, civil_day_from_ymd(2026, 1, 26));
    assert_false(month_at(&month, 0, 1, &day));
}

static int score(const char *pattern, const char *text)
{
    struct fuzzy_match match;
    return fuzzy_match(pattern, text, &match) ? match.score : -1000;
}

static void fuzzy_ranking(void **state)
{
    struct fuzzy_match match;
    (void)state;
    assert_true(score("ag", "Agenda") > score("ag", "Changes"));
    assert_true(score("ws", "Work week, Sunday") > score("ws", "news"));
    assert_true(score("book", "Book a session") > score("book", "Notebook"));
    assert_true(score("sign", "Sign out") > score("sign", "Design"));
    assert_true(score("ses", "Find sessions") > score("ses", "Shared notes"));
    assert_int_equal(score("xyz", "Agenda"), -1000);
    assert_int_equal(score("", "Agenda"), 0);
    assert_true(fuzzy_match("OUT sign", "Sign out", &match)); // words in any order, any case
    assert_int_equal(match.count, 7);
    for (int i = 1; i < match.count; i++)
        assert_true(match.position[i] > match.position[i - 1]);
    assert_false(fuzzy_match("signn", "Sign out", &match));
}

static void charts(void **state)
{
    static const double values[] = { 0, 1, 2, 4 };
    struct canvas canvas = fresh(4, 2);
    (void)state;
    chart_area(&canvas, INK_ACCENT, values, 4, 4);
    assert_string_equal(row(0), "   █");
    assert_string_equal(row(1), " ▄██");
    canvas = fresh(8, 1);
    chart_bar(&canvas, 0, 0, 8, INK_ACCENT, 1, 2);
    assert_string_equal(row(0), "████····");
    chart_bar(&canvas, 0, 0, 8, INK_ACCENT, 9, 2); // more than all is all
    assert_string_equal(row(0), "████████");
}

static int at_end(void **state)
{
    (void)state;
    grid_free(&grid);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_canvas_cannot_be_left),
        cmocka_unit_test(long_texts_end_in_dots),
        cmocka_unit_test(boxes_and_titles),
        cmocka_unit_test(tables_scroll_with_the_selection),
        cmocka_unit_test(forms_check_before_they_send),
        cmocka_unit_test(secrets_are_dots),
        cmocka_unit_test(long_entries_scroll),
        cmocka_unit_test(months),
        cmocka_unit_test(fuzzy_ranking),
        cmocka_unit_test(charts),
    };
    return cmocka_run_group_tests(tests, NULL, at_end);
}
