// serenityd check: everything the store promises, proved.
#include "server/admin/admin.h"
#include "server/admin/tools.h"
#include "server/core/audit.h"
#include "server/credits/credits.h"
#include "server/scheduling/scheduling.h"

static bool (*const checks[])(struct db *db, struct buf *out, struct err *err) = {
    db_integrity,
    credits_check,
    scheduling_check,
    audit_check,
};

struct args_check {
    struct buf *out;
};

static const struct shape args_shape = { .name = "Check", .size = sizeof(struct args_check) };

static bool run(struct op_ctx *ctx, const void *in)
{
    const struct args_check *args = in;
    for (size_t i = 0; i < ARRAY_LEN(checks); i++)
        if (!checks[i](ctx->db, args->out, ctx->err))
            return false;
    return true;
}

static const struct op_spec spec = {
    .name = "admin.check", .roles = ROLE_ADMIN, .kind = OP_QUERY, .in = &args_shape
};
static const struct op check = { .spec = &spec, .run = run };

bool admin_check(struct app *app, struct buf *out, struct err *err)
{
    struct args_check args = { out };
    return tool_run(app, &check, &args, NULL, err);
}
