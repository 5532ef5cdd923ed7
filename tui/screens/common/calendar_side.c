#include "shared/host/host.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/calendar.h"
#include "tui/screens/common/format.h"

struct side {
    struct screen *screen;
    struct app *app;
    const struct calendar_data *data;
    const struct canvas *canvas;
    int y;
};

static void line(struct side *side, enum ink ink, const char *text)
{
    if (text && *text)
        canvas_text_in(side->canvas, 1, side->y++, side->canvas->area.width - 2, ink, text);
}

static void heading(struct side *side, const char *text, const char *detail)
{
    int used = canvas_text(side->canvas, 1, side->y, INK_TITLE, text);
    canvas_text_in(side->canvas, 2 + used, side->y, side->canvas->area.width - used - 3, INK_ACCENT, detail);
    side->y++;
}

static const char *contact(struct side *side, const struct row_consultation *row)
{
    if (!desk_is(desk_of(side->screen), ROLE_CONSULTANT) || !row->contactName || !*row->contactName)
        return NULL;
    return row->contactTitle && *row->contactTitle
               ? app_printf(side->app, "%s, %s", row->contactName, row->contactTitle)
               : row->contactName;
}

static const char *where_else(struct side *side, const struct row_consultation *row)
{
    const struct zone *theirs =
        row->timezone ? zone_db_get(model_zones(model_of(side->screen)), row->timezone) : NULL;
    if (!theirs ||
        zone_offset_at(theirs, row->start, NULL) == zone_offset_at(side->data->zone, row->start, NULL))
        return NULL;
    return app_printf(side->app, "%s %s", format_span(&side->app->frame, theirs, row->start, row->end),
                      row->timezone);
}

static void session(struct side *side, const struct consultation *consultation)
{
    const struct row_consultation *row = &consultation->row;
    struct arena *arena = &side->app->frame;
    line(side, INK_STRONG, booking_with(desk_of(side->screen), consultation));
    line(side, INK_TEXT, contact(side, row));
    if (booking_joins(consultation))
        line(side, INK_INFO, app_printf(side->app, "+ you join %s", row->consultantName));
    const char *day = format_date(arena, side->data->zone, row->start, side->app->now);
    line(side, INK_TEXT,
         app_printf(side->app, "%s  %s", day, format_span(arena, side->data->zone, row->start, row->end)));
    line(side, INK_DIM, where_else(side, row));
    line(side, booking_ink(consultation),
         app_printf(side->app, "%s %s", booking_sign(consultation), booking_word(consultation)));
    int room = side->canvas->area.height - side->y;
    if (row->purpose && *row->purpose && room > 2) {
        struct rect rect = { 1, side->y, side->canvas->area.width - 2, 2 };
        int lines = canvas_wrapped(side->canvas, rect, 0, INK_DIM, row->purpose);
        side->y += lines < 2 ? lines : 2;
    }
    line(side, INK_DIM, row->packageName);
    if (consultation->waits)
        line(side, INK_WARN, "↑ a change waits to be sent");
    side->y++;
}

static void next(struct side *side)
{
    const struct desk *desk = desk_of(side->screen);
    if (!desk->has_next) {
        heading(side, "NEXT", "");
        line(side, INK_DIM,
             desk_is(desk, ROLE_CLIENT) ? "No session ahead: n books one." : "No session ahead.");
        side->y++;
        return;
    }
    const struct row_consultation *row = &desk->next.row;
    bool running = row->status == BOOKING_IN_PROGRESS;
    heading(side, "NEXT",
            running ? "in session" : format_relative(&side->app->frame, row->start, side->app->now));
    session(side, &desk->next);
}

static const char *why_not(struct side *side)
{
    const struct calendar_data *data = side->data;
    int64_t at = calendar_time(data, data->day, data->row);
    const struct day_off *off = calendar_off(data, data->day, data->row);
    if (off)
        return off->reason && *off->reason ? off->reason : "time off";
    if (!calendar_is_open(data, data->day, data->row))
        return "outside your hours";
    if (at < side->app->now)
        return "free, but past";
    if (at < side->app->now + data->policy.notice_minutes * MINUTE_MS)
        return app_printf(side->app, "free, but within %s notice",
                          format_minutes(&side->app->frame, data->policy.notice_minutes));
    if (at > side->app->now + data->policy.window_days * DAY_MS)
        return app_printf(side->app, "free, but more than %d days ahead", (int)data->policy.window_days);
    return "free: clients can book it";
}

static void under_cursor(struct side *side)
{
    const struct calendar_data *data = side->data;
    const struct consultation *selected = calendar_selected(data);
    const struct desk *desk = desk_of(side->screen);
    if (selected && desk->has_next && selected->row.start == desk->next.row.start)
        return;
    if (selected) {
        heading(side, "HERE", selected->row.code ? selected->row.code : "");
        session(side, selected);
    } else if (data->view <= VIEW_WEEK && desk_is(desk, ROLE_CONSULTANT)) {
        int minutes = data->row * ROW_MINUTES;
        heading(side, "HERE",
                app_printf(side->app, "%s %02d:%02d", format_day(&side->app->frame, data->day), minutes / 60,
                           minutes % 60));
        line(side, INK_TEXT, why_not(side));
        side->y++;
    }
}

static void waiting(struct side *side, const struct list *sessions, const char *what)
{
    struct arena *arena = &side->app->frame;
    if (sessions->count == 0)
        return;
    line(side, INK_WARN, app_printf(side->app, "%d %s", (int)sessions->count, what));
    for (size_t i = 0; i < sessions->count && i < 3; i++) {
        const struct consultation *consultation = LIST_AT(sessions, struct consultation, i);
        line(side, INK_DIM,
             app_printf(side->app, "  %s %s",
                        format_when(arena, side->data->zone, consultation->row.start, side->app->now),
                        booking_with(desk_of(side->screen), consultation)));
    }
}

static void todo(struct side *side)
{
    const struct todo *list = &side->data->todo;
    if (list->to_confirm.count + list->to_write_up.count == 0)
        return;
    heading(side, "TO DO", "");
    waiting(side, &list->to_confirm, "to confirm");
    waiting(side, &list->to_write_up, "to write up");
    side->y++;
}

static void credits(struct side *side)
{
    const struct desk *desk = desk_of(side->screen);
    struct credit_summary summary;
    if (!desk_is(desk, ROLE_CLIENT))
        return;
    model_credits(desk->model, &summary);
    char number[32];
    heading(side, "CREDITS", "");
    line(side, INK_TEXT,
         app_printf(side->app, "%s free", centi_format(summary.free, number, sizeof(number))));
    if (summary.reserved > 0)
        line(side, INK_TEXT,
             app_printf(side->app, "%s reserved", centi_format(summary.reserved, number, sizeof(number))));
    if (summary.trial_minutes > 0)
        line(side, INK_INFO, "a free trial of 15 minutes");
    if (summary.next_expiry > 0)
        line(side, INK_DIM,
             app_printf(side->app, "next to expire %s",
                        format_relative(&side->app->frame, summary.next_expiry, side->app->now)));
}

void calendar_draw_side(struct screen *screen, const struct canvas *canvas)
{
    struct side side = { screen, screen->app, screen->data, canvas, 0 };
    next(&side);
    under_cursor(&side);
    todo(&side);
    credits(&side);
}
