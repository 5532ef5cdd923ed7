#include "shared/domain/booking.h"

#include "shared/base/civil.h"

#include <stddef.h>
#include <string.h>

const char *const booking_status_words[] = {
    [BOOKING_REQUESTED] = "requested", [BOOKING_SCHEDULED] = "scheduled",
    [BOOKING_CONFIRMED] = "confirmed", [BOOKING_IN_PROGRESS] = "in_progress",
    [BOOKING_COMPLETED] = "completed", [BOOKING_DECLINED] = "declined",
    [BOOKING_CANCELLED] = "cancelled", [BOOKING_NO_SHOW] = "no_show",
    [BOOKING_STATUSES] = NULL,
};

enum {
    REQUESTED = 1 << BOOKING_REQUESTED,
    SCHEDULED = 1 << BOOKING_SCHEDULED,
    CONFIRMED = 1 << BOOKING_CONFIRMED,
    IN_PROGRESS = 1 << BOOKING_IN_PROGRESS,
    OPEN = REQUESTED | SCHEDULED | CONFIRMED,
    ALWAYS = (1 << BOOKING_STATUSES) - 1,

    HOSTS = ROLE_CONSULTANT | ROLE_ADMIN,
    EVERYONE = ROLE_CLIENT | HOSTS,
    SAME_STATE = BOOKING_STATUSES,
};

// All moves there are. The first row that fits the move, the state and one of the roles decides.
static const struct {
    enum booking_move move;
    unsigned roles;
    unsigned from; // bits
    int to;
} moves[] = {
    { MOVE_CONFIRM, HOSTS, REQUESTED | SCHEDULED, BOOKING_CONFIRMED },
    { MOVE_DECLINE, HOSTS, REQUESTED | SCHEDULED, BOOKING_DECLINED },
    { MOVE_START, HOSTS, SCHEDULED | CONFIRMED, BOOKING_IN_PROGRESS },
    { MOVE_COMPLETE, HOSTS, IN_PROGRESS, BOOKING_COMPLETED },
    { MOVE_CANCEL, EVERYONE, OPEN, BOOKING_CANCELLED },
    { MOVE_RESCHEDULE, HOSTS, OPEN, SAME_STATE },
    { MOVE_RESCHEDULE, ROLE_CLIENT, REQUESTED, SAME_STATE },
    { MOVE_RESCHEDULE, ROLE_CLIENT, SCHEDULED | CONFIRMED, BOOKING_SCHEDULED }, // to be confirmed anew
    { MOVE_NO_SHOW, HOSTS, SCHEDULED | CONFIRMED | IN_PROGRESS, BOOKING_NO_SHOW },
    { MOVE_ADD_CO_CONSULTANT, HOSTS, OPEN | IN_PROGRESS, SAME_STATE },
    { MOVE_REMOVE_CO_CONSULTANT, HOSTS | ROLE_CO_CONSULTANT, ALWAYS,
      SAME_STATE }, // access ends when they say
};

static const struct {
    const char *deed; // "only the consultant (of those who give it: its lead) or an administrator may ..."
    const char *done; // "a consultation that is ... cannot be ..."
} move_words[] = {
    [MOVE_CONFIRM] = { "confirm a consultation", "confirmed" },
    [MOVE_DECLINE] = { "decline a consultation", "declined" },
    [MOVE_START] = { "start a consultation", "started" },
    [MOVE_COMPLETE] = { "complete a consultation", "completed" },
    [MOVE_CANCEL] = { "cancel a consultation", "cancelled" },
    [MOVE_RESCHEDULE] = { "reschedule a consultation", "rescheduled" },
    [MOVE_NO_SHOW] = { "mark a consultation as a no-show", "marked as a no-show" },
    [MOVE_ADD_CO_CONSULTANT] = { "add a co-consultant", "given a co-consultant" },
    [MOVE_REMOVE_CO_CONSULTANT] = { "remove a co-consultant", "relieved of a co-consultant" },
};

static const char *const state_words[] = {
    // "a consultation that ..."
    [BOOKING_REQUESTED] = "is only requested",
    [BOOKING_SCHEDULED] = "is scheduled but has not started",
    [BOOKING_CONFIRMED] = "is confirmed but has not started",
    [BOOKING_IN_PROGRESS] = "is in progress",
    [BOOKING_COMPLETED] = "is completed",
    [BOOKING_DECLINED] = "was declined",
    [BOOKING_CANCELLED] = "was cancelled",
    [BOOKING_NO_SHOW] = "was marked as a no-show",
};

int booking_status_parse(const char *word)
{
    for (int i = 0; i < BOOKING_STATUSES; i++)
        if (strcmp(booking_status_words[i], word) == 0)
            return i;
    return -1;
}

bool booking_move(enum booking_status from, enum booking_move move, unsigned roles,
                  enum booking_status *ret_to, struct err *err)
{
    CHECK(from < BOOKING_STATUSES && move < ARRAY_LEN(move_words));
    bool may_ever = false;
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        if (moves[i].move != move || (moves[i].roles & roles) == 0)
            continue;
        may_ever = true;
        if ((moves[i].from & 1u << from) != 0) {
            *ret_to = moves[i].to == SAME_STATE ? from : (enum booking_status)moves[i].to;
            return true;
        }
    }
    if (!may_ever)
        return err_set(err, ERR_FORBIDDEN, "only %s or an administrator may %s",
                       (roles & ROLE_CO_CONSULTANT) != 0 ? "its lead" : "the consultant",
                       move_words[move].deed);
    return err_set(err, ERR_WRONG_STATE, "a consultation that %s cannot be %s", state_words[from],
                   move_words[move].done);
}

bool booking_blocks_time(enum booking_status status)
{
    return status != BOOKING_CANCELLED && status != BOOKING_DECLINED;
}

bool booking_is_open(enum booking_status status)
{
    return (OPEN & 1u << status) != 0;
}

enum cancel_effect booking_cancel_effect(unsigned by, int64_t start, int64_t now, int64_t cancel_minutes)
{
    if ((by & HOSTS) != 0 || start - now >= cancel_minutes * MINUTE_MS)
        return CANCEL_RETURNS;
    return CANCEL_CONSUMES;
}

int64_t booking_overrun_minutes(int64_t end, int64_t actual_end, int64_t grace_minutes)
{
    int64_t overrun = (actual_end - end) / MINUTE_MS;
    return overrun > 0 && overrun > grace_minutes ? overrun : 0;
}
