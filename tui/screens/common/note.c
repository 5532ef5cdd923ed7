// One text of a consultation over the whole window, saved as it is typed.
#include "tui/screens/common/desk.h"
#include "tui/screens/common/note_editor.h"
#include "tui/screens/common/views.h"

#include <stdio.h>

struct note_data {
    struct note_editor editor;
    const char *title;
};

static const char *title_of(const struct note_target *target)
{
    static const char *const titles[] = {
        [NOTE_CONSULTANT] = "Private notes · only you read them",
        [NOTE_LIVE] = "Session notes · both read them",
        [NOTE_PREPARATION] = "Preparation · only you read it",
        [NOTE_INTERNAL] = "Internal notes · you and administrators read them",
    };
    return target->client_notes ? "Your notes for the consultant · both read them" : titles[target->kind];
}

static void open_note(struct screen *screen, const void *arg)
{
    struct note_data *data = screen->data;
    const struct note_target *target = arg;
    data->title = title_of(target);
    note_editor_open(&data->editor, target);
}

static void close_note(struct screen *screen)
{
    struct note_data *data = screen->data;
    note_editor_close(&data->editor);
}

static void news_note(struct screen *screen, unsigned changed)
{
    struct note_data *data = screen->data;
    if (changed & (MODEL_ROWS(ROW_NOTE) | MODEL_ROWS(ROW_CONSULTATION) | MODEL_OUTBOX | MODEL_REFUSALS))
        note_editor_read(&data->editor, screen->app);
}

static void draw_note(struct screen *screen, const struct canvas *canvas)
{
    struct note_data *data = screen->data;
    struct rect inner = canvas_box(canvas, canvas_rect(canvas), INK_FOCUS, data->title);
    note_editor_state(&data->editor, canvas, canvas->area.width - 2, 0);
    struct canvas part = canvas_sub(canvas, rect_inset(inner, 1, 0));
    note_editor_draw(&data->editor, &part, true);
}

static bool key_note(struct screen *screen, keycode key)
{
    struct note_data *data = screen->data;
    return note_editor_key(&data->editor, screen->app, key);
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
    text_area_click(&data->editor.area, x - 2, y - 1);
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

static const struct action actions[] = {
    { "note.editor", "ctrl-e", "editor", "Opens the text in $VISUAL or $EDITOR.", 1, NULL, external },
    { "note.undo", "ctrl-z", "undo", "Takes back what was typed.", 2, NULL, NULL },
    { "note.redo", "ctrl-y", "redo", "Types it again.", 3, NULL, NULL },
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
};

void note_open(struct app *app, const struct note_target *target)
{
    app_push(app, &note_ops, target);
}
