// consultation.decline (RULES 10): before it is confirmed, the consultant says that the session will not be. The credit
// returns, the time is free again, and the client is told of the nearest times that can be had instead.
#include "server/scheduling/announce.h"
#include "server/scheduling/calendar.h"
#include "server/scheduling/view.h"

enum { TOLD = 3 };

// While the consultation still holds its time, so that this time is none of them.
static bool nearest_instead(struct op_ctx *ctx, const struct consultation *c,
                            const struct booking_policy *policy, struct list *ret)
{
    const struct wish wish = { .client_id = c->client_id, .start = c->starts_at, .end = c->ends_at };
    struct list consultants = { 0 };
    *LIST_ADD(&consultants, ctx->arena, const char *) = c->consultant_id;
    return wish_alternatives(ctx, &wish, &consultants, policy, ret);
}

// "Ill that week. Free near it: Thu 10 Jan 2030, 09:00-10:30 EST; ..." in the client's zone.
static const char *note_of(struct op_ctx *ctx, const struct consultation *c, const char *reason,
                           const struct list *alternatives)
{
    const char *note = arena_printf(ctx->arena, "%s The credit is returned.", reason);
    for (size_t i = 0; i < alternatives->count && i < TOLD; i++) {
        const struct slot *slot = &LIST_AT(alternatives, struct alternative, i)->slot;
        note = arena_printf(ctx->arena, "%s%s%s", note, i == 0 ? " Free near it: " : "; ",
                            announce_when(ctx, slot->start, slot->end, c->timezone));
    }
    return note;
}

static bool give_back(struct op_ctx *ctx, const struct consultation *c, const struct booking_policy *policy)
{
    struct credit_use use = consultation_credit_use(c);
    return credits_release(ctx, &use, policy->return_days, "Declined");
}

static bool run_decline(struct op_ctx *ctx, const void *in)
{
    const struct args_decline *args = in;
    struct consultation c;
    struct booking_policy policy;
    struct parties parties;
    struct list alternatives = { 0 };
    unsigned roles;
    if (!consultation_find(ctx, args->id, &c, &roles) || !consultation_move(ctx, &c, MOVE_DECLINE, roles) ||
        !policy_get(ctx, &policy) || !nearest_instead(ctx, &c, &policy, &alternatives))
        return false;
    c.cancelled_at = ctx->now;
    c.cancel_reason = args->reason;
    return give_back(ctx, &c, &policy) && consultation_update(ctx, &c) && parties_load(ctx, &c, &parties) &&
           consultation_add_history(ctx, &c, args->reason) &&
           announce(ctx, NEWS_DECLINED, &c, &parties, note_of(ctx, &c, args->reason, &alternatives)) &&
           view_reply(ctx, &c, roles, &parties, NULL);
}

const struct op op_run_consultation_decline = {
    .spec = &op_consultation_decline,
    .run = run_decline,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
