// A part of the grid to draw on: its own coordinates, and nothing outside it can be touched.
#pragma once

#include "shared/base/check.h"
#include "tui/term/grid.h"
#include "tui/ui/look.h"
#include "tui/ui/rect.h"

struct canvas {
    struct grid *grid;
    struct rect area; // in the grid
    struct rect clip; // in the grid
};

struct canvas canvas_of(struct grid *grid);
// rect in the coordinates of the outer canvas.
struct canvas canvas_sub(const struct canvas *canvas, struct rect rect);
// 0, 0, width, height.
struct rect canvas_rect(const struct canvas *canvas);

// Blanks on that paper.
void canvas_fill(const struct canvas *canvas, struct rect rect, enum paper paper);
// Changes the paper under what is there.
void canvas_paper(const struct canvas *canvas, struct rect rect, enum paper paper);
// Changes the ink of what is there.
void canvas_ink(const struct canvas *canvas, struct rect rect, enum ink ink);
// Adds bits of enum cell_mark to what is there.
void canvas_mark(const struct canvas *canvas, struct rect rect, unsigned marks);
// Makes what is there faint: it lies behind a popup.
void canvas_fade(const struct canvas *canvas);

// Text from x on, cut at the canvas' edge. Returns the cells it took.
int canvas_text(const struct canvas *canvas, int x, int y, enum ink ink, const char *text);
// Cut with "…" when it is wider than `width`. Returns the cells it took.
int canvas_text_in(const struct canvas *canvas, int x, int y, int width, enum ink ink, const char *text);
int canvas_text_n(const struct canvas *canvas, int x, int y, enum ink ink, const char *text, size_t size);
int canvas_printf(const struct canvas *canvas, int x, int y, enum ink ink, const char *format, ...)
    PRINTF_LIKE(5, 6);
// Ends before column `right`. Returns where it begins.
int canvas_right(const struct canvas *canvas, int right, int y, enum ink ink, const char *text);
void canvas_center(const struct canvas *canvas, int y, enum ink ink, const char *text);
// The same cluster `count` times.
void canvas_repeat(const struct canvas *canvas, int x, int y, int count, enum ink ink, const char *text);
void canvas_column(const struct canvas *canvas, int x, int y, int count, enum ink ink, const char *text);
// A border with an optional title in it. Returns the rectangle inside.
struct rect canvas_box(const struct canvas *canvas, struct rect rect, enum ink ink, const char *title);
// At most rect.height wrapped lines, from the line `skip` on. Returns how many lines there are in all.
int canvas_wrapped(const struct canvas *canvas, struct rect rect, int skip, enum ink ink, const char *text);
// A bar at the right edge that says where in `total` lines the shown ones are; nothing when all are shown.
void canvas_scrollbar(const struct canvas *canvas, struct rect rect, int top, int shown, int total);
// Where the terminal's cursor stands.
void canvas_cursor(const struct canvas *canvas, int x, int y);
