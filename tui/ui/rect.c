#include "tui/ui/rect.h"

static int at_most(int value, int limit)
{
    if (value < 0)
        return 0;
    return value < limit ? value : limit;
}

struct rect rect_cut_top(struct rect *rest, int height)
{
    height = at_most(height, rest->height);
    struct rect piece = { rest->x, rest->y, rest->width, height };
    rest->y += height;
    rest->height -= height;
    return piece;
}

struct rect rect_cut_bottom(struct rect *rest, int height)
{
    height = at_most(height, rest->height);
    rest->height -= height;
    return (struct rect){ rest->x, rest->y + rest->height, rest->width, height };
}

struct rect rect_cut_left(struct rect *rest, int width)
{
    width = at_most(width, rest->width);
    struct rect piece = { rest->x, rest->y, width, rest->height };
    rest->x += width;
    rest->width -= width;
    return piece;
}

struct rect rect_cut_right(struct rect *rest, int width)
{
    width = at_most(width, rest->width);
    rest->width -= width;
    return (struct rect){ rest->x + rest->width, rest->y, width, rest->height };
}

struct rect rect_inset(struct rect rect, int x, int y)
{
    rect_cut_left(&rect, x);
    rect_cut_right(&rect, x);
    rect_cut_top(&rect, y);
    rect_cut_bottom(&rect, y);
    return rect;
}

struct rect rect_center(struct rect outer, int width, int height)
{
    width = at_most(width, outer.width);
    height = at_most(height, outer.height);
    return (struct rect){ outer.x + (outer.width - width) / 2, outer.y + (outer.height - height) / 2, width,
                          height };
}

bool rect_has(struct rect rect, int x, int y)
{
    return x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
}

struct rect rect_common(struct rect a, struct rect b)
{
    int left = a.x > b.x ? a.x : b.x, top = a.y > b.y ? a.y : b.y;
    int right = a.x + a.width < b.x + b.width ? a.x + a.width : b.x + b.width;
    int bottom = a.y + a.height < b.y + b.height ? a.y + a.height : b.y + b.height;
    return (struct rect){ left, top, right > left ? right - left : 0, bottom > top ? bottom - top : 0 };
}
