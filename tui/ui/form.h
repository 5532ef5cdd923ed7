// A form: labelled fields one under the other, checked before it is sent.
#pragma once

#include "tui/ui/entry.h"
#include "tui/ui/text_area.h"

enum form_kind {
    FORM_TEXT,   // one line
    FORM_SECRET, // one line, shown as dots
    FORM_AREA,   // several lines
    FORM_CHOICE, // one of `choices`, changed with left, right and space
    FORM_DATE,   // one line, YYYY-MM-DD; up and down are for moving between fields, + and - change the day
};

enum { FORM_ERROR_MAX = 120 };

struct form_field {
    const char *name; // for form_get
    const char *label;
    enum form_kind kind;
    const char *hint; // stands in an empty field
    bool required;
    const char *const *choices; // NULL-terminated
    int rows;                   // of FORM_AREA
    // Says what is wrong with the value; NULL: nothing. May be NULL.
    const char *(*check)(const char *value);

    // what the form keeps
    struct entry entry;
    struct text_area area;
    int choice;
    char error[FORM_ERROR_MAX];
};

enum form_result { FORM_IGNORED, FORM_USED, FORM_CHANGED, FORM_SUBMIT, FORM_CANCEL };

struct form {
    struct form_field *fields; // the owner's array
    int count;
    int focus;          // a field, or count: the submit button
    const char *submit; // what the button says
    int top;            // first row shown
};

void form_free(struct form *form);
// Tab, arrows and enter move; ctrl-s submits (after checking everything); escape cancels.
enum form_result form_key(struct form *form, keycode key);
void form_paste(struct form *form, const char *text);
// Checks every field, moves to the first wrong one. True when all are right.
bool form_check(struct form *form);
// Shows an error that somebody else found; name NULL or unknown: at the submit button's field before it.
void form_fail(struct form *form, const char *name, const char *message);
void form_set(struct form *form, const char *name, const char *value);
// "" when empty; a choice's word. Owned by the form.
const char *form_get(const struct form *form, const char *name);
int form_get_choice(const struct form *form, const char *name);
struct form_field *form_find(const struct form *form, const char *name);
// Rows it would like to have.
int form_height(const struct form *form);
void form_draw(struct form *form, const struct canvas *canvas, bool focused);
