// consultation.get: one consultation, by id or code, with what the reader may see of it.
#include "server/scheduling/view.h"

static bool run_get(struct op_ctx *ctx, const void *in)
{
    const struct args_consultation_id *args = in;
    struct consultation c;
    unsigned roles;
    return consultation_find(ctx, args->id, &c, &roles) && view_reply(ctx, &c, roles, NULL, NULL);
}

const struct op op_run_consultation_get = {
    .spec = &op_consultation_get,
    .run = run_get,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
