// A refused booking or move: why, and what can be had instead. The same wherever it is shown.
#pragma once

#include "tui/screens/common/detail.h"

void refusal_draw(struct pen *pen, const struct refusal *refusal);
// Sends it again with the nearest free time. There must be one.
void refusal_take_nearest(struct app *app, const struct refusal *refusal);
// Asks which of the free times.
void refusal_choose_time(struct app *app, const struct refusal *refusal);
