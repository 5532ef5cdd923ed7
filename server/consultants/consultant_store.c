#include "server/consultants/consultant_store.h"

#include "server/consultants/consultants.h"
#include "server/core/row_page.h"

#include <string.h>

// In the order of struct row_consultant.
#define COLUMNS                                                                                              \
    "id, rev, code, person_id, name, title, level, bio, status, timezone, specialization, skills, "          \
    "languages, years_of_experience, rating, reviews"

static bool not_found(struct op_ctx *ctx)
{
    return err_set(ctx->err, ERR_NOT_FOUND, "There is no such consultant.");
}

static bool load(struct op_ctx *ctx, const struct db_rows *rows, struct consultant *ret)
{
    const struct shape *shape = row_shapes[ROW_CONSULTANT];
    if (!db_load(rows, shape, ctx->arena, &ret->row))
        return false;
    ret->employment_type = db_col_copy(rows, (int)shape->count, ctx->arena);
    return true;
}

bool consultant_load(struct op_ctx *ctx, const char *id, struct consultant *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT " COLUMNS ", employment_type FROM consultant WHERE id = $1 AND tenant = $2",
                  DB_ARGS(db_text(id), db_text(ctx->actor.tenant)), ctx->err))
        return false;
    if (db_next(&rows))
        return load(ctx, &rows, ret);
    return db_ok(&rows) && not_found(ctx);
}

bool consultant_load_all(struct op_ctx *ctx, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT " COLUMNS ", employment_type FROM consultant "
                  "WHERE tenant = $1 AND status <> '" CONSULTANT_PENDING "' ORDER BY id",
                  DB_ARGS(db_text(ctx->actor.tenant)), ctx->err))
        return false;
    while (db_next(&rows))
        if (!load(ctx, &rows, LIST_ADD(ret, ctx->arena, struct consultant)))
            return false;
    return db_ok(&rows);
}

bool consultant_resolve(struct op_ctx *ctx, const char *id, struct consultant *ret)
{
    const struct actor *actor = &ctx->actor;
    const char *own = actor->consultant_id;
    struct consultant found;
    if (strcmp(id, "me") == 0)
        id = own;
    if (id == NULL)
        return not_found(ctx);
    if (!consultant_load(ctx, id, &found))
        return false;
    bool privileged = (actor->roles & ROLE_ADMIN) != 0 || (own != NULL && strcmp(own, id) == 0);
    if (!privileged && !consultant_is_published(&found.row))
        return not_found(ctx);
    *ret = found;
    return true;
}

bool consultant_get(struct op_ctx *ctx, const char *id, struct row_consultant *ret)
{
    struct consultant found;
    if (!consultant_load(ctx, id, &found))
        return false;
    *ret = found.row;
    return true;
}

bool consultant_is_published(const struct row_consultant *consultant)
{
    return strcmp(consultant->status, CONSULTANT_PENDING) != 0;
}

bool consultant_list_active(struct op_ctx *ctx, struct list *ret_consultants)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT " COLUMNS " FROM consultant WHERE tenant = $1 "
                  "AND status IN ('available', 'partially_available') ORDER BY id",
                  DB_ARGS(db_text(ctx->actor.tenant)), ctx->err))
        return false;
    while (db_next(&rows))
        if (!db_load(&rows, row_shapes[ROW_CONSULTANT], ctx->arena,
                     LIST_ADD(ret_consultants, ctx->arena, struct row_consultant)))
            return false;
    return db_ok(&rows);
}

static bool row_read(struct db *db, const char *tenant, const char *id, struct arena *arena, struct buf *out,
                     bool *ret_found, struct err *err)
{
    return row_read_one(db, "SELECT " COLUMNS " FROM consultant WHERE tenant = $1 AND id = $2",
                        row_shapes[ROW_CONSULTANT], tenant, id, arena, out, ret_found, err);
}

static bool row_page(struct db *db, const char *tenant, const char *principals, const char *after, int limit,
                     struct arena *arena, struct buf *out, const char **ret_last, int *ret_count,
                     struct err *err)
{
    return row_read_page(
        db, "SELECT " COLUMNS ", audience FROM consultant WHERE tenant = $1 AND id > $2 ORDER BY id",
        row_shapes[ROW_CONSULTANT], tenant, principals, after, limit, arena, out, ret_last, ret_count, err);
}

const struct row_source row_source_consultant = { row_read, row_page };
