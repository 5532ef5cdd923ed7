#include "tui/ui/canvas.h"

#include "shared/base/arena.h"
#include "tui/ui/wrap.h"

#include <string.h>

struct canvas canvas_of(struct grid *grid)
{
    struct rect all = { 0, 0, grid->width, grid->height };
    return (struct canvas){ .grid = grid, .area = all, .clip = all };
}

struct canvas canvas_sub(const struct canvas *canvas, struct rect rect)
{
    struct rect area = { canvas->area.x + rect.x, canvas->area.y + rect.y, rect.width, rect.height };
    return (struct canvas){ .grid = canvas->grid, .area = area, .clip = rect_common(canvas->clip, area) };
}

struct rect canvas_rect(const struct canvas *canvas)
{
    return (struct rect){ 0, 0, canvas->area.width, canvas->area.height };
}

static struct rect in_grid(const struct canvas *canvas, struct rect rect)
{
    return canvas_sub(canvas, rect).clip;
}

void canvas_fill(const struct canvas *canvas, struct rect rect, enum paper paper)
{
    static const struct cluster space = { .text = " ", .width = 1 };
    struct rect cells = in_grid(canvas, rect);
    for (int y = cells.y; y < cells.y + cells.height; y++) {
        for (int x = cells.x; x < cells.x + cells.width; x++) {
            grid_put(canvas->grid, x, y, &space, INK_TEXT, 0);
            grid_at(canvas->grid, x, y)->paper = (uint8_t)paper;
        }
    }
}

void canvas_paper(const struct canvas *canvas, struct rect rect, enum paper paper)
{
    struct rect cells = in_grid(canvas, rect);
    for (int y = cells.y; y < cells.y + cells.height; y++) {
        for (int x = cells.x; x < cells.x + cells.width; x++)
            grid_at(canvas->grid, x, y)->paper = (uint8_t)paper;
    }
}

void canvas_ink(const struct canvas *canvas, struct rect rect, enum ink ink)
{
    struct rect cells = in_grid(canvas, rect);
    for (int y = cells.y; y < cells.y + cells.height; y++) {
        for (int x = cells.x; x < cells.x + cells.width; x++)
            grid_at(canvas->grid, x, y)->ink = (uint8_t)ink;
    }
}

void canvas_mark(const struct canvas *canvas, struct rect rect, unsigned marks)
{
    struct rect cells = in_grid(canvas, rect);
    for (int y = cells.y; y < cells.y + cells.height; y++) {
        for (int x = cells.x; x < cells.x + cells.width; x++)
            grid_at(canvas->grid, x, y)->marks |= (uint8_t)marks;
    }
}

void canvas_fade(const struct canvas *canvas)
{
    for (int y = canvas->clip.y; y < canvas->clip.y + canvas->clip.height; y++) {
        for (int x = canvas->clip.x; x < canvas->clip.x + canvas->clip.width; x++) {
            struct cell *cell = grid_at(canvas->grid, x, y);
            cell->ink = INK_FAINT;
            cell->marks = 0;
            cell->paper = cell->paper == PAPER_BAR ? PAPER_BAR : PAPER_BASE;
        }
    }
}

// One cluster at canvas coordinates; a wide one that would reach past the clip becomes a blank.
static void put(const struct canvas *canvas, int x, int y, enum ink ink, const struct cluster *cluster)
{
    static const struct cluster space = { .text = " ", .width = 1 };
    int at_x = canvas->area.x + x, at_y = canvas->area.y + y;
    if (!rect_has(canvas->clip, at_x, at_y))
        return;
    bool cut = cluster->width == 2 && !rect_has(canvas->clip, at_x + 1, at_y);
    grid_put(canvas->grid, at_x, at_y, cut ? &space : cluster, (uint8_t)ink, 0);
}

int canvas_text_n(const struct canvas *canvas, int x, int y, enum ink ink, const char *text, size_t size)
{
    int from = x;
    struct cluster cluster;
    for (size_t at = 0; at < size && x < canvas->area.width; at += cluster.bytes) {
        cluster_next(text + at, size - at, &cluster);
        if (cluster.width == 0)
            continue;
        put(canvas, x, y, ink, &cluster);
        x += cluster.width;
    }
    return x - from;
}

int canvas_text(const struct canvas *canvas, int x, int y, enum ink ink, const char *text)
{
    return canvas_text_n(canvas, x, y, ink, text, strlen(text));
}

