#include "tui/screens/common/calendar.h"

#include "tui/screens/common/acts.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/views.h"
#include "tui/ui/month.h"

#include <stdio.h>
#include <string.h>

enum { SIDE_WIDTH = 33, SIDE_FROM = 108 };

void calendar_to_now(struct screen *screen)
{
    struct calendar_data *data = screen->data;
    int64_t local = zone_to_local(zone_of(screen), screen->app->now);
    data->day = civil_day_of_ms(local);
    data->row = (int)(local % DAY_MS / (ROW_MINUTES * MINUTE_MS));
    int weekday = civil_weekday(data->day);
    if (data->view == VIEW_WORK_WEEK && (weekday == 0 || weekday == 6))
        data->day += weekday == 0 ? 1 : 2;
}

static void open_calendar(struct screen *screen, const void *arg)
{
    struct calendar_data *data = screen->data;
    (void)arg;
    data->zone = zone_of(screen);
    data->view = VIEW_WORK_WEEK;
}

static void close_calendar(struct screen *screen)
{
    struct calendar_data *data = screen->data;
    arena_free(&data->todo_arena);
    arena_free(&data->arena);
}

static void news_calendar(struct screen *screen, unsigned changed)
{
    unsigned shown = MODEL_ROWS(ROW_CONSULTATION) | MODEL_ROWS(ROW_AVAILABILITY) | MODEL_ROWS(ROW_POLICY) |
                     MODEL_ROWS(ROW_ME) | MODEL_OUTBOX | MODEL_REFUSALS | MODEL_ACCOUNT;
    if (!(changed & shown))
        return;
    struct calendar_data *data = screen->data;
    arena_reset(&data->todo_arena);
    data->todo = (struct todo){ 0 };
    model_todo(model_of(screen), &data->todo_arena, &data->todo);
    calendar_load(screen);
}

static const char *range_title(struct screen *screen)
{
    const struct calendar_data *data = screen->data;
    struct app *app = screen->app;
    civil_day last = data->from + data->days - 1;
    struct civil date = civil_from_ms((int64_t)data->day * DAY_MS),
                 a = civil_from_ms((int64_t)data->from * DAY_MS), b = civil_from_ms((int64_t)last * DAY_MS);
    if (data->view == VIEW_DAY)
        return format_day_long(&app->frame, data->day);
    if (data->view == VIEW_MONTH)
        return app_printf(app, "%s %d", month_names[date.month - 1], date.year);
    if (data->view == VIEW_AGENDA)
        return app_printf(app, "Agenda from %s", format_day(&app->frame, data->from));
    const char *from = a.month == b.month ? app_printf(app, "%d", a.day)
                                          : app_printf(app, "%d %s", a.day, month_short[a.month - 1]);
    return app_printf(app, "Week %d · %s – %d %s %d", civil_week(data->from), from, b.day,
                      month_short[b.month - 1], b.year);
}

static void draw_title(struct screen *screen, const struct canvas *canvas)
{
    static const char *const names[VIEWS] = { "day", "work week", "week", "month", "agenda" };
    const struct calendar_data *data = screen->data;
    struct app *app = screen->app;
    int x = 1 + canvas_text(canvas, 1, 0, INK_STRONG, range_title(screen));
    canvas_text(canvas, x + 2, 0, INK_FAINT, names[data->view]);
    const char *zone = zone_name(data->zone);
    static const char *const suffix[ZONE_MODES] = { "", " (theirs)", " + theirs" };
    canvas_right(canvas, canvas->area.width - 1, 0, INK_DIM,
                 app_printf(app, "%s%s", zone, suffix[data->zones]));
}

static void draw_calendar(struct screen *screen, const struct canvas *canvas)
{
    struct calendar_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    rect_cut_top(&rest, 2);
    struct rect side = { 0 };
    if (rest.width >= SIDE_FROM) {
        side = rect_cut_right(&rest, SIDE_WIDTH);
        rect_cut_right(&rest, 1);
    }
    draw_title(screen, canvas);
    struct canvas main = canvas_sub(canvas, rest), part = canvas_sub(canvas, side);
    if (data->view == VIEW_MONTH)
        calendar_draw_month(screen, &main);
    else if (data->view == VIEW_AGENDA)
        calendar_draw_agenda(screen, &main);
    else
        calendar_draw_grid(screen, &main);
    data->grid.x += rest.x;
    data->grid.y += rest.y;
    if (side.width > 0)
        calendar_draw_side(screen, &part);
}

