#include "tui/screens/common/note_editor.h"

#include "tui/core/external.h"
#include "tui/screens/common/note_carets.h"

#include <stdio.h>
#include <string.h>

enum { WORD_MS = 2000, AUTHOR_WIDTH = 14 };

static void look(struct note_editor *editor)
{
    struct err err;
    bool may = model_text_may_write(editor->text, &err);
    snprintf(editor->read_only, sizeof(editor->read_only), "%s", may ? "" : err.message);
    editor->area.read_only = !may;
    editor->waits = model_text_waits(editor->text);
    editor->refused = model_text_refused(editor->text);
}

void note_editor_open(struct note_editor *editor, struct model *model, const struct note_target *target)
{
    *editor = (struct note_editor){ .kind = target->kind };
    editor->area.goal = -1;
    editor->text = model_text_open(model, target->consultation_id, target->kind);
    look(editor);
    edit_set(&editor->area.edit, model_text_content(editor->text, NULL));
    if (editor->area.read_only)
        edit_move(&editor->area.edit, 0);
}

void note_editor_close(struct note_editor *editor)
{
    model_text_close(editor->text);
    text_area_free(&editor->area);
}

// --- the mirror ----------------------------------------------------------------------------------------------------

static void show(struct note_editor *editor, struct text_anchor caret, struct text_anchor top)
{
    edit_show(&editor->area.edit, model_text_content(editor->text, NULL),
              model_text_position(editor->text, caret));
    text_area_show_from(&editor->area, model_text_position(editor->text, top));
}

void note_editor_read(struct note_editor *editor)
{
    struct text_anchor caret = model_text_anchor(editor->text, editor->area.edit.cursor);
    struct text_anchor top = model_text_anchor(editor->text, text_area_top(&editor->area));
    if (model_text_refresh(editor->text)) {
        show(editor, caret, top);
        editor->typed_to = editor->area.edit.cursor;
    }
    look(editor);
}

void note_editor_caret(struct note_editor *editor)
{
    model_text_caret(editor->text, editor->area.edit.cursor);
}

static bool is_inside(const char *text, size_t at)
{
    return ((unsigned char)text[at] & 0xc0) == 0x80;
}

struct change { // what a key did to the mirror
    size_t at, removed, added;
};

// The caret stands behind what was added, so a letter among its like is found where it was typed.
static struct change change_of(const char *was, size_t was_size, const struct edit *edit)
{
    const char *is = edit_text(edit);
    size_t is_size = edit->text.len, behind = is_size - edit->cursor, head = 0, tail = 0;
    while (tail < behind && tail < was_size && was[was_size - 1 - tail] == is[is_size - 1 - tail])
        tail++;
    while (tail > 0 && is_inside(is, is_size - tail))
        tail--;
    while (head < was_size - tail && head < is_size - tail && was[head] == is[head])
        head++;
    while (head > 0 && (is_inside(was, head) || is_inside(is, head)))
        head--;
    return (struct change){ head, was_size - head - tail, is_size - head - tail };
}

// Letters typed one after the other are undone together, up to the end of a word.
static bool goes_on(const struct note_editor *editor, const struct change *change, int64_t now)
{
    const char *text = edit_text(&editor->area.edit);
    if (change->removed > 0 || change->added == 0 || change->added > 4 || change->at != editor->typed_to ||
        now - editor->typed_at > WORD_MS || change->at == 0)
        return false;
    char before = text[change->at - 1], added = text[change->at];
    return added != '\n' && before != '\n' && !(before == ' ' && added != ' ');
}

static void failed(struct note_editor *editor, const struct err *err)
{
    size_t cursor = editor->area.edit.cursor;
    snprintf(editor->failed, sizeof(editor->failed), "%s", err->message);
    edit_show(&editor->area.edit, model_text_content(editor->text, NULL), cursor);
}

// What differs between the text and its mirror is an edit.
static void save(struct note_editor *editor, struct app *app)
{
    struct err err;
    size_t size;
    struct edit *edit = &editor->area.edit;
    const char *was = model_text_content(editor->text, &size);
    struct change change = change_of(was, size, edit);
    bool join = goes_on(editor, &change, app->now);
    editor->failed[0] = '\0';
    if (!model_text_replace(editor->text, change.at, change.removed, edit_text(edit) + change.at,
                            change.added, join, &err)) {
        failed(editor, &err);
        return;
    }
    editor->typed_to = edit->cursor;
    editor->typed_at = app->now;
    editor->edits++;
    editor->waits = true;
    if (strcmp(model_text_content(editor->text, NULL), edit_text(edit)) !=
        0) // others typed at this very moment
        edit_show(edit, model_text_content(editor->text, NULL), edit->cursor);
}

// --- keys ----------------------------------------------------------------------------------------------------------

