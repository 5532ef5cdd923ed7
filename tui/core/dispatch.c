// From keys and clicks to actions.
#include "tui/core/app.h"

#include <string.h>

static bool ask_enabled(struct screen *screen, const struct action *action, const char **ret_reason)
{
    *ret_reason = NULL;
    if (!action->enabled || action->enabled(screen, ret_reason))
        return true;
    if (!*ret_reason)
        *ret_reason = "not now";
    return false;
}

static void add_actions(struct screen *screen, const struct action *actions, size_t count,
                        struct arena *arena, struct list *ret)
{
    for (size_t i = 0; i < count; i++) {
        struct app_action *item = LIST_ADD(ret, arena, struct app_action);
        item->action = &actions[i];
        item->enabled = ask_enabled(screen, &actions[i], &item->reason);
    }
}

void app_actions(struct app *app, struct screen *screen, struct arena *arena, struct list *ret)
{
    if (!screen)
        return;
    add_actions(screen, screen->ops->actions, screen->ops->action_count, arena, ret);
    if (screen->ops->popup)
        return;
    add_actions(screen, app->hooks.actions, app->hooks.action_count, arena, ret);
    add_actions(screen, core_actions, core_action_count, arena, ret);
}

bool app_typing(struct app *app)
{
    struct screen *screen = app_top(app);
    return screen && screen->ops->typing && screen->ops->typing(screen);
}

const char *app_action_keys(struct app *app, const struct action *action, struct arena *arena)
{
    const char *keys = config_keys(&app->config, action);
    struct sequence sequence;
    char text[64];
    bool typing = app_typing(app);
    while (sequence_next(&keys, &sequence)) {
        if (!typing || !key_is_text(sequence.keys[0]))
            return arena_strdup(arena, sequence_format(&sequence, text, sizeof(text)));
    }
    return "";
}

void app_run_action(struct app *app, struct screen *screen, const struct action *action)
{
    const char *reason;
    if (!ask_enabled(screen, action, &reason)) {
        app_toast(app, TOAST_INFO, action->title, reason);
        return;
    }
    if (action->run)
        action->run(screen);
}

static enum sequence_match compare(struct app *app, const struct action *action)
{
    const char *keys = config_keys(&app->config, action);
    struct sequence sequence;
    enum sequence_match best = SEQUENCE_NO;
    while (action->run && sequence_next(&keys, &sequence)) {
        enum sequence_match match = sequence_compare(&sequence, app->pressed, app->pressed_count);
        best = match > best ? match : best;
    }
    return best;
}

struct action_table {
    const struct action *actions;
    size_t count;
};

static enum sequence_match find(struct app *app, const struct action_table *tables, int count,
                                const struct action **ret_action)
{
    bool prefix = false;
    for (int t = 0; t < count; t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            enum sequence_match match = compare(app, &tables[t].actions[i]);
            prefix |= match == SEQUENCE_PREFIX;
            if (match == SEQUENCE_YES) {
                *ret_action = &tables[t].actions[i];
                return SEQUENCE_YES;
            }
        }
    }
    return prefix ? SEQUENCE_PREFIX : SEQUENCE_NO;
}

static void to_actions(struct app *app, struct screen *screen, keycode key)
{
    struct action_table tables[] = {
        { screen->ops->actions, screen->ops->action_count },
        { app->hooks.actions, app->hooks.action_count },
        { core_actions, core_action_count },
    };
    int count = screen->ops->popup ? 1 : 3;
    bool first = app->pressed_count == 0;
    if (!first && key == K_ESC) {
        app->pressed_count = 0;
        return;
    }
    app->pressed[app->pressed_count++] = key;
    const struct action *action = NULL;
    enum sequence_match match = find(app, tables, count, &action);
    if (match == SEQUENCE_PREFIX && app->pressed_count < SEQUENCE_MAX)
        return;
    app->pressed_count = 0;
    if (match == SEQUENCE_YES)
        app_run_action(app, screen, action);
    else if (first && screen->ops->key)
        screen->ops->key(screen, key);
}

void app_key(struct app *app, keycode key)
{
    struct screen *screen = app_top(app);
    app->dirty = true;
    if (!screen)
        return;
    if (app_typing(app) && app->pressed_count == 0) {
        if (screen->ops->key && screen->ops->key(screen, key))
            return;
        if (key_is_text(key))
            return;
    }
    to_actions(app, screen, key);
}

static void click_key_bar(struct app *app, int x)
{
    for (int i = 0; i < app->key_bar_count; i++) {
        if (x >= app->key_bar[i].from && x < app->key_bar[i].to) {
            app_run_action(app, app_top(app), app->key_bar[i].action);
            return;
        }
    }
}

static void mouse(struct app *app, const struct event *event)
{
    struct screen *screen = app_top(app);
    if (!screen)
        return;
    int x = event->x - screen->area.x, y = event->y - screen->area.y;
    if (event->kind == EVENT_CLICK && event->y == app->key_bar_y)
        click_key_bar(app, event->x);
    else if (event->kind == EVENT_CLICK && event->y == 0 && app->hooks.header_click && !screen->ops->popup)
        app->hooks.header_click(app, event->x);
    else if (event->kind == EVENT_CLICK && screen->ops->click)
        screen->ops->click(screen, x, y);
    else if (event->kind == EVENT_WHEEL && screen->ops->wheel)
        screen->ops->wheel(screen, x, y, event->by);
}

void app_event(struct app *app, const struct event *event)
{
    struct screen *screen = app_top(app);
    app->dirty = true;
    switch (event->kind) {
    case EVENT_KEY:
        app_key(app, event->key);
        break;
    case EVENT_PASTE:
        if (screen && screen->ops->paste)
            screen->ops->paste(screen, event->paste);
        break;
    case EVENT_CLICK:
    case EVENT_WHEEL:
        mouse(app, event);
        break;
    case EVENT_FOCUS:
        app->has_focus = event->has_focus;
        break;
    case EVENT_BACKGROUND:
        if (app->theme_by_terminal)
            app_guess_theme(app, event->is_light);
        break;
    }
}
