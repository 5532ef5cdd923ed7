// A session while it goes on: clock, notes, action items, deliverables. Works without a network.
#include "tui/screens/common/acts.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/detail.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/note_editor.h"
#include "tui/screens/consultant/session_forms.h"
#include "tui/ui/chart.h"

#include <stdio.h>

enum { PANEL_WIDTH = 38, WIDE = 92, WRITING_MS = 5000 };

static const struct {
    enum note_kind kind;
    const char *key, *name, *short_name, *who;
} tabs[] = {
    { NOTE_CONSULTANT, "F2", "private", "private", "only you read them" },
    { NOTE_LIVE, "F3", "session", "session", "the client reads them too" },
    { NOTE_SHARED, "F4", "shared", "shared", "the client writes them too" },
    { NOTE_PREPARATION, "F7", "preparation", "prep", "only the consultants read them" },
};
enum { TAB_PRIVATE, TAB_SESSION, TAB_SHARED, TAB_PREPARATION, TABS };

struct workbench_data {
    struct arena arena;
    char id[ID_SIZE];
    bool known;
    struct consultation_detail detail;
    struct booking_policy policy;
    struct list present; // struct present
    struct note_editor notes[TABS];
    int tab;
    bool on_panel;          // the keys go to the left side
    int top, lines, height; // of the left side
    struct rect text;       // of the notes in the last drawing
    bool writing;           // as others see it
    int64_t typed_at;       // UTC ms
};

static void open_workbench(struct screen *screen, const void *arg)
{
    struct workbench_data *data = screen->data;
    snprintf(data->id, sizeof(data->id), "%s", (const char *)arg);
    for (int i = 0; i < TABS; i++)
        note_editor_open(&data->notes[i], model_of(screen), &(struct note_target){ data->id, tabs[i].kind });
    model_presence_enter(model_of(screen), data->id, PRESENCE_SESSION);
    note_editor_caret(&data->notes[data->tab]);
}

static void close_workbench(struct screen *screen)
{
    struct workbench_data *data = screen->data;
    for (int i = 0; i < TABS; i++)
        note_editor_close(&data->notes[i]);
    model_presence_enter(model_of(screen), NULL, PRESENCE_VIEWING);
    arena_free(&data->arena);
}

static void news_workbench(struct screen *screen, unsigned changed)
{
    struct workbench_data *data = screen->data;
    arena_reset(&data->arena);
    data->present = (struct list){ 0 };
    data->known = model_consultation(model_of(screen), data->id, &data->arena, &data->detail);
    if (data->known && data->tab == TAB_PRIVATE && booking_joins(&data->detail.head))
        data->tab = TAB_SESSION; // the private ones are the lead's
    model_policy(model_of(screen), &data->policy);
    model_presence(model_of(screen), data->id, &data->arena, &data->present);
    for (int i = 0; i < TABS; i++)
        note_editor_read(&data->notes[i]);
    if (changed == ~0u) // it came to the front: another screen had the caret
        note_editor_caret(&data->notes[data->tab]);
}

// --- drawing -------------------------------------------------------------------------------------------------------

static const struct row_consultation *row_of(const struct screen *screen)
{
    const struct workbench_data *data = screen->data;
    return &data->detail.head.row;
}

static bool is_running(const struct screen *screen)
{
    return row_of(screen)->status == BOOKING_IN_PROGRESS;
}

static void draw_head(struct screen *screen, const struct canvas *canvas)
{
    const struct workbench_data *data = screen->data;
    const struct consultation *head = &data->detail.head;
    struct app *app = screen->app;
    int right = canvas_right(canvas, canvas->area.width - 1, 0, booking_ink(head),
                             app_printf(app, "%s %s", booking_sign(head), booking_word(head)));
    if (head->row.code)
        right = canvas_right(canvas, right - 3, 0, INK_DIM, head->row.code);
    int used = canvas_text_in(canvas, 1, 0, right - 3, INK_STRONG, booking_with(desk_of(screen), head));
    const char *about =
        head->row.purpose && *head->row.purpose ? head->row.purpose : booking_type(&app->frame, head);
    canvas_text_in(canvas, 1 + used, 0, right - 4 - used, INK_TEXT, app_printf(app, " · %s", about));
}

