// Lots and the statement, as sync sends them.
#include "server/core/row_page.h"
#include "server/credits/credits.h"

// A device is told until when the minutes may be used: the expiry, or the grace of what came back (RULES 6).
#define LOT_ROW                                                                                              \
    "SELECT id, rev, client_id, package_id, package_name, minutes_per_credit, total, free, reserved, "       \
    "consumed, expired, flexible, free_trial, purchased_at, "                                                \
    "CASE WHEN grace_until > expires_at THEN grace_until ELSE expires_at END, "                              \
    "price, currency, audience FROM lot "
#define STATEMENT_ROW                                                                                        \
    "SELECT t.id, t.rev, t.client_id, t.kind, t.lot_id, l.package_name, t.consultation_id, "                 \
    "t.consultation_code, t.reason, t.at, t.minutes, l.minutes_per_credit, t.audience "                      \
    "FROM ledger_tx t JOIN lot l ON l.id = t.lot_id "

static bool read_lot(struct db *db, const char *tenant, const char *id, struct arena *arena, struct buf *out,
                     bool *ret_found, struct err *err)
{
    return row_read_one(db, LOT_ROW "WHERE tenant = $1 AND id = $2", row_shapes[ROW_LOT], tenant, id, arena,
                        out, ret_found, err);
}

static bool page_lot(struct db *db, const char *tenant, const char *principals, const char *after, int limit,
                     struct arena *arena, struct buf *out, const char **ret_last, int *ret_count,
                     struct err *err)
{
    return row_read_page(db, LOT_ROW "WHERE tenant = $1 AND id > $2 ORDER BY id", row_shapes[ROW_LOT], tenant,
                         principals, after, limit, arena, out, ret_last, ret_count, err);
}
const struct row_source row_source_lot = { read_lot, page_lot };

static bool read_statement(struct db *db, const char *tenant, const char *id, struct arena *arena,
                           struct buf *out, bool *ret_found, struct err *err)
{
    return row_read_one(db, STATEMENT_ROW "WHERE t.tenant = $1 AND t.id = $2", row_shapes[ROW_STATEMENT],
                        tenant, id, arena, out, ret_found, err);
}

static bool page_statement(struct db *db, const char *tenant, const char *principals, const char *after,
                           int limit, struct arena *arena, struct buf *out, const char **ret_last,
                           int *ret_count, struct err *err)
{
    return row_read_page(db, STATEMENT_ROW "WHERE t.tenant = $1 AND t.id > $2 ORDER BY t.id",
                         row_shapes[ROW_STATEMENT], tenant, principals, after, limit, arena, out, ret_last,
                         ret_count, err);
}
const struct row_source row_source_statement = { read_statement, page_statement };
