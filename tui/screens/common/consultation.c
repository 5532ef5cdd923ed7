// Everything about one consultation on one screen.
#include "tui/screens/common/acts.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/detail.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/refusal.h"
#include "tui/screens/common/views.h"

#include <stdio.h>

struct consultation_data {
    struct arena arena;
    char id[ID_SIZE];
    bool known;
    struct consultation_detail detail;
    bool refused; // the booking itself
    struct refusal refusal;
    struct list present;    // struct present
    int top, lines, height; // of the right column
};

static void open_consultation(struct screen *screen, const void *arg)
{
    struct consultation_data *data = screen->data;
    snprintf(data->id, sizeof(data->id), "%s", (const char *)arg);
}

static void close_consultation(struct screen *screen)
{
    struct consultation_data *data = screen->data;
    model_presence_enter(model_of(screen), NULL, PRESENCE_VIEWING);
    arena_free(&data->arena);
}

static void news_consultation(struct screen *screen, unsigned changed)
{
    struct consultation_data *data = screen->data;
    if (changed == ~0u) // it came to the front: the workbench over it has left
        model_presence_enter(model_of(screen), data->id, PRESENCE_VIEWING);
    arena_reset(&data->arena);
    data->present = (struct list){ 0 };
    data->known = model_consultation(model_of(screen), data->id, &data->arena, &data->detail);
    data->refused = model_refused_booking(model_of(screen), data->id, &data->arena, &data->refusal);
    model_presence(model_of(screen), data->id, &data->arena, &data->present);
}

static void draw_head(struct screen *screen, const struct canvas *canvas)
{
    const struct consultation_data *data = screen->data;
    const struct consultation *head = &data->detail.head;
    struct app *app = screen->app;
    const char *state = app_printf(app, "%s %s", booking_sign(head), booking_word(head));
    int right = canvas_right(canvas, canvas->area.width - 1, 0, booking_ink(head), state);
    if (head->row.code)
        right = canvas_right(canvas, right - 3, 0, INK_DIM, head->row.code);
    int used = canvas_text_in(canvas, 1, 0, right - 3, INK_STRONG, booking_with(desk_of(screen), head));
    const char *about =
        head->row.purpose && *head->row.purpose ? head->row.purpose : booking_type(&app->frame, head);
    canvas_text_in(canvas, 1 + used, 0, right - 4 - used, INK_TEXT, app_printf(app, " · %s", about));
}

static void draw_present(struct screen *screen, struct pen *pen)
{
    const struct consultation_data *data = screen->data;
    static const char *const doing[] = { "looks at this", "is writing", "is in the session" };
    for (size_t i = 0; i < data->present.count; i++) {
        const struct present *present = LIST_AT(&data->present, struct present, i);
        pen_line(pen, INK_INFO, app_printf(screen->app, "◆ %s %s", present->name, doing[present->state]));
    }
}

static void draw_consultation(struct screen *screen, const struct canvas *canvas)
{
    struct consultation_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    if (!data->known) {
        canvas_center(canvas, 3, INK_DIM, "This consultation is not on this device any more.");
        return;
    }
    draw_head(screen, canvas);
    rect_cut_top(&rest, 2);
    bool wide = rest.width >= 90;
    struct rect facts = wide ? rect_cut_left(&rest, 44) : rest;
    if (wide)
        rect_cut_left(&rest, 1);
    struct rect inner = canvas_box(canvas, facts, INK_BOX, wide ? "Facts" : "Consultation");
    struct canvas part = canvas_sub(canvas, rect_inset(inner, 1, 0));
    struct pen pen = { .canvas = &part, .app = screen->app, .top = wide ? 0 : data->top };
    detail_facts(&pen, &data->detail);
    draw_present(screen, &pen);
    if (wide) {
        inner = canvas_box(canvas, rest, INK_BOX, "Notes and results");
        part = canvas_sub(canvas, rect_inset(inner, 1, 0));
        pen = (struct pen){ .canvas = &part, .app = screen->app, .top = data->top };
    } else {
        pen_gap(&pen);
    }
    if (data->refused) {
        pen_heading(&pen, "Why it was refused", NULL);
        refusal_draw(&pen, &data->refusal);
        pen_gap(&pen);
    }
    detail_texts(&pen, &data->detail);
    data->lines = pen.y;
    data->height = part.area.height;
    canvas_scrollbar(&part, canvas_rect(&part), data->top, data->height, data->lines);
}

