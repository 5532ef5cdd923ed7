// Bookings: from the request to the written-up session. The one folder that writes consultations.
#pragma once

#include "server/core/op.h"
#include "shared/domain/availability.h"
#include "shared/domain/booking.h"

// The policy of the actor's tenant (RULES 12).
bool policy_get(struct op_ctx *ctx, struct booking_policy *ret);
// Everything that decides about a consultant's time in [from, to): rules and what is booked there and on the local days
// it touches.
bool calendar_load(struct op_ctx *ctx, const char *consultant_id, int64_t from, int64_t to,
                   const struct booking_policy *policy, struct calendar *ret);
// What other areas may ask about a booking: is what a waiting mail says still true, and who may read it?
struct booking_facts {
    enum booking_status status;
    int64_t sequence, start;
    const char *audience; // principals
};
// *ret_found false for an unknown id or another tenant's; not a failure.
bool consultation_facts(struct op_ctx *ctx, const char *id, struct booking_facts *ret, bool *ret_found);
// Have or had these two a booking, with that consultant as lead or beside them, that was neither cancelled nor declined?
bool consultation_between(struct op_ctx *ctx, const char *client_id, const char *consultant_id,
                          bool *ret_between);
struct client_history {      // what a client did so far
    int64_t completed;       // sessions
    struct list topics;      // const char *: purposes of the latest sessions, newest first, ten at most
    struct list consultants; // const char *: names, most sessions first, five at most
};
bool scheduling_client_history(struct op_ctx *ctx, const char *client_id, struct client_history *ret);
// Stores written before notes were texts that merge: makes a text of each note that is still plain, `limit` at most;
// *ret_left: there may be more. Once made, a text is never made again.
bool scheduling_adopt_notes(struct op_ctx *ctx, int limit, bool *ret_left);
// Double bookings, states that contradict their rows, notes that are not their texts (serenityd check).
bool scheduling_check(struct db *db, struct buf *out, struct err *err);

extern const struct op op_run_consultation_add_action_item, op_run_consultation_add_co_consultant,
    op_run_consultation_add_deliverable, op_run_consultation_remove_co_consultant, op_run_consultation_book,
    op_run_consultation_cancel, op_run_consultation_complete, op_run_consultation_confirm,
    op_run_consultation_decline, op_run_consultation_get, op_run_consultation_mine, op_run_consultation_patch,
    op_run_consultation_reschedule, op_run_consultation_start, op_run_consultation_upcoming, op_run_note_at,
    op_run_note_edit, op_run_note_get, op_run_note_history, op_run_note_sync, op_run_note_write;
extern const struct job_kind job_consultation_remind, job_notes_purge; // server/jobs/jobs.h: RULES 20
extern const struct row_source row_source_consultation, row_source_outcome, row_source_note,
    row_source_note_revision, row_source_action_item, row_source_deliverable, row_source_attendee,
    row_source_policy;
