// What this device has not got through: refused changes with their reasons, and those that wait.
#include "shared/host/host.h"
#include "tui/screens/common/desk.h"
#include "tui/screens/common/detail.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/refusal.h"
#include "tui/screens/common/views.h"
#include "tui/ui/list_view.h"

#include <stdlib.h>
#include <string.h>

struct changes_data {
    struct arena arena;
    struct list refused;   // struct refusal
    struct list waiting;   // struct waiting
    struct list_view list; // refused ones first
};

static void news_changes(struct screen *screen, unsigned changed)
{
    struct changes_data *data = screen->data;
    if (!(changed & (MODEL_OUTBOX | MODEL_REFUSALS | MODEL_CONNECTION | MODEL_ACCOUNT)))
        return;
    arena_reset(&data->arena);
    data->refused = data->waiting = (struct list){ 0 };
    model_refusals(model_of(screen), &data->arena, &data->refused);
    model_waiting(model_of(screen), &data->arena, &data->waiting);
    list_view_count(&data->list, (int)(data->refused.count + data->waiting.count));
}

static void close_changes(struct screen *screen)
{
    struct changes_data *data = screen->data;
    arena_free(&data->arena);
}

static const struct refusal *refusal_at(const struct changes_data *data, int line)
{
    return line < (int)data->refused.count ? LIST_AT(&data->refused, struct refusal, line) : NULL;
}

static const struct waiting *waiting_at(const struct changes_data *data, int line)
{
    int index = line - (int)data->refused.count;
    return index >= 0 && index < (int)data->waiting.count ? LIST_AT(&data->waiting, struct waiting, index)
                                                          : NULL;
}

// Short names for a list; the operation's own sentence stands for what is not here.
static const struct {
    const char *name, *title;
} titles[] = {
    { "consultant.availability_add", "Hours or time off" },
    { "consultation.add_action_item", "Action item" },
    { "consultation.add_co_consultant", "Adding a co-consultant" },
    { "consultation.add_deliverable", "Deliverable" },
    { "consultation.book", "Booking" },
    { "consultation.cancel", "Cancelling" },
    { "consultation.complete", "Completing the session" },
    { "consultation.confirm", "Confirming" },
    { "consultation.decline", "Declining" },
    { "consultation.patch", "Notes" },
    { "consultation.remove_co_consultant", "Removing a co-consultant" },
    { "consultation.reschedule", "Moving to another time" },
    { "consultation.start", "Starting the session" },
    { "note.edit", "What was typed into a note" },
    { "notification.read", "Marking news as read" },
};

static const char *title_of(const char *name, const char *help)
{
    for (size_t i = 0; name && i < ARRAY_LEN(titles); i++) {
        if (strcmp(titles[i].name, name) == 0)
            return titles[i].title;
    }
    return help ? help : "";
}

static void draw_line(struct screen *screen, const struct canvas *canvas, int y, int line)
{
    const struct changes_data *data = screen->data;
    struct app *app = screen->app;
    const struct refusal *refusal = refusal_at(data, line);
    const struct waiting *waiting = waiting_at(data, line);
    const char *title =
        refusal ? title_of(refusal->name, refusal->help) : title_of(waiting->name, waiting->help);
    const char *code = refusal ? refusal->code : waiting->code;
    const char *state = refusal ? "refused" : waiting->sent ? "on its way" : "waits";
    int64_t at = refusal ? refusal->refused_at : waiting->at;
    int width = canvas->area.width;
    canvas_text(canvas, 1, y, refusal ? INK_BAD : INK_WARN, refusal ? "!" : "↑");
    canvas_text(canvas, 3, y, refusal ? INK_BAD : INK_WARN, state);
    canvas_text(canvas, 15, y, INK_DIM, format_relative(&app->frame, at, app->now));
    canvas_text_in(canvas, 28, y, width - 48, INK_TEXT, title);
    if (code)
        canvas_right(canvas, width - 1, y, INK_FAINT, code);
}

static void draw_waiting(struct screen *screen, struct pen *pen, const struct waiting *waiting)
{
    struct app *app = screen->app;
    const struct zone *zone = zone_of(screen);
    const char *state = waiting->sent ? "Sent; the server has not answered yet."
                                      : "Saved on this device; goes out when you are online.";
    pen_text(pen, INK_TEXT, state);
    pen_line(pen, INK_DIM,
             app_printf(app, "Queued %s", format_when(&app->frame, zone, waiting->at, app->now)));
    if (waiting->why)
        pen_text(pen, INK_WARN, waiting->why);
    if (waiting->next_try > app->now)
        pen_line(pen, INK_DIM,
                 app_printf(app, "Next try %s", format_relative(&app->frame, waiting->next_try, app->now)));
}

static void draw_changes(struct screen *screen, const struct canvas *canvas)
{
    struct changes_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    rect_cut_top(&rest, 1);
    if (data->list.count == 0) {
        canvas_text(canvas, 1, 1, INK_TEXT, "Everything has reached the server.");
        return;
    }
    struct rect below = rect_cut_bottom(&rest, rest.height / 2);
    list_view_fit(&data->list, rest.height);
    struct canvas part = canvas_sub(canvas, rest);
    for (int y = 0; y < rest.height && data->list.top + y < data->list.count; y++) {
        if (data->list.top + y == data->list.selected)
            canvas_paper(&part, (struct rect){ 0, y, rest.width, 1 }, PAPER_SELECTED);
        draw_line(screen, &part, y, data->list.top + y);
    }
    const struct refusal *refusal = refusal_at(data, data->list.selected);
    struct rect inner = canvas_box(canvas, below, INK_BOX, refusal ? "Why it was refused" : "What waits");
    part = canvas_sub(canvas, rect_inset(inner, 1, 0));
    struct pen pen = { .canvas = &part, .app = screen->app };
    if (refusal)
        refusal_draw(&pen, refusal);
    else
        draw_waiting(screen, &pen, waiting_at(data, data->list.selected));
}

