// From one content to another by few replacements, so that two people who hand in whole texts disturb each other only
// where they changed the same words.
#pragma once

#include "shared/base/list.h"

struct text_part { // of a content
    const char *at;
    size_t size;
};

struct text_hunk { // old bytes that new ones replace, between code points; either may be empty
    struct text_part old, new;
};

// struct text_hunk, in order; they point into the two contents, which are valid UTF-8. None when they are the same.
void text_differences(const char *old, size_t old_size, const char *new, size_t new_size, struct arena *arena,
                      struct list *ret_hunks);
