// Bookings: from the request to the written-up session. The one folder that writes consultations.
#pragma once

#include "server/core/op.h"
#include "shared/domain/availability.h"

// The policy of the actor's tenant (RULES 12).
bool policy_get(struct op_ctx *ctx, struct booking_policy *ret);
// Everything that decides about a consultant's time in [from, to): rules and what is booked there.
bool calendar_load(struct op_ctx *ctx, const char *consultant_id, int64_t from, int64_t to,
                   const struct booking_policy *policy, struct calendar *ret);
// Double bookings, states that contradict their rows (serenityd check).
bool scheduling_check(struct db *db, struct buf *out, struct err *err);

extern const struct op op_run_consultation_add_action_item, op_run_consultation_add_deliverable,
    op_run_consultation_book, op_run_consultation_cancel, op_run_consultation_complete,
    op_run_consultation_confirm, op_run_consultation_get, op_run_consultation_mine, op_run_consultation_patch,
    op_run_consultation_reschedule, op_run_consultation_start, op_run_consultation_upcoming;
extern const struct row_source row_source_consultation, row_source_outcome, row_source_note,
    row_source_action_item, row_source_deliverable, row_source_attendee, row_source_policy;
