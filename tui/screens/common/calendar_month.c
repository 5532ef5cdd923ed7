#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/calendar.h"
#include "tui/screens/common/format.h"
#include "tui/ui/month.h"

static void draw_cell(struct screen *screen, const struct canvas *canvas, civil_day day)
{
    struct calendar_data *data = screen->data;
    struct app *app = screen->app;
    struct civil date = civil_from_ms((int64_t)day * DAY_MS),
                 shown = civil_from_ms((int64_t)data->day * DAY_MS);
    bool today = day == zone_day_at(data->zone, app->now), other = date.month != shown.month;
    if (day == data->day)
        canvas_fill(canvas, canvas_rect(canvas), PAPER_SELECTED);
    else if (today)
        canvas_fill(canvas, canvas_rect(canvas), PAPER_TODAY);
    const char *number = date.day == 1 ? app_printf(app, "%d %s", date.day, month_short[date.month - 1])
                                       : app_printf(app, "%d%s", date.day, today ? " today" : "");
    canvas_text(canvas, 1, 0, today ? INK_TITLE : other ? INK_FAINT : INK_TEXT, number);
    int y = 1, count = 0, room = canvas->area.height - 1;
    for (size_t i = 0; i < data->blocks.count; i++)
        count += LIST_AT(&data->blocks, struct block, i)->day == day;
    for (size_t i = 0; i < data->blocks.count; i++) {
        const struct block *block = LIST_AT(&data->blocks, struct block, i);
        if (block->day != day || y > room || (y == room && count > room))
            continue;
        const struct consultation *consultation = block->consultation;
        canvas_text(canvas, 0, y, booking_ink(consultation), "▌");
        const char *text =
            app_printf(app, "%s %s", format_clock(&app->frame, data->zone, consultation->row.start),
                       booking_with(desk_of(screen), consultation));
        canvas_text_in(canvas, 1, y++, canvas->area.width - 2, other ? INK_FAINT : INK_TEXT, text);
    }
    if (count > room && room > 0)
        canvas_text(canvas, 1, room, INK_DIM, app_printf(app, "+%d more", count - room + 1));
    else if (count > 0 && room == 0)
        canvas_right(canvas, canvas->area.width - 1, 0, INK_ACCENT, app_printf(app, "%d", count));
}

void calendar_draw_month(struct screen *screen, const struct canvas *canvas)
{
    struct calendar_data *data = screen->data;
    int width = (canvas->area.width - 6) / 7, height = (canvas->area.height - 2) / 6;
    data->grid = (struct rect){ 0, 2, canvas->area.width, height * 6 };
    data->column_width = width + 1;
    canvas_repeat(canvas, 0, 1, width * 7 + 6, INK_BOX, "─");
    for (int i = 0; i < 7; i++) {
        const char *name = width > 10 ? weekday_names[(i + 1) % 7] : weekday_short[(i + 1) % 7];
        canvas_text(canvas, i * (width + 1) + 1, 0, INK_DIM, name);
    }
    for (int i = 0; i < 42; i++) {
        struct rect cell = { i % 7 * (width + 1), 2 + i / 7 * height, width, height };
        struct canvas part = canvas_sub(canvas, cell);
        draw_cell(screen, &part, data->from + i);
        if (i % 7 > 0)
            canvas_column(canvas, cell.x - 1, cell.y, height, INK_BOX, "│");
    }
}
