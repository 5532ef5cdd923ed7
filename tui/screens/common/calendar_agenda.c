#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/calendar.h"
#include "tui/screens/common/format.h"

static void draw_heading(struct screen *screen, const struct canvas *canvas, int y, civil_day day)
{
    struct calendar_data *data = screen->data;
    struct app *app = screen->app;
    int distance = day - zone_day_at(data->zone, app->now);
    const char *text = format_day_long(&app->frame, day);
    if (distance >= -1 && distance <= 1) {
        static const char *const near[] = { "yesterday", "today", "tomorrow" };
        text = app_printf(app, "%s · %s", text, near[distance + 1]);
    }
    canvas_text(canvas, 1, y, distance == 0 ? INK_TITLE : INK_DIM, text);
}

static void draw_session(struct screen *screen, const struct canvas *canvas, int y,
                         const struct consultation *consultation)
{
    struct calendar_data *data = screen->data;
    struct app *app = screen->app;
    int width = canvas->area.width;
    bool off = !booking_blocks_time((enum booking_status)consultation->row.status);
    canvas_text(canvas, 3, y, booking_ink(consultation), booking_sign(consultation));
    canvas_text(canvas, 5, y, off ? INK_FAINT : INK_TEXT,
                format_span(&app->frame, data->zone, consultation->row.start, consultation->row.end));
    canvas_text_in(canvas, 18, y, 26, off ? INK_FAINT : INK_STRONG,
                   booking_with(desk_of(screen), consultation));
    const char *about = consultation->row.purpose && *consultation->row.purpose
                            ? consultation->row.purpose
                            : booking_type(&app->frame, consultation);
    const char *state =
        app_printf(app, "%s%s", booking_word(consultation), booking_waits(consultation) ? " ↑" : "");
    int right = canvas_right(canvas, width - 1, y, booking_ink(consultation), state);
    canvas_text_in(canvas, 46, y, right - 48, off ? INK_FAINT : INK_DIM, about);
}

void calendar_draw_agenda(struct screen *screen, const struct canvas *canvas)
{
    struct calendar_data *data = screen->data;
    list_view_fit(&data->agenda, canvas->area.height);
    data->grid = canvas_rect(canvas);
    if (data->agenda.count == 0) {
        canvas_text(canvas, 1, 1, INK_DIM,
                    app_printf(screen->app, "No sessions in the six weeks from %s.",
                               format_day(&screen->app->frame, data->day)));
        return;
    }
    for (int y = 0; y < canvas->area.height && data->agenda.top + y < data->agenda.count; y++) {
        int number = data->agenda.top + y;
        const struct agenda_line *line = LIST_AT(&data->agenda_lines, struct agenda_line, number);
        if (number == data->agenda.selected)
            canvas_paper(canvas, (struct rect){ 0, y, canvas->area.width, 1 }, PAPER_SELECTED);
        if (line->consultation)
            draw_session(screen, canvas, y, line->consultation);
        else
            draw_heading(screen, canvas, y, line->day);
    }
    canvas_scrollbar(canvas, canvas_rect(canvas), data->agenda.top, canvas->area.height, data->agenda.count);
}
