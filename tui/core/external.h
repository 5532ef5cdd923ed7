// The person's own editor for long texts; the screen is given away meanwhile, other threads go on.
#pragma once

#include "shared/base/buf.h"
#include "tui/core/app.h"

// Runs $VISUAL, $EDITOR or vi on the text (in a file that only this user can read) and reads it back.
// ERR_UNAVAILABLE: no terminal, no such program, or it ended with an error; the text is unchanged then.
bool external_edit(struct app *app, struct buf *text, struct err *err);