// --- moving --------------------------------------------------------------------------------------------------------

static void go(struct screen *screen, civil_day day, int row)
{
    struct calendar_data *data = screen->data;
    int days;
    data->chosen[0] = '\0';
    data->moved = true;
    data->day = day;
    data->row = row < 0 ? 0 : row >= DAY_ROWS ? DAY_ROWS - 1 : row;
    civil_day from = calendar_range(data, &days);
    if (from != data->from || days != data->days)
        calendar_load(screen);
}

// A work week has no weekend to step into.
static civil_day step_day(const struct calendar_data *data, int by)
{
    civil_day day = data->day + by;
    while (data->view == VIEW_WORK_WEEK && (civil_weekday(day) == 0 || civil_weekday(day) == 6))
        day += by;
    return day;
}

static void left(struct screen *screen)
{
    const struct calendar_data *data = screen->data;
    go(screen, step_day(data, -1), data->row);
}

static void right(struct screen *screen)
{
    const struct calendar_data *data = screen->data;
    go(screen, step_day(data, 1), data->row);
}

static void agenda_step(struct screen *screen, int by)
{
    struct calendar_data *data = screen->data;
    int to = data->agenda.selected + by;
    if (to >= 0 && to < data->agenda.count &&
        !LIST_AT(&data->agenda_lines, struct agenda_line, to)->consultation)
        to += by;
    if (to < 0 || to >= data->agenda.count) {
        civil_day from = by < 0 ? data->from - 42 : data->from + 42;
        if (by > 0 || data->agenda.count == 0 || to < 0)
            go(screen, from, data->row);
        list_view_select(&data->agenda, by < 0 ? data->agenda.count - 1 : 1);
        return;
    }
    list_view_select(&data->agenda, to);
}

static void vertical(struct screen *screen, int by)
{
    struct calendar_data *data = screen->data;
    if (data->view == VIEW_AGENDA) {
        agenda_step(screen, by);
        return;
    }
    if (data->view == VIEW_MONTH) {
        go(screen, data->day + 7 * by, data->row);
        return;
    }
    const struct block *block = calendar_block_at(data, data->day, data->row);
    int row = !block ? data->row + by : by > 0 ? block->to : block->from - 1;
    go(screen, data->day, row);
}

static void up(struct screen *screen)
{
    vertical(screen, -1);
}

static void down(struct screen *screen)
{
    vertical(screen, 1);
}

static void period(struct screen *screen, int by)
{
    const struct calendar_data *data = screen->data;
    switch (data->view) {
    case VIEW_DAY:
        go(screen, data->day + by, data->row);
        break;
    case VIEW_MONTH:
        go(screen, day_add_months(data->day, by), data->row);
        break;
    case VIEW_AGENDA:
        go(screen, data->day + 42 * by, data->row);
        break;
    default:
        go(screen, data->day + 7 * by, data->row);
        break;
    }
}

static void before(struct screen *screen)
{
    period(screen, -1);
}

static void after(struct screen *screen)
{
    period(screen, 1);
}

static void today(struct screen *screen)
{
    const struct calendar_data *data = screen->data;
    int64_t local = zone_to_local(data->zone, screen->app->now);
    go(screen, civil_day_of_ms(local), (int)(local % DAY_MS / (ROW_MINUTES * MINUTE_MS)));
}

static bool key_calendar(struct screen *screen, keycode key)
{
    struct calendar_data *data = screen->data;
    if (key == K_HOME)
        go(screen, data->day, data->first_row);
    else if (key == K_END)
        go(screen, data->day, data->last_row - 1);
    else
        return false;
    return true;
}

static void choose(struct screen *screen, const struct consultation *consultation)
{
    struct calendar_data *data = screen->data;
    int64_t local = zone_to_local(data->zone, consultation->row.start);
    char id[ID_SIZE];
    snprintf(id, sizeof(id), "%s", consultation->row.id);
    go(screen, civil_day_of_ms(local), (int)(local % DAY_MS / (ROW_MINUTES * MINUTE_MS)));
    memcpy(data->chosen, id, sizeof(id));
}

