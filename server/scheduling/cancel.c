// consultation.cancel (RULES 13): who cancels, and when by the server's clock, decides what becomes of the credit.
#include "server/scheduling/announce.h"
#include "server/scheduling/view.h"

static bool settle(struct op_ctx *ctx, struct consultation *c, enum cancel_effect effect,
                   const struct booking_policy *policy)
{
    struct credit_use use = consultation_credit_use(c);
    c->credit_consumed = effect == CANCEL_CONSUMES;
    return effect == CANCEL_CONSUMES ? credits_consume(ctx, &use, "Cancelled late by the client")
                                     : credits_release(ctx, &use, policy->return_days, "Cancelled");
}

static void reply_effect(struct op_ctx *ctx, const struct consultation *c, enum cancel_effect effect)
{
    CLEANUP(buf_free) struct buf credits = { 0 };
    json_add_money(&credits, c->minutes_per_credit == 0 ? 0 : c->minutes * 100 / c->minutes_per_credit);
    reply_text(ctx, "effect", effect == CANCEL_CONSUMES ? "consumed" : "returned");
    reply_json(ctx, "credits", buf_text(&credits));
}

static bool run_cancel(struct op_ctx *ctx, const void *in)
{
    const struct args_cancel *args = in;
    struct consultation c;
    struct booking_policy policy;
    struct parties parties;
    unsigned roles;
    if (!consultation_find(ctx, args->id, &c, &roles) || !consultation_move(ctx, &c, MOVE_CANCEL, roles) ||
        !policy_get(ctx, &policy))
        return false;
    enum cancel_effect effect = booking_cancel_effect(roles, c.starts_at, ctx->now, policy.cancel_minutes);
    const char *note = effect == CANCEL_CONSUMES ? "The credit is used: it was later than the policy allows."
                                                 : "The credit is returned.";
    c.cancelled_at = ctx->now;
    c.cancel_reason = args->reason;
    if (!settle(ctx, &c, effect, &policy) || !consultation_update(ctx, &c) ||
        !parties_load(ctx, &c, &parties) || !consultation_add_history(ctx, &c, args->reason) ||
        !announce(ctx, NEWS_CANCELLED, &c, &parties, note) || !view_reply(ctx, &c, roles, &parties, NULL))
        return false;
    reply_effect(ctx, &c, effect);
    return true;
}

const struct op op_run_consultation_cancel = {
    .spec = &op_consultation_cancel,
    .run = run_cancel,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
