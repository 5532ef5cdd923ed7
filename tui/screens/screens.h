// The screens as one program: everything that `serenity` without a subcommand shows.
#pragma once

#include "tui/core/app.h"
#include "tui/model/model.h"

struct screens_options {
    const char *home; // as given by --home, or NULL
    // Called once when the first frame is on the screen: what takes longer (the network) starts then.
    bool (*started)(void *data, struct err *err);
    void *data;
};

// Draws on the terminal until the person leaves. Call app_block_signals() before any thread is started.
// Errors: ERR_UNAVAILABLE without a usable terminal; those of started().
bool screens_run(struct model *model, const struct screens_options *options, struct err *err);

// The parts of it, for tests that draw into a grid: hooks, actions and the first screen, no terminal.
struct desk;
struct desk *desk_create(struct app *app, struct model *model);
void desk_destroy(struct desk *desk);

// Every screen and popup there is; ends with NULL.
extern const struct screen_ops *const screens_all[];
extern const struct action desk_actions[];
extern const size_t desk_action_count;
