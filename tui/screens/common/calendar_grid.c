// Days side by side, half an hour a row.
#include "tui/screens/common/calendar.h"

#include "shared/host/host.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/format.h"
#include "tui/ui/month.h"

enum { GUTTER = 8, GUTTER_ZONE = 6 };

struct grid_view {
    struct screen *screen;
    struct calendar_data *data;
    struct app *app;
    const struct canvas *canvas;
    const struct zone *other; // the second hour column's, or NULL
    const struct consultation *selected;
    civil_day today;
    int now_row;
    int gutter, column; // widths
    int head, rows;     // heights
};

static int column_x(const struct grid_view *view, int index)
{
    return view->gutter + index * (view->column + 1);
}

static void fit_rows(struct calendar_data *data, int rows)
{
    data->shown = rows < DAY_ROWS ? rows : DAY_ROWS;
    if (data->top == 0 && data->grid.width == 0)
        data->top = data->first_row; // the first time
    if (data->row < data->top)
        data->top = data->row;
    if (data->row >= data->top + data->shown)
        data->top = data->row - data->shown + 1;
    if (data->last_row - data->first_row <= data->shown && data->row >= data->first_row &&
        data->row < data->first_row + data->shown)
        data->top = data->first_row;
    if (data->top > DAY_ROWS - data->shown)
        data->top = DAY_ROWS - data->shown;
}

static const struct zone *other_zone(struct screen *screen, const struct calendar_data *data)
{
    const struct consultation *selected = calendar_selected(data);
    if (data->zones != ZONE_BOTH || !selected || !selected->row.timezone)
        return NULL;
    return zone_db_get(model_zones(model_of(screen)), selected->row.timezone);
}

static void draw_heads(const struct grid_view *view)
{
    const struct calendar_data *data = view->data;
    const struct canvas *canvas = view->canvas;
    canvas_repeat(canvas, 0, 1, column_x(view, data->days) - 1, INK_BOX, "─");
    for (int i = 0; i < data->days; i++) {
        civil_day day = data->from + i;
        int x = column_x(view, i);
        bool today = day == view->today;
        struct civil date = civil_from_ms((int64_t)day * DAY_MS);
        const char *name =
            view->column > 16 ? weekday_names[civil_weekday(day)] : weekday_short[civil_weekday(day)];
        const char *text = app_printf(view->app, "%s %d", name, date.day);
        if (today && text_width(text) + 10 < view->column)
            text = app_printf(view->app, "%s · today", text);
        enum ink ink = today ? INK_TITLE : day == data->day ? INK_STRONG : INK_DIM;
        canvas_text_in(canvas, x + 1, 0, view->column - 1, ink, text);
        canvas_text(canvas, x - 1, 1, INK_BOX, "┬");
    }
}

static void draw_hours(const struct grid_view *view)
{
    const struct calendar_data *data = view->data;
    for (int i = 0; i < view->rows; i++) {
        int row = data->top + i, y = view->head + i;
        if (row % 2 == 0) {
            canvas_printf(view->canvas, 1, y, INK_DIM, "%02d:00", row / 2);
            int64_t at = calendar_time(data, data->day, row);
            if (view->other)
                canvas_text(view->canvas, 8, y, INK_FAINT, format_clock(&view->app->frame, view->other, at));
        }
        for (int column = 0; column <= data->days - 1; column++)
            canvas_text(view->canvas, column_x(view, column) - 1, y, INK_BOX, "│");
    }
}

static void draw_now(const struct grid_view *view)
{
    const struct calendar_data *data = view->data;
    int y = view->head + view->now_row - data->top, column = view->today - data->from;
    if (y < view->head || y >= view->head + view->rows || column < 0 || column >= data->days)
        return;
    canvas_text(view->canvas, 1, y, INK_ACCENT, format_clock(&view->app->frame, data->zone, view->app->now));
    canvas_text(view->canvas, column_x(view, column) - 1, y, INK_ACCENT, "▶");
}

