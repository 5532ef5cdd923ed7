// Every consultation, found by any word in it.
#include "tui/screens/common/acts.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/views.h"
#include "tui/ui/entry.h"
#include "tui/ui/table.h"

enum { RESULTS_MAX = 300 };

struct sessions_data {
    struct arena arena;
    struct list found; // struct consultation
    struct list_view list;
    struct entry entry;
    bool typing;
    int list_y;
};

static void read_sessions(struct screen *screen)
{
    struct sessions_data *data = screen->data;
    arena_reset(&data->arena);
    data->found = (struct list){ 0 };
    model_search(model_of(screen), edit_text(&data->entry.edit), RESULTS_MAX, &data->arena, &data->found);
    list_view_count(&data->list, (int)data->found.count);
}

static void close_sessions(struct screen *screen)
{
    struct sessions_data *data = screen->data;
    entry_free(&data->entry);
    arena_free(&data->arena);
}

static void news_sessions(struct screen *screen, unsigned changed)
{
    if (changed & (MODEL_ROWS(ROW_CONSULTATION) | MODEL_OUTBOX | MODEL_ACCOUNT))
        read_sessions(screen);
}

static struct table_cell cell(const void *context, int line, int column)
{
    const struct screen *screen = context;
    const struct sessions_data *data = screen->data;
    struct app *app = screen->app;
    const struct zone *zone = zone_of(screen);
    const struct consultation *item = LIST_AT(&data->found, struct consultation, line);
    switch (column) {
    case 0:
        return (struct table_cell){ booking_sign(item), booking_ink(item) };
    case 1:
        return (struct table_cell){ format_when(&app->frame, zone, item->row.start, app->now), INK_TEXT };
    case 2:
        return (struct table_cell){ format_minutes(&app->frame, booking_minutes(item)), INK_DIM };
    case 3:
        return (struct table_cell){ booking_with(desk_of(screen), item), INK_STRONG };
    case 4:
        return (struct table_cell){ item->row.purpose && *item->row.purpose ? item->row.purpose
                                                                            : booking_type(&app->frame, item),
                                    INK_DIM };
    case 5:
        return (struct table_cell){ item->row.code ? item->row.code : "queued", INK_FAINT };
    default:
        return (struct table_cell){ booking_word(item), booking_ink(item) };
    }
}

static void draw_sessions(struct screen *screen, const struct canvas *canvas)
{
    static const struct column columns[] = {
        { "", 1, 0, false, 0 },       { "When", 20, 0, false, 0 },   { "Length", 8, 0, false, 100 },
        { "With", 16, 2, false, 0 },  { "About", 10, 4, false, 80 }, { "Code", 17, 0, false, 110 },
        { "State", 11, 0, false, 0 },
    };
    struct sessions_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    rect_cut_top(&rest, 1);
    canvas_text(canvas, 1, 1, data->typing ? INK_TITLE : INK_DIM, "/");
    int width = rest.width < 60 ? rest.width - 4 : 56;
    entry_draw(&data->entry, canvas, 3, 1, width, data->typing, "client, consultant, purpose or code");
    const char *count = app_printf(screen->app, "%s%d found",
                                   data->found.count == RESULTS_MAX ? "newest " : "", (int)data->found.count);
    canvas_text(canvas, 3 + width + 2, 1, INK_DIM, count);
    rect_cut_top(&rest, 2);
    data->list_y = rest.y + 1;
    struct table table = { columns, ARRAY_LEN(columns), cell, screen, false };
    struct canvas part = canvas_sub(canvas, rest);
    table_draw(&table, &data->list, &part, true);
    if (data->found.count == 0)
        canvas_text(&part, 1, 2, INK_DIM, "Nothing of that name on this device.");
}

static bool typing(struct screen *screen)
{
    const struct sessions_data *data = screen->data;
    return data->typing;
}

static bool key_sessions(struct screen *screen, keycode key)
{
    struct sessions_data *data = screen->data;
    bool changed = false;
    if (!data->typing)
        return list_view_key(&data->list, key);
    if (key == K_ENTER || key == K_ESC || key == K_TAB) {
        data->typing = false;
        return key != K_ENTER;
    }
    if (!key_is_text(key) && list_view_key(&data->list, key))
        return true;
    bool used = entry_key(&data->entry, key, &changed);
    if (changed)
        read_sessions(screen);
    return used;
}

static void paste_sessions(struct screen *screen, const char *text)
{
    struct sessions_data *data = screen->data;
    data->typing = true;
    entry_paste(&data->entry, text);
    read_sessions(screen);
}

static const struct consultation *selected_of(struct screen *screen)
{
    const struct sessions_data *data = screen->data;
    return data->found.count == 0 ? NULL : LIST_AT(&data->found, struct consultation, data->list.selected);
}

static bool has_selected(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "nothing was found";
    return selected_of(screen) != NULL;
}

static void open_selected(struct screen *screen)
{
    consultation_open(screen->app, selected_of(screen)->row.id);
}

void sessions_find(struct screen *screen)
{
    struct sessions_data *data = screen->data;
    data->typing = true;
}

static bool may_cancel(struct screen *screen, const char **ret_reason)
{
    return act_may(screen->app, selected_of(screen), MOVE_CANCEL, ret_reason);
}

static void cancel(struct screen *screen)
{
    act_cancel(screen->app, selected_of(screen));
}

static void click_sessions(struct screen *screen, int x, int y)
{
    struct sessions_data *data = screen->data;
    (void)x;
    int line = list_view_at(&data->list, y - data->list_y);
    data->typing = y == 1;
    if (line < 0)
        return;
    bool again = line == data->list.selected;
    list_view_select(&data->list, line);
    if (again)
        open_selected(screen);
}

static void wheel_sessions(struct screen *screen, int x, int y, int by)
{
    struct sessions_data *data = screen->data;
    (void)x;
    (void)y;
    list_view_select(&data->list, data->list.selected + by);
}

static const struct action actions[] = {
    { "sessions.open", "enter", "open", "Opens the session.", 1, has_selected, open_selected },
    { "sessions.filter", "/", "find", "Type a few letters.", 2, NULL, sessions_find },
    { "sessions.cancel", "x", "cancel", "Calls the session off; says first what that costs.", 3, may_cancel,
      cancel },
    { "sessions.move", "up down j k pgup pgdn home end G", "move", "Marks another line.", 0, NULL, NULL },
};

const struct screen_ops sessions_ops = {
    .context = "sessions",
    .title = "Sessions",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct sessions_data),
    .close = close_sessions,
    .news = news_sessions,
    .draw = draw_sessions,
    .key = key_sessions,
    .typing = typing,
    .paste = paste_sessions,
    .click = click_sessions,
    .wheel = wheel_sessions,
};