static void scroll(struct screen *screen, int by)
{
    struct consultation_data *data = screen->data;
    int last = data->lines > data->height ? data->lines - data->height : 0;
    data->top += by;
    data->top = data->top < 0 ? 0 : data->top > last ? last : data->top;
}

static bool key_consultation(struct screen *screen, keycode key)
{
    const struct consultation_data *data = screen->data;
    int page = data->height > 1 ? data->height - 1 : 1;
    if (key == K_UP || key == 'k')
        scroll(screen, -1);
    else if (key == K_DOWN || key == 'j')
        scroll(screen, 1);
    else if (key == K_PAGE_UP)
        scroll(screen, -page);
    else if (key == K_PAGE_DOWN)
        scroll(screen, page);
    else
        return false;
    return true;
}

static void wheel_consultation(struct screen *screen, int x, int y, int by)
{
    (void)x;
    (void)y;
    scroll(screen, by * 3);
}

// --- acts ----------------------------------------------------------------------------------------------------------

static const struct consultation *head_of(struct screen *screen)
{
    const struct consultation_data *data = screen->data;
    return data->known ? &data->detail.head : NULL;
}

#define MOVE_ACTION(name, move, act)                                                                         \
    static bool may_##name(struct screen *screen, const char **why)                                          \
    {                                                                                                        \
        return act_may(screen->app, head_of(screen), move, why);                                             \
    }                                                                                                        \
    static void name(struct screen *screen)                                                                  \
    {                                                                                                        \
        act(screen->app, head_of(screen));                                                                   \
    }

MOVE_ACTION(confirm, MOVE_CONFIRM, act_confirm)
MOVE_ACTION(decline, MOVE_DECLINE, act_decline)
MOVE_ACTION(start, MOVE_START, act_start)
MOVE_ACTION(cancel, MOVE_CANCEL, act_cancel)
MOVE_ACTION(reschedule, MOVE_RESCHEDULE, act_reschedule)

MOVE_ACTION(add_co_consultant, MOVE_ADD_CO_CONSULTANT, act_add_co_consultant)

static bool may_remove_co_consultant(struct screen *screen, const char **ret_reason)
{
    if (!act_may(screen->app, head_of(screen), MOVE_REMOVE_CO_CONSULTANT, ret_reason))
        return false;
    *ret_reason = "nobody joins this session";
    return head_of(screen)->row.coConsultantIds.count > 0;
}

static void remove_co_consultant(struct screen *screen)
{
    act_remove_co_consultant(screen->app, head_of(screen));
}

static bool is_consultant(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "only its consultants";
    return head_of(screen) && (head_of(screen)->part & (ROLE_CONSULTANT | ROLE_CO_CONSULTANT));
}

static void workbench(struct screen *screen)
{
    const struct consultation_data *data = screen->data;
    app_push(screen->app, &workbench_ops, data->id);
}

static void prepare(struct screen *screen)
{
    const struct consultation_data *data = screen->data;
    note_open(screen->app, &(struct note_target){ data->id, NOTE_PREPARATION });
}

static bool may_write(struct screen *screen, const char **ret_reason)
{
    const struct consultation_data *data = screen->data;
    *ret_reason =
        data->refused ? "the booking was refused" : "the client writes these; yours are in the workbench";
    return desk_is(desk_of(screen), ROLE_CLIENT) && head_of(screen) && !data->refused;
}

static void client_notes(struct screen *screen)
{
    const struct consultation_data *data = screen->data;
    note_open(screen->app, &(struct note_target){ data->id, NOTE_CLIENT });
}

static void shared_document(struct screen *screen)
{
    const struct consultation_data *data = screen->data;
    note_open(screen->app, &(struct note_target){ data->id, NOTE_SHARED });
}

static void session_notes(struct screen *screen)
{
    const struct consultation_data *data = screen->data;
    note_open(screen->app, &(struct note_target){ data->id, NOTE_LIVE });
}

static bool has_alternatives(struct screen *screen, const char **ret_reason)
{
    const struct consultation_data *data = screen->data;
    *ret_reason = "only for a booking whose time was taken";
    return data->refused && data->refusal.alternatives.count > 0;
}