static void draw_free(const struct grid_view *view, int index)
{
    const struct calendar_data *data = view->data;
    civil_day day = data->from + index;
    int x = column_x(view, index);
    for (int i = 0; i < view->rows; i++) {
        int row = data->top + i, y = view->head + i;
        const struct day_off *off = calendar_off(data, day, row);
        bool first = i == 0 || !calendar_off(data, day, row - 1);
        if (off) {
            canvas_text(view->canvas, x + 1, y, INK_FAINT, "╳");
            if (first)
                canvas_text_in(view->canvas, x + 3, y, view->column - 4, INK_DIM,
                               off->reason ? off->reason : "time off");
        } else if (calendar_is_open(data, day, row)) {
            bool past = calendar_time(data, day, row + 1) <= view->app->now;
            canvas_repeat(view->canvas, x + 1, y, view->column - 2, INK_BOX, past ? "·" : "░");
        }
    }
}

static void draw_buffer(const struct grid_view *view, const struct block *block)
{
    const struct calendar_data *data = view->data;
    int y = view->head + block->to - data->top, index = block->day - data->from;
    if (data->policy.buffer_minutes <= 0 || block->to >= DAY_ROWS || y < view->head ||
        y >= view->head + view->rows)
        return;
    if (calendar_block_at(data, block->day, block->to))
        return;
    canvas_fill(view->canvas, (struct rect){ column_x(view, index), y, view->column, 1 }, PAPER_BASE);
    canvas_text(view->canvas, column_x(view, index) + 1, y, INK_FAINT, "·· buffer");
}

static const char *state_line(const struct grid_view *view, const struct consultation *consultation,
                              int width)
{
    const char *sign = booking_sign(consultation), *word = booking_word(consultation);
    const char *waits = booking_waits(consultation) ? " ↑" : "";
    if (width < 14)
        return app_printf(view->app, "%s %s%s", sign, word, waits);
    return app_printf(view->app, "%s %s · %d'%s", sign, word, booking_minutes(consultation), waits);
}

// Wrapped when there is more than one line for it, else cut. Returns the line after it.
static int draw_lines(const struct canvas *canvas, int y, int lines, enum ink ink, const char *text)
{
    int width = canvas->area.width - 1;
    if (lines <= 0)
        return y;
    if (lines == 1) {
        canvas_text_in(canvas, 1, y, width, ink, text);
        return y + 1;
    }
    int used = canvas_wrapped(canvas, (struct rect){ 1, y, width, lines }, 0, ink, text);
    return y + (used < lines ? used : lines);
}

// Name, state, what it is about: as much of it as there are rows.
static void draw_words(const struct grid_view *view, const struct canvas *canvas,
                       const struct consultation *consultation)
{
    int width = canvas->area.width - 1, height = canvas->area.height;
    const char *name = booking_with(desk_of(view->screen), consultation);
    const char *about = consultation->row.purpose;
    if (!about || !*about)
        about = booking_type(&view->app->frame, consultation);
    bool over = consultation->row.status == BOOKING_COMPLETED || consultation->row.status == BOOKING_NO_SHOW;
    if (height == 1) {
        const char *line = app_printf(view->app, "%s %s %d'", booking_sign(consultation), name,
                                      booking_minutes(consultation));
        canvas_text_in(canvas, 1, 0, width, over ? INK_DIM : INK_STRONG, line);
        return;
    }
    int y = draw_lines(canvas, 0, height > 2 ? 2 : 1, over ? INK_DIM : INK_STRONG, name);
    if (y < height)
        canvas_text_in(canvas, 1, y++, width, booking_ink(consultation),
                       state_line(view, consultation, width));
    draw_lines(canvas, y, height - y, over ? INK_DIM : INK_TEXT, about);
}

static void draw_block(const struct grid_view *view, const struct block *block)
{
    const struct calendar_data *data = view->data;
    int index = block->day - data->from, lanes = block->lanes;
    int lane = view->column / lanes, x = column_x(view, index) + block->lane * lane;
    int width = block->lane == lanes - 1 ? view->column - lane * (lanes - 1) : lane;
    struct rect rows = { 0, view->head, view->canvas->area.width, view->rows };
    struct rect rect = { x, view->head + block->from - data->top, width, block->to - block->from };
    struct canvas visible = canvas_sub(view->canvas, rows);
    rect.y -= view->head;
    struct canvas canvas = canvas_sub(&visible, rect);
    bool selected = view->selected && view->selected == block->consultation;
    canvas_fill(&canvas, canvas_rect(&canvas),
                selected ? PAPER_SELECTED : booking_paper(block->consultation));
    canvas_paper(&canvas, (struct rect){ 0, 0, 1, rect.height }, booking_paper(block->consultation));
    canvas_column(&canvas, 0, 0, rect.height, booking_ink(block->consultation), "▌");
    draw_words(view, &canvas, block->consultation);
}

