// Which of many lines is chosen and which are on the screen. It draws nothing but a scrollbar: the owner draws lines.
#pragma once

#include "tui/term/key.h"
#include "tui/ui/canvas.h"

struct list_view {
    int count;    // lines there are
    int selected; // 0 to count - 1
    int top;      // first line shown
    int height;   // lines shown in the last drawing
};

// After the lines changed: keeps the selection inside.
void list_view_count(struct list_view *list, int count);
void list_view_select(struct list_view *list, int line);
// Up, down, j, k, page keys, home, end, G. True when the key was used.
bool list_view_key(struct list_view *list, keycode key);
// Before drawing `height` lines: scrolls so that the selection is visible.
void list_view_fit(struct list_view *list, int height);
// The line at that row of the last drawing, -1: none.
int list_view_at(const struct list_view *list, int row);
