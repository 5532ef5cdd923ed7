// Lots as they are stored.
#include "server/credits/ledger.h"

#define LOT_COLUMNS                                                                                          \
    "id, minutes_per_credit, flexible, free_trial, purchased_at, expires_at, grace_until, free, reserved, "  \
    "package_id, package_name, category, currency, total, price"

static const struct field stored_fields[] = {
    { FIELD(struct stored_lot, lot.id), .kind = FIELD_TEXT },
    { FIELD(struct stored_lot, lot.minutes_per_credit), .kind = FIELD_INT },
    { FIELD(struct stored_lot, lot.flexible), .kind = FIELD_BOOL },
    { FIELD(struct stored_lot, lot.free_trial), .kind = FIELD_BOOL },
    { FIELD(struct stored_lot, lot.purchased_at), .kind = FIELD_INT },
    { FIELD(struct stored_lot, lot.expires_at), .kind = FIELD_INT },
    { FIELD(struct stored_lot, lot.grace_until), .kind = FIELD_INT },
    { FIELD(struct stored_lot, lot.free), .kind = FIELD_INT },
    { FIELD(struct stored_lot, lot.reserved), .kind = FIELD_INT },
    { FIELD(struct stored_lot, package_id), .kind = FIELD_TEXT },
    { FIELD(struct stored_lot, package_name), .kind = FIELD_TEXT },
    { FIELD(struct stored_lot, category), .kind = FIELD_TEXT },
    { FIELD(struct stored_lot, currency), .kind = FIELD_TEXT },
    { FIELD(struct stored_lot, total), .kind = FIELD_INT },
    { FIELD(struct stored_lot, price), .kind = FIELD_INT },
};
static const struct shape stored_shape = SHAPE(struct stored_lot, "lot", stored_fields);

bool lots_load_free(struct op_ctx *ctx, const char *client_id, struct list *ret_lots)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, "SELECT " LOT_COLUMNS " FROM lot WHERE client_id = $1 AND free > 0",
                  DB_ARGS(db_text(client_id)), ctx->err))
        return false;
    while (db_next(&rows))
        if (!db_load(&rows, &stored_shape, ctx->arena, LIST_ADD(ret_lots, ctx->arena, struct stored_lot)))
            return false;
    return db_ok(&rows);
}

bool lot_load(struct op_ctx *ctx, const char *id, struct stored_lot *ret, const char **ret_client_id)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, "SELECT " LOT_COLUMNS ", client_id FROM lot WHERE tenant = $1 AND id = $2",
                  DB_ARGS(db_text(ctx->actor.tenant), db_text(id)), ctx->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && err_set(ctx->err, ERR_NOT_FOUND, "There is no such lot of credits.");
    *ret_client_id = db_col_copy(&rows, (int)stored_shape.count, ctx->arena);
    return db_load(&rows, &stored_shape, ctx->arena, ret);
}