// How much of the overrun is billed is said while there is still time to end it.
static const char *overrun_text(struct screen *screen, enum ink *ret_ink)
{
    const struct workbench_data *data = screen->data;
    const struct row_consultation *row = row_of(screen);
    struct app *app = screen->app;
    int64_t left = row->end - app->now, over = -left / MINUTE_MS, grace = data->policy.grace_minutes;
    int64_t rest = row->actualStart + (row->end - row->start) - app->now;
    if (row->actualStart > 0 && rest < left && rest > 0)
        left = rest; // begun before its time
    *ret_ink = left > 10 * MINUTE_MS ? INK_DIM : INK_WARN;
    if (left > 0)
        return app_printf(app, "%s left", format_minutes(&app->frame, (left + MINUTE_MS - 1) / MINUTE_MS));
    int64_t billed = booking_overrun_minutes(row->end, app->now, grace);
    if (billed > 0) {
        *ret_ink = INK_BAD;
        return app_printf(app, "%d min over · billed by invoice at your hourly rate", (int)billed);
    }
    return app_printf(app, "%d min over · free of charge up to %d", (int)over, (int)grace);
}

static void draw_clock(struct screen *screen, const struct canvas *canvas, int y)
{
    const struct row_consultation *row = row_of(screen);
    struct app *app = screen->app;
    const struct zone *zone = zone_of(screen);
    int booked = booking_minutes(&((struct workbench_data *)screen->data)->detail.head);
    if (!is_running(screen)) {
        const char *text =
            row->actualEnd > 0
                ? app_printf(app, "Took %s, %s booked.",
                             format_minutes(&app->frame, (row->actualEnd - row->actualStart) / MINUTE_MS),
                             format_minutes(&app->frame, booked))
                : app_printf(app, "Not started. Booked for %s, %s.",
                             format_when(&app->frame, zone, row->start, app->now),
                             format_relative(&app->frame, row->start, app->now));
        canvas_text(canvas, 1, y, INK_DIM, text);
        return;
    }
    int64_t since = row->actualStart > 0 ? row->actualStart : row->start,
            length = (int64_t)booked * MINUTE_MS;
    int x = 1 + canvas_text(canvas, 1, y, INK_SPECIAL, format_stopwatch(&app->frame, app->now - since));
    x += canvas_printf(canvas, x, y, INK_DIM, " / %s", format_stopwatch(&app->frame, length)) + 2;
    enum ink ink;
    const char *text = overrun_text(screen, &ink);
    int right = canvas_right(canvas, canvas->area.width - 1, y, ink, text);
    int width = right - x - 2 < 40 ? right - x - 2 : 40;
    if (width > 8)
        chart_bar(canvas, x, y, width, ink == INK_DIM ? INK_ACCENT : ink, (double)(app->now - since),
                  (double)length);
}

