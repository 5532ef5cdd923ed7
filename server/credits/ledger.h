// The ledger's writing end: one transaction a lot and movement, its two postings, and the lot's cached balance.
#pragma once

#include "server/credits/credits.h"

struct stored_lot {
    struct lot lot; // what the domain decides by
    const char *package_id, *package_name, *category, *currency;
    int64_t total, price;
};

// The lots of a client that hold free minutes, in no order: struct stored_lot.
bool lots_load_free(struct op_ctx *ctx, const char *client_id, struct list *ret_lots);
// ERR_NOT_FOUND when the tenant has no such lot.
bool lot_load(struct op_ctx *ctx, const char *id, struct stored_lot *ret, const char **ret_client_id);
// A lot as the API shows it, over struct row_lot: ISO times, decimal money (RULES 26).
extern const struct shape shape_lot_view;

// Who may see a client's lots and statement.
const char *credit_audience(struct op_ctx *ctx, const char *client_id);

struct movement {
    enum ledger_kind kind; // decides which accounts it moves between
    const char *lot_id;
    int64_t minutes; // more than 0
    const char *client_id;
    const char *consultation_id, *consultation_code; // NULL when it is about no booking
    const char *reason;                              // may be NULL
};
// Writes the transaction and its postings.
bool ledger_post(struct op_ctx *ctx, const struct movement *movement);
// The same, and moves the lot's cached balance along.
bool ledger_move(struct op_ctx *ctx, const struct movement *movement);

// Makes sure that the lot's free minutes expire at that time.
bool expiry_plan(struct op_ctx *ctx, const char *lot_id, int64_t at);
// Expires what is free in a lot whose time has passed; nothing otherwise.
bool expiry_settle(struct op_ctx *ctx, const struct stored_lot *lot, const char *client_id);
