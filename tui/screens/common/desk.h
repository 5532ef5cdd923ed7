// What all screens share: the model, and what header and status line say of it.
#pragma once

#include "tui/core/popups.h"
#include "tui/model/model.h"
#include "tui/screens/screens.h"

struct undo_step {
    int64_t n; // of the queued operation
    char title[64];
};
enum { UNDO_MAX = 20 };

struct desk {
    struct app *app;
    struct model *model;
    struct arena arena; // of what follows, read anew when it may have changed
    struct connection connection;
    struct outbox_counts outbox;
    struct account account;
    const struct zone *zone; // the person's
    struct row_me me;
    struct row_organization organization; // the client organisation that is meant; all NULL for none
    unsigned roles;
    int64_t unread;
    bool has_next;
    struct consultation next;
    struct undo_step undo[UNDO_MAX];
    int undo_count;
    enum alert_way alert;
};

struct desk *desk_of(const struct screen *screen);
struct desk *desk_of_app(const struct app *app);
struct model *model_of(const struct screen *screen);
// The person's zone, as last read: asked for many times a frame.
const struct zone *zone_of(const struct screen *screen);
const struct zone *zone_of_app(const struct app *app);

bool desk_is(const struct desk *desk, enum role role);
// The first screen: the calendar, or signing in.
void desk_show_first(struct desk *desk);

// An act was queued: says so ("queued" while offline), and remembers it for undo.
void desk_did(struct app *app, const char *what, int64_t n);
// An act was refused here.
void desk_failed(struct app *app, const char *what, const struct err *err);
