// What somebody has typed into a form that was not sent yet: kept in a file, so that closing the form, the program or
// the machine's sudden end of it loses nothing.
#pragma once

#include "tui/core/app.h"
#include "tui/ui/form.h"

// key: letters, digits, '-', '.', ':'. Without a config folder nothing is kept. Failing to write is no error: the form
// itself still has everything.
void draft_save(struct app *app, const char *key, const struct form *form);
// Fills the fields that the draft has. True when there was one.
bool draft_load(struct app *app, const char *key, struct form *form);
void draft_drop(struct app *app, const char *key);
