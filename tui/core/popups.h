// Popups that screens ask for: a question, a choice, a form; and those that come by themselves: palette, help.
#pragma once

#include "tui/core/app.h"
#include "tui/ui/form.h"

// A question before something that cannot be undone. Cancel is the default.
struct question {
    const char *title;
    const char *text;     // what will happen; lines
    const char *yes, *no; // "Cancel the session", "Keep it"
    bool danger;
    void (*act)(struct app *app, void *data); // on yes
    void *data;                               // freed with free() afterwards; may be NULL
};
// Texts are copied.
void popup_ask(struct app *app, const struct question *question);

struct choice_item {
    const char *text;
    const char *detail; // at the right, dim; or NULL
    const char *reason; // why it cannot be chosen; NULL: it can
};
struct choice {
    const char *title;
    const struct choice_item *items;
    int count;
    void (*chosen)(struct app *app, int index, void *data);
    void *data; // freed with free() afterwards; may be NULL
};
// Filtered as one types. Texts are copied.
void popup_choose(struct app *app, const struct choice *choice);

struct dialog {
    const char *title;
    const char *submit;
    const struct form_field *fields; // copied
    int count;
    int width; // cells, 0: 64
    // Lines under the form that say what would happen; drawn anew after each key. May be NULL.
    const char *(*preview)(struct app *app, const struct form *form, void *data);
    // True closes the dialog. False keeps it open (form_fail says why).
    bool (*submitted)(struct app *app, struct form *form, void *data);
    // After it was submitted and closed. May be NULL.
    void (*done)(struct app *app, void *data);
    // Fills in what is known. May be NULL.
    void (*opened)(struct app *app, struct form *form, void *data);
    // After each change of a value: to keep a draft. May be NULL.
    void (*changed)(struct app *app, const struct form *form, void *data);
    void *data; // freed with free() afterwards; may be NULL
};
void popup_form(struct app *app, const struct dialog *dialog);

// A text to read, scrolled. Copied.
void popup_text(struct app *app, const char *title, const char *text);
void popup_palette(struct app *app);
void popup_help(struct app *app);

// Shared by popups: clears a rectangle of at most that size in the middle, with a border and a title; returns a canvas
// of the inside.
struct canvas popup_frame(const struct canvas *canvas, int width, int height, const char *title);

// Their ops, so that a test can look at every table of keys.
extern const struct screen_ops popup_question_ops, popup_choice_ops, popup_form_ops, popup_text_ops,
    popup_palette_ops, popup_help_ops;
