// A note that is saved at each key: the text area and what the model knows of the note, kept in step.
#pragma once

#include "tui/screens/common/desk.h"
#include "tui/screens/common/views.h"
#include "tui/ui/text_area.h"

struct note_editor {
    char consultation_id[ID_SIZE];
    enum note_kind kind;
    bool client_notes;
    struct text_area area;
    int64_t rev; // the server's version that the text is based on
    bool loaded, waits, conflict;
    char failed[ERR_MESSAGE_MAX]; // why it could not be saved, or ""
};

void note_editor_open(struct note_editor *editor, const struct note_target *target);
void note_editor_close(struct note_editor *editor);
// What the model has now: taken over when it is not what was typed here.
void note_editor_read(struct note_editor *editor, struct app *app);
// True when the key was used.
bool note_editor_key(struct note_editor *editor, struct app *app, keycode key);
void note_editor_paste(struct note_editor *editor, struct app *app, const char *text);
// In $VISUAL or $EDITOR; the screen comes back when it ends.
void note_editor_external(struct note_editor *editor, struct app *app);
void note_editor_draw(struct note_editor *editor, const struct canvas *canvas, bool focused);
// "saved on this device, queued" or "on the server", ending before column `right`.
void note_editor_state(const struct note_editor *editor, const struct canvas *canvas, int right, int y);