static void draw_cursor(const struct grid_view *view)
{
    const struct calendar_data *data = view->data;
    int index = data->day - data->from, y = view->head + data->row - data->top;
    if (view->selected || index < 0 || index >= data->days || y < view->head || y >= view->head + view->rows)
        return;
    struct rect cell = { column_x(view, index), y, view->column, 1 };
    canvas_paper(view->canvas, cell, PAPER_SELECTED);
    canvas_fill(view->canvas, (struct rect){ cell.x, y, view->column < 13 ? view->column : 13, 1 },
                PAPER_SELECTED);
    int minutes = data->row * ROW_MINUTES;
    canvas_printf(view->canvas, cell.x + 1, y, INK_TEXT, "%02d:%02d", minutes / 60, minutes % 60);
}

static int64_t minutes_in(const struct calendar_data *data, const struct list *slots, int64_t *ret_open)
{
    int64_t booked = 0;
    *ret_open = 0;
    for (size_t i = 0; i < slots->count; i++) {
        const struct slot *slot = LIST_AT(slots, struct slot, i);
        *ret_open += (slot->end - slot->start) / MINUTE_MS;
    }
    for (size_t i = 0; i < data->blocks.count; i++)
        booked += booking_minutes(LIST_AT(&data->blocks, struct block, i)->consultation);
    return booked;
}

static void draw_foot(const struct grid_view *view, int y)
{
    const struct calendar_data *data = view->data;
    int64_t open, booked = minutes_in(data, &data->open, &open);
    int count = 0;
    for (size_t i = 0; i < data->blocks.count; i++) {
        const struct block *block = LIST_AT(&data->blocks, struct block, i);
        bool takes_place = booking_blocks_time((enum booking_status)block->consultation->row.status);
        count += takes_place && block->day == data->day;
    }
    const char *text = app_printf(view->app, "%s on %s", format_count(&view->app->frame, count, "session"),
                                  format_day(&view->app->frame, data->day));
    if (open > 0)
        text = app_printf(view->app, "%s · %d %% booked", text, (int)(booked * 100 / open));
    int right = canvas_right(view->canvas, column_x(view, data->days) - 1, y, INK_DIM, text);
    const char *own = desk_is(desk_of(view->screen), ROLE_CONSULTANT) ? "  + you join" : "  ◐ held";
    canvas_text_in(view->canvas, 1, y, right - 3, INK_FAINT,
                   app_printf(view->app, "░ free  ▌ booked%s  ╳ off  ▶ now  ↑ waits", own));
}

void calendar_draw_grid(struct screen *screen, const struct canvas *canvas)
{
    struct calendar_data *data = screen->data;
    struct app *app = screen->app;
    struct grid_view view = {
        .screen = screen,
        .data = data,
        .app = app,
        .canvas = canvas,
        .other = other_zone(screen, data),
        .selected = calendar_selected(data),
        .today = zone_day_at(data->zone, app->now),
        .head = 2,
    };
    int foot = canvas->area.height >= 20 ? 1 : 0;
    view.now_row = (int)(zone_to_local(data->zone, app->now) % DAY_MS / (ROW_MINUTES * MINUTE_MS));
    view.gutter = GUTTER + (view.other ? GUTTER_ZONE : 0);
    view.column = (canvas->area.width - view.gutter - data->days) / data->days;
    fit_rows(data, canvas->area.height - view.head - foot);
    view.rows = data->shown;
    data->grid = (struct rect){ view.gutter, view.head, canvas->area.width - view.gutter, view.rows };
    data->column_width = view.column + 1;
    int today = view.today - data->from;
    if (today >= 0 && today < data->days)
        canvas_paper(canvas, (struct rect){ column_x(&view, today), view.head, view.column, view.rows },
                     PAPER_TODAY);
    draw_heads(&view);
    draw_hours(&view);
    for (int i = 0; i < data->days; i++)
        draw_free(&view, i);
    for (size_t i = 0; i < data->blocks.count; i++)
        draw_buffer(&view, LIST_AT(&data->blocks, struct block, i));
    draw_cursor(&view);
    for (size_t i = 0; i < data->blocks.count; i++)
        draw_block(&view, LIST_AT(&data->blocks, struct block, i));
    draw_now(&view);
    if (foot)
        draw_foot(&view, canvas->area.height - 1);
}
