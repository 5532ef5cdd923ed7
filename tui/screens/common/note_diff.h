// What a revision of a note changed, as lines to show: those that stayed, came and went.
#pragma once

#include "shared/base/list.h"

struct diff_line {
    char sign; // ' ', '+', '-'
    const char *text;
    size_t size; // without its newline
};

// struct diff_line; they point into the two texts.
void note_diff(const char *before, const char *after, struct arena *arena, struct list *ret_lines);
