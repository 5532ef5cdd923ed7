// What can be done with a consultation, wherever it is shown: the same rules, previews and words everywhere.
#pragma once

#include "tui/screens/common/desk.h"

// Each asks, shows what it will cause, and queues the operation. The consultation need only live during the call.
void act_confirm(struct app *app, const struct consultation *consultation);
// Says first that the credit returns and the time is free again; the reason is for the client.
void act_decline(struct app *app, const struct consultation *consultation);
void act_start(struct app *app, const struct consultation *consultation);
void act_cancel(struct app *app, const struct consultation *consultation);
void act_reschedule(struct app *app, const struct consultation *consultation);
// Asks whom; for who joins it themself, whether they leave (co_consultant.c).
void act_add_co_consultant(struct app *app, const struct consultation *consultation);
void act_remove_co_consultant(struct app *app, const struct consultation *consultation);
// May it be done now? NULL consultation: no, nothing is chosen.
bool act_may(struct app *app, const struct consultation *consultation, enum booking_move move,
             const char **ret_reason);
// "Cancel now: 1 credit returns to Discovery & Assessment, usable for 3 days."
const char *act_cancel_effect_text(struct app *app, const char *id);
