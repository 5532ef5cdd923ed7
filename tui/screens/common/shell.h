// What surrounds every screen: header, status line, the actions that work everywhere, and news from the model.
#pragma once

#include "tui/screens/common/desk.h"

void shell_header(struct app *app, const struct canvas *canvas);
// Opens the tab at that column.
void shell_header_click(struct app *app, int x);
void shell_status(struct app *app, const struct canvas *canvas);
// The next second of the countdown to the next try.
int64_t shell_due(struct app *app);
// The time, in the corner of the key bar.
const char *shell_corner(struct app *app);
// Takes the model's news: toasts, alerts, and every screen reads anew what may have changed.
void desk_read_news(struct app *app);
// What header and status line show.
void desk_reload(struct desk *desk);
