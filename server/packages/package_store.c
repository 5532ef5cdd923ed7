#include "server/packages/package_store.h"

#include "server/core/row_page.h"
#include "server/packages/packages.h"

// In the order of struct row_package.
#define COLUMNS                                                                                              \
    "id, rev, name, type, category, description, features, credits, minutes, expires_after_days, price, "    \
    "currency, badge, flexible, featured, display_order"

static bool load(struct op_ctx *ctx, const struct db_rows *rows, struct package *ret)
{
    const struct shape *shape = row_shapes[ROW_PACKAGE];
    if (!db_load(rows, shape, ctx->arena, &ret->row))
        return false;
    ret->target_audience = db_col_copy(rows, (int)shape->count, ctx->arena);
    ret->recommended_for = db_col_copy(rows, (int)shape->count + 1, ctx->arena);
    return true;
}

bool package_load(struct op_ctx *ctx, const char *tenant, const char *id, struct package *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT " COLUMNS ", target_audience, recommended_for FROM package "
                  "WHERE tenant = $1 AND id = $2 AND status = 'active'",
                  DB_ARGS(db_text(tenant), db_text(id)), ctx->err))
        return false;
    if (db_next(&rows))
        return load(ctx, &rows, ret);
    return db_ok(&rows) && err_set(ctx->err, ERR_NOT_FOUND, "There is no such package.");
}

bool package_load_all(struct op_ctx *ctx, const char *tenant, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT " COLUMNS ", target_audience, recommended_for FROM package "
                  "WHERE tenant = $1 AND status = 'active' ORDER BY display_order, id",
                  DB_ARGS(db_text(tenant)), ctx->err))
        return false;
    while (db_next(&rows))
        if (!load(ctx, &rows, LIST_ADD(ret, ctx->arena, struct package)))
            return false;
    return db_ok(&rows);
}

static bool row_read(struct db *db, const char *tenant, const char *id, struct arena *arena, struct buf *out,
                     bool *ret_found, struct err *err)
{
    return row_read_one(db,
                        "SELECT " COLUMNS " FROM package WHERE tenant = $1 AND id = $2 AND status = 'active'",
                        row_shapes[ROW_PACKAGE], tenant, id, arena, out, ret_found, err);
}

static bool row_page(struct db *db, const char *tenant, const char *principals, const char *after, int limit,
                     struct arena *arena, struct buf *out, const char **ret_last, int *ret_count,
                     struct err *err)
{
    return row_read_page(db,
                         "SELECT " COLUMNS ", 'pub' FROM package "
                         "WHERE tenant = $1 AND id > $2 AND status = 'active' ORDER BY id",
                         row_shapes[ROW_PACKAGE], tenant, principals, after, limit, arena, out, ret_last,
                         ret_count, err);
}

const struct row_source row_source_package = { row_read, row_page };