static void nearest_time(struct screen *screen)
{
    const struct consultation_data *data = screen->data;
    refusal_take_nearest(screen->app, &data->refusal);
}

static void other_time(struct screen *screen)
{
    const struct consultation_data *data = screen->data;
    refusal_choose_time(screen->app, &data->refusal);
}

static bool was_called_off(struct screen *screen, const char **ret_reason)
{
    const struct consultation *head = head_of(screen);
    *ret_reason = "only for a session that was declined or cancelled";
    return head && !head->only_here && (head->part & ROLE_CLIENT) &&
           !booking_blocks_time((enum booking_status)head->row.status);
}

static void book_anew(struct screen *screen)
{
    const struct row_consultation *row = &head_of(screen)->row;
    book_open(screen->app, &(struct book_target){ .consultant_id = row->consultantId, .at = row->start });
}

static bool is_known(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "it is not on this device";
    return head_of(screen) != NULL;
}

static void why(struct screen *screen)
{
    const struct consultation_data *data = screen->data;
    struct app *app = screen->app;
    popup_text(app, "Credits of this session", detail_why(app, &data->detail));
}

static const struct action actions[] = {
    { "consultation.workbench", "enter w", "workbench", "Clock, notes, action items and deliverables.", 3,
      is_consultant, workbench },
    { "consultation.notes", "e", "your notes", "What the consultant should know before the session.", 4,
      may_write, client_notes },
    { "consultation.shared", "d", "shared document", "Everyone in the session writes it, also at once.", 15,
      is_known, shared_document },
    { "consultation.session_notes", "v", "session notes", "What the consultants note in the session.", 0,
      is_known, session_notes },
    { "consultation.confirm", "c", "confirm", "Tells the client that the session will take place.", 5,
      may_confirm, confirm },
    { "consultation.decline", "D", "decline",
      "Says that it will not be, before it is confirmed; first what follows.", 6, may_decline, decline },
    { "consultation.nearest", "t", "take the nearest",
      "Sends the refused booking with the nearest free time.", 1, has_alternatives, nearest_time },
    { "consultation.other_time", "o", "other time", "Sends the refused booking with another free time.", 2,
      has_alternatives, other_time },
    { "consultation.book_anew", "n", "book anew", "Looks for another time with the same consultant.", 7,
      was_called_off, book_anew },
    { "consultation.start", "s", "start", "Starts the clock.", 8, may_start, start },
    { "consultation.prepare", "p", "preparation", "What its consultants note before the session.", 9,
      is_consultant, prepare },
    { "consultation.reschedule", "r", "reschedule", "Moves the session to another time.", 10, may_reschedule,
      reschedule },
    { "consultation.cancel", "x", "cancel", "Calls the session off; says first what that costs.", 11,
      may_cancel, cancel },
    { "consultation.why", "y", "why", "Which credits pay for it, and what would happen to them.", 12,
      is_known, why },
    { "consultation.add_co_consultant", "+", "add a co-consultant…",
      "Lets another consultant give the session with you.", 13, may_add_co_consultant, add_co_consultant },
    { "consultation.remove_co_consultant", "-", "remove co-consultant",
      "Ends what a co-consultant sees of the session; who joins it leaves by this.", 14,
      may_remove_co_consultant, remove_co_consultant },
    { "consultation.scroll", "up down j k pgup pgdn", "scroll", "Shows another part.", 0, NULL, NULL },
};

const struct screen_ops consultation_ops = {
    .context = "consultation",
    .title = "Consultation",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct consultation_data),
    .open = open_consultation,
    .close = close_consultation,
    .news = news_consultation,
    .draw = draw_consultation,
    .key = key_consultation,
    .wheel = wheel_consultation,
};

void consultation_open(struct app *app, const char *id)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct consultation_detail detail;
    struct desk *desk = desk_of_app(app);
    if (!model_consultation(desk->model, id, &arena, &detail)) {
        app_toast(app, TOAST_INFO, "Not on this device", "the consultation is gone, or not yours to see");
        return;
    }
    bool gives = detail.head.part & (ROLE_CONSULTANT | ROLE_CO_CONSULTANT);
    bool running = detail.head.row.status == BOOKING_IN_PROGRESS && gives;
    app_push(app, running ? &workbench_ops : &consultation_ops, detail.head.row.id);
}
