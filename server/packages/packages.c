#include "server/packages/packages.h"

#include "server/core/row_page.h"
#include "server/packages/package_store.h"
#include "server/packages/package_view.h"

static const char *tenant_of(const struct op_ctx *ctx)
{
    const char *tenant = ctx->actor.tenant;
    return tenant == NULL || tenant[0] == '\0' ? TENANT_DEFAULT : tenant;
}

bool package_get(struct op_ctx *ctx, const char *id, struct row_package *ret)
{
    struct package package;
    if (!package_load(ctx, tenant_of(ctx), id, &package))
        return false;
    *ret = package.row;
    return true;
}

static struct view_package view_of(const struct package *package)
{
    const struct row_package *row = &package->row;
    return (struct view_package){
        .packageId = row->id,
        .details = { row->name, row->type, row->category, row->description, row->features },
        .credits = { row->credits, { row->minutes }, row->expiresAfterDays, row->flexible },
        .pricing = { row->price, row->currency, row->price / row->credits },
        .availability = { "active", row->featured, row->displayOrder },
        .marketing = { row->badge },
        .metadata = { package->target_audience, package->recommended_for },
    };
}

static bool reply_one(struct op_ctx *ctx, const char *id)
{
    struct package package;
    if (!package_load(ctx, tenant_of(ctx), id, &package))
        return false;
    struct view_package view = view_of(&package);
    reply_shape(ctx, "package", &shape_package_view, &view);
    return true;
}

static bool reply_list(struct op_ctx *ctx, bool only_featured)
{
    struct list packages = { 0 }, views = { 0 };
    if (!package_load_all(ctx, tenant_of(ctx), &packages))
        return false;
    for (size_t i = 0; i < packages.count; i++) {
        const struct package *package = LIST_AT(&packages, struct package, i);
        if (!only_featured || package->row.featured)
            *LIST_ADD(&views, ctx->arena, struct view_package) = view_of(package);
    }
    reply_shapes(ctx, "packages", &shape_package_view, &views);
    reply_int(ctx, "total", (int64_t)views.count);
    reply_text(ctx, "nextCursor", NULL);
    return true;
}

static bool run_list(struct op_ctx *ctx, const void *in)
{
    (void)in;
    return reply_list(ctx, false);
}

static bool run_featured(struct op_ctx *ctx, const void *in)
{
    (void)in;
    return reply_list(ctx, true);
}

static bool run_free_trial(struct op_ctx *ctx, const void *in)
{
    (void)in;
    return reply_one(ctx, PACKAGE_FREE_TRIAL);
}

static bool run_get(struct op_ctx *ctx, const void *in)
{
    const struct args_id *args = in;
    return reply_one(ctx, args->id);
}

const struct op op_run_package_list = {
    .spec = &op_package_list,
    .run = run_list,
    .reply_name = "packages",
    .reply_shape = &shape_package_view,
    .reply_list = true,
};
const struct op op_run_package_featured = {
    .spec = &op_package_featured,
    .run = run_featured,
    .reply_name = "packages",
    .reply_shape = &shape_package_view,
    .reply_list = true,
};
const struct op op_run_package_free_trial = {
    .spec = &op_package_free_trial,
    .run = run_free_trial,
    .reply_name = "package",
    .reply_shape = &shape_package_view,
};
const struct op op_run_package_get = {
    .spec = &op_package_get,
    .run = run_get,
    .reply_name = "package",
    .reply_shape = &shape_package_view,
};
