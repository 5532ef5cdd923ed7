// One note under the keys: the merging text of the model, and its mirror on the screen with carets of others in it.
#pragma once

#include "tui/model/texts.h"
#include "tui/screens/common/desk.h"
#include "tui/screens/common/views.h"
#include "tui/ui/text_area.h"

enum { NOTE_NARROW = 80 };

struct note_editor {
    enum note_kind kind;
    struct model_text *text;
    struct text_area area;
    bool waits;
    int64_t refused;                 // n of the refusal, or 0
    bool authors;                    // names of who wrote what stand beside it
    char read_only[ERR_MESSAGE_MAX]; // why it cannot be written, or ""
    char failed[ERR_MESSAGE_MAX];    // why the last key could not be saved, or ""
    size_t typed_to;                 // where a word that is being typed goes on
    int64_t typed_at;                // UTC ms
    unsigned edits;                  // how many keys changed something
};

void note_editor_open(struct note_editor *editor, struct model *model, const struct note_target *target);
void note_editor_close(struct note_editor *editor);
// What others typed comes in; caret and scrolled place go with the words.
void note_editor_read(struct note_editor *editor);
// True when the key was used.
bool note_editor_key(struct note_editor *editor, struct app *app, keycode key);
void note_editor_paste(struct note_editor *editor, struct app *app, const char *text);
void note_editor_click(struct note_editor *editor, int x, int y);
// In $VISUAL or $EDITOR; what others type meanwhile stays.
void note_editor_external(struct note_editor *editor, struct app *app);
void note_editor_draw(struct note_editor *editor, struct app *app, const struct canvas *canvas, bool focused);
// "saved here, queued" or "on the server", ending before column `right`; the sign alone on a narrow canvas.
void note_editor_state(const struct note_editor *editor, const struct canvas *canvas, int right, int y);
// After drawing: who is in the text out of sight, and which way, from column `x` on.
void note_editor_away(const struct note_editor *editor, struct app *app, const struct canvas *canvas, int x,
                      int y);
// Says where the caret is; others see it until the next call.
void note_editor_caret(struct note_editor *editor);
