// One line to type in, scrolling sideways.
#pragma once

#include "tui/term/key.h"
#include "tui/ui/canvas.h"
#include "tui/ui/edit.h"

struct entry {
    struct edit edit;
    bool secret; // shown as dots
    int left;    // first column shown
};

void entry_free(struct entry *entry);
// True when the key was used; *ret_changed when the text is another one now. Enter, tab, up, down are never used.
bool entry_key(struct entry *entry, keycode key, bool *ret_changed);
// Line ends become spaces.
void entry_paste(struct entry *entry, const char *text);
// Fills one row of the canvas on PAPER_INPUT.
void entry_draw(struct entry *entry, const struct canvas *canvas, int x, int y, int width, bool focused,
                const char *hint);
