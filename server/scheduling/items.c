// consultation.add_action_item and consultation.add_deliverable: what is added by itself, during or after the session.
#include "server/scheduling/view.h"

static bool takes_items(struct op_ctx *ctx, const struct consultation *c)
{
    return booking_blocks_time((enum booking_status)c->status) ||
           err_set(ctx->err, ERR_WRONG_STATE, "Nothing can be added to a consultation that is %s.",
                   booking_status_words[c->status]);
}

static bool find_own(struct op_ctx *ctx, const char *id, struct consultation *ret, unsigned *ret_roles)
{
    if (!consultation_find(ctx, id, ret, ret_roles))
        return false;
    if ((*ret_roles & (ROLE_CONSULTANT | ROLE_CO_CONSULTANT | ROLE_ADMIN)) == 0)
        return err_set(ctx->err, ERR_FORBIDDEN, "Only the consultants or an administrator may add that.");
    return takes_items(ctx, ret);
}

static bool run_add_action_item(struct op_ctx *ctx, const void *in)
{
    const struct args_action_item *args = in;
    struct consultation c;
    unsigned roles;
    return find_own(ctx, args->id, &c, &roles) && action_item_add(ctx, &c, args) &&
           view_reply(ctx, &c, roles, NULL, NULL);
}

static bool run_add_deliverable(struct op_ctx *ctx, const void *in)
{
    const struct args_deliverable *args = in;
    struct consultation c;
    unsigned roles;
    return find_own(ctx, args->consultationId, &c, &roles) && deliverable_add(ctx, &c, args) &&
           view_reply(ctx, &c, roles, NULL, NULL);
}

const struct op op_run_consultation_add_action_item = {
    .spec = &op_consultation_add_action_item,
    .run = run_add_action_item,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
const struct op op_run_consultation_add_deliverable = {
    .spec = &op_consultation_add_deliverable,
    .run = run_add_deliverable,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