static void next_session(struct screen *screen)
{
    struct calendar_data *data = screen->data;
    const struct consultation *selected = calendar_selected(data);
    int64_t at = selected ? selected->row.start : calendar_time(data, data->day, data->row);
    bool past_selected = selected == NULL;
    for (size_t i = 0; i < data->blocks.count; i++) {
        const struct consultation *other = LIST_AT(&data->blocks, struct block, i)->consultation;
        if (past_selected ? other->row.start >= at : other == selected) {
            if (past_selected) {
                choose(screen, other);
                return;
            }
            past_selected = true;
            at = other->row.start;
        }
    }
    if (data->blocks.count > 0)
        choose(screen, LIST_AT(&data->blocks, struct block, 0)->consultation);
}

// --- views and zones -----------------------------------------------------------------------------------------------

static void use_view(struct screen *screen, enum calendar_view view)
{
    struct calendar_data *data = screen->data;
    const struct consultation *selected = calendar_selected(data);
    if (selected)
        choose(screen, selected);
    data->view = view;
    calendar_load(screen);
    if (view == VIEW_AGENDA)
        list_view_select(&data->agenda, 1);
}

static void use_day(struct screen *screen)
{
    use_view(screen, VIEW_DAY);
}

static void use_work_week(struct screen *screen)
{
    use_view(screen, VIEW_WORK_WEEK);
}

static void use_week(struct screen *screen)
{
    use_view(screen, VIEW_WEEK);
}

static void use_month(struct screen *screen)
{
    use_view(screen, VIEW_MONTH);
}

static void use_agenda(struct screen *screen)
{
    use_view(screen, VIEW_AGENDA);
}

static void use_zones(struct screen *screen)
{
    struct calendar_data *data = screen->data;
    data->zones = (enum zone_mode)((data->zones + 1) % ZONE_MODES);
    calendar_load(screen);
    const struct consultation *selected = calendar_selected(data);
    if (selected && data->view <= VIEW_WEEK)
        choose(screen, selected);
}

// --- acts ----------------------------------------------------------------------------------------------------------

static const struct consultation *selected_of(struct screen *screen)
{
    return calendar_selected(screen->data);
}

static bool has_session(struct screen *screen, const char **ret_reason)
{
    const struct calendar_data *data = screen->data;
    *ret_reason = "no session is chosen; tab goes to the next one";
    return data->view == VIEW_MONTH || selected_of(screen) != NULL;
}

static void open_session(struct screen *screen)
{
    const struct calendar_data *data = screen->data;
    const struct consultation *selected = selected_of(screen);
    if (selected)
        consultation_open(screen->app, selected->row.id);
    else if (data->view == VIEW_MONTH)
        use_view(screen, VIEW_DAY);
}

static bool may_confirm(struct screen *screen, const char **ret_reason)
{
    return act_may(screen->app, selected_of(screen), MOVE_CONFIRM, ret_reason);
}

static void confirm(struct screen *screen)
{
    act_confirm(screen->app, selected_of(screen));
}

static bool may_decline(struct screen *screen, const char **ret_reason)
{
    return act_may(screen->app, selected_of(screen), MOVE_DECLINE, ret_reason);
}

static void decline(struct screen *screen)
{
    act_decline(screen->app, selected_of(screen));
}

static bool may_cancel(struct screen *screen, const char **ret_reason)
{
    return act_may(screen->app, selected_of(screen), MOVE_CANCEL, ret_reason);
}

static void cancel(struct screen *screen)
{
    act_cancel(screen->app, selected_of(screen));
}

static bool may_move(struct screen *screen, const char **ret_reason)
{
    return act_may(screen->app, selected_of(screen), MOVE_RESCHEDULE, ret_reason);
}

static void move(struct screen *screen)
{
    act_reschedule(screen->app, selected_of(screen));
}

static bool may_book(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "clients book sessions; A adds hours";
    return desk_is(desk_of(screen), ROLE_CLIENT);
}

static void book(struct screen *screen)
{
    const struct calendar_data *data = screen->data;
    book_open(screen->app, &(struct book_target){ .at = calendar_time(data, data->day, data->row) });
}

