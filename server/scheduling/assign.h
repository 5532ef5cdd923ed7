// Finding a consultant for a booking that names none (RULES 17). Private to this folder.
#pragma once

#include "server/scheduling/calendar.h"
#include "shared/wire/rows.h"

struct assignment {
    struct row_consultant consultant;
    struct calendar calendar; // of the day, as wish_ask loads it
    const char *reason;       // why this one, NULL when the client named them
};
// Somebody in the directory who takes sessions. ERR_NOT_FOUND, ERR_NOT_AVAILABLE.
bool assignment_taker(struct op_ctx *ctx, const char *consultant_id, struct row_consultant *ret);
// The consultant the client named, free at that time. ERR_NOT_FOUND, ERR_SLOT_TAKEN, ERR_NOT_AVAILABLE.
bool assignment_given(struct op_ctx *ctx, const struct wish *wish, const char *consultant_id,
                      const struct booking_policy *policy, struct assignment *ret);
// The best of all who are free at that time. purpose and type (may be NULL) say which skills matter.
bool assignment_any(struct op_ctx *ctx, const struct wish *wish, const char *purpose, const char *type,
                    const struct booking_policy *policy, struct assignment *ret);
