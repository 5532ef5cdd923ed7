// How a consultation is shown: its sign, colour and words, the same everywhere. Never colour alone.
#pragma once

#include "tui/screens/common/desk.h"

const char *booking_sign(const struct consultation *consultation); // one cell
const char *booking_word(const struct consultation *consultation); // "queued", "held", "confirmed", ...
enum ink booking_ink(const struct consultation *consultation);
enum paper booking_paper(const struct consultation *consultation);
// Does a change of it wait? A booking that is queued as a whole says so by its word.
bool booking_waits(const struct consultation *consultation);
// Does the person reading it give it beside its lead? Shown by a + before the name.
bool booking_joins(const struct consultation *consultation);
// Who the person reading it meets: the client for a consultant, else the consultant. Lives as long as the frame.
const char *booking_with(const struct desk *desk, const struct consultation *consultation);
// "strategic planning": the type's word for people. In the arena.
const char *booking_type(struct arena *arena, const struct consultation *consultation);
int booking_minutes(const struct consultation *consultation); // as booked
