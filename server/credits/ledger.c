#include "server/credits/ledger.h"

#include "server/core/changes.h"

// Between which accounts a kind moves minutes, and what that does to the free ones (RULES 3).
static const struct {
    enum ledger_account from, to;
    int free_sign;
} routes[LEDGER_KINDS] = {
    [LEDGER_PURCHASE] = { ACCOUNT_SOURCE, ACCOUNT_FREE, 1 },
    [LEDGER_GRANT] = { ACCOUNT_SOURCE, ACCOUNT_FREE, 1 },
    [LEDGER_RESERVE] = { ACCOUNT_FREE, ACCOUNT_RESERVED, -1 },
    [LEDGER_RELEASE] = { ACCOUNT_RESERVED, ACCOUNT_FREE, 1 },
    [LEDGER_CONSUME] = { ACCOUNT_RESERVED, ACCOUNT_CONSUMED, 0 },
    [LEDGER_EXPIRE] = { ACCOUNT_FREE, ACCOUNT_EXPIRED, -1 },
    [LEDGER_REFUND] = { ACCOUNT_FREE, ACCOUNT_SOURCE, -1 },
    [LEDGER_ADJUST] = { ACCOUNT_SOURCE, ACCOUNT_FREE, 1 },
};

const char *credit_audience(struct op_ctx *ctx, const char *client_id)
{
    return arena_printf(ctx->arena, "org:%s role:%s:admin", client_id, ctx->actor.tenant);
}

static bool add_transaction(struct op_ctx *ctx, const struct movement *movement, const char *id,
                            const char *audience, int64_t rev)
{
    int64_t change = movement->minutes * routes[movement->kind].free_sign;
    return db_run(
        ctx->db,
        "INSERT INTO ledger_tx (id, tenant, rev, audience, client_id, kind, at, actor, lot_id, minutes, "
        "consultation_id, consultation_code, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(audience),
                db_text(movement->client_id), db_text(ledger_kind_words[movement->kind]), db_int(ctx->now),
                db_text(ctx->actor.user_id), db_text(movement->lot_id), db_int(change),
                db_text(movement->consultation_id), db_text(movement->consultation_code),
                db_text(movement->reason)),
        NULL, ctx->err);
}

static bool add_postings(struct op_ctx *ctx, const struct movement *movement, const char *id)
{
    return db_run(ctx->db,
                  "INSERT INTO ledger_posting (tx_id, lot_id, account, minutes) "
                  "VALUES ($1, $2, $3, $4), ($1, $2, $5, $6)",
                  DB_ARGS(db_text(id), db_text(movement->lot_id), db_int(routes[movement->kind].from),
                          db_int(-movement->minutes), db_int(routes[movement->kind].to),
                          db_int(movement->minutes)),
                  NULL, ctx->err);
}

static bool post(struct op_ctx *ctx, const struct movement *movement, const char *audience, int64_t rev)
{
    CHECK(movement->minutes > 0);
    const char *id = op_new_id(ctx);
    return add_transaction(ctx, movement, id, audience, rev) && add_postings(ctx, movement, id) &&
           changes_add(ctx, ROW_STATEMENT, id, CHANGE_PUT, "", audience);
}

bool ledger_post(struct op_ctx *ctx, const struct movement *movement)
{
    int64_t rev;
    return changes_seq(ctx, &rev) && post(ctx, movement, credit_audience(ctx, movement->client_id), rev);
}

static bool move_balance(struct op_ctx *ctx, const struct movement *movement, int64_t rev)
{
    int64_t change[ACCOUNTS] = { 0 };
    change[routes[movement->kind].from] -= movement->minutes;
    change[routes[movement->kind].to] += movement->minutes;
    return db_run(ctx->db,
                  "UPDATE lot SET free = free + $2, reserved = reserved + $3, consumed = consumed + $4, "
                  "expired = expired + $5, rev = $6 WHERE id = $1",
                  DB_ARGS(db_text(movement->lot_id), db_int(change[ACCOUNT_FREE]),
                          db_int(change[ACCOUNT_RESERVED]), db_int(change[ACCOUNT_CONSUMED]),
                          db_int(change[ACCOUNT_EXPIRED]), db_int(rev)),
                  NULL, ctx->err);
}

bool ledger_move(struct op_ctx *ctx, const struct movement *movement)
{
    CHECK(routes[movement->kind].from != ACCOUNT_SOURCE && routes[movement->kind].to != ACCOUNT_SOURCE);
    const char *audience = credit_audience(ctx, movement->client_id);
    int64_t rev;
    return changes_seq(ctx, &rev) && post(ctx, movement, audience, rev) && move_balance(ctx, movement, rev) &&
           changes_add(ctx, ROW_LOT, movement->lot_id, CHANGE_PUT, audience, audience);
}
