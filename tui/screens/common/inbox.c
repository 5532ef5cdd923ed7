// What happened: notifications, newest first.
#include "tui/screens/common/desk.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/views.h"
#include "tui/ui/table.h"

enum { NOTIFICATIONS_MAX = 300 };

struct inbox_data {
    struct arena arena;
    struct list items; // struct notification_view
    struct list_view list;
};

static void news_inbox(struct screen *screen, unsigned changed)
{
    struct inbox_data *data = screen->data;
    if (!(changed & (MODEL_ROWS(ROW_NOTIFICATION) | MODEL_OUTBOX | MODEL_ACCOUNT)))
        return;
    arena_reset(&data->arena);
    data->items = (struct list){ 0 };
    model_notifications(model_of(screen), NOTIFICATIONS_MAX, &data->arena, &data->items);
    list_view_count(&data->list, (int)data->items.count);
}

static void close_inbox(struct screen *screen)
{
    struct inbox_data *data = screen->data;
    arena_free(&data->arena);
}

static struct table_cell cell(const void *context, int line, int column)
{
    const struct screen *screen = context;
    const struct inbox_data *data = screen->data;
    struct app *app = screen->app;
    const struct notification_view *item = LIST_AT(&data->items, struct notification_view, line);
    bool unread = item->row.readAt == 0;
    switch (column) {
    case 0:
        return (struct table_cell){ unread ? "●" : " ", INK_ACCENT };
    case 1:
        return (struct table_cell){ format_relative(&app->frame, item->row.at, app->now), INK_DIM };
    case 2:
        return (struct table_cell){ item->row.title, unread ? INK_STRONG : INK_TEXT };
    default:
        return (struct table_cell){ item->row.body, INK_DIM };
    }
}

static void draw_inbox(struct screen *screen, const struct canvas *canvas)
{
    static const struct column columns[] = {
        { "", 1, 0, false, 0 },
        { "When", 12, 0, false, 0 },
        { "What", 26, 2, false, 0 },
        { "", 10, 3, false, 76 },
    };
    struct inbox_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    rect_cut_top(&rest, 1);
    struct rect below = rect_cut_bottom(&rest, rest.height > 16 ? 6 : 0);
    struct canvas part = canvas_sub(canvas, rest);
    struct table table = { columns, ARRAY_LEN(columns), cell, screen, false };
    table_draw(&table, &data->list, &part, true);
    if (data->items.count == 0) {
        canvas_text(&part, 1, 2, INK_DIM, "Nothing has happened yet.");
        return;
    }
    const struct notification_view *item =
        LIST_AT(&data->items, struct notification_view, data->list.selected);
    if (below.height == 0)
        return;
    struct rect inner = canvas_box(canvas, below, INK_BOX, item->row.title);
    const struct zone *zone = zone_of(screen);
    canvas_text(canvas, inner.x + 1, inner.y, INK_DIM,
                format_when(&screen->app->frame, zone, item->row.at, screen->app->now));
    struct rect text = rect_inset(inner, 1, 0);
    rect_cut_top(&text, 1);
    canvas_wrapped(canvas, text, 0, INK_TEXT, item->row.body ? item->row.body : "");
}

static bool key_inbox(struct screen *screen, keycode key)
{
    struct inbox_data *data = screen->data;
    return list_view_key(&data->list, key);
}

static const struct notification_view *selected_of(struct screen *screen)
{
    const struct inbox_data *data = screen->data;
    return data->items.count == 0 ? NULL
                                  : LIST_AT(&data->items, struct notification_view, data->list.selected);
}

static bool has_selected(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "there is nothing";
    return selected_of(screen) != NULL;
}

static void mark_read(struct screen *screen)
{
    const struct notification_view *item = selected_of(screen);
    struct err err;
    if (item->row.readAt == 0 && !model_mark_read(model_of(screen), item->row.id, NULL, &err))
        desk_failed(screen->app, "Not marked as read", &err);
}

static void open_selected(struct screen *screen)
{
    const struct notification_view *item = selected_of(screen);
    const char *id = item->row.consultationId ? app_printf(screen->app, "%s", item->row.consultationId) : "";
    mark_read(screen);
    if (*id)
        consultation_open(screen->app, id);
}

static bool has_unread(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "all are read";
    return desk_of(screen)->unread > 0;
}

static void mark_all(struct screen *screen)
{
    const struct inbox_data *data = screen->data;
    struct err err = { 0 };
    bool done = true;
    for (size_t i = 0; i < data->items.count && done; i++) {
        const struct notification_view *item = LIST_AT(&data->items, struct notification_view, i);
        if (item->row.readAt == 0)
            done = model_mark_read(model_of(screen), item->row.id, NULL, &err);
    }
    if (!done)
        desk_failed(screen->app, "Not all marked as read", &err);
}

static void click_inbox(struct screen *screen, int x, int y)
{
    struct inbox_data *data = screen->data;
    int line = list_view_at(&data->list, y - 2);
    (void)x;
    if (line < 0)
        return;
    bool again = line == data->list.selected;
    list_view_select(&data->list, line);
    if (again)
        open_selected(screen);
}

static void wheel_inbox(struct screen *screen, int x, int y, int by)
{
    struct inbox_data *data = screen->data;
    (void)x;
    (void)y;
    list_view_select(&data->list, data->list.selected + by);
}

static const struct action actions[] = {
    { "inbox.open", "enter", "open", "Opens the session it is about and marks it as read.", 1, has_selected,
      open_selected },
    { "inbox.read", "space", "mark as read", "Marks this one as read.", 2, has_selected, mark_read },
    { "inbox.all", "R", "mark all", "Marks all of them as read.", 3, has_unread, mark_all },
    { "inbox.move", "up down j k pgup pgdn home end G", "move", "Marks another line.", 0, NULL, NULL },
};

const struct screen_ops inbox_ops = {
    .context = "inbox",
    .title = "Inbox",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct inbox_data),
    .close = close_inbox,
    .news = news_inbox,
    .draw = draw_inbox,
    .key = key_inbox,
    .click = click_inbox,
    .wheel = wheel_inbox,
};
