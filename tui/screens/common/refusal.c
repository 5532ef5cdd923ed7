#include "tui/screens/common/refusal.h"

#include "tui/screens/common/format.h"

#include <stdlib.h>

static void draw_alternatives(struct pen *pen, const struct refusal *refusal)
{
    struct app *app = pen->app;
    if (refusal->alternatives.count == 0)
        return;
    pen_line(pen, INK_STRONG, "Free times near it (t takes the first):");
    for (size_t i = 0; i < refusal->alternatives.count; i++) {
        const struct slot *slot = LIST_AT(&refusal->alternatives, struct slot, i);
        const char *when = format_when(&app->frame, zone_of_app(app), slot->start, app->now);
        pen_line(pen, INK_TEXT, app_printf(app, "%s %s", i == 0 ? "t" : " ", when));
    }
}

void refusal_draw(struct pen *pen, const struct refusal *refusal)
{
    struct app *app = pen->app;
    pen_text(pen, INK_BAD, refusal->message ? refusal->message : "no reason given");
    if (refusal->field && *refusal->field)
        pen_line(pen, INK_DIM, app_printf(app, "It is about: %s", refusal->field));
    if (refusal->because_of)
        pen_line(pen, INK_DIM, "It needed another change that was refused too.");
    draw_alternatives(pen, refusal);
    if (refusal->text) {
        pen_line(pen, INK_STRONG, "What you typed, kept here:");
        pen_text(pen, INK_TEXT, refusal->text);
    }
}

static void send_at(struct app *app, int64_t n, int64_t start)
{
    const char *when = format_when(&app->frame, zone_of_app(app), start, app->now);
    struct err err;
    int64_t again;
    if (model_refusal_resend_at(desk_of_app(app)->model, n, start, &again, &err))
        desk_did(app, app_printf(app, "Sent again for %s", when), again);
    else
        desk_failed(app, "Not sent again", &err);
}

void refusal_take_nearest(struct app *app, const struct refusal *refusal)
{
    send_at(app, refusal->n, LIST_AT(&refusal->alternatives, struct slot, 0)->start);
}

struct other_time {
    int64_t n;
    int count;
    int64_t starts[];
};

static void other_time_chosen(struct app *app, int index, void *data)
{
    const struct other_time *other = data;
    send_at(app, other->n, other->starts[index]);
}

void refusal_choose_time(struct app *app, const struct refusal *refusal)
{
    int count = (int)refusal->alternatives.count;
    struct other_time *other = calloc(1, sizeof(*other) + sizeof(int64_t) * (size_t)count);
    CHECK(other != NULL);
    struct choice_item *items = ARENA_ARRAY(&app->frame, struct choice_item, count);
    other->n = refusal->n;
    for (int i = 0; i < count; i++) {
        const struct slot *slot = LIST_AT(&refusal->alternatives, struct slot, i);
        other->starts[i] = slot->start;
        items[i].text = format_when(&app->frame, zone_of_app(app), slot->start, app->now);
        items[i].detail = format_relative(&app->frame, slot->start, app->now);
    }
    popup_choose(app, &(struct choice){ "Another time", items, count, other_time_chosen, other });
}
