// The picture of one frame: a grid of cells. Everything draws into it; only term.c turns it into bytes, and a test can
// read it without a terminal.
#pragma once

#include "tui/term/text.h"

#include <stdint.h>

enum cell_mark { // on top of what the theme gives
    MARK_BOLD = 1 << 0,
    MARK_UNDERLINE = 1 << 1,
    MARK_REVERSE = 1 << 2,
};

struct cell {
    char text[CLUSTER_SIZE]; // one cluster; "" in the right half of a wide one
    uint8_t width;           // 1 or 2; 0 in the right half of a wide one
    uint8_t ink, paper;      // index into the theme's inks and papers
    uint8_t marks;           // bits of enum cell_mark
};

struct grid {
    int width, height;
    struct cell *cells;
    int cursor_x, cursor_y; // where the terminal's cursor stands; -1: hidden
};

// A blank grid of that size; what was in it is lost. A grid of all zeroes is ready for this.
void grid_resize(struct grid *grid, int width, int height);
void grid_free(struct grid *grid);
// All blanks with ink 0 on paper 0, cursor hidden.
void grid_clear(struct grid *grid);
// NULL outside.
struct cell *grid_at(struct grid *grid, int x, int y);
// Puts a cluster at x, y, keeping the paper. A wide cluster that is cut in half becomes blanks.
void grid_put(struct grid *grid, int x, int y, const struct cluster *cluster, uint8_t ink, uint8_t marks);
