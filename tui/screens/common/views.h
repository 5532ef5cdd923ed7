// The screens, as others open them.
#pragma once

#include "tui/core/screen.h"
#include "tui/model/model.h"

extern const struct screen_ops login_ops, calendar_ops, consultation_ops, sessions_ops, inbox_ops,
    changes_ops, note_ops, history_ops, workbench_ops, credits_ops, directory_ops, book_ops;

// By id or code; the workbench instead of the overview while it is in progress.
void consultation_open(struct app *app, const char *id);
// A consultant adds hours or time off, beginning with that day.
void hours_open(struct app *app, civil_day day);
// Puts the caret where one types what to find. screen: of sessions_ops.
void sessions_find(struct screen *screen);
void login_failed(struct app *app, const struct err *err);

// One text of a consultation, over the whole window.
struct note_target {
    const char *consultation_id;
    enum note_kind kind;
};
void note_open(struct app *app, const struct note_target *target);
// Who wrote what in it and when, and what it was then.
void history_open(struct app *app, const struct note_target *target);

// Booking: with a consultant (NULL: any), or moving a consultation to another time.
struct book_target {
    const char *consultant_id;
    const char *reschedule_id;
    int64_t at; // a time to begin looking at, UTC ms; 0: now
};
void book_open(struct app *app, const struct book_target *target);