static void draw_panel(struct screen *screen, const struct canvas *canvas)
{
    struct workbench_data *data = screen->data;
    const struct consultation_detail *detail = &data->detail;
    struct app *app = screen->app;
    struct pen pen = { .canvas = canvas, .app = app, .top = data->top };
    const struct note_view *preparation = detail_note(detail, NOTE_PREPARATION);
    if (preparation && preparation->text && *preparation->text) {
        pen_heading(&pen, "Prepared", "F7 edits");
        pen_text(&pen, INK_TEXT, preparation->text);
        pen_gap(&pen);
    }
    const struct note_view *client = detail_note(detail, NOTE_CLIENT);
    if (client && *client->text) {
        pen_heading(&pen, "The client wrote", NULL);
        pen_text(&pen, INK_TEXT, client->text);
        pen_gap(&pen);
    }
    pen_heading(&pen, "Action items", "F5 adds");
    detail_action_items(&pen, detail);
    pen_gap(&pen);
    pen_heading(&pen, "Deliverables", "F6 adds");
    detail_deliverables(&pen, detail);
    pen_gap(&pen);
    if (row_of(screen)->contactName) {
        const char *title = row_of(screen)->contactTitle;
        pen_heading(&pen, "People", NULL);
        pen_line(&pen, INK_TEXT, app_printf(app, "%s  %s", row_of(screen)->contactName, title ? title : ""));
    }
    for (size_t i = 0; i < row_of(screen)->coConsultantNames.count; i++)
        pen_line(&pen, INK_TEXT,
                 app_printf(app, "%s  co-consultant",
                            *LIST_AT(&row_of(screen)->coConsultantNames, const char *, i)));
    for (size_t i = 0; i < detail->attendees.count; i++) {
        const struct attendee_view *attendee = LIST_AT(&detail->attendees, struct attendee_view, i);
        pen_line(&pen, INK_TEXT,
                 app_printf(app, "%s  %s%s", attendee->row.name ? attendee->row.name : "",
                            attendee->row.role ? attendee->row.role : "", attendee->waits ? " ↑" : ""));
    }
    data->lines = pen.y;
    data->height = canvas->area.height;
    canvas_scrollbar(canvas, canvas_rect(canvas), data->top, data->height, data->lines);
}

static void draw_tabs(struct screen *screen, const struct canvas *canvas, struct rect rect)
{
    const struct workbench_data *data = screen->data;
    int x = rect.x + 2;
    canvas_text(canvas, x, rect.y, INK_BOX, " ");
    bool narrow = rect.width < NOTE_NARROW;
    x += narrow ? 0 : 1 + canvas_text(canvas, x + 1, rect.y, INK_STRONG, "Notes ");
    for (int i = booking_joins(&data->detail.head) ? TAB_SESSION : TAB_PRIVATE; i < TABS; i++) {
        bool here = i == data->tab;
        const char *name = narrow ? tabs[i].short_name : tabs[i].name;
        const char *text = app_printf(screen->app, " %s %s ", tabs[i].key, name);
        int width = text_width(text);
        if (here)
            canvas_paper(canvas, (struct rect){ x, rect.y, width, 1 }, PAPER_MARKED);
        x += canvas_text(canvas, x, rect.y, here ? INK_STRONG : INK_DIM, text);
    }
}

static void draw_typing(struct screen *screen, const struct canvas *canvas, struct rect rect)
{
    static const char *const doing[] = { "looks on", "is writing", "is here" };
    const struct workbench_data *data = screen->data;
    int right = rect.x + rect.width - 2, y = rect.y + rect.height - 1;
    for (size_t i = 0; i < data->present.count && i < 3; i++) {
        const struct present *present = LIST_AT(&data->present, struct present, i);
        const char *text = app_printf(screen->app, " ◆ %s %s ", present->name, doing[present->state]);
        right = canvas_right(canvas, right, y, INK_INFO, text) - 1;
    }
}

static void draw_notes(struct screen *screen, const struct canvas *canvas, struct rect rect)
{
    struct workbench_data *data = screen->data;
    struct note_editor *editor = &data->notes[data->tab];
    bool focused = !data->on_panel;
    struct rect inner = canvas_box(canvas, rect, focused ? INK_FOCUS : INK_BOX, NULL);
    draw_tabs(screen, canvas, rect);
    struct canvas frame = canvas_sub(canvas, rect);
    note_editor_state(editor, &frame, rect.width - 2, 0);
    data->text = rect_inset(inner, 1, 0);
    struct canvas part = canvas_sub(canvas, data->text);
    note_editor_draw(editor, screen->app, &part, focused);
    const char *who = app_printf(screen->app, " %s ", tabs[data->tab].who);
    int x = 3 + canvas_text(&frame, 2, rect.height - 1, INK_FAINT, who);
    note_editor_away(editor, screen->app, &frame, x, rect.height - 1);
    draw_typing(screen, canvas, rect);
}