int canvas_text_in(const struct canvas *canvas, int x, int y, int width, enum ink ink, const char *text)
{
    size_t size = strlen(text);
    if (width <= 0)
        return 0;
    if (text_fit(text, size, width, NULL) == size)
        return canvas_text_n(canvas, x, y, ink, text, size);
    size_t fits = text_fit(text, size, width - 1, NULL);
    while (fits > 0 && text[fits - 1] == ' ')
        fits--;
    int used = canvas_text_n(canvas, x, y, ink, text, fits);
    return used + canvas_text(canvas, x + used, y, ink, "…");
}

int canvas_printf(const struct canvas *canvas, int x, int y, enum ink ink, const char *format, ...)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    va_list args;
    va_start(args, format);
    int used = canvas_text(canvas, x, y, ink, arena_vprintf(&arena, format, args));
    va_end(args);
    return used;
}

int canvas_right(const struct canvas *canvas, int right, int y, enum ink ink, const char *text)
{
    int x = right - text_width(text);
    canvas_text(canvas, x, y, ink, text);
    return x;
}

void canvas_center(const struct canvas *canvas, int y, enum ink ink, const char *text)
{
    int free = canvas->area.width - text_width(text);
    canvas_text_in(canvas, free > 0 ? free / 2 : 0, y, canvas->area.width, ink, text);
}

void canvas_repeat(const struct canvas *canvas, int x, int y, int count, enum ink ink, const char *text)
{
    struct cluster cluster;
    cluster_next(text, strlen(text), &cluster);
    for (int i = 0; i < count; i++)
        put(canvas, x + i, y, ink, &cluster);
}

void canvas_column(const struct canvas *canvas, int x, int y, int count, enum ink ink, const char *text)
{
    struct cluster cluster;
    cluster_next(text, strlen(text), &cluster);
    for (int i = 0; i < count; i++)
        put(canvas, x, y + i, ink, &cluster);
}

static void draw_title(const struct canvas *canvas, struct rect rect, enum ink ink, const char *title)
{
    int room = rect.width - 4;
    if (!title || !*title || room < 3)
        return;
    canvas_text(canvas, rect.x + 1, rect.y, ink, " ");
    enum ink title_ink = ink == INK_FOCUS ? INK_TITLE : INK_STRONG;
    int used = canvas_text_in(canvas, rect.x + 2, rect.y, room - 1, title_ink, title);
    canvas_text(canvas, rect.x + 2 + used, rect.y, ink, " ");
}

struct rect canvas_box(const struct canvas *canvas, struct rect rect, enum ink ink, const char *title)
{
    int right = rect.x + rect.width - 1, bottom = rect.y + rect.height - 1;
    if (rect.width < 2 || rect.height < 2)
        return (struct rect){ rect.x, rect.y, 0, 0 };
    canvas_repeat(canvas, rect.x + 1, rect.y, rect.width - 2, ink, "─");
    canvas_repeat(canvas, rect.x + 1, bottom, rect.width - 2, ink, "─");
    canvas_column(canvas, rect.x, rect.y + 1, rect.height - 2, ink, "│");
    canvas_column(canvas, right, rect.y + 1, rect.height - 2, ink, "│");
    canvas_text(canvas, rect.x, rect.y, ink, "╭");
    canvas_text(canvas, right, rect.y, ink, "╮");
    canvas_text(canvas, rect.x, bottom, ink, "╰");
    canvas_text(canvas, right, bottom, ink, "╯");
    draw_title(canvas, rect, ink, title);
    return rect_inset(rect, 1, 1);
}

int canvas_wrapped(const struct canvas *canvas, struct rect rect, int skip, enum ink ink, const char *text)
{
    struct wrap wrap = wrap_begin(text, strlen(text), rect.width);
    struct canvas inner = canvas_sub(canvas, rect);
    int lines = 0;
    for (struct wrap_line line; wrap_next(&wrap, &line); lines++) {
        int y = lines - skip;
        if (y >= 0 && y < rect.height)
            canvas_text_n(&inner, 0, y, ink, text + line.start, line.end - line.start);
    }
    return lines;
}

void canvas_scrollbar(const struct canvas *canvas, struct rect rect, int top, int shown, int total)
{
    if (total <= shown || rect.height < 2)
        return;
    int x = rect.x + rect.width - 1;
    int length = rect.height * shown / total;
    if (length < 1)
        length = 1;
    int from = (rect.height - length) * top / (total - shown);
    canvas_column(canvas, x, rect.y + from, length, INK_DIM, "▐");
}

void canvas_cursor(const struct canvas *canvas, int x, int y)
{
    int at_x = canvas->area.x + x, at_y = canvas->area.y + y;
    if (!rect_has(canvas->clip, at_x, at_y))
        return;
    canvas->grid->cursor_x = at_x;
    canvas->grid->cursor_y = at_y;
}
