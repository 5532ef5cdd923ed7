// consultation.confirm, start and complete (specification, consultant journey 3.3, 5.1, 5.3).
#include "server/scheduling/announce.h"
#include "server/scheduling/notes.h"
#include "server/scheduling/view.h"

enum { CLOCK_SKEW_MS = 5 * MINUTE_MS };

static bool write_step(struct op_ctx *ctx, struct consultation *c, enum news news, unsigned roles)
{
    struct parties parties;
    return consultation_update(ctx, c) && consultation_add_history(ctx, c, NULL) &&
           parties_load(ctx, c, &parties) && announce(ctx, news, c, &parties, NULL) &&
           view_reply(ctx, c, roles, &parties, NULL);
}

static bool run_confirm(struct op_ctx *ctx, const void *in)
{
    const struct args_confirm *args = in;
    struct consultation c;
    unsigned roles;
    if (!consultation_find(ctx, args->id, &c, &roles) || !consultation_move(ctx, &c, MOVE_CONFIRM, roles))
        return false;
    if (args->preparationNotes != NULL && (roles & ROLE_CONSULTANT) == 0)
        return err_set(ctx->err, ERR_FORBIDDEN, "Preparation notes are the consultant's alone.");
    c.confirmed_at = ctx->now;
    return note_append(ctx, &c, NOTE_PREPARATION, args->preparationNotes) &&
           write_step(ctx, &c, NEWS_CONFIRMED, roles);
}

const struct op op_run_consultation_confirm = {
    .spec = &op_consultation_confirm,
    .run = run_confirm,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};

// A device that was offline says when it happened: not before the booking, not after now.
static bool actual_time(struct op_ctx *ctx, const char *field, int64_t given, int64_t not_before,
                        int64_t *ret)
{
    int64_t at = given == 0 ? ctx->now : given;
    if (at > ctx->now + CLOCK_SKEW_MS)
        return err_field(ctx->err, field, "That time lies in the future.");
    if (at < not_before && given != 0)
        return err_field(ctx->err, field, "That time lies before the consultation could begin.");
    *ret = at < not_before ? not_before : at;
    return true;
}

static bool run_start(struct op_ctx *ctx, const void *in)
{
    const struct args_start *args = in;
    struct consultation c;
    unsigned roles;
    if (!consultation_find(ctx, args->id, &c, &roles) || !consultation_move(ctx, &c, MOVE_START, roles) ||
        !actual_time(ctx, "actualStartTime", args->actualStartTime, c.booked_at, &c.actual_start))
        return false;
    const struct list *additional = &args->attendees.additional;
    for (size_t i = 0; i < additional->count; i++)
        if (!attendee_add(ctx, &c, LIST_AT(additional, struct args_attendee, i)))
            return false;
    return write_step(ctx, &c, NEWS_STARTED, roles);
}

const struct op op_run_consultation_start = {
    .spec = &op_consultation_start,
    .run = run_start,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};

static bool write_up(struct op_ctx *ctx, const struct args_complete *args, const struct consultation *c)
{
    for (size_t i = 0; i < args->deliverables.count; i++)
        if (!deliverable_add(ctx, c, LIST_AT(&args->deliverables, struct args_deliverable, i)))
            return false;
    for (size_t i = 0; i < args->actionItems.count; i++)
        if (!action_item_add(ctx, c, LIST_AT(&args->actionItems, struct args_action_item, i)))
            return false;
    return outcome_put(ctx, c, &args->outcomes, args->nextSteps) &&
           note_append(ctx, c, NOTE_INTERNAL, args->internalNotes);
}

static bool run_complete(struct op_ctx *ctx, const void *in)
{
    const struct args_complete *args = in;
    struct consultation c;
    struct booking_policy policy;
    unsigned roles;
    if (!consultation_find(ctx, args->id, &c, &roles) || !consultation_move(ctx, &c, MOVE_COMPLETE, roles) ||
        !policy_get(ctx, &policy) ||
        !actual_time(ctx, "actualEndTime", args->actualEndTime, c.actual_start, &c.actual_end))
        return false;
    struct credit_use use = consultation_credit_use(&c);
    c.overrun_minutes = booking_overrun_minutes(c.ends_at, c.actual_end, policy.grace_minutes);
    c.credit_consumed = true;
    return credits_consume(ctx, &use, "Session completed") && write_up(ctx, args, &c) &&
           write_step(ctx, &c, NEWS_COMPLETED, roles);
}

const struct op op_run_consultation_complete = {
    .spec = &op_consultation_complete,
    .run = run_complete,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