static void draw_workbench(struct screen *screen, const struct canvas *canvas)
{
    struct workbench_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    if (!data->known) {
        canvas_center(canvas, 3, INK_DIM, "This consultation is not on this device any more.");
        return;
    }
    draw_head(screen, canvas);
    draw_clock(screen, canvas, 1);
    rect_cut_top(&rest, 2);
    bool wide = rest.width >= WIDE;
    if (wide || data->on_panel) {
        struct rect side = wide ? rect_cut_left(&rest, PANEL_WIDTH) : rest;
        struct rect inner = canvas_box(canvas, side, data->on_panel ? INK_FOCUS : INK_BOX, "Session");
        struct canvas part = canvas_sub(canvas, rect_inset(inner, 1, 0));
        draw_panel(screen, &part);
    }
    if (wide || !data->on_panel)
        draw_notes(screen, canvas, rest);
}

// --- keys ----------------------------------------------------------------------------------------------------------

static void scroll(struct screen *screen, int by)
{
    struct workbench_data *data = screen->data;
    int last = data->lines > data->height ? data->lines - data->height : 0;
    data->top += by;
    data->top = data->top < 0 ? 0 : data->top > last ? last : data->top;
}

static bool key_panel(struct screen *screen, keycode key)
{
    if (key == K_UP || key == 'k')
        scroll(screen, -1);
    else if (key == K_DOWN || key == 'j')
        scroll(screen, 1);
    else
        return false;
    return true;
}

static void set_writing(struct screen *screen, bool writing)
{
    struct workbench_data *data = screen->data;
    if (writing)
        data->typed_at = screen->app->now;
    if (writing != data->writing)
        model_presence_enter(model_of(screen), data->id, writing ? PRESENCE_WRITING : PRESENCE_SESSION);
    data->writing = writing;
}

static bool key_workbench(struct screen *screen, keycode key)
{
    struct workbench_data *data = screen->data;
    if (data->on_panel)
        return key_panel(screen, key);
    struct note_editor *editor = &data->notes[data->tab];
    unsigned edits = editor->edits;
    bool used = note_editor_key(editor, screen->app, key);
    if (editor->edits != edits)
        set_writing(screen, true);
    return used;
}

static bool typing(struct screen *screen)
{
    const struct workbench_data *data = screen->data;
    return !data->on_panel && data->known;
}

static void paste_workbench(struct screen *screen, const char *text)
{
    struct workbench_data *data = screen->data;
    if (!data->on_panel)
        note_editor_paste(&data->notes[data->tab], screen->app, text);
}

static void click_workbench(struct screen *screen, int x, int y)
{
    struct workbench_data *data = screen->data;
    bool in_text = rect_has(data->text, x, y);
    data->on_panel = !in_text && x < PANEL_WIDTH && screen->area.width >= WIDE;
    if (in_text)
        note_editor_click(&data->notes[data->tab], x - data->text.x, y - data->text.y);
}

static void wheel_workbench(struct screen *screen, int x, int y, int by)
{
    struct workbench_data *data = screen->data;
    if (rect_has(data->text, x, y) && !data->on_panel)
        text_area_scroll(&data->notes[data->tab].area, by * 3);
    else
        scroll(screen, by * 3);
}

// The next second of a running clock, and the moment at which somebody no longer counts as writing.
static int64_t due_workbench(struct screen *screen)
{
    const struct workbench_data *data = screen->data;
    int64_t now = screen->app->now;
    if (data->writing && now >= data->typed_at + WRITING_MS)
        set_writing(screen, false);
    if (data->known && is_running(screen))
        return now - now % 1000 + 1000;
    return data->writing ? data->typed_at + WRITING_MS : 0;
}

// --- acts ----------------------------------------------------------------------------------------------------------

static void use_tab(struct screen *screen, int tab)
{
    struct workbench_data *data = screen->data;
    data->tab = tab;
    data->on_panel = false;
    note_editor_caret(&data->notes[tab]);
}

static bool leads(struct screen *screen, const char **ret_reason)
{
    const struct workbench_data *data = screen->data;
    *ret_reason = "these are the lead's alone";
    return !booking_joins(&data->detail.head);
}

static void use_private(struct screen *screen)
{
    use_tab(screen, TAB_PRIVATE);
}

static void use_session(struct screen *screen)
{
    use_tab(screen, TAB_SESSION);
}

