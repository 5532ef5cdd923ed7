// One text of a consultation over the whole window, saved as it is typed, with whoever else is in it.
#include "tui/screens/common/desk.h"
#include "tui/screens/common/note_editor.h"
#include "tui/screens/common/views.h"

#include <stdio.h>

enum { WRITING_MS = 5000 };

struct note_data {
    struct note_editor editor;
    char id[ID_SIZE];
    enum note_kind kind;
    struct arena arena;
    struct list present; // struct present
    bool writing;        // as others see it
    int64_t typed_at;    // UTC ms
};

static const char *const titles[NOTE_KINDS] = {
    [NOTE_CONSULTANT] = "Private notes · only you read them",
    [NOTE_LIVE] = "Session notes · the consultants write, everyone reads",
    [NOTE_PREPARATION] = "Preparation · only the consultants read it",
    [NOTE_INTERNAL] = "Internal notes · the consultants and administrators read them",
    [NOTE_SHARED] = "Shared document · everyone writes",
    [NOTE_CLIENT] = "From the client · everyone reads",
};

static void open_note(struct screen *screen, const void *arg)
{
    struct note_data *data = screen->data;
    const struct note_target *target = arg;
    data->kind = target->kind;
    snprintf(data->id, sizeof(data->id), "%s", target->consultation_id);
    note_editor_open(&data->editor, model_of(screen), target);
    model_presence_enter(model_of(screen), data->id, PRESENCE_VIEWING);
    note_editor_caret(&data->editor);
}

static void close_note(struct screen *screen)
{
    struct note_data *data = screen->data;
    note_editor_close(&data->editor);
    model_presence_enter(model_of(screen), NULL, PRESENCE_VIEWING);
    arena_free(&data->arena);
}

static void news_note(struct screen *screen, unsigned changed)
{
    struct note_data *data = screen->data;
    if (!(changed & (MODEL_TEXTS | MODEL_ROWS(ROW_NOTE) | MODEL_OUTBOX | MODEL_REFUSALS | MODEL_PRESENCE)))
        return;
    note_editor_read(&data->editor);
    if (changed == ~0u) // it came to the front: another screen had the caret
        note_editor_caret(&data->editor);
    arena_reset(&data->arena);
    data->present = (struct list){ 0 };
    model_presence(model_of(screen), data->id, &data->arena, &data->present);
}

static void draw_present(struct screen *screen, const struct canvas *canvas)
{
    static const char *const doing[] = { "looks on", "is writing", "is in the session" };
    const struct note_data *data = screen->data;
    int right = canvas->area.width - 2, y = canvas->area.height - 1;
    for (size_t i = 0; i < data->present.count && i < 3; i++) {
        const struct present *present = LIST_AT(&data->present, struct present, i);
        right = canvas_right(canvas, right, y, INK_INFO,
                             app_printf(screen->app, " ◆ %s %s ", present->name, doing[present->state])) -
                1;
    }
}

static void draw_note(struct screen *screen, const struct canvas *canvas)
{
    struct note_data *data = screen->data;
    struct rect inner = canvas_box(canvas, canvas_rect(canvas), INK_FOCUS, titles[data->kind]);
    note_editor_state(&data->editor, canvas, canvas->area.width - 2, 0);
    struct canvas part = canvas_sub(canvas, rect_inset(inner, 1, 0));
    note_editor_draw(&data->editor, screen->app, &part, true);
    int x = 2, bottom = canvas->area.height - 1;
    if (data->editor.read_only[0])
        x += 1 + canvas_text_in(canvas, x, bottom, canvas->area.width / 2, INK_DIM,
                                app_printf(screen->app, " %s ", data->editor.read_only));
    note_editor_away(&data->editor, screen->app, canvas, x, bottom);
    draw_present(screen, canvas);
}

static void set_writing(struct screen *screen, bool writing)
{
    struct note_data *data = screen->data;
    if (writing)
        data->typed_at = screen->app->now;
    if (writing != data->writing)
        model_presence_enter(model_of(screen), data->id, writing ? PRESENCE_WRITING : PRESENCE_VIEWING);
    data->writing = writing;
}

static int64_t due_note(struct screen *screen)
{
    const struct note_data *data = screen->data;
    if (data->writing && screen->app->now >= data->typed_at + WRITING_MS)
        set_writing(screen, false);
    return data->writing ? data->typed_at + WRITING_MS : 0;
}

static bool key_note(struct screen *screen, keycode key)
{
    struct note_data *data = screen->data;
    unsigned edits = data->editor.edits;
    bool used = note_editor_key(&data->editor, screen->app, key);
    if (data->editor.edits != edits)
        set_writing(screen, true);
    return used;
}

static bool typing(struct screen *screen)
{
    (void)screen;
    return true;
}

static void paste_note(struct screen *screen, const char *text)
{
    struct note_data *data = screen->data;
    note_editor_paste(&data->editor, screen->app, text);
}

static void click_note(struct screen *screen, int x, int y)
{
    struct note_data *data = screen->data;
    note_editor_click(&data->editor, x - 2, y - 1);
}

static void wheel_note(struct screen *screen, int x, int y, int by)
{
    struct note_data *data = screen->data;
    (void)x;
    (void)y;
    text_area_scroll(&data->editor.area, by * 3);
}

static void external(struct screen *screen)
{
    struct note_data *data = screen->data;
    note_editor_external(&data->editor, screen->app);
}

static bool may_write(struct screen *screen, const char **ret_reason)
{
    const struct note_data *data = screen->data;
    *ret_reason = data->editor.read_only;
    return data->editor.read_only[0] == '\0';
}

static void history(struct screen *screen)
{
    const struct note_data *data = screen->data;
    history_open(screen->app, &(struct note_target){ data->id, data->kind });
}

static void authors(struct screen *screen)
{
    struct note_data *data = screen->data;
    data->editor.authors = !data->editor.authors;
}

static const struct action actions[] = {
    { "note.editor", "ctrl-e", "editor", "Opens the text in $VISUAL or $EDITOR.", 1, may_write, external },
    { "note.history", "ctrl-r", "history", "Who wrote what and when, and what it was then.", 2, NULL,
      history },
    { "note.authors", "ctrl-t", "who wrote it", "Names beside what each person wrote.", 3, NULL, authors },
    { "note.undo", "ctrl-z", "undo", "Takes back what you typed yourself; others' words stay.", 4, may_write,
      NULL },
    { "note.redo", "ctrl-y", "redo", "Types it again.", 5, may_write, NULL },
};

const struct screen_ops note_ops = {
    .context = "note",
    .title = "Notes",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct note_data),
    .open = open_note,
    .close = close_note,
    .news = news_note,
    .draw = draw_note,
    .key = key_note,
    .typing = typing,
    .paste = paste_note,
    .click = click_note,
    .wheel = wheel_note,
    .due = due_note,
};

void note_open(struct app *app, const struct note_target *target)
{
    app_push(app, &note_ops, target);
}
