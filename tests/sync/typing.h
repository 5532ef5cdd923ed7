// Typing into a note as an editor does it: what differs is replaced.
#pragma once

#include "tui/model/texts.h"

bool type_text(struct model_text *text, const char *wanted, struct err *err);
// Opens, types, closes.
bool type_note(struct model *model, const char *consultation_id, enum note_kind kind, const char *wanted,
               struct err *err);
