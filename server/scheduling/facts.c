// What other areas may ask about bookings.
#include "server/scheduling/scheduling.h"

bool consultation_facts(struct op_ctx *ctx, const char *id, struct booking_facts *ret, bool *ret_found)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            ctx->db, &rows,
            "SELECT status, sequence, starts_at, audience FROM consultation WHERE id = $1 AND tenant = $2",
            DB_ARGS(db_text(id), db_text(ctx->actor.tenant)), ctx->err))
        return false;
    bool found = db_next(&rows);
    if (found)
        *ret = (struct booking_facts){
            .status = (enum booking_status)db_col_int(&rows, 0),
            .sequence = db_col_int(&rows, 1),
            .start = db_col_int(&rows, 2),
            .audience = db_col_copy(&rows, 3, ctx->arena),
        };
    *ret_found = found;
    return db_ok(&rows);
}

bool consultation_between(struct op_ctx *ctx, const char *client_id, const char *consultant_id,
                          bool *ret_between)
{
    int64_t found = 0;
    if (!db_one_int(ctx->db,
                    "SELECT 1 FROM consultation WHERE client_id = $1 AND tenant = $3 AND blocks = 1 "
                    "AND (consultant_id = $2 OR id IN (SELECT consultation_id FROM co_consultant "
                    "WHERE consultant_id = $2)) LIMIT 1",
                    DB_ARGS(db_text(client_id), db_text(consultant_id), db_text(ctx->actor.tenant)), &found,
                    NULL, ctx->err))
        return false;
    *ret_between = found == 1;
    return true;
}
