#include "tui/core/matches.h"
#include "tui/core/popups.h"

#include <stdlib.h>

struct choice_data {
    struct matches matches;
    struct choice choice;
};

static void open_choice(struct screen *screen, const void *arg)
{
    struct choice_data *data = screen->data;
    const struct choice *given = arg;
    data->choice = *given;
    struct match_item *items = calloc((size_t)given->count + 1, sizeof(*items));
    CHECK(items != NULL);
    for (int i = 0; i < given->count; i++)
        items[i] =
            (struct match_item){ given->items[i].text, given->items[i].detail, NULL, given->items[i].reason };
    matches_set(&data->matches, items, given->count);
    data->choice.title = arena_strdup(&data->matches.arena, given->title);
    free(items);
}

static void close_choice(struct screen *screen)
{
    struct choice_data *data = screen->data;
    free(data->choice.data);
    matches_free(&data->matches);
}

static void draw_choice(struct screen *screen, const struct canvas *canvas)
{
    struct choice_data *data = screen->data;
    int height = data->matches.count + 5 < 20 ? data->matches.count + 5 : 20;
    struct canvas frame = popup_frame(canvas, 72, height < 8 ? 8 : height, data->choice.title);
    matches_draw(&data->matches, &frame, "type to narrow down");
}

static void choose(struct screen *screen)
{
    struct choice_data *data = screen->data;
    struct app *app = screen->app;
    int index = matches_chosen(&data->matches);
    if (index < 0)
        return;
    if (data->matches.items[index].reason) {
        app_toast(app, TOAST_INFO, data->matches.items[index].text, data->matches.items[index].reason);
        return;
    }
    void (*chosen)(struct app *, int, void *) = data->choice.chosen;
    void *mine = data->choice.data;
    data->choice.data = NULL;
    app_close(app, screen);
    chosen(app, index, mine);
    free(mine);
}

static bool key_choice(struct screen *screen, keycode key)
{
    struct choice_data *data = screen->data;
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

static void paste_choice(struct screen *screen, const char *text)
{
    struct choice_data *data = screen->data;
    entry_paste(&data->matches.entry, text);
    matches_filter(&data->matches);
}

static void wheel_choice(struct screen *screen, int x, int y, int by)
{
    struct choice_data *data = screen->data;
    (void)x;
    (void)y;
    list_view_select(&data->matches.list, data->matches.list.selected + by);
}

static const struct action choice_actions[] = {
    { "choice.choose", "enter", "choose", "Takes the marked line.", 1, NULL, choose },
    { "choice.move", "up down ctrl-n ctrl-p", "move", "Marks another line.", 2, NULL, NULL },
    { "choice.close", "esc ctrl-c", "close", "Takes none.", 3, NULL, close_it },
};

const struct screen_ops popup_choice_ops = {
    .context = "choice",
    .title = "A choice",
    .actions = choice_actions,
    .action_count = ARRAY_LEN(choice_actions),
    .size = sizeof(struct choice_data),
    .popup = true,
    .open = open_choice,
    .close = close_choice,
    .draw = draw_choice,
    .key = key_choice,
    .typing = typing,
    .paste = paste_choice,
    .wheel = wheel_choice,
};

void popup_choose(struct app *app, const struct choice *choice)
{
    app_push(app, &popup_choice_ops, choice);
}
