// Who gives a session beside its lead: their time, and who they are. Private to this folder.
#pragma once

#include "server/scheduling/calendar.h"

// Their person ids, in the order in which they came: const char *.
bool co_consultants_people(struct op_ctx *ctx, const char *consultation_id, struct list *ret);
// Has every one of them the time that the consultation is about to move to? Notes the buffer of that day.
// ERR_SLOT_TAKEN with the nearest times that all of them have.
bool co_consultants_take(struct op_ctx *ctx, const struct consultation *consultation, const struct wish *wish,
                         const struct booking_policy *policy);
// Their time is what the consultation says now.
bool co_consultants_follow(struct op_ctx *ctx, const struct consultation *consultation);
