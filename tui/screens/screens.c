#include "tui/screens/screens.h"

#include "tui/screens/common/desk.h"
#include "tui/screens/common/views.h"

#include <string.h>

const struct screen_ops *const screens_all[] = {
    &login_ops,
    &calendar_ops,
    &consultation_ops,
    &sessions_ops,
    &inbox_ops,
    &changes_ops,
    &note_ops,
    &history_ops,
    &workbench_ops,
    &credits_ops,
    &directory_ops,
    &book_ops,
    &popup_question_ops,
    &popup_choice_ops,
    &popup_form_ops,
    &popup_text_ops,
    &popup_palette_ops,
    &popup_help_ops,
    NULL,
};

static enum alert_way alert_way_of(const struct config *config)
{
    static const struct {
        const char *word;
        enum alert_way way;
    } ways[] = {
        { "off", ALERT_OFF },
        { "bell", ALERT_BELL },
        { "osc9", ALERT_OSC9 },
        { "osc777", ALERT_OSC777 },
    };
    for (size_t i = 0; config->alerts && i < ARRAY_LEN(ways); i++) {
        if (strcmp(config->alerts, ways[i].word) == 0)
            return ways[i].way;
    }
    return term_alert_way();
}

static void use_config(struct app *app, const char *home)
{
    struct err err;
    const char *folder = config_folder(home, &app->frame);
    if (!config_load(&app->config, folder, &err))
        app_toast(app, TOAST_FAIL, "The config file", err.message);
    const char *theme = app->config.theme;
    bool chosen = theme && strcmp(theme, "auto") != 0 && strcmp(theme_guess(), "mono") != 0;
    if (!chosen || !app_use_theme(app, theme, &err)) {
        if (chosen)
            app_toast(app, TOAST_FAIL, "The theme", err.message);
        app_guess_theme(app, false);
        term_ask_background(app->term);
    }
}

bool screens_run(struct model *model, const struct screens_options *options, struct err *err)
{
    struct app app;
    app_init(&app);
    if (!term_open(&app.term, err)) {
        app_free(&app);
        return false;
    }
    use_config(&app, options->home);
    struct desk *desk = desk_create(&app, model);
    desk->alert = alert_way_of(&app.config);
    app_fit_window(&app);
    app_draw(&app);
    bool done = options->started(options->data, err) && app_run(&app, err);
    desk_destroy(desk);
    term_close(app.term);
    app.term = NULL;
    app_free(&app);
    return done;
}
