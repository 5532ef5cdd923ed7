// From one content to another: lines that nobody touched stay whole.
#include "shared/base/buf.h"
#include "shared/text/difference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

// The hunks as text: "-old+new;" each.
static void differ(const char *old, const char *new, const char *wanted)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    CLEANUP(buf_free) struct buf said = { 0 };
    struct list hunks = { 0 };
    text_differences(old, strlen(old), new, strlen(new), &arena, &hunks);
    for (size_t i = 0; i < hunks.count; i++) {
        const struct text_hunk *hunk = LIST_AT(&hunks, struct text_hunk, i);
        buf_addf(&said, "-%.*s+%.*s;", (int)hunk->old.size, hunk->old.at, (int)hunk->new.size, hunk->new.at);
    }
    assert_string_equal(buf_text(&said), wanted);
}

static void lines_that_begin_alike_are_not_taken_for_one_another(void **state)
{
    (void)state;
    differ("line 12\nline 11\n", "line 11\nline 1 of all\n", "-line 12\n+;-+line 1 of all\n;");
    differ("line 21\n", "line 2\nline 21\n", "-+line 2\n;");
    differ("a1\nb1\n", "a1\nx1\nb1\n", "-+x1\n;");
}

static void within_a_changed_line_the_middle_is_replaced(void **state)
{
    (void)state;
    differ("same\n", "same\n", "");
    differ("", "new", "-+new;");
    differ("one two three", "one 2 three", "-two+2;");
    differ("a\none two\nb\n", "a\none too\nb\n", "-w+o;");
    differ("no end", "no end\nmore\n", "-+\nmore\n;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_begin_alike_are_not_taken_for_one_another),
        cmocka_unit_test(within_a_changed_line_the_middle_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
