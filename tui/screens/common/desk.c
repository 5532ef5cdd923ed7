#include "tui/screens/common/desk.h"

#include "tui/screens/common/shell.h"
#include "tui/screens/common/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct desk *desk_of_app(const struct app *app)
{
    return app->shared;
}

struct desk *desk_of(const struct screen *screen)
{
    return desk_of_app(screen->app);
}

struct model *model_of(const struct screen *screen)
{
    return desk_of(screen)->model;
}

const struct zone *zone_of(const struct screen *screen)
{
    return desk_of(screen)->zone;
}

const struct zone *zone_of_app(const struct app *app)
{
    return desk_of_app(app)->zone;
}

bool desk_is(const struct desk *desk, enum role role)
{
    return (desk->roles & (unsigned)role) != 0;
}

static int64_t desk_clock(void *shared)
{
    const struct desk *desk = shared;
    return model_now(desk->model);
}

struct desk *desk_create(struct app *app, struct model *model)
{
    struct desk *desk = calloc(1, sizeof(*desk));
    CHECK(desk != NULL);
    *desk = (struct desk){ .app = app, .model = model };
    app->shared = desk;
    app->clock = desk_clock;
    app->now = desk_clock(desk);
    app->hooks = (struct app_hooks){
        .header = shell_header,
        .due = shell_due,
        .header_click = shell_header_click,
        .status = shell_status,
        .corner = shell_corner,
        .readable = desk_read_news,
        .actions = desk_actions,
        .action_count = desk_action_count,
        .extra_fd = model_event_fd(model),
    };
    desk_reload(desk);
    desk_show_first(desk);
    return desk;
}

void desk_destroy(struct desk *desk)
{
    if (!desk)
        return;
    app_reset(desk->app);
    arena_free(&desk->arena);
    free(desk);
}

void desk_reload(struct desk *desk)
{
    arena_reset(&desk->arena);
    model_connection(desk->model, &desk->connection);
    model_outbox_counts(desk->model, &desk->outbox);
    model_account(desk->model, &desk->arena, &desk->account);
    desk->zone = model_zone(desk->model);
    desk->roles = model_roles(desk->model);
    if (!model_me(desk->model, &desk->arena, &desk->me))
        desk->me = (struct row_me){ 0 };
    if (!model_organization(desk->model, &desk->arena, &desk->organization))
        desk->organization = (struct row_organization){ 0 };
    desk->unread = model_unread(desk->model);
    desk->has_next = model_next(desk->model, &desk->arena, &desk->next);
}

void desk_show_first(struct desk *desk)
{
    bool known = desk->account.email != NULL;
    app_root(desk->app, known ? &calendar_ops : &login_ops);
}

// Fixed words only: what the server sends never becomes an escape sequence.
static void alert(struct desk *desk, const char *text)
{
    if (desk->app->term && !desk->app->has_focus)
        term_alert(desk->app->term, desk->alert, text);
}

static void signed_out(struct desk *desk, const struct model_event *event)
{
    desk->undo_count = 0;
    app_reset(desk->app);
    app_root(desk->app, &login_ops);
    if (event->err.message[0])
        app_toast(desk->app, TOAST_FAIL, "Signed out", event->err.message);
}

static void tell(struct desk *desk, const struct model_event *event)
{
    struct app *app = desk->app;
    switch (event->kind) {
    case MODEL_TOAST:
        app_toast(app, TOAST_NEWS, event->title, event->body);
        alert(desk, "Serenity: there is news about a session");
        break;
    case MODEL_REFUSED:
        app_toast(app, TOAST_FAIL, "A change was refused: 6 says more", event->body);
        alert(desk, "Serenity: a change was refused");
        break;
    case MODEL_SIGNED_IN:
        app_reset(app);
        app_root(app, &calendar_ops);
        break;
    case MODEL_SIGN_IN_FAILED:
        login_failed(app, &event->err);
        break;
    case MODEL_SIGNED_OUT:
        signed_out(desk, event);
        break;
    case MODEL_TROUBLE:
        app_toast(app, TOAST_FAIL, "Something is wrong here", event->err.message);
        break;
    }
}

void desk_read_news(struct app *app)
{
    struct desk *desk = desk_of_app(app);
    struct model_news news;
    model_take_news(desk->model, &app->frame, &news);
    if (news.changed == 0 && news.events.count == 0)
        return;
    desk_reload(desk);
    for (size_t i = 0; i < news.events.count; i++)
        tell(desk, LIST_AT(&news.events, struct model_event, i));
    app_news(app, news.changed);
}

void desk_did(struct app *app, const char *what, int64_t n)
{
    struct desk *desk = desk_of_app(app);
    if (desk->undo_count == UNDO_MAX) {
        memmove(desk->undo, desk->undo + 1, sizeof(desk->undo[0]) * (UNDO_MAX - 1));
        desk->undo_count--;
    }
    struct undo_step *step = &desk->undo[desk->undo_count++];
    step->n = n;
    snprintf(step->title, sizeof(step->title), "%s", what);
    bool online = desk->connection.state == LINK_ONLINE;
    app_toast(app, TOAST_INFO, what, online ? "" : "queued: saved here, goes out when you are online");
}

void desk_failed(struct app *app, const char *what, const struct err *err)
{
    app_toast(app, TOAST_FAIL, what, err->message);
}
