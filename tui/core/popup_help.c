#include "tui/core/popups.h"
#include "tui/ui/list_view.h"

#include <string.h>

struct help_line {
    const char *heading; // a heading, else an action
    const char *keys, *title, *help;
    bool enabled;
};

struct help_data {
    struct arena arena;
    const char *title;
    struct list lines; // struct help_line
    struct list_view list;
};

static const char *all_keys(struct app *app, const struct action *action, struct arena *arena)
{
    const char *keys = config_keys(&app->config, action), *text = "";
    struct sequence sequence;
    char one[64];
    while (sequence_next(&keys, &sequence)) {
        sequence_format(&sequence, one, sizeof(one));
        text = *text ? arena_printf(arena, "%s, %s", text, one) : arena_strdup(arena, one);
    }
    return text;
}

static void add_table(struct help_data *data, struct screen *target, const char *heading,
                      const struct action *actions, size_t count)
{
    if (count == 0)
        return;
    LIST_ADD(&data->lines, &data->arena, struct help_line)->heading = heading;
    for (size_t i = 0; i < count; i++) {
        const char *reason = NULL;
        bool enabled = !actions[i].enabled || actions[i].enabled(target, &reason);
        const char *help = enabled || !reason ? actions[i].help : reason;
        *LIST_ADD(&data->lines, &data->arena, struct help_line) = (struct help_line){
            .keys = all_keys(target->app, &actions[i], &data->arena),
            .title = actions[i].title,
            .help = arena_strdup(&data->arena, help),
            .enabled = enabled,
        };
    }
}

static void open_help(struct screen *screen, const void *arg)
{
    struct help_data *data = screen->data;
    struct app *app = screen->app;
    struct screen *target = app_top(app);
    (void)arg;
    add_table(data, target, target->ops->title, target->ops->actions, target->ops->action_count);
    add_table(data, target, "Everywhere", app->hooks.actions, app->hooks.action_count);
    add_table(data, target, "The program", core_actions, core_action_count);
    list_view_count(&data->list, (int)data->lines.count);
}

static void close_help(struct screen *screen)
{
    struct help_data *data = screen->data;
    arena_free(&data->arena);
}

static void draw_help(struct screen *screen, const struct canvas *canvas)
{
    struct help_data *data = screen->data;
    int width = canvas->area.width - 4 < 100 ? canvas->area.width - 4 : 100;
    int height = data->list.count + 2 < canvas->area.height ? data->list.count + 2 : canvas->area.height;
    struct canvas frame = popup_frame(canvas, width, height, "Help");
    struct rect body = canvas_rect(&frame);
    list_view_fit(&data->list, body.height);
    for (int y = 0; y < body.height && data->list.top + y < data->list.count; y++) {
        const struct help_line *line = LIST_AT(&data->lines, struct help_line, data->list.top + y);
        if (line->heading) {
            canvas_text(&frame, 0, y, INK_TITLE, line->heading);
            continue;
        }
        canvas_text_in(&frame, 1, y, 22, line->enabled ? INK_KEY : INK_DISABLED, line->keys);
        canvas_text_in(&frame, 24, y, 18, line->enabled ? INK_STRONG : INK_DISABLED, line->title);
        canvas_text_in(&frame, 43, y, body.width - 44, line->enabled ? INK_DIM : INK_DISABLED, line->help);
    }
    canvas_scrollbar(&frame, body, data->list.top, body.height, data->list.count);
}

static void scroll(struct help_data *data, int by)
{
    int last = data->list.count > data->list.height ? data->list.count - data->list.height : 0;
    int top = data->list.top + by;
    data->list.top = top < 0 ? 0 : top > last ? last : top;
    data->list.selected = data->list.top;
}

static bool key_help(struct screen *screen, keycode key)
{
    struct help_data *data = screen->data;
    if (key == K_UP || key == 'k')
        scroll(data, -1);
    else if (key == K_DOWN || key == 'j')
        scroll(data, 1);
    else if (key == K_PAGE_UP)
        scroll(data, -data->list.height);
    else if (key == K_PAGE_DOWN || key == ' ')
        scroll(data, data->list.height);
    else
        return false;
    return true;
}

static void wheel_help(struct screen *screen, int x, int y, int by)
{
    (void)x;
    (void)y;
    scroll(screen->data, by * 3);
}

static void close_it(struct screen *screen)
{
    app_close(screen->app, screen);
}

static const struct action help_actions[] = {
    { "help.close", "esc q ? F1 enter ctrl-c", "close", "Closes the help.", 1, NULL, close_it },
    { "help.scroll", "up down j k pgup pgdn space", "scroll", "Shows more.", 2, NULL, NULL },
};

const struct screen_ops popup_help_ops = {
    .context = "help",
    .title = "Help",
    .actions = help_actions,
    .action_count = ARRAY_LEN(help_actions),
    .size = sizeof(struct help_data),
    .popup = true,
    .open = open_help,
    .close = close_help,
    .draw = draw_help,
    .key = key_help,
    .wheel = wheel_help,
};

void popup_help(struct app *app)
{
    app_push(app, &popup_help_ops, NULL);
}