static bool key_changes(struct screen *screen, keycode key)
{
    struct changes_data *data = screen->data;
    return list_view_key(&data->list, key);
}

static const struct refusal *refusal_of(struct screen *screen)
{
    const struct changes_data *data = screen->data;
    return refusal_at(data, data->list.selected);
}

static bool is_refusal(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "only for what was refused";
    return refusal_of(screen) != NULL;
}

static bool has_alternatives(struct screen *screen, const char **ret_reason)
{
    const struct refusal *refusal = refusal_of(screen);
    *ret_reason = "only for a time that was taken";
    return refusal && refusal->alternatives.count > 0;
}

static void resend(struct screen *screen)
{
    struct err err;
    int64_t n;
    if (model_refusal_resend(model_of(screen), refusal_of(screen)->n, &n, &err))
        desk_did(screen->app, "Sent again", n);
    else
        desk_failed(screen->app, "Not sent again", &err);
}

static void nearest_time(struct screen *screen)
{
    refusal_take_nearest(screen->app, refusal_of(screen));
}

static void other_time(struct screen *screen)
{
    refusal_choose_time(screen->app, refusal_of(screen));
}

struct discarded {
    int64_t n;
};

static void discard_it(struct app *app, void *data)
{
    const struct discarded *discarded = data;
    struct err err;
    if (model_refusal_discard(desk_of_app(app)->model, discarded->n, &err))
        app_toast(app, TOAST_INFO, "Thrown away", "");
    else
        desk_failed(app, "Not thrown away", &err);
}

static void discard(struct screen *screen)
{
    const struct refusal *refusal = refusal_of(screen);
    struct discarded *discarded = calloc(1, sizeof(*discarded));
    CHECK(discarded != NULL);
    discarded->n = refusal->n;
    popup_ask(screen->app, &(struct question){
                               .title = "Throw the refused change away",
                               .text = refusal->text ? "What you typed is deleted. This cannot be undone."
                                                     : "The change is forgotten. This cannot be undone.",
                               .yes = "Throw away",
                               .no = "Keep it",
                               .act = discard_it,
                               .data = discarded,
                           });
}

static bool can_withdraw(struct screen *screen, const char **ret_reason)
{
    const struct changes_data *data = screen->data;
    const struct waiting *waiting = waiting_at(data, data->list.selected);
    *ret_reason = waiting ? "it was sent already" : "only for what waits";
    return waiting && !waiting->sent;
}

static void withdraw(struct screen *screen)
{
    const struct changes_data *data = screen->data;
    struct err err;
    if (model_withdraw(model_of(screen), waiting_at(data, data->list.selected)->n, &err))
        app_toast(screen->app, TOAST_INFO, "Taken back", "");
    else
        desk_failed(screen->app, "Not taken back", &err);
}

static const char *consultation_of(struct screen *screen)
{
    const struct changes_data *data = screen->data;
    const struct refusal *refusal = refusal_of(screen);
    const struct waiting *waiting = waiting_at(data, data->list.selected);
    return refusal ? refusal->consultation_id : waiting ? waiting->consultation_id : NULL;
}

static bool has_consultation(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "it is about no session";
    return consultation_of(screen) != NULL;
}

static void open_selected(struct screen *screen)
{
    consultation_open(screen->app, consultation_of(screen));
}

static void wheel_changes(struct screen *screen, int x, int y, int by)
{
    struct changes_data *data = screen->data;
    (void)x;
    (void)y;
    list_view_select(&data->list, data->list.selected + by);
}

static void click_changes(struct screen *screen, int x, int y)
{
    struct changes_data *data = screen->data;
    int line = list_view_at(&data->list, y - 1);
    (void)x;
    if (line >= 0)
        list_view_select(&data->list, line);
}

static const struct action actions[] = {
    { "changes.open", "enter", "open session", "Opens the session it is about.", 1, has_consultation,
      open_selected },
    { "changes.resend", "s", "send again", "Queues the refused change once more.", 4, is_refusal, resend },
    { "changes.nearest", "t", "take the nearest", "Sends a refused booking with the nearest free time.", 2,
      has_alternatives, nearest_time },
    { "changes.edit", "e", "other time", "Sends a refused booking with another time.", 3, has_alternatives,
      other_time },
    { "changes.discard", "d", "throw away", "Forgets the refused change.", 5, is_refusal, discard },
    { "changes.withdraw", "w", "take back", "Takes back what was not sent yet.", 6, can_withdraw, withdraw },
    { "changes.move", "up down j k pgup pgdn home end G", "move", "Marks another line.", 0, NULL, NULL },
};

const struct screen_ops changes_ops = {
    .context = "changes",
    .title = "Changes",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct changes_data),
    .close = close_changes,
    .news = news_changes,
    .draw = draw_changes,
    .key = key_changes,
    .click = click_changes,
    .wheel = wheel_changes,
};
