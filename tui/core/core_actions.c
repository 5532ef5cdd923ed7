#include "tui/core/popups.h"

static void run_help(struct screen *screen)
{
    popup_help(screen->app);
}

static void run_palette(struct screen *screen)
{
    popup_palette(screen->app);
}

static void run_theme(struct screen *screen)
{
    struct app *app = screen->app;
    const char *name = theme_after(app->theme.name);
    struct err err;
    if (app_use_theme(app, name, &err) && config_save_theme(&app->config, name, &err))
        app_toast(app, TOAST_INFO, app_printf(app, "Theme: %s", name), "");
    else
        app_toast(app, TOAST_FAIL, "The theme was not saved", err.message);
}

static bool can_go_back(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "this is the first screen";
    return screen->app->depth > 1 || screen->app->toasts.count > 0;
}

static void run_back(struct screen *screen)
{
    struct app *app = screen->app;
    if (app->toasts.count > 0)
        toast_clear(&app->toasts);
    else
        app_pop(app);
}

static void run_leave(struct screen *screen)
{
    if (screen->app->depth > 1)
        app_pop(screen->app);
    else
        screen->app->quit = true;
}

static void run_redraw(struct screen *screen)
{
    if (screen->app->term)
        term_forget(screen->app->term);
}

static void run_stop(struct screen *screen)
{
    if (!screen->app->term)
        return;
    term_stop(screen->app->term);
    app_fit_window(screen->app); // the size may be another one now
}

static void run_quit(struct screen *screen)
{
    screen->app->quit = true;
}

const struct action core_actions[] = {
    { "core.palette", ": ctrl-p", "actions", "Find any action by a few letters of its name.", 90, NULL,
      run_palette },
    { "core.help", "? F1", "help", "All keys of this screen.", 91, NULL, run_help },
    { "core.back", "esc", "back", "Close this screen, or the messages in the corner.", 92, can_go_back,
      run_back },
    { "core.theme", "T", "other theme", "Dark, light or high contrast; kept for the next time.", 0, NULL,
      run_theme },
    { "core.redraw", "ctrl-l", "draw anew", "Draw the whole screen again.", 0, NULL, run_redraw },
    { "core.stop", "ctrl-z", "suspend", "Give the terminal to the shell; fg comes back.", 0, NULL, run_stop },
    { "core.leave", "q", "quit", "Close this screen; on a main screen, leave the program.", 93, NULL,
      run_leave },
    { "core.quit", "ctrl-q ctrl-c", "quit at once",
      "Leave. Everything is saved; what waits is sent next time.", 0, NULL, run_quit },
};
const size_t core_action_count = ARRAY_LEN(core_actions);
