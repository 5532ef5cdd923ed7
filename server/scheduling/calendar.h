// May this time be had, by whom, and what else is free instead (RULES 9, 11, 12). Private to this folder.
#pragma once

#include "server/scheduling/consultation.h"

struct wish { // a time somebody wants
    const char *client_id;
    int64_t start, end;
    const char *ignore_id;        // the booking that is being moved, or NULL
    bool by_admin;                // waives notice and window
    const struct list *joined_by; // const char *: consultants who must have that time as well; NULL: none
};

// Whole minutes, at least one and at most a day, a known zone (or none). ERR_BAD_REQUEST.
bool wish_check_schedule(struct op_ctx *ctx, const struct args_schedule *schedule);
// Has the client that time for itself? ERR_SLOT_TAKEN with alternatives of that consultant (NULL: none given).
bool wish_check_client(struct op_ctx *ctx, const struct wish *wish, const char *consultant_id,
                       const struct booking_policy *policy);
// Loads the day's calendar and asks it: SLOT_FREE or why not.
bool wish_ask(struct op_ctx *ctx, const struct wish *wish, const char *consultant_id,
              const struct booking_policy *policy, struct calendar *ret_calendar,
              enum slot_reason *ret_reason);
struct alternative {
    struct slot slot;
    const char *consultant_id;
};
// The nearest times of these consultants (const char * ids) that the client and all who join have too, nearest first,
// five at most: struct alternative.
bool wish_alternatives(struct op_ctx *ctx, const struct wish *wish, const struct list *consultant_ids,
                       const struct booking_policy *policy, struct list *ret);
// Fills ctx->err with the reason and the nearest free times of these consultants (const char * ids); returns false.
bool wish_refuse(struct op_ctx *ctx, const struct wish *wish, const struct list *consultant_ids,
                 const struct booking_policy *policy, enum err_code code, const char *reason_word,
                 const char *reason_text);
// The same for what slot_check said of one consultant.
bool wish_refuse_slot(struct op_ctx *ctx, const struct wish *wish, const char *consultant_id,
                      const struct booking_policy *policy, enum slot_reason reason);
