#include "shared/sync/overlay.h"

#include "shared/domain/part.h"

#include <string.h>

unsigned overlay_part(const struct row_consultation *row, const struct overlay_who *who)
{
    const struct part_facts facts = {
        .client_id = row->clientId,
        .consultant_id = row->consultantId,
        .co_consultant_ids = &row->coConsultantIds,
    };
    const struct part_person person = {
        .roles = who->roles,
        .client_id = who->me->clientId,
        .consultant_id = who->me->consultantId,
    };
    return part_in(&facts, &person);
}

typedef void (*apply)(struct row_consultation *row, const struct overlay_op *op,
                      const struct overlay_who *who);

static void confirm(struct row_consultation *row, const struct overlay_op *op, const struct overlay_who *who)
{
    (void)who;
    row->confirmedAt = op->at;
}

static void start(struct row_consultation *row, const struct overlay_op *op, const struct overlay_who *who)
{
    const struct args_start *args = op->args;
    (void)who;
    row->actualStart = args->actualStartTime != 0 ? args->actualStartTime : op->at;
}

static void complete(struct row_consultation *row, const struct overlay_op *op, const struct overlay_who *who)
{
    const struct args_complete *args = op->args;
    (void)who;
    row->actualEnd = args->actualEndTime != 0 ? args->actualEndTime : op->at;
    row->creditConsumed = true;
}

static void cancel(struct row_consultation *row, const struct overlay_op *op, const struct overlay_who *who)
{
    const struct args_cancel *args = op->args;
    enum cancel_effect effect =
        booking_cancel_effect(overlay_part(row, who), row->start, op->at, who->policy->cancel_minutes);
    row->cancelledAt = op->at;
    row->cancelReason = args->reason;
    row->creditConsumed = effect == CANCEL_CONSUMES;
}

static void decline(struct row_consultation *row, const struct overlay_op *op, const struct overlay_who *who)
{
    const struct args_decline *args = op->args;
    (void)who;
    row->cancelledAt = op->at;
    row->cancelReason = args->reason;
}

static void reschedule(struct row_consultation *row, const struct overlay_op *op,
                       const struct overlay_who *who)
{
    const struct args_reschedule *args = op->args;
    row->start = args->schedule.scheduledStart;
    row->end = args->schedule.scheduledEnd;
    if (args->schedule.timezone != NULL)
        row->timezone = args->schedule.timezone;
    row->sequence++;
    if ((overlay_part(row, who) & (ROLE_CONSULTANT | ROLE_ADMIN)) == 0)
        row->reschedules++;
}

static void add_co_consultant(struct row_consultation *row, const struct overlay_op *op,
                              const struct overlay_who *who)
{
    const struct args_co_consultant *args = op->args;
    *LIST_ADD(&row->coConsultantIds, who->arena, const char *) = args->consultantId;
    *LIST_ADD(&row->coConsultantNames, who->arena, const char *) = "";
}

static void remove_co_consultant(struct row_consultation *row, const struct overlay_op *op,
                                 const struct overlay_who *who)
{
    const struct args_co_consultant *args = op->args;
    struct list ids = { 0 }, names = { 0 };
    for (size_t i = 0; i < row->coConsultantIds.count && i < row->coConsultantNames.count; i++) {
        const char *id = *LIST_AT(&row->coConsultantIds, const char *, i);
        if (strcmp(id, args->consultantId) == 0)
            continue;
        *LIST_ADD(&ids, who->arena, const char *) = id;
        *LIST_ADD(&names, who->arena, const char *) = *LIST_AT(&row->coConsultantNames, const char *, i);
    }
    row->coConsultantIds = ids;
    row->coConsultantNames = names;
}

// The operations that are moves of the state table.
static const struct {
    const struct op_spec *spec;
    enum booking_move move;
    apply apply;
} moves[] = {
    { &op_consultation_add_co_consultant, MOVE_ADD_CO_CONSULTANT, add_co_consultant },
    { &op_consultation_cancel, MOVE_CANCEL, cancel },
    { &op_consultation_complete, MOVE_COMPLETE, complete },
    { &op_consultation_confirm, MOVE_CONFIRM, confirm },
    { &op_consultation_decline, MOVE_DECLINE, decline },
    { &op_consultation_remove_co_consultant, MOVE_REMOVE_CO_CONSULTANT, remove_co_consultant },
    { &op_consultation_reschedule, MOVE_RESCHEDULE, reschedule },
    { &op_consultation_start, MOVE_START, start },
};

// Of the others the state says so: no other move may be made twice.
static bool moved_already(const struct row_consultation *row, const struct overlay_op *op)
{
    if (op->spec == &op_consultation_reschedule) {
        const struct args_reschedule *args = op->args;
        return row->start == args->schedule.scheduledStart && row->end == args->schedule.scheduledEnd;
    }
    bool adds = op->spec == &op_consultation_add_co_consultant;
    if (!adds && op->spec != &op_consultation_remove_co_consultant)
        return false;
    const struct args_co_consultant *args = op->args;
    return part_is_listed(&row->coConsultantIds, args->consultantId) == adds;
}

static bool patch(struct row_consultation *row, const struct args_patch *args)
{
    if (args->has_purpose)
        row->purpose = args->purpose;
    return args->has_purpose;
}

bool overlay_consultation(struct row_consultation *row, const struct overlay_op *op,
                          const struct overlay_who *who)
{
    if (op->spec == &op_consultation_patch)
        return patch(row, op->args);
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        if (moves[i].spec != op->spec)
            continue;
        struct err err;
        enum booking_status to;
        if (moved_already(row, op) ||
            !booking_move((enum booking_status)row->status, moves[i].move, overlay_part(row, who), &to, &err))
            return false;
        moves[i].apply(row, op, who);
        row->status = (int)to;
        return true;
    }
    return false;
}

bool overlay_booked(const struct overlay_op *op, const struct overlay_who *who,
                    const struct row_consultant *consultant, int64_t minutes, struct row_consultation *ret)
{
    if (op->spec != &op_consultation_book)
        return false;
    const struct args_book *args = op->args;
    const char *zone = args->schedule.timezone;
    *ret = (struct row_consultation){
        .id = args->id,
        .code = "",
        .clientId = args->clientId != NULL ? args->clientId : who->me->clientId,
        .clientName = who->me->organizationName,
        .contactName = who->me->firstName,
        .contactTitle = who->me->title,
        .consultantId = args->consultantId,
        .consultantName = consultant != NULL ? consultant->name : NULL,
        .start = args->schedule.scheduledStart,
        .end = args->schedule.scheduledEnd,
        .timezone = zone != NULL         ? zone
                    : consultant != NULL ? consultant->timezone
                                         : who->me->timezone,
        .status = BOOKING_SCHEDULED,
        .type = args->type,
        .minutes = minutes,
        .freeTrial = args->useFreeTrialCredit,
        .purpose = args->purpose,
        .bookedAt = op->at,
    };
    return true;
}
