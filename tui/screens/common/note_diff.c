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

static size_t line_size(const struct text_part *part)
{
    const char *end = memchr(part->at, '\n', part->size);
    return end != NULL ? (size_t)(end - part->at) : part->size;
}

// A line that only got its newline is the same line. Returns false when the first lines differ.
static bool same_line(struct text_part *old, struct text_part *new)
{
    size_t size = line_size(old);
    if (old->size == 0 || new->size == 0 || size != line_size(new) || memcmp(old->at, new->at, size) != 0)
        return false;
    old->at += size + (size < old->size);
    old->size -= size + (size < old->size);
    new->at += size + (size < new->size);
    new->size -= size + (size < new->size);
    return true;
}

void note_diff(const char *before, const char *after, struct arena *arena, struct list *ret_lines)
{
    struct list hunks = { 0 };
    const char *at = after;
    text_differences(before, strlen(before), after, strlen(after), arena, &hunks);
    for (size_t i = 0; i < hunks.count; i++) {
        struct text_hunk hunk = *LIST_AT(&hunks, struct text_hunk, i);
        widen(&hunk, before, after);
        while (same_line(&hunk.old, &hunk.new))
            continue;
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
