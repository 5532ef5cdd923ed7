// Rectangles of cells, and how a screen is divided into them.
#pragma once

#include <stdbool.h>

struct rect {
    int x, y, width, height;
};

// Each takes a piece off the given side of *rest (never more than there is) and returns it.
struct rect rect_cut_top(struct rect *rest, int height);
struct rect rect_cut_bottom(struct rect *rest, int height);
struct rect rect_cut_left(struct rect *rest, int width);
struct rect rect_cut_right(struct rect *rest, int width);
// Without `x` columns at the left and right and `y` rows above and below.
struct rect rect_inset(struct rect rect, int x, int y);
// A rectangle of at most that size in the middle of another.
struct rect rect_center(struct rect outer, int width, int height);
bool rect_has(struct rect rect, int x, int y);
// What both have; width or height 0 when nothing.
struct rect rect_common(struct rect a, struct rect b);
