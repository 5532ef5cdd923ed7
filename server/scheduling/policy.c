// The tenant's booking policy (RULES 2, 6, 12, 13).
#include "server/core/changes.h"
#include "server/scheduling/scheduling.h"

#include <string.h>

bool policy_get(struct op_ctx *ctx, struct booking_policy *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT notice_minutes, window_days, buffer_minutes, step_minutes, cancel_minutes, "
                  "grace_minutes, reschedule_limit, return_days, max_per_day FROM tenant WHERE id = $1",
                  DB_ARGS(db_text(ctx->actor.tenant)), ctx->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && err_set(ctx->err, ERR_INTERNAL, "There is no tenant %s.", ctx->actor.tenant);
    *ret = (struct booking_policy){
        .notice_minutes = db_col_int(&rows, 0),
        .window_days = db_col_int(&rows, 1),
        .buffer_minutes = db_col_int(&rows, 2),
        .step_minutes = db_col_int(&rows, 3),
        .cancel_minutes = db_col_int(&rows, 4),
        .grace_minutes = db_col_int(&rows, 5),
        .reschedule_limit = db_col_int(&rows, 6),
        .return_days = db_col_int(&rows, 7),
        .max_per_day = db_col_int(&rows, 8),
        .hold_minutes = booking_policy_default.hold_minutes,
    };
    return true;
}

static bool read_policy(struct db *db, const char *tenant, const char *id, struct arena *arena,
                        struct buf *out, bool *ret_found, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            db, &rows,
            "SELECT id, rev, notice_minutes, window_days, buffer_minutes, step_minutes, cancel_minutes, "
            "grace_minutes, reschedule_limit, return_days FROM tenant WHERE id = $1 AND id = $2",
            DB_ARGS(db_text(tenant), db_text(id)), err))
        return false;
    struct row_policy row;
    bool found = db_next(&rows);
    if (found && !db_load(&rows, row_shapes[ROW_POLICY], arena, &row))
        return false;
    if (found)
        shape_write(row_shapes[ROW_POLICY], &row, out);
    *ret_found = found;
    return db_ok(&rows);
}

// Everyone of the tenant sees its one policy.
static bool page_policy(struct db *db, const char *tenant, const char *principals, const char *after,
                        int limit, struct arena *arena, struct buf *out, const char **ret_last,
                        int *ret_count, struct err *err)
{
    bool found = false;
    *ret_last = after;
    *ret_count = 0;
    if (limit < 1 || principals[0] == '\0' || strcmp(tenant, after) <= 0)
        return true;
    if (!read_policy(db, tenant, tenant, arena, out, &found, err))
        return false;
    *ret_last = arena_strdup(arena, tenant);
    *ret_count = found;
    return true;
}

const struct row_source row_source_policy = { read_policy, page_policy };
