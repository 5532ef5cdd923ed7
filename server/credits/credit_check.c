// The ledger proved from its rows: what `serenityd check` runs (RULES 3).
#include "server/credits/credits.h"

#define PER_LOT(column, condition)                                                                           \
    "COALESCE(SUM(CASE WHEN " condition " THEN minutes ELSE 0 END), 0) AS " column

static const struct {
    const char *what;
    const char *sql; // gives one row a fault: the id it is about
} faults[] = {
    { "postings that do not sum to zero: ledger transaction",
      "SELECT tx_id FROM ledger_posting GROUP BY tx_id HAVING SUM(minutes) <> 0" },
    { "no postings: ledger transaction",
      "SELECT id FROM ledger_tx t WHERE NOT EXISTS (SELECT 1 FROM ledger_posting p WHERE p.tx_id = t.id)" },
    { "below zero: lot", "SELECT id FROM lot WHERE free < 0 OR reserved < 0 OR consumed < 0 OR expired < 0" },
    { "a stored balance that differs from its postings: lot",
      "SELECT l.id FROM lot l LEFT JOIN (SELECT lot_id, "
      // accounts by number, see the assertion below
      PER_LOT("source", "account = 0") ", " PER_LOT("free", "account = 1") ", " PER_LOT(
          "reserved",
          "account = 2") ", " PER_LOT("consumed",
                                      "account = 3") ", " PER_LOT("expired",
                                                                  "account = 4") " FROM ledger_posting GROUP "
                                                                                 "BY lot_id) p ON p.lot_id = "
                                                                                 "l.id "
                                                                                 "WHERE p.lot_id IS NULL OR "
                                                                                 "l.total <> -p.source OR "
                                                                                 "l.free <> p.free OR "
                                                                                 "l.reserved <> p.reserved "
                                                                                 "OR l.consumed <> "
                                                                                 "p.consumed OR l.expired <> "
                                                                                 "p.expired" },
    { "a statement that does not add up to what is free: lot",
      "SELECT l.id FROM lot l LEFT JOIN (SELECT lot_id, SUM(minutes) AS free FROM ledger_tx GROUP BY lot_id) "
      "t "
      "ON t.lot_id = l.id WHERE l.free <> COALESCE(t.free, 0)" },
    { "bookings' slices that differ from what is reserved and consumed: lot",
      "SELECT l.id FROM lot l LEFT JOIN (SELECT lot_id, " PER_LOT(
          "reserved",
          "state = 'reserved'") ", " PER_LOT("consumed",
                                             "state = 'consumed'") " FROM booking_slice GROUP BY lot_id) s "
                                                                   "ON s.lot_id = l.id "
                                                                   "WHERE l.reserved <> COALESCE(s.reserved, "
                                                                   "0) OR l.consumed <> COALESCE(s.consumed, "
                                                                   "0)" },
};
_Static_assert(ACCOUNT_SOURCE == 0 && ACCOUNT_FREE == 1 && ACCOUNT_RESERVED == 2 && ACCOUNT_CONSUMED == 3 &&
                   ACCOUNT_EXPIRED == 4,
               "the accounts' numbers stand in the statements above");

static bool look_for(struct db *db, const char *sql, const char *what, struct buf *out, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, sql, DB_NO_ARGS, err))
        return false;
    while (db_next(&rows))
        buf_addf(out, "%s %s\n", what, db_col_text(&rows, 0));
    return db_ok(&rows);
}

bool credits_check(struct db *db, struct buf *out, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        if (!look_for(db, faults[i].sql, faults[i].what, out, err))
            return false;
    return true;
}
