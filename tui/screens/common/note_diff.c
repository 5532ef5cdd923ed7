#include "tui/screens/common/note_diff.h"

#include "shared/text/difference.h"

#include <stdbool.h>
#include <string.h>

static void add_lines(char sign, const char *from, const char *to, struct arena *arena, struct list *lines)
{
    while (from < to) {
        const char *end = memchr(from, '\n', (size_t)(to - from));
        size_t size = (size_t)((end != NULL ? end : to) - from);
        *LIST_ADD(lines, arena, struct diff_line) = (struct diff_line){ sign, from, size };
        from += size + 1;
    }
}

// Both sides begin alike before a hunk and go on alike behind it, so whole lines are found by the same steps.
static void widen(struct text_hunk *hunk, const char *old, const char *new)
{
    while (hunk->old.at > old && hunk->new.at > new && hunk->old.at[-1] != '\n') {
        hunk->old.at--, hunk->old.size++;
        hunk->new.at--, hunk->new.size++;
    }
    const char *end = hunk->old.at + hunk->old.size, *new_end = hunk->new.at + hunk->new.size;
    size_t rest = strcspn(end, "\n");
    bool closed = (hunk->old.size == 0 || end[-1] == '\n') && (hunk->new.size == 0 || new_end[-1] == '\n');
    if (closed)
        return;
    rest += end[rest] == '\n';
    hunk->old.size += rest;
    hunk->new.size += rest;
}

void note_diff(const char *before, const char *after, struct arena *arena, struct list *ret_lines)
{
    struct list hunks = { 0 };
    const char *at = after;
    text_differences(before, strlen(before), after, strlen(after), arena, &hunks);
    for (size_t i = 0; i < hunks.count; i++) {
        struct text_hunk hunk = *LIST_AT(&hunks, struct text_hunk, i);
        widen(&hunk, before, after);
        if (hunk.new.at > at)
            add_lines(' ', at, hunk.new.at, arena, ret_lines);
        add_lines('-', hunk.old.at, hunk.old.at + hunk.old.size, arena, ret_lines);
        const char *from = hunk.new.at > at ? hunk.new.at : at;
        add_lines('+', from, hunk.new.at + hunk.new.size, arena, ret_lines);
        if (hunk.new.at + hunk.new.size > at)
            at = hunk.new.at + hunk.new.size;
    }
    add_lines(' ', at, after + strlen(after), arena, ret_lines);
}
