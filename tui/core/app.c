#include "tui/core/app.h"

#include "shared/host/host.h"
#include "tui/core/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t machine_clock(void *shared)
{
    (void)shared;
    return host_now_ms();
}

void app_init(struct app *app)
{
    *app = (struct app){ .has_focus = true, .dirty = true, .clock = machine_clock };
    app->hooks.extra_fd = -1;
    app->grid.cursor_x = app->grid.cursor_y = -1;
    app_guess_theme(app, false);
    app->now = app->clock(app->shared);
}

static struct screen *screen_create(struct app *app, const struct screen_ops *ops, const void *arg)
{
    struct screen *screen = calloc(1, sizeof(*screen));
    CHECK(screen != NULL);
    *screen = (struct screen){ .ops = ops, .app = app, .data = calloc(1, ops->size + 1) };
    CHECK(screen->data != NULL);
    if (ops->open)
        ops->open(screen, arg);
    if (ops->news)
        ops->news(screen, ~0u);
    return screen;
}

static void screen_destroy(struct screen *screen)
{
    if (screen->ops->close)
        screen->ops->close(screen);
    free(screen->data);
    free(screen);
}

static bool is_root(const struct app *app, const struct screen *screen)
{
    for (int i = 0; i < app->root_count; i++) {
        if (app->roots[i] == screen)
            return true;
    }
    return false;
}

// What comes to the front may have missed something, and has no half-pressed keys.
static void top_changed(struct app *app)
{
    app->pressed_count = 0;
    app->dirty = true;
}

static void drop_top(struct app *app)
{
    struct screen *screen = app->stack[--app->depth];
    if (!is_root(app, screen))
        screen_destroy(screen);
}

void app_free(struct app *app)
{
    app_reset(app);
    grid_free(&app->grid);
    config_free(&app->config);
    arena_free(&app->frame);
}

void app_reset(struct app *app)
{
    while (app->depth > 0)
        drop_top(app);
    while (app->root_count > 0)
        screen_destroy(app->roots[--app->root_count]);
    top_changed(app);
}

static bool read_theme_file(struct app *app, const char *name, struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct theme theme;
    const char *path = app_printf(app, "%s/%s", app->config.folder ? app->config.folder : ".", name);
    if (strchr(name, '/') || !file_read(path, 64 * 1024, &text, err))
        return err_set(err, ERR_NOT_FOUND, "there is no theme \"%.40s\"", name);
    CHECK(theme_builtin("dark", &theme));
    if (!theme_parse(&theme, buf_text(&text), err))
        return false;
    snprintf(theme.name, sizeof(theme.name), "%s", name);
    app->theme = theme;
    return true;
}

static void show_theme(struct app *app)
{
    app->colour = strcmp(app->theme.name, "mono") != 0;
    app->dirty = true;
    struct style_table table = { app->theme.inks, app->theme.papers, INKS, PAPERS };
    if (app->term)
        term_set_styles(app->term, table, app->colour);
}

bool app_use_theme(struct app *app, const char *name, struct err *err)
{
    if (!theme_builtin(name, &app->theme) && !read_theme_file(app, name, err))
        return false;
    app->theme_by_terminal = false;
    show_theme(app);
    return true;
}

void app_guess_theme(struct app *app, bool is_light)
{
    const char *name = theme_guess();
    if (is_light && strcmp(name, "dark") == 0)
        name = "light";
    CHECK(theme_builtin(name, &app->theme));
    app->theme.papers[PAPER_BASE].bg = COLOUR_DEFAULT;
    app->theme.papers[PAPER_OFF].bg = COLOUR_DEFAULT;
    app->theme_by_terminal = true;
    show_theme(app);
}

struct screen *app_push(struct app *app, const struct screen_ops *ops, const void *arg)
{
    if (app->depth == DEPTH_MAX)
        app_close(app, app->stack[1]);
    struct screen *screen = screen_create(app, ops, arg);
    app->stack[app->depth++] = screen;
    top_changed(app);
    return screen;
}

void app_pop(struct app *app)
{
    if (app->depth > 1)
        app_close(app, app_top(app));
}

void app_close(struct app *app, struct screen *screen)
{
    int at = app->depth;
    while (at > 0 && app->stack[at - 1] != screen)
        at--;
    if (at == 0)
        return;
    while (app->depth >= at)
        drop_top(app);
    top_changed(app);
    struct screen *front = app_front(app);
    if (front && front->ops->news)
        front->ops->news(front, ~0u);
}

struct screen *app_root(struct app *app, const struct screen_ops *ops)
{
    while (app->depth > 0)
        drop_top(app);
    struct screen *screen = NULL;
    for (int i = 0; i < app->root_count; i++) {
        if (app->roots[i]->ops == ops)
            screen = app->roots[i];
    }
    if (!screen) {
        CHECK(app->root_count < ROOTS_MAX);
        screen = screen_create(app, ops, NULL);
        app->roots[app->root_count++] = screen;
    } else if (ops->news) {
        ops->news(screen, ~0u);
    }
    app->stack[app->depth++] = screen;
    top_changed(app);
    return screen;
}

struct screen *app_top(struct app *app)
{
    return app->depth > 0 ? app->stack[app->depth - 1] : NULL;
}

struct screen *app_front(struct app *app)
{
    for (int i = app->depth - 1; i >= 0; i--) {
        if (!app->stack[i]->ops->popup)
            return app->stack[i];
    }
    return NULL;
}

void app_news(struct app *app, unsigned changed)
{
    for (int i = 0; i < app->depth; i++) {
        if (app->stack[i]->ops->news)
            app->stack[i]->ops->news(app->stack[i], changed);
    }
    app->dirty = true;
}

void app_draw(struct app *app)
{
    frame_draw(app);
    if (app->term)
        term_draw(app->term, &app->grid);
    app->dirty = false;
}

void app_toast(struct app *app, enum toast_kind kind, const char *title, const char *body)
{
    toast_add(&app->toasts, kind, title, body, app->now);
    app->dirty = true;
}

const char *app_printf(struct app *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(&app->frame, format, args);
    va_end(args);
    return text;
}
