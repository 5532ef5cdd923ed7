// The forms of a session: what is to be done, what is delivered, and its end.
#pragma once

#include "tui/screens/common/desk.h"

void session_add_item(struct app *app, const char *consultation_id);
void session_add_deliverable(struct app *app, const char *consultation_id);
// What is typed is kept as a draft until it is sent.
void session_complete(struct app *app, const struct consultation_detail *detail,
                      const struct booking_policy *policy);
