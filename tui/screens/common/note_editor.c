#include "tui/screens/common/note_editor.h"

#include "tui/core/external.h"
#include "tui/screens/common/detail.h"

#include <stdio.h>
#include <string.h>

void note_editor_open(struct note_editor *editor, const struct note_target *target)
{
    *editor = (struct note_editor){ .kind = target->kind, .client_notes = target->client_notes };
    editor->area.goal = -1;
    snprintf(editor->consultation_id, sizeof(editor->consultation_id), "%s", target->consultation_id);
}

void note_editor_close(struct note_editor *editor)
{
    text_area_free(&editor->area);
}

static const struct note_view *find_note(const struct note_editor *editor,
                                         const struct consultation_detail *detail)
{
    return editor->client_notes ? &detail->client_notes : detail_note(detail, editor->kind);
}

void note_editor_read(struct note_editor *editor, struct app *app)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct consultation_detail detail;
    if (!model_consultation(desk_of_app(app)->model, editor->consultation_id, &arena, &detail))
        return;
    const struct note_view *note = find_note(editor, &detail);
    const char *text = !note ? "" : note->conflict ? note->mine : note->text;
    text = text ? text : "";
    editor->rev = note ? note->rev : 0;
    editor->waits = note && note->waits;
    editor->conflict = note && note->conflict;
    if (!editor->loaded)
        edit_set(&editor->area.edit, text);
    else if (!editor->failed[0] && strcmp(text, edit_text(&editor->area.edit)) != 0)
        edit_merge(&editor->area.edit, text);
    editor->loaded = true;
}

static void save(struct note_editor *editor, struct app *app)
{
    struct model *model = desk_of_app(app)->model;
    const char *text = edit_text(&editor->area.edit);
    struct err err;
    bool saved = editor->client_notes
                     ? model_client_notes_save(model, editor->consultation_id, editor->rev, text, &err)
                     : model_note_save(model, editor->consultation_id, editor->kind, editor->rev, text, &err);
    snprintf(editor->failed, sizeof(editor->failed), "%s", saved ? "" : err.message);
    if (saved)
        editor->waits = true;
}

bool note_editor_key(struct note_editor *editor, struct app *app, keycode key)
{
    bool changed;
    if (!text_area_key(&editor->area, key, &changed))
        return false;
    if (changed)
        save(editor, app);
    return true;
}

void note_editor_paste(struct note_editor *editor, struct app *app, const char *text)
{
    text_area_paste(&editor->area, text);
    save(editor, app);
}

void note_editor_external(struct note_editor *editor, struct app *app)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct err err;
    buf_add_text(&text, edit_text(&editor->area.edit));
    if (!external_edit(app, &text, &err)) {
        app_toast(app, TOAST_FAIL, "The editor did not work", err.message);
        return;
    }
    if (strcmp(buf_text(&text), edit_text(&editor->area.edit)) == 0)
        return;
    edit_set(&editor->area.edit, buf_text(&text));
    save(editor, app);
}

void note_editor_draw(struct note_editor *editor, const struct canvas *canvas, bool focused)
{
    struct rect rest = canvas_rect(canvas);
    if (editor->conflict) {
        struct rect banner = rect_cut_top(&rest, 1);
        canvas_paper(canvas, banner, PAPER_ALERT);
        canvas_text_in(canvas, 1, 0, banner.width - 2, INK_STRONG,
                       "Somebody else wrote meanwhile. Both texts are kept: choose under 6 Changes.");
    }
    struct canvas body = canvas_sub(canvas, rest);
    text_area_draw(&editor->area, &body, focused, "Type here; every key is saved.");
}

void note_editor_state(const struct note_editor *editor, const struct canvas *canvas, int right, int y)
{
    if (editor->failed[0]) {
        int width = right - 24;
        canvas_text_in(canvas, 22, y, width, INK_BAD, editor->failed);
        return;
    }
    const char *text = editor->conflict ? " ! two versions "
                       : editor->waits  ? " ↑ saved here, queued "
                                        : " ✓ on the server ";
    if (editor->area.edit.text.len > 0 || editor->waits)
        canvas_right(canvas, right, y,
                     editor->conflict ? INK_BAD
                     : editor->waits  ? INK_WARN
                                      : INK_GOOD,
                     text);
}
