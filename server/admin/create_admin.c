// serenityd create-admin: an administrator with a password of their own choice.
#include "server/admin/admin.h"
#include "server/admin/tools.h"
#include "server/identity/identity.h"

struct args_admin {
    const char *email, *password;
};

static const struct field fields[] = {
    { FIELD(struct args_admin, email), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { FIELD(struct args_admin, password), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SECRET },
};
static const struct shape args_shape = SHAPE(struct args_admin, "CreateAdmin", fields);

static bool prepare(struct op_ctx *ctx, const void *in)
{
    const struct args_admin *args = in;
    const char *hash;
    if (!password_hash(ctx->app, args->password, ctx->arena, &hash, ctx->err))
        return false;
    ctx->prepared = arena_strdup(ctx->arena, hash);
    return true;
}

static bool run(struct op_ctx *ctx, const void *in)
{
    const struct args_admin *args = in;
    return identity_create_person(ctx, args->email, ctx->prepared, ROLE_ADMIN, "Platform", "Administrator",
                                  NULL, "UTC", NULL, NULL, &ctx->target);
}

static const struct op_spec spec = {
    .name = "admin.create_admin", .roles = ROLE_ADMIN, .kind = OP_CHANGE, .in = &args_shape
};
static const struct op create_admin = { .spec = &spec, .run = run, .prepare = prepare };

int admin_create_admin(struct app *app, const char *email, const char *password, struct err *err)
{
    struct args_admin args = { email, password };
    return tool_run(app, &create_admin, &args, NULL, err) ? 0 : 1;
}
