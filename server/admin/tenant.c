// The default tenant: made when the store has none, with the packages that it sells.
#include "server/admin/admin.h"
#include "server/admin/tools.h"
#include "server/core/changes.h"
#include "server/packages/packages.h"
#include "shared/host/host.h"

static bool tenant_exists(struct op_ctx *ctx, bool *ret_exists)
{
    int64_t one;
    return db_one_int(ctx->db, "SELECT 1 FROM tenant WHERE id = $1", DB_ARGS(db_text(ctx->actor.tenant)),
                      &one, ret_exists, ctx->err);
}

static bool run_needed(struct op_ctx *ctx, const void *in)
{
    (void)in;
    bool exists = false, complete = false;
    if (!tenant_exists(ctx, &exists) || !packages_complete(ctx, &complete))
        return false;
    if (!exists || !complete)
        return err_set(ctx->err, ERR_NOT_FOUND, "The tenant is not complete.");
    return true;
}

static bool run_ensure(struct op_ctx *ctx, const void *in)
{
    (void)in;
    struct id epoch;
    int64_t made = 0;
    host_new_id(&epoch, ctx->now);
    if (!db_run(ctx->db,
                "INSERT INTO tenant (id, name, epoch, created_at) VALUES ($1, 'InsightSerenity', $2, $3) "
                "ON CONFLICT (id) DO NOTHING",
                DB_ARGS(db_text(ctx->actor.tenant), db_text(epoch.text), db_int(ctx->now)), &made, ctx->err))
        return false;
    if (made == 1 && !changes_add(ctx, ROW_POLICY, ctx->actor.tenant, CHANGE_PUT, "", "pub"))
        return false;
    return packages_seed(ctx);
}

static const struct op_spec needed_spec = { .name = "admin.tenant_needed",
                                            .roles = ROLE_ADMIN,
                                            .kind = OP_QUERY };
static const struct op_spec ensure_spec = { .name = "admin.tenant_ensure",
                                            .roles = ROLE_ADMIN,
                                            .kind = OP_CHANGE };
static const struct op needed = { .spec = &needed_spec, .run = run_needed };
static const struct op ensure = { .spec = &ensure_spec, .run = run_ensure };

bool admin_ensure_tenant(struct app *app, struct err *err)
{
    struct err why = { 0 };
    if (tool_run(app, &needed, NULL, NULL, &why))
        return true;
    if (why.code != ERR_NOT_FOUND) {
        *err = why;
        return false;
    }
    return tool_run(app, &ensure, NULL, NULL, err);
}
