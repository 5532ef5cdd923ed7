#include "server/core/change_set.h"

#include <string.h>

// Two small statements: SQLite builds a temporary table for what RETURNING gives back.
static bool take_seq(struct op_ctx *ctx, int64_t *ret_seq)
{
    const struct db_value tenant = db_text(ctx->actor.tenant);
    int64_t changes = 0;
    if (!db_run(ctx->db, "UPDATE tenant SET seq = seq + 1 WHERE id = $1", &tenant, 1, &changes, ctx->err))
        return false;
    if (changes == 0)
        return err_set(ctx->err, ERR_INTERNAL, "There is no tenant %s.", ctx->actor.tenant);
    return db_one_int(ctx->db, "SELECT seq FROM tenant WHERE id = $1", &tenant, 1, ret_seq, NULL, ctx->err);
}

bool changes_seq(struct op_ctx *ctx, int64_t *ret_seq)
{
    struct change_set *set = ctx->changes;
    if (set->seq == 0 && !take_seq(ctx, &set->seq))
        return false;
    *ret_seq = set->seq;
    return true;
}

static struct change_note *find_note(struct change_set *set, enum row_table table, const char *id)
{
    for (size_t i = set->notes.count; i-- > 0;) {
        struct change_note *note = LIST_AT(&set->notes, struct change_note, i);
        if (note->table == table && strcmp(note->id, id) == 0)
            return note;
    }
    return NULL;
}

bool changes_add(struct op_ctx *ctx, enum row_table table, const char *id, enum change_kind kind,
                 const char *was, const char *now)
{
    int64_t seq;
    if (!changes_seq(ctx, &seq))
        return false;
    struct change_note *note = find_note(ctx->changes, table, id);
    if (note !=
        NULL) { // changed twice in one operation: readers see the last state, and all who could see it before
        note->kind = kind;
        note->was = principals_union(note->was, was, ctx->arena);
        note->now = arena_strdup(ctx->arena, now);
        return true;
    }
    *LIST_ADD(&ctx->changes->notes, ctx->arena, struct change_note) = (struct change_note){
        .table = table,
        .kind = kind,
        .id = arena_strdup(ctx->arena, id),
        .was = arena_strdup(ctx->arena, was),
        .now = arena_strdup(ctx->arena, now),
    };
    return true;
}

bool changes_supersede(struct op_ctx *ctx, enum row_table table, const char *id, int64_t rev,
                       const char *audience)
{
    return db_run(
        ctx->db,
        "DELETE FROM change WHERE tenant = $1 AND seq = $2 AND tbl = $3 AND id = $4 AND was = $5 AND "
        "now = $5 AND seq > (SELECT seq FROM change WHERE tenant = $1 ORDER BY seq LIMIT 1)",
        DB_ARGS(db_text(ctx->actor.tenant), db_int(rev), db_int(table), db_text(id), db_text(audience)), NULL,
        ctx->err);
}

static bool write_note(struct op_ctx *ctx, const struct change_note *note)
{
    return db_run(ctx->db,
                  "INSERT INTO change (tenant, seq, tbl, id, kind, was, now, actor, op, at) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                  DB_ARGS(db_text(ctx->actor.tenant), db_int(ctx->changes->seq), db_int(note->table),
                          db_text(note->id), db_int(note->kind), db_text(note->was), db_text(note->now),
                          db_text(ctx->actor.user_id), db_text(ctx->changes->op), db_int(ctx->now)),
                  NULL, ctx->err);
}

bool changes_flush(struct op_ctx *ctx, int64_t *ret_seq)
{
    struct change_set *set = ctx->changes;
    for (size_t i = 0; i < set->notes.count; i++)
        if (!write_note(ctx, LIST_AT(&set->notes, struct change_note, i)))
            return false;
    *ret_seq = set->seq;
    return true;
}
