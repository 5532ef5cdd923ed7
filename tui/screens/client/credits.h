// Explanations of credits, by the rules that made them (handbook RULES 1 to 8).
#pragma once

#include "tui/screens/common/desk.h"

// In the frame's arena.
const char *credits_why_lot(struct screen *screen, const struct lot_view *lot);
const char *credits_why_entry(struct screen *screen, const struct row_statement *entry);
// "reserved" of "reserve".
const char *credits_kind_word(const char *kind);
