// An editor of several lines: wraps words, scrolls, undoes.
#pragma once

#include "tui/term/key.h"
#include "tui/ui/canvas.h"
#include "tui/ui/edit.h"
#include "tui/ui/wrap.h"

struct text_area {
    struct edit edit;
    int width, height; // of the last drawing
    int top;           // first visual line shown
    int goal;          // column to keep when moving up and down, -1: the present one
    bool read_only;    // keys scroll and change nothing; there is no cursor
};

void text_area_free(struct text_area *area);
// True when the key was used; *ret_changed when the text is another one now.
bool text_area_key(struct text_area *area, keycode key, bool *ret_changed);
void text_area_paste(struct text_area *area, const char *text);
// Puts the cursor at the cell of the last drawing.
void text_area_click(struct text_area *area, int x, int y);
void text_area_scroll(struct text_area *area, int by);
// Where the first shown line begins, in bytes; and scrolling so that that byte is in the first line.
size_t text_area_top(const struct text_area *area);
void text_area_show_from(struct text_area *area, size_t at);
// The lines from the first shown one on, for wrap_next().
struct wrap text_area_rows(const struct text_area *area);
// The cell of the last drawing before that byte. *ret_y is below 0 or at least `height` when it is out of sight.
void text_area_place(const struct text_area *area, size_t at, int *ret_x, int *ret_y);
// With the cursor when `focused`. The hint stands there while the text is empty.
void text_area_draw(struct text_area *area, const struct canvas *canvas, bool focused, const char *hint);
