#include "server/core/changes.h"
#include "server/packages/package_view.h"
#include "server/packages/packages.h"
#include "shared/base/asset.h"

#include <string.h>

extern const struct asset packages_assets[]; // made from assets/packages.json

static bool read_asset(struct op_ctx *ctx, struct list *ret_packages)
{
    const struct asset *asset = asset_find(packages_assets, "packages.json");
    CHECK(asset != NULL);
    CLEANUP(json_free) cJSON *json = json_parse(asset->text, asset->size, ctx->err);
    struct view_package_file file;
    if (json == NULL || !shape_read(&shape_package_file, json, ctx->arena, &file, ctx->err))
        return false;
    *ret_packages = file.packages;
    return true;
}

static const char *features_json(const struct list *features, struct arena *arena)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    buf_add_char(&out, '[');
    for (size_t i = 0; i < features->count; i++) {
        json_add_comma(&out);
        json_add_text(&out, *LIST_AT(features, const char *, i));
    }
    buf_add_char(&out, ']');
    return arena_strdup(arena, buf_text(&out));
}

static bool insert(struct op_ctx *ctx, const struct view_package *p)
{
    int64_t rev, added;
    if (!changes_seq(ctx, &rev) ||
        !db_run(ctx->db,
                "INSERT INTO package (id, tenant, rev, name, type, category, description, features, credits, "
                "minutes, expires_after_days, price, currency, badge, target_audience, recommended_for, "
                "flexible, featured, display_order, status) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
                "$11, $12, $13, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT (tenant, id) DO NOTHING",
                DB_ARGS(db_text(p->packageId), db_text(ctx->actor.tenant), db_int(rev),
                        db_text(p->details.name), db_text(p->details.type), db_text(p->details.category),
                        db_text(p->details.description),
                        db_text(features_json(&p->details.features, ctx->arena)), db_int(p->credits.total),
                        db_int(p->credits.duration.minutes), db_int(p->credits.expiresAfterDays),
                        db_int(p->pricing.amount), db_text(p->pricing.currency), db_text(p->marketing.badge),
                        db_text(p->metadata.targetAudience), db_text(p->metadata.recommendedFor),
                        db_int(p->credits.flexible), db_int(p->availability.featuredPackage),
                        db_int(p->availability.displayOrder), db_text(p->availability.status)),
                &added, ctx->err))
        return false;
    return added == 0 || changes_add(ctx, ROW_PACKAGE, p->packageId, CHANGE_PUT, "", "pub");
}

bool packages_seed(struct op_ctx *ctx)
{
    struct list packages = { 0 };
    if (!read_asset(ctx, &packages))
        return false;
    for (size_t i = 0; i < packages.count; i++)
        if (!insert(ctx, LIST_AT(&packages, struct view_package, i)))
            return false;
    return true;
}

bool packages_complete(struct op_ctx *ctx, bool *ret_complete)
{
    struct list packages = { 0 };
    bool complete = true;
    if (!read_asset(ctx, &packages))
        return false;
    for (size_t i = 0; complete && i < packages.count; i++) {
        int64_t one;
        if (!db_one_int(ctx->db, "SELECT 1 FROM package WHERE tenant = $1 AND id = $2",
                        DB_ARGS(db_text(ctx->actor.tenant),
                                db_text(LIST_AT(&packages, struct view_package, i)->packageId)),
                        &one, &complete, ctx->err))
            return false;
    }
    *ret_complete = complete;
    return true;
}
