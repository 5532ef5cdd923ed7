// What a client did so far: for their credits page and for the consultant who prepares (specification, client journey
// 5.3, consultant journey 4.1).
#include "server/scheduling/scheduling.h"

enum { TOPICS = 10, FAVOURITES = 5 };

static bool texts(struct op_ctx *ctx, const char *sql, const char *client_id, int64_t limit, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            ctx->db, &rows, sql,
            DB_ARGS(db_text(client_id), db_text(ctx->actor.tenant), db_int(BOOKING_COMPLETED), db_int(limit)),
            ctx->err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(ret, ctx->arena, const char *) = db_col_copy(&rows, 0, ctx->arena);
    return db_ok(&rows);
}

bool scheduling_client_history(struct op_ctx *ctx, const char *client_id, struct client_history *ret)
{
    struct client_history history = { 0 };
    if (!db_one_int(ctx->db,
                    "SELECT COUNT(*) FROM consultation WHERE client_id = $1 AND tenant = $2 AND status = $3",
                    DB_ARGS(db_text(client_id), db_text(ctx->actor.tenant), db_int(BOOKING_COMPLETED)),
                    &history.completed, NULL, ctx->err))
        return false;
    if (!texts(ctx,
               "SELECT purpose FROM consultation WHERE client_id = $1 AND tenant = $2 AND status = $3 "
               "AND purpose <> '' ORDER BY starts_at DESC LIMIT $4",
               client_id, TOPICS, &history.topics) ||
        !texts(ctx,
               "SELECT MAX(consultant_name) FROM consultation WHERE client_id = $1 AND tenant = $2 "
               "AND status = $3 GROUP BY consultant_id ORDER BY COUNT(*) DESC, consultant_id LIMIT $4",
               client_id, FAVOURITES, &history.consultants))
        return false;
    *ret = history;
    return true;
}
