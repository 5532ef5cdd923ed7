#include "tui/term/grid.h"

#include "shared/base/check.h"

#include <stdlib.h>
#include <string.h>

static const struct cell blank = { .text = " ", .width = 1 };

void grid_resize(struct grid *grid, int width, int height)
{
    grid_free(grid);
    grid->width = width;
    grid->height = height;
    grid->cells = calloc((size_t)width * (size_t)height + 1, sizeof(struct cell));
    CHECK(grid->cells != NULL);
    grid_clear(grid);
}

void grid_free(struct grid *grid)
{
    free(grid->cells);
    *grid = (struct grid){ .cursor_x = -1, .cursor_y = -1 };
}

void grid_clear(struct grid *grid)
{
    int count = grid->width * grid->height;
    for (int i = 0; i < count; i++)
        grid->cells[i] = blank;
    grid->cursor_x = grid->cursor_y = -1;
}

struct cell *grid_at(struct grid *grid, int x, int y)
{
    if (x < 0 || y < 0 || x >= grid->width || y >= grid->height)
        return NULL;
    return &grid->cells[y * grid->width + x];
}

static void set_blank(struct cell *cell)
{
    memcpy(cell->text, blank.text, sizeof(cell->text));
    cell->width = 1;
}

// What stood there may have been one half of a wide cluster: its other half must not stay behind alone.
static void detach(struct grid *grid, int x, int y)
{
    struct cell *cell = grid_at(grid, x, y);
    struct cell *other = NULL;
    if (cell->width == 0)
        other = grid_at(grid, x - 1, y);
    else if (cell->width == 2)
        other = grid_at(grid, x + 1, y);
    if (other)
        set_blank(other);
}

void grid_put(struct grid *grid, int x, int y, const struct cluster *cluster, uint8_t ink, uint8_t marks)
{
    struct cell *cell = grid_at(grid, x, y);
    if (!cell || cluster->width == 0)
        return;
    detach(grid, x, y);
    struct cell *right = cluster->width == 2 ? grid_at(grid, x + 1, y) : NULL;
    if (cluster->width == 2 && !right) {
        set_blank(cell);
        return;
    }
    if (right) {
        detach(grid, x + 1, y);
        memset(right->text, 0, sizeof(right->text));
        right->width = 0;
        right->ink = ink;
        right->marks = marks;
    }
    memcpy(cell->text, cluster->text, sizeof(cell->text));
    cell->width = (uint8_t)cluster->width;
    cell->ink = ink;
    cell->marks = marks;
}
