// Lines in columns under a head, with one line chosen.
#pragma once

#include "tui/ui/list_view.h"

struct column {
    const char *title;
    int width;  // cells; the least when it may grow
    int grow;   // share of the room that is left; 0: fixed
    bool right; // aligned to the right
    int need;   // hidden in tables narrower than this; 0: never
};

struct table_cell {
    const char *text;
    enum ink ink;
};

struct table {
    const struct column *columns;
    int column_count;
    // Text and ink of one cell; what it returns need only live until the next call.
    struct table_cell (*cell)(const void *data, int line, int column);
    const void *data;
    bool no_head;
};

// Draws head and lines; the chosen line is selected when `focused`, else marked.
void table_draw(const struct table *table, struct list_view *list, const struct canvas *canvas, bool focused);