static bool may_add_hours(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "only consultants have hours";
    return desk_is(desk_of(screen), ROLE_CONSULTANT);
}

static void add_hours(struct screen *screen)
{
    const struct calendar_data *data = screen->data;
    hours_open(screen->app, data->day);
}

static void click_calendar(struct screen *screen, int x, int y)
{
    struct calendar_data *data = screen->data;
    if (!rect_has(data->grid, x, y))
        return;
    if (data->view == VIEW_AGENDA) {
        int line = list_view_at(&data->agenda, y - data->grid.y);
        bool again = line >= 0 && line == data->agenda.selected;
        if (line >= 0)
            list_view_select(&data->agenda, line);
        if (again && selected_of(screen))
            open_session(screen);
        return;
    }
    int column = (x - data->grid.x) / data->column_width;
    if (data->view == VIEW_MONTH) {
        civil_day day = data->from + (y - data->grid.y) / (data->grid.height / 6) * 7 + column;
        bool again = day == data->day;
        go(screen, day, data->row);
        if (again)
            use_view(screen, VIEW_DAY);
        return;
    }
    civil_day day = data->from + (column < data->days ? column : data->days - 1);
    const struct consultation *old = selected_of(screen);
    go(screen, day, data->top + y - data->grid.y);
    if (old && old == selected_of(screen))
        open_session(screen);
}

static void wheel_calendar(struct screen *screen, int x, int y, int by)
{
    (void)x;
    (void)y;
    vertical(screen, by);
}

static const struct action actions[] = {
    { "calendar.open", "enter", "open", "Opens the session: everything about it.", 1, has_session,
      open_session },
    { "calendar.book", "n", "book", "Books a session at about this time.", 2, may_book, book },
    { "calendar.confirm", "c", "confirm", "Tells the client that the session will take place.", 3,
      may_confirm, confirm },
    { "calendar.decline", "D", "decline",
      "Says that it will not be, before it is confirmed; first what follows.", 4, may_decline, decline },
    { "calendar.move", "r", "reschedule", "Moves the session to another time.", 5, may_move, move },
    { "calendar.cancel", "x", "cancel", "Calls the session off; says first what that costs.", 6, may_cancel,
      cancel },
    { "calendar.hours", "A", "hours", "Adds weekly hours, time off or extra hours.", 7, may_add_hours,
      add_hours },
    { "calendar.next", "tab", "next session", "Goes to the next session.", 8, NULL, next_session },
    { "calendar.today", "t", "today", "Goes to now.", 9, NULL, today },
    { "calendar.left", "left h", "day before", "Goes to the day before.", 0, NULL, left },
    { "calendar.right", "right l", "day after", "Goes to the day after.", 0, NULL, right },
    { "calendar.up", "up k", "up", "Half an hour, a week or a line up.", 0, NULL, up },
    { "calendar.down", "down j", "down", "Half an hour, a week or a line down.", 0, NULL, down },
    { "calendar.before", "pgup [ H", "period before", "The day, week or month before.", 0, NULL, before },
    { "calendar.after", "pgdn ] L", "period after", "The day, week or month after.", 0, NULL, after },
    { "calendar.day", "d v>d", "day", "One day.", 0, NULL, use_day },
    { "calendar.work_week", "w v>w", "work week", "Monday to Friday.", 0, NULL, use_work_week },
    { "calendar.week", "W v>7", "week", "Monday to Sunday.", 0, NULL, use_week },
    { "calendar.month", "m v>m", "month", "Six weeks.", 0, NULL, use_month },
    { "calendar.agenda", "a v>a", "agenda", "A list of what comes.", 0, NULL, use_agenda },
    { "calendar.zones", "z", "time zones", "Mine, that of the chosen session's client, or both.", 0, NULL,
      use_zones },
    { "calendar.edges", "home end", "first, last hour", "Goes to the beginning or the end of the day.", 0,
      NULL, NULL },
};

const struct screen_ops calendar_ops = {
    .context = "calendar",
    .title = "Calendar",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct calendar_data),
    .open = open_calendar,
    .close = close_calendar,
    .news = news_calendar,
    .draw = draw_calendar,
    .key = key_calendar,
    .click = click_calendar,
    .wheel = wheel_calendar,
};
