// A text to read; the help is one, made from the action tables.
#include "tui/core/popups.h"

#include "shared/base/buf.h"

#include <stdlib.h>

struct text_arg {
    const char *title, *text;
};

struct text_data {
    struct arena arena;
    const char *title, *text;
    int top, lines, height;
};

static void open_text(struct screen *screen, const void *arg)
{
    struct text_data *data = screen->data;
    const struct text_arg *given = arg;
    data->title = arena_strdup(&data->arena, given->title);
    data->text = arena_strdup(&data->arena, given->text);
}

static void close_text(struct screen *screen)
{
    struct text_data *data = screen->data;
    arena_free(&data->arena);
}

static void draw_text(struct screen *screen, const struct canvas *canvas)
{
    struct text_data *data = screen->data;
    int width = canvas->area.width - 4 < 90 ? canvas->area.width - 4 : 90;
    struct canvas nothing = canvas_sub(canvas, (struct rect){ 0, 0, 0, 0 });
    data->lines = canvas_wrapped(&nothing, (struct rect){ 0, 0, width - 6, 1 }, 0, INK_TEXT, data->text);
    int most = canvas->area.height - 2;
    struct canvas frame =
        popup_frame(canvas, width, data->lines + 4 < most ? data->lines + 4 : most, data->title);
    struct rect text = rect_inset(canvas_rect(&frame), 1, 1);
    data->height = text.height;
    canvas_wrapped(&frame, text, data->top, INK_TEXT, data->text);
    canvas_scrollbar(&frame, canvas_rect(&frame), data->top, text.height, data->lines);
}

static void scroll(struct screen *screen, int by)
{
    struct text_data *data = screen->data;
    int last = data->lines > data->height ? data->lines - data->height : 0;
    data->top += by;
    data->top = data->top < 0 ? 0 : data->top > last ? last : data->top;
}

static bool key_text(struct screen *screen, keycode key)
{
    const struct text_data *data = screen->data;
    int page = data->height > 1 ? data->height - 1 : 1;
    if (key == K_UP || key == 'k')
        scroll(screen, -1);
    else if (key == K_DOWN || key == 'j')
        scroll(screen, 1);
    else if (key == K_PAGE_UP)
        scroll(screen, -page);
    else if (key == K_PAGE_DOWN || key == ' ')
        scroll(screen, page);
    else
        return false;
    return true;
}

static void wheel_text(struct screen *screen, int x, int y, int by)
{
    (void)x;
    (void)y;
    scroll(screen, by * 3);
}

static void close_it(struct screen *screen)
{
    app_close(screen->app, screen);
}

static const struct action text_actions[] = {
    { "text.close", "esc q enter ctrl-c", "close", "Closes this.", 1, NULL, close_it },
    { "text.scroll", "up down j k pgup pgdn space", "scroll", "Shows another part.", 2, NULL, NULL },
};

const struct screen_ops popup_text_ops = {
    .context = "text",
    .title = "A text",
    .actions = text_actions,
    .action_count = ARRAY_LEN(text_actions),
    .size = sizeof(struct text_data),
    .popup = true,
    .open = open_text,
    .close = close_text,
    .draw = draw_text,
    .key = key_text,
    .wheel = wheel_text,
};

void popup_text(struct app *app, const char *title, const char *text)
{
    struct text_arg arg = { title, text };
    app_push(app, &popup_text_ops, &arg);
}
