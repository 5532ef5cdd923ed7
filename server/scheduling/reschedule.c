// consultation.reschedule (RULES 13 and 14, TRAPS 7 and 10): the same id moves, SEQUENCE goes up, and the old time is
// given up only with the new one in hand. A client's late move counts as a late cancellation: the credit held is used,
// and the new time takes another one, else nothing happens.
#include "server/scheduling/announce.h"
#include "server/scheduling/assign.h"
#include "server/scheduling/co_consultants.h"
#include "server/scheduling/view.h"

static bool within_limit(struct op_ctx *ctx, const struct consultation *c, unsigned roles,
                         const struct booking_policy *policy)
{
    if ((roles & (ROLE_CONSULTANT | ROLE_ADMIN)) != 0 || c->reschedules < policy->reschedule_limit)
        return true;
    return err_set(ctx->err, ERR_WRONG_STATE, "A session can be moved %lld times; this one was.",
                   (long long)policy->reschedule_limit);
}

// How long a session lasts is what the client pays for: the consultant moves it, and leaves that as it is.
static bool may_have_length(struct op_ctx *ctx, const struct consultation *c, unsigned roles,
                            const struct args_schedule *schedule)
{
    if ((roles & (ROLE_CLIENT | ROLE_ADMIN)) != 0 ||
        schedule->scheduledEnd - schedule->scheduledStart == c->ends_at - c->starts_at)
        return true;
    err_field(ctx->err, "schedule.scheduledEnd", "Only the client may change how long the session lasts.");
    ctx->err->code = ERR_FORBIDDEN;
    return false;
}

// The reservation moves along untouched unless it is used up by lateness or no longer fits the length.
static bool pay_again(struct op_ctx *ctx, struct consultation *c, enum cancel_effect effect, int64_t minutes,
                      const struct booking_policy *policy)
{
    struct credit_use use = consultation_credit_use(c);
    struct credit_quote quote;
    if (effect == CANCEL_RETURNS && minutes == (c->ends_at - c->starts_at) / MINUTE_MS)
        return true;
    bool settled = effect == CANCEL_CONSUMES
                       ? credits_consume(ctx, &use, "Moved late by the client")
                       : credits_release(ctx, &use, policy->return_days, "Moved to another length");
    use.round++;
    if (!settled || !credits_reserve(ctx, &use, minutes, c->free_trial, &quote))
        return false;
    c->package_id = quote.package_id;
    c->package_name = quote.package_name;
    c->minutes = quote.minutes;
    c->minutes_per_credit = quote.minutes_per_credit;
    c->estimated_cost = quote.cost;
    c->currency = quote.currency;
    return true;
}

static void move_to(struct consultation *c, const struct args_schedule *schedule, unsigned roles,
                    const struct assignment *assignment)
{
    c->starts_at = schedule->scheduledStart;
    c->ends_at = schedule->scheduledEnd;
    c->buffer = calendar_buffer(&assignment->calendar, c->starts_at);
    if (schedule->timezone != NULL)
        c->timezone = schedule->timezone;
    if (c->status != BOOKING_CONFIRMED)
        c->confirmed_at = 0;
    if ((roles & (ROLE_CONSULTANT | ROLE_ADMIN)) == 0)
        c->reschedules++;
    c->sequence++;
}

static bool run_reschedule(struct op_ctx *ctx, const void *in)
{
    const struct args_reschedule *args = in;
    struct consultation c;
    struct booking_policy policy;
    struct assignment assignment;
    struct parties parties;
    unsigned roles;
    if (!consultation_find(ctx, args->id, &c, &roles) ||
        !consultation_move(ctx, &c, MOVE_RESCHEDULE, roles) || !wish_check_schedule(ctx, &args->schedule) ||
        !may_have_length(ctx, &c, roles, &args->schedule) || !policy_get(ctx, &policy) ||
        !within_limit(ctx, &c, roles, &policy))
        return false;
    struct wish wish = {
        .client_id = c.client_id,
        .start = args->schedule.scheduledStart,
        .end = args->schedule.scheduledEnd,
        .ignore_id = c.id,
        .by_admin = (roles & ROLE_ADMIN) != 0,
        .joined_by = &c.co_consultant_ids,
    };
    enum cancel_effect effect = booking_cancel_effect(roles, c.starts_at, ctx->now, policy.cancel_minutes);
    if (!assignment_given(ctx, &wish, c.consultant_id, &policy, &assignment) ||
        !wish_check_client(ctx, &wish, c.consultant_id, &policy) ||
        !co_consultants_take(ctx, &c, &wish, &policy) ||
        !pay_again(ctx, &c, effect, (wish.end - wish.start) / MINUTE_MS, &policy))
        return false;
    move_to(&c, &args->schedule, roles, &assignment);
    const char *note =
        effect == CANCEL_CONSUMES ? "It was moved late: the credit held before is used." : args->reason;
    if (!consultation_update(ctx, &c) || !consultation_add_history(ctx, &c, args->reason) ||
        !parties_load(ctx, &c, &parties) || !announce(ctx, NEWS_RESCHEDULED, &c, &parties, note) ||
        !view_reply(ctx, &c, roles, &parties, NULL))
        return false;
    reply_text(ctx, "effect", effect == CANCEL_CONSUMES ? "consumed" : "moved");
    return true;
}

const struct op op_run_consultation_reschedule = {
    .spec = &op_consultation_reschedule,
    .run = run_reschedule,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
