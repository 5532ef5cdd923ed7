#include "server/core/change_log.h"

#include "server/core/change_set.h"
#include "server/core/epoch.h"

static void read_entry(const struct db_rows *rows, struct arena *arena, struct log_entry *ret)
{
    *ret = (struct log_entry){
        .seq = db_col_int(rows, 0),
        .table = (enum row_table)db_col_int(rows, 1),
        .id = db_col_copy(rows, 2, arena),
        .kind = (enum change_kind)db_col_int(rows, 3),
        .was = db_col_copy(rows, 4, arena),
        .now = db_col_copy(rows, 5, arena),
    };
}

// --- growing old ----------------------------------------------------------------------------------------------------

// The last seq of a bite: everything up to it is older than `before`. 0: nothing is.
static bool bite_end(struct op_ctx *ctx, const char *sql, int64_t before, int64_t limit, int64_t *ret_seq)
{
    return db_one_int(ctx->db, sql, DB_ARGS(db_text(ctx->actor.tenant), db_int(before), db_int(limit)),
                      ret_seq, NULL, ctx->err);
}

struct aged { // an entry of `change` on its way
    struct log_entry entry;
    int64_t at;
};

static bool read_bite(struct op_ctx *ctx, int64_t end, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT seq, tbl, id, kind, was, now, at FROM change WHERE tenant = $1 AND seq <= $2 "
                  "ORDER BY seq",
                  DB_ARGS(db_text(ctx->actor.tenant), db_int(end)), ctx->err))
        return false;
    while (db_next(&rows)) {
        struct aged *aged = LIST_ADD(ret, ctx->arena, struct aged);
        read_entry(&rows, ctx->arena, &aged->entry);
        aged->at = db_col_int(&rows, 6);
    }
    return db_ok(&rows);
}

// Everybody who saw the row before the entry, by what `old_change` knows of it.
static bool who_saw(struct op_ctx *ctx, const struct log_entry *entry, const char **ret_who)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT was, now FROM old_change WHERE tenant = $1 AND tbl = $2 AND id = $3",
                  DB_ARGS(db_text(ctx->actor.tenant), db_int(entry->table), db_text(entry->id)), ctx->err))
        return false;
    *ret_who = entry->was;
    if (db_next(&rows)) {
        *ret_who = principals_union(*ret_who, db_col_text(&rows, 0), ctx->arena);
        *ret_who = principals_union(*ret_who, db_col_text(&rows, 1), ctx->arena);
    }
    return db_ok(&rows);
}

static bool lay_down(struct op_ctx *ctx, const struct aged *aged)
{
    const struct log_entry *entry = &aged->entry;
    const char *was;
    return who_saw(ctx, entry, &was) &&
           db_run(ctx->db,
                  "INSERT INTO old_change (tenant, tbl, id, seq, kind, was, now, at) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, tbl, id) DO UPDATE SET "
                  "seq = excluded.seq, kind = excluded.kind, was = excluded.was, now = excluded.now, "
                  "at = excluded.at",
                  DB_ARGS(db_text(ctx->actor.tenant), db_int(entry->table), db_text(entry->id),
                          db_int(entry->seq), db_int(entry->kind), db_text(was), db_text(entry->now),
                          db_int(aged->at)),
                  NULL, ctx->err);
}

bool change_log_collapse(struct op_ctx *ctx, int64_t before, int64_t limit, int64_t *ret_count)
{
    struct list bite = { 0 };
    int64_t end = 0;
    if (!bite_end(ctx,
                  "SELECT COALESCE(MAX(seq), 0) FROM (SELECT seq, at FROM change WHERE tenant = $1 "
                  "ORDER BY seq LIMIT $3) AS oldest WHERE at < $2",
                  before, limit, &end) ||
        !read_bite(ctx, end, &bite))
        return false;
    for (size_t i = 0; i < bite.count; i++)
        if (!lay_down(ctx, LIST_AT(&bite, struct aged, i)))
            return false;
    return db_run(ctx->db, "DELETE FROM change WHERE tenant = $1 AND seq <= $2",
                  DB_ARGS(db_text(ctx->actor.tenant), db_int(end)), ret_count, ctx->err);
}

bool change_log_forget(struct op_ctx *ctx, int64_t before, int64_t limit, int64_t *ret_count)
{
    int64_t end = 0;
    return bite_end(ctx,
                    "SELECT COALESCE(MAX(seq), 0) FROM (SELECT seq, at FROM old_change WHERE tenant = $1 "
                    "ORDER BY seq LIMIT $3) AS oldest WHERE at < $2",
                    before, limit, &end) &&
           db_run(ctx->db, "DELETE FROM old_change WHERE tenant = $1 AND seq <= $2",
                  DB_ARGS(db_text(ctx->actor.tenant), db_int(end)), ret_count, ctx->err) &&
           (end == 0 || (db_run(ctx->db, "UPDATE tenant SET log_floor = $2 WHERE id = $1 AND log_floor < $2",
                                DB_ARGS(db_text(ctx->actor.tenant), db_int(end)), NULL, ctx->err) &&
                         epoch_forget(ctx->db, ctx->actor.tenant, ctx->err)));
}

// --- reading --------------------------------------------------------------------------------------------------------

static bool read_part(struct db *db, const char *sql, const struct db_value *args, struct arena *arena,
                      struct list *ret, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, sql, args, 3, err))
        return false;
    while (db_next(&rows))
        read_entry(&rows, arena, LIST_ADD(ret, arena, struct log_entry));
    return db_ok(&rows);
}

bool change_log_read(struct db *db, const char *tenant, int64_t cursor, int64_t limit, struct arena *arena,
                     struct list *ret_entries, struct err *err)
{
    struct db_value args[] = { db_text(tenant), db_int(cursor), db_int(limit) };
    if (!read_part(db,
                   "SELECT seq, tbl, id, kind, was, now FROM old_change WHERE tenant = $1 AND seq > $2 "
                   "ORDER BY seq LIMIT $3",
                   args, arena, ret_entries, err))
        return false;
    args[2] = db_int(limit - (int64_t)ret_entries->count);
    return read_part(db,
                     "SELECT seq, tbl, id, kind, was, now FROM change WHERE tenant = $1 AND seq > $2 "
                     "ORDER BY seq LIMIT $3",
                     args, arena, ret_entries, err);
}
