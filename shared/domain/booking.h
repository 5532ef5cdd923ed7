// The life of a consultation: its states, which move leads where and who may make it (RULES 10, 13, 14).
#pragma once

#include "shared/base/err.h"
#include "shared/domain/roles.h"

#include <stdint.h>

enum booking_status {
    BOOKING_REQUESTED,
    BOOKING_SCHEDULED,
    BOOKING_CONFIRMED,
    BOOKING_IN_PROGRESS,
    BOOKING_COMPLETED,
    BOOKING_DECLINED,
    BOOKING_CANCELLED,
    BOOKING_NO_SHOW,
    BOOKING_STATUSES
};

// requested, scheduled, confirmed, in_progress, completed, declined, cancelled, no_show; NULL-terminated.
extern const char *const booking_status_words[];

enum booking_move {
    MOVE_CONFIRM,
    MOVE_DECLINE,
    MOVE_START,
    MOVE_COMPLETE,
    MOVE_CANCEL,
    MOVE_RESCHEDULE,
    MOVE_NO_SHOW,
    MOVE_ADD_CO_CONSULTANT, // these two change no state
    MOVE_REMOVE_CO_CONSULTANT,
};

// -1 when it is no status word.
int booking_status_parse(const char *word);

// Where a move leads from a state when one of these roles makes it (one table). roles: the part in the consultation
// (part.h). ERR_WRONG_STATE with the reason in plain words, ERR_FORBIDDEN when no role of the set may ever make that
// move. The client previews with the same call.
bool booking_move(enum booking_status from, enum booking_move move, unsigned roles,
                  enum booking_status *ret_to, struct err *err);

// Anything that is not cancelled or declined keeps its time (RULES 10).
bool booking_blocks_time(enum booking_status status);
// requested, scheduled or confirmed: still ahead.
bool booking_is_open(enum booking_status status);

enum cancel_effect {
    CANCEL_RETURNS,  // the reservation is released
    CANCEL_CONSUMES, // late: the credit is used
};

// What cancelling (or moving: a late reschedule counts the same) costs (RULES 13). by: the acting roles; start, now:
// UTC ms; cancel_minutes: the policy's. Only a client who is late pays.
enum cancel_effect booking_cancel_effect(unsigned by, int64_t start, int64_t now, int64_t cancel_minutes);

// Minutes beyond the booked end that are billed: the overrun when it is more than the grace, else 0 (RULES 2).
int64_t booking_overrun_minutes(int64_t end, int64_t actual_end, int64_t grace_minutes);