static void use_shared(struct screen *screen)
{
    use_tab(screen, TAB_SHARED);
}

static void use_preparation(struct screen *screen)
{
    use_tab(screen, TAB_PREPARATION);
}

static void history(struct screen *screen)
{
    const struct workbench_data *data = screen->data;
    history_open(screen->app, &(struct note_target){ data->id, tabs[data->tab].kind });
}

static void authors(struct screen *screen)
{
    struct workbench_data *data = screen->data;
    data->notes[data->tab].authors = !data->notes[data->tab].authors;
}

static void use_other(struct screen *screen)
{
    struct workbench_data *data = screen->data;
    data->on_panel = !data->on_panel;
}

static bool is_known(struct screen *screen, const char **ret_reason)
{
    const struct workbench_data *data = screen->data;
    *ret_reason = "it is not on this device";
    return data->known;
}

static void add_item(struct screen *screen)
{
    const struct workbench_data *data = screen->data;
    session_add_item(screen->app, data->id);
}

static void add_deliverable(struct screen *screen)
{
    const struct workbench_data *data = screen->data;
    session_add_deliverable(screen->app, data->id);
}

static const struct consultation *head_of(struct screen *screen)
{
    const struct workbench_data *data = screen->data;
    return data->known ? &data->detail.head : NULL;
}

static bool may_start(struct screen *screen, const char **ret_reason)
{
    return act_may(screen->app, head_of(screen), MOVE_START, ret_reason);
}

static void start(struct screen *screen)
{
    act_start(screen->app, head_of(screen));
}

static bool may_complete(struct screen *screen, const char **ret_reason)
{
    return act_may(screen->app, head_of(screen), MOVE_COMPLETE, ret_reason);
}

static void complete(struct screen *screen)
{
    const struct workbench_data *data = screen->data;
    session_complete(screen->app, &data->detail, &data->policy);
}

static void external(struct screen *screen)
{
    struct workbench_data *data = screen->data;
    note_editor_external(&data->notes[data->tab], screen->app);
}

static const struct action actions[] = {
    { "workbench.item", "F5", "action item", "Adds something to be done, by whom and until when.", 1,
      is_known, add_item },
    { "workbench.deliverable", "F6", "deliverable", "Adds a report, a roadmap or another file.", 2, is_known,
      add_deliverable },
    { "workbench.start", "F8", "start", "Starts the clock.", 3, may_start, start },
    { "workbench.complete", "F9", "complete…", "Ends the session: outcomes, next steps, what it costs.", 4,
      may_complete, complete },
    { "workbench.editor", "ctrl-e", "editor", "Opens the notes in $VISUAL or $EDITOR.", 5, is_known,
      external },
    { "workbench.private", "F2", "private notes", "Only you read them.", 0, leads, use_private },
    { "workbench.session", "F3", "session notes", "The client reads them too.", 0, NULL, use_session },
    { "workbench.shared", "F4", "shared document", "Everyone in the session writes.", 0, NULL, use_shared },
    { "workbench.preparation", "F7", "preparation", "What you noted before the session.", 0, NULL,
      use_preparation },
    { "workbench.history", "ctrl-r", "history", "Who wrote what and when, and what it was then.", 7, is_known,
      history },
    { "workbench.authors", "ctrl-t", "who wrote it", "Names beside what each person wrote.", 0, is_known,
      authors },
    { "workbench.side", "tab", "other side", "Between the notes and the list beside them.", 6, NULL,
      use_other },
    { "workbench.undo", "ctrl-z", "undo", "Takes back what you typed yourself; ctrl-y types it again.", 0,
      NULL, NULL },
};

const struct screen_ops workbench_ops = {
    .context = "workbench",
    .title = "Session",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct workbench_data),
    .open = open_workbench,
    .close = close_workbench,
    .news = news_workbench,
    .draw = draw_workbench,
    .key = key_workbench,
    .typing = typing,
    .paste = paste_workbench,
    .click = click_workbench,
    .wheel = wheel_workbench,
    .due = due_workbench,
};
