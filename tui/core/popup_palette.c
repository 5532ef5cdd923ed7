#include "tui/core/matches.h"
#include "tui/core/popups.h"

#include <stdlib.h>

struct palette_data {
    struct matches matches;
    struct screen *target; // whose actions they are
    const struct action **actions;
};

static const char *title_of(struct arena *arena, const struct action *action)
{
    char *title = arena_strdup(arena, action->title);
    if (title[0] >= 'a' && title[0] <= 'z')
        title[0] = (char)(title[0] - 32);
    return title;
}

static void open_palette(struct screen *screen, const void *arg)
{
    struct palette_data *data = screen->data;
    struct arena *arena = &data->matches.arena;
    (void)arg;
    data->target = app_top(screen->app);
    struct list actions = { 0 };
    app_actions(screen->app, data->target, arena, &actions);
    data->actions = ARENA_ARRAY(arena, const struct action *, actions.count + 1);
    struct match_item *items = ARENA_ARRAY(arena, struct match_item, actions.count + 1);
    int count = 0;
    for (size_t i = 0; i < actions.count; i++) {
        const struct app_action *item = LIST_AT(&actions, struct app_action, i);
        if (!item->action->run)
            continue;
        data->actions[count] = item->action;
        items[count++] = (struct match_item){
            .text = title_of(arena, item->action),
            .detail = item->action->help,
            .key = app_action_keys(screen->app, item->action, arena),
            .reason = item->enabled ? NULL : item->reason,
        };
    }
    matches_set(&data->matches, items, count);
}

static void close_palette(struct screen *screen)
{
    struct palette_data *data = screen->data;
    matches_free(&data->matches);
}

static void draw_palette(struct screen *screen, const struct canvas *canvas)
{
    struct palette_data *data = screen->data;
    int height = canvas->area.height - 4 < 24 ? canvas->area.height - 4 : 24;
    struct canvas frame = popup_frame(canvas, 96, height, "Actions");
    matches_draw(&data->matches, &frame, "what would you like to do?");
}

static void choose(struct screen *screen)
{
    struct palette_data *data = screen->data;
    struct app *app = screen->app;
    int index = matches_chosen(&data->matches);
    if (index < 0)
        return;
    const struct action *action = data->actions[index];
    struct screen *target = data->target;
    app_close(app, screen);
    app_run_action(app, target, action);
}

static bool key_palette(struct screen *screen, keycode key)
{
    struct palette_data *data = screen->data;
    return matches_key(&data->matches, key);
}

static bool typing(struct screen *screen)
{
    (void)screen;
    return true;
}

static void close_it(struct screen *screen)
{
    app_close(screen->app, screen);
}

static void click_palette(struct screen *screen, int x, int y)
{
    struct palette_data *data = screen->data;
    int height = screen->area.height - 4 < 24 ? screen->area.height - 4 : 24;
    int line = list_view_at(&data->matches.list, y - (screen->area.height - height) / 2 - 3);
    (void)x;
    if (line < 0)
        return;
    list_view_select(&data->matches.list, line);
    choose(screen);
}

static void wheel_palette(struct screen *screen, int x, int y, int by)
{
    struct palette_data *data = screen->data;
    (void)x;
    (void)y;
    list_view_select(&data->matches.list, data->matches.list.selected + by);
}

static const struct action palette_actions[] = {
    { "palette.run", "enter", "run", "Runs the marked action.", 1, NULL, choose },
    { "palette.move", "up down ctrl-n ctrl-p", "move", "Marks another action.", 2, NULL, NULL },
    { "palette.close", "esc ctrl-c", "close", "Runs none.", 3, NULL, close_it },
};

const struct screen_ops popup_palette_ops = {
    .context = "palette",
    .title = "Actions",
    .actions = palette_actions,
    .action_count = ARRAY_LEN(palette_actions),
    .size = sizeof(struct palette_data),
    .popup = true,
    .open = open_palette,
    .close = close_palette,
    .draw = draw_palette,
    .key = key_palette,
    .typing = typing,
    .click = click_palette,
    .wheel = wheel_palette,
};

void popup_palette(struct app *app)
{
    app_push(app, &popup_palette_ops, NULL);
}
