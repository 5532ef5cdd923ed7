#include "server/scheduling/co_consultants.h"

bool co_consultants_people(struct op_ctx *ctx, const char *consultation_id, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    struct list people = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT person_id FROM co_consultant WHERE consultation_id = $1 "
                  "ORDER BY added_at, consultant_id",
                  DB_ARGS(db_text(consultation_id)), ctx->err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(&people, ctx->arena, const char *) = db_col_copy(&rows, 0, ctx->arena);
    *ret = people;
    return db_ok(&rows);
}

static bool refuse(struct op_ctx *ctx, const struct consultation *c, const struct wish *wish,
                   const char *name, const struct booking_policy *policy)
{
    struct list lead = { 0 };
    *LIST_ADD(&lead, ctx->arena, const char *) = c->consultant_id;
    return wish_refuse(ctx, wish, &lead, policy, ERR_SLOT_TAKEN, "co_consultant_busy",
                       arena_printf(ctx->arena, "%s, who joins this session, has another one then.", name));
}

bool co_consultants_take(struct op_ctx *ctx, const struct consultation *c, const struct wish *wish,
                         const struct booking_policy *policy)
{
    for (size_t i = 0; i < c->co_consultant_ids.count; i++) {
        const char *id = *LIST_AT(&c->co_consultant_ids, const char *, i);
        struct calendar calendar;
        if (!calendar_load(ctx, id, wish->start, wish->end, policy, &calendar))
            return false;
        if (slot_check_taken(&calendar, wish->start, wish->end, c->id) != SLOT_FREE)
            return refuse(ctx, c, wish, *LIST_AT(&c->co_consultant_names, const char *, i), policy);
        if (!db_run(ctx->db,
                    "UPDATE co_consultant SET buffer = $3 WHERE consultation_id = $1 AND consultant_id = $2",
                    DB_ARGS(db_text(c->id), db_text(id), db_int(calendar_buffer(&calendar, wish->start))),
                    NULL, ctx->err))
            return false;
    }
    return true;
}

bool co_consultants_follow(struct op_ctx *ctx, const struct consultation *c)
{
    return c->co_consultant_ids.count == 0 ||
           db_run(ctx->db,
                  "UPDATE co_consultant SET starts_at = $2, ends_at = $3, blocks = $4 "
                  "WHERE consultation_id = $1",
                  DB_ARGS(db_text(c->id), db_int(c->starts_at), db_int(c->ends_at),
                          db_int(booking_blocks_time((enum booking_status)c->status))),
                  NULL, ctx->err);
}
