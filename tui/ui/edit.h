// Text under the cursor: insertion, deletion, movement by what a person sees as one character, undo. No drawing.
#pragma once

#include "shared/base/buf.h"

#include <stdbool.h>

struct edit_change { // text[at .. at+added) replaced `removed`
    size_t at;
    char *removed;
    size_t removed_size;
    char *added;
    size_t added_size;
    bool typed; // may be joined with the next key
};

struct edit {
    struct buf text; // valid UTF-8
    size_t cursor;   // bytes, at the start of a cluster or at the end
    struct edit_change *changes;
    size_t change_count, change_cap; // done ones come first
    size_t done;                     // how many of them are in the text
};

// An edit of all zeroes is empty and ready to use.
void edit_free(struct edit *edit);
// Replaces everything and forgets the undo history; the cursor goes to the end.
void edit_set(struct edit *edit, const char *text);
// Replaces everything with what came from elsewhere and forgets the undo history.
void edit_show(struct edit *edit, const char *text, size_t cursor);
const char *edit_text(const struct edit *edit);

// At the cursor. What is not valid UTF-8 or a control other than newline and tab is left out.
void edit_insert(struct edit *edit, const char *text, size_t size);
// One cluster before or behind the cursor.
void edit_backspace(struct edit *edit);
void edit_delete(struct edit *edit);
void edit_delete_word(struct edit *edit);
void edit_delete_to_line_end(struct edit *edit);
void edit_delete_to_line_start(struct edit *edit);
// False when there is nothing to undo or redo.
bool edit_undo(struct edit *edit);
bool edit_redo(struct edit *edit);

void edit_left(struct edit *edit);
void edit_right(struct edit *edit);
void edit_word_left(struct edit *edit);
void edit_word_right(struct edit *edit);
// Puts the cursor at the start of the cluster that holds that byte.
void edit_move(struct edit *edit, size_t at);
