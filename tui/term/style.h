// Colours as a theme gives them; term.c finds the nearest that the terminal has.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { COLOUR_DEFAULT = -1 }; // the terminal's own

enum style_attr {
    STYLE_BOLD = 1 << 0,
    STYLE_DIM = 1 << 1,
    STYLE_ITALIC = 1 << 2,
    STYLE_UNDERLINE = 1 << 3,
    STYLE_REVERSE = 1 << 4,
};

struct style {      // of an ink or a paper
    int32_t fg, bg; // 0xRRGGBB or COLOUR_DEFAULT; an ink has no bg; a paper's fg, if any, wins over the ink's
    unsigned attrs; // bits of enum style_attr
};

// What cells' ink and paper numbers mean.
struct style_table {
    const struct style *inks, *papers;
    int ink_count, paper_count;
};

// The nearest colour of the usual 256, 16 or 8; -1 stays -1.
int colour_nearest(int32_t rgb, int colours);