static void undo(struct note_editor *editor, bool redo)
{
    struct err err;
    size_t at = editor->area.edit.cursor;
    editor->failed[0] = '\0';
    bool good = redo ? model_text_redo(editor->text, &at, &err) : model_text_undo(editor->text, &at, &err);
    if (!good)
        snprintf(editor->failed, sizeof(editor->failed), "%s", err.message);
    edit_show(&editor->area.edit, model_text_content(editor->text, NULL), at);
    editor->typed_to = SIZE_MAX;
    editor->edits++;
    look(editor);
}

bool note_editor_key(struct note_editor *editor, struct app *app, keycode key)
{
    bool changed, writes = !editor->area.read_only;
    if (key == (K_CTRL | 'z') || key == (K_CTRL | 'y')) {
        if (writes)
            undo(editor, key == (K_CTRL | 'y'));
        return writes;
    }
    note_editor_read(editor);
    if (!text_area_key(&editor->area, key, &changed))
        return false;
    if (changed)
        save(editor, app);
    note_editor_caret(editor);
    return true;
}

void note_editor_paste(struct note_editor *editor, struct app *app, const char *text)
{
    if (editor->area.read_only)
        return;
    note_editor_read(editor);
    text_area_paste(&editor->area, text);
    editor->typed_to = SIZE_MAX;
    save(editor, app);
    note_editor_caret(editor);
}

void note_editor_click(struct note_editor *editor, int x, int y)
{
    text_area_click(&editor->area, x - (editor->authors ? AUTHOR_WIDTH : 0), y);
    note_editor_caret(editor);
}

// What came back is the difference to what was given out; it is made to the text as it is by now.
static bool apply_difference(struct note_editor *editor, const char *given, const struct buf *back,
                             struct err *err)
{
    if (strcmp(model_text_content(editor->text, NULL), given) == 0)
        return model_text_rewrite(editor->text, buf_text(back), back->len, err);
    return note_rewrite_since(editor->text, given, buf_text(back), err);
}

void note_editor_external(struct note_editor *editor, struct app *app)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    CLEANUP(buf_free) struct buf given = { 0 };
    struct err err;
    note_editor_read(editor);
    buf_add_text(&given, edit_text(&editor->area.edit));
    buf_add_text(&text, buf_text(&given));
    if (!external_edit(app, &text, &err)) {
        app_toast(app, TOAST_FAIL, "The editor did not work", err.message);
        return;
    }
    if (strcmp(buf_text(&text), buf_text(&given)) == 0)
        return;
    model_text_refresh(editor->text);
    if (!apply_difference(editor, buf_text(&given), &text, &err))
        app_toast(app, TOAST_FAIL, "What the editor gave back was not taken", err.message);
    edit_show(&editor->area.edit, model_text_content(editor->text, NULL), editor->area.edit.cursor);
    editor->typed_to = SIZE_MAX;
    look(editor);
}

// --- drawing -------------------------------------------------------------------------------------------------------

void note_editor_draw(struct note_editor *editor, struct app *app, const struct canvas *canvas, bool focused)
{
    struct rect rest = canvas_rect(canvas);
    if (editor->authors) {
        struct canvas gutter = canvas_sub(canvas, rect_cut_left(&rest, AUTHOR_WIDTH));
        editor->area.width = rest.width;
        note_authors_draw(editor->text, &editor->area, app, &gutter);
    }
    struct canvas body = canvas_sub(canvas, rest);
    text_area_draw(&editor->area, &body, focused,
                   editor->area.read_only ? "Nothing has been written yet."
                                          : "Type here; every key is saved.");
    note_carets_draw(editor->text, &editor->area, app, &body);
}

void note_editor_away(const struct note_editor *editor, struct app *app, const struct canvas *canvas, int x,
                      int y)
{
    note_carets_away(editor->text, &editor->area, app, canvas, x, y);
}

void note_editor_state(const struct note_editor *editor, const struct canvas *canvas, int right, int y)
{
    if (editor->failed[0]) {
        canvas_text_in(canvas, 22, y, right - 24, INK_BAD, editor->failed);
        return;
    }
    if (editor->refused != 0) {
        canvas_right(canvas, right, y, INK_BAD, " ! refused: see 6 Changes ");
        return;
    }
    if (editor->area.read_only) {
        canvas_right(canvas, right, y, INK_DIM, " read only ");
        return;
    }
    bool narrow = canvas->area.width < NOTE_NARROW;
    if (editor->area.edit.text.len > 0 || editor->waits)
        canvas_right(canvas, right, y, editor->waits ? INK_WARN : INK_GOOD,
                     narrow          ? editor->waits ? " ↑ " : " ✓ "
                     : editor->waits ? " ↑ saved here, queued "
                                     : " ✓ on the server ");
}
