// One frame: header, screen, popups, toasts, status, key bar.
#pragma once

#include "tui/core/app.h"

void frame_draw(struct app *app);
