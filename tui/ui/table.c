#include "tui/ui/table.h"

enum { COLUMNS_MAX = 12, GAP = 2 };

struct widths {
    int of[COLUMNS_MAX]; // -1: hidden
};

static struct widths widths_of(const struct table *table, int room)
{
    struct widths widths = { 0 };
    int used = 0, shares = 0;
    for (int i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        bool hidden = column->need > room;
        widths.of[i] = hidden ? -1 : column->width;
        if (hidden)
            continue;
        used += column->width + GAP;
        shares += column->grow;
    }
    int left = room - used + GAP;
    for (int i = 0; i < table->column_count && left > 0 && shares > 0; i++) {
        if (widths.of[i] < 0 || table->columns[i].grow == 0)
            continue;
        int more = left * table->columns[i].grow / shares;
        widths.of[i] += more;
        left -= more;
        shares -= table->columns[i].grow;
    }
    return widths;
}

static void draw_cell(const struct canvas *canvas, int x, int y, int width, bool right,
                      struct table_cell cell)
{
    if (!cell.text)
        return;
    int used = text_width(cell.text);
    int offset = right && used < width ? width - used : 0;
    canvas_text_in(canvas, x + offset, y, width - offset, cell.ink, cell.text);
}

static void draw_head(const struct table *table, const struct widths *widths, const struct canvas *canvas)
{
    int x = 1;
    for (int i = 0; i < table->column_count; i++) {
        if (widths->of[i] < 0)
            continue;
        struct table_cell title = { table->columns[i].title, INK_DIM };
        draw_cell(canvas, x, 0, widths->of[i], table->columns[i].right, title);
        x += widths->of[i] + GAP;
    }
}

static void draw_line(const struct table *table, const struct widths *widths, const struct canvas *canvas,
                      int y, int line)
{
    int x = 1;
    for (int i = 0; i < table->column_count; i++) {
        if (widths->of[i] < 0)
            continue;
        draw_cell(canvas, x, y, widths->of[i], table->columns[i].right, table->cell(table->data, line, i));
        x += widths->of[i] + GAP;
    }
}

void table_draw(const struct table *table, struct list_view *list, const struct canvas *canvas, bool focused)
{
    CHECK(table->column_count <= COLUMNS_MAX);
    struct widths widths = widths_of(table, canvas->area.width - 2);
    struct rect lines = canvas_rect(canvas);
    if (!table->no_head) {
        draw_head(table, &widths, canvas);
        rect_cut_top(&lines, 1);
    }
    list_view_fit(list, lines.height);
    struct canvas body = canvas_sub(canvas, lines);
    for (int y = 0; y < lines.height && list->top + y < list->count; y++) {
        int line = list->top + y;
        if (line == list->selected)
            canvas_paper(&body, (struct rect){ 0, y, lines.width, 1 },
                         focused ? PAPER_SELECTED : PAPER_MARKED);
        draw_line(table, &widths, &body, y, line);
    }
    canvas_scrollbar(&body, canvas_rect(&body), list->top, lines.height, list->count);
}
