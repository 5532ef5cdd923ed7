#include "tui/core/frame.h"

#include "tui/core/popups.h"

static void draw_too_small(struct app *app, const struct canvas *canvas)
{
    int middle = canvas->area.height / 2;
    canvas_center(canvas, middle > 0 ? middle - 1 : 0, INK_STRONG, "The window is too small");
    canvas_center(canvas, middle, INK_DIM,
                  app_printf(app, "%d x %d of at least %d x %d", canvas->area.width, canvas->area.height,
                             WIDTH_MIN, HEIGHT_MIN));
    if (middle + 2 < canvas->area.height)
        canvas_center(canvas, middle + 2, INK_DIM, "everything goes on when it grows");
}

enum { BAR_ALWAYS = 90, BAR_ALWAYS_MAX = 3 }; // bar orders from BAR_ALWAYS on keep their place at the right

static int key_width(struct app *app, const struct app_action *item)
{
    return text_width(app_action_keys(app, item->action, &app->frame)) + 1 + text_width(item->action->title);
}

static void draw_key(struct app *app, const struct canvas *canvas, int x, const struct app_action *item)
{
    if (app->key_bar_count == (int)ARRAY_LEN(app->key_bar))
        return;
    const char *keys = app_action_keys(app, item->action, &app->frame);
    int used = canvas_text(canvas, x, 0, item->enabled ? INK_KEY : INK_DISABLED, keys);
    canvas_text(canvas, x + used + 1, 0, item->enabled ? INK_TEXT : INK_DISABLED, item->action->title);
    app->key_bar[app->key_bar_count].from = x;
    app->key_bar[app->key_bar_count].to = x + key_width(app, item);
    app->key_bar[app->key_bar_count++].action = item->action;
}

// What can be done now comes first, then what cannot; each by its order in the bar.
static int bar_rank(const struct app_action *item)
{
    return item->action->bar + (item->enabled ? 0 : 1000);
}

static const struct app_action *bar_next(struct app *app, const struct list *actions, bool always, int after)
{
    const struct app_action *best = NULL;
    for (size_t i = 0; i < actions->count; i++) {
        const struct app_action *item = LIST_AT(actions, struct app_action, i);
        bool right = item->action->bar >= BAR_ALWAYS;
        if (item->action->bar == 0 || right != always || bar_rank(item) <= after || (right && !item->enabled))
            continue;
        if (*app_action_keys(app, item->action, &app->frame) == '\0')
            continue;
        if (!best || bar_rank(item) < bar_rank(best))
            best = item;
    }
    return best;
}

static int draw_right_keys(struct app *app, const struct canvas *canvas, const struct list *actions)
{
    int right = canvas->area.width;
    if (app->hooks.corner)
        right = canvas_right(canvas, right, 0, INK_DIM, app->hooks.corner(app)) - 3;
    const struct app_action *items[BAR_ALWAYS_MAX];
    int count = 0, width = 0, rank = 0;
    while (count < BAR_ALWAYS_MAX && (items[count] = bar_next(app, actions, true, rank)) != NULL) {
        rank = bar_rank(items[count]);
        width += key_width(app, items[count++]) + 3;
    }
    int x = right - width + 3;
    for (int i = 0; i < count; i++) {
        draw_key(app, canvas, x, items[i]);
        x += key_width(app, items[i]) + 3;
    }
    return right - width;
}

static void draw_key_bar(struct app *app, const struct canvas *canvas)
{
    struct list actions = { 0 };
    app_actions(app, app_top(app), &app->frame, &actions);
    canvas_fill(canvas, canvas_rect(canvas), PAPER_BAR);
    app->key_bar_count = 0;
    app->key_bar_y = canvas->area.y;
    int right = draw_right_keys(app, canvas, &actions), x = 1, rank = 0;
    for (const struct app_action *item; (item = bar_next(app, &actions, false, rank)) != NULL;
         rank = bar_rank(item)) {
        int width = key_width(app, item);
        if (x + width > right)
            break;
        draw_key(app, canvas, x, item);
        x += width + 3;
    }
}

static bool draws_next(struct app *app, const struct action *action, struct sequence *ret_rest)
{
    const char *keys = config_keys(&app->config, action);
    struct sequence sequence;
    while (sequence_next(&keys, &sequence)) {
        if (sequence_compare(&sequence, app->pressed, app->pressed_count) != SEQUENCE_PREFIX)
            continue;
        *ret_rest = (struct sequence){ .count = sequence.count - app->pressed_count };
        for (int i = 0; i < ret_rest->count; i++)
            ret_rest->keys[i] = sequence.keys[i + app->pressed_count];
        return true;
    }
    return false;
}

// After a prefix: what can follow.
static void draw_which_key(struct app *app, const struct canvas *canvas)
{
    struct list actions = { 0 };
    app_actions(app, app_top(app), &app->frame, &actions);
    struct sequence pressed = { .count = app->pressed_count }, rest;
    for (int i = 0; i < app->pressed_count; i++)
        pressed.keys[i] = app->pressed[i];
    char name[64];
    int lines = 0;
    for (size_t i = 0; i < actions.count; i++)
        lines += draws_next(app, LIST_AT(&actions, struct app_action, i)->action, &rest);
    struct rect rect = { canvas->area.width - 40, canvas->area.height - lines - 2, 40, lines + 2 };
    canvas_fill(canvas, rect, PAPER_PANEL);
    struct rect inner = canvas_box(canvas, rect, INK_FOCUS, sequence_format(&pressed, name, sizeof(name)));
    struct canvas body = canvas_sub(canvas, inner);
    int y = 0;
    for (size_t i = 0; i < actions.count; i++) {
        const struct app_action *item = LIST_AT(&actions, struct app_action, i);
        if (!draws_next(app, item->action, &rest))
            continue;
        canvas_text(&body, 1, y, item->enabled ? INK_KEY : INK_DISABLED,
                    sequence_format(&rest, name, sizeof(name)));
        canvas_text_in(&body, 8, y++, inner.width - 9, item->enabled ? INK_TEXT : INK_DISABLED,
                       item->action->title);
    }
}

static void draw_screen(struct screen *screen, const struct canvas *canvas)
{
    screen->area = canvas->area;
    if (screen->ops->draw)
        screen->ops->draw(screen, canvas);
}

static void draw_stack(struct app *app, const struct canvas *window, struct rect body)
{
    int front = app->depth - 1;
    while (front > 0 && app->stack[front]->ops->popup)
        front--;
    struct canvas canvas = canvas_sub(window, body);
    if (app->depth > 0)
        draw_screen(app->stack[front], &canvas);
    for (int i = front + 1; i < app->depth; i++) {
        canvas_fade(window);
        app->grid.cursor_x = app->grid.cursor_y = -1;
        draw_screen(app->stack[i], &canvas);
    }
}

void frame_draw(struct app *app)
{
    grid_clear(&app->grid);
    struct canvas window = canvas_of(&app->grid);
    struct rect rest = canvas_rect(&window);
    if (rest.width < WIDTH_MIN || rest.height < HEIGHT_MIN) {
        draw_too_small(app, &window);
        return;
    }
    struct rect header = rect_cut_top(&rest, app->hooks.header ? 1 : 0);
    struct rect bar = rect_cut_bottom(&rest, 1);
    struct rect status = rect_cut_bottom(&rest, app->hooks.status ? 1 : 0);
    struct canvas part = canvas_sub(&window, header);
    if (app->hooks.header)
        app->hooks.header(app, &part);
    draw_stack(app, &window, rest);
    part = canvas_sub(&window, status);
    if (app->hooks.status)
        app->hooks.status(app, &part);
    part = canvas_sub(&window, bar);
    draw_key_bar(app, &part);
    part = canvas_sub(&window, rest);
    if (app->pressed_count > 0)
        draw_which_key(app, &part);
    toast_draw(&app->toasts, &part);
}
