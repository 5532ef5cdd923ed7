// What bookings do with credits: quote, reserve, release, consume (RULES 1, 4, 5, 6).
#include "server/core/changes.h"
#include "server/credits/ledger.h"

#include <string.h>

static const struct stored_lot *lot_of_slice(const struct list *lots, const struct slice *slice)
{
    for (size_t i = 0; i < lots->count; i++) {
        const struct stored_lot *stored = LIST_AT(lots, struct stored_lot, i);
        if (strcmp(stored->lot.id, slice->lot_id) == 0)
            return stored;
    }
    return NULL;
}

static void quote_fill(const struct list *lots, struct credit_quote *quote)
{
    for (size_t i = 0; i < quote->slices.count; i++) {
        const struct slice *slice = LIST_AT(&quote->slices, struct slice, i);
        const struct stored_lot *stored = lot_of_slice(lots, slice);
        CHECK(stored != NULL);
        quote->minutes += slice->minutes;
        quote->cost += stored->total == 0 ? 0 : stored->price * slice->minutes / stored->total;
        if (i > 0)
            continue;
        quote->package_id = stored->package_id;
        quote->package_name = stored->package_name;
        quote->category = stored->category;
        quote->minutes_per_credit = stored->lot.minutes_per_credit;
        quote->currency = stored->currency;
    }
}

bool credits_quote(struct op_ctx *ctx, const char *client_id, int64_t session_minutes, bool free_trial,
                   struct credit_quote *ret_quote)
{
    struct list stored = { 0 }, lots = { 0 };
    if (!lots_load_free(ctx, client_id, &stored))
        return false;
    for (size_t i = 0; i < stored.count; i++)
        *LIST_ADD(&lots, ctx->arena, struct lot) = LIST_AT(&stored, struct stored_lot, i)->lot;
    struct credit_quote quote = { 0 };
    if (!credits_choose(&lots, session_minutes, free_trial, ctx->now, ctx->arena, &quote.slices, ctx->err))
        return false;
    quote_fill(&stored, &quote);
    *ret_quote = quote;
    return true;
}

static bool slice_add(struct op_ctx *ctx, const struct credit_use *use, const struct slice *slice)
{
    struct movement movement = { .kind = LEDGER_RESERVE,
                                 .lot_id = slice->lot_id,
                                 .minutes = slice->minutes,
                                 .client_id = use->client_id,
                                 .consultation_id = use->consultation_id,
                                 .consultation_code = use->consultation_code };
    return ledger_move(ctx, &movement) &&
           db_run(ctx->db,
                  "INSERT INTO booking_slice (consultation_id, round, lot_id, minutes, state) "
                  "VALUES ($1, $2, $3, $4, 'reserved')",
                  DB_ARGS(db_text(use->consultation_id), db_int(use->round), db_text(slice->lot_id),
                          db_int(slice->minutes)),
                  NULL, ctx->err);
}

bool credits_reserve(struct op_ctx *ctx, const struct credit_use *use, int64_t session_minutes,
                     bool free_trial, struct credit_quote *ret_quote)
{
    struct credit_quote quote;
    if (!credits_quote(ctx, use->client_id, session_minutes, free_trial, &quote))
        return false;
    for (size_t i = 0; i < quote.slices.count; i++)
        if (!slice_add(ctx, use, LIST_AT(&quote.slices, struct slice, i)))
            return false;
    *ret_quote = quote;
    return true;
}

// Settling: every slice that is still reserved goes one way ------------------------------------------------------

static bool slices_reserved(struct op_ctx *ctx, const char *consultation_id, struct list *ret_slices)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            ctx->db, &rows,
            "SELECT lot_id, minutes FROM booking_slice WHERE consultation_id = $1 AND state = 'reserved'",
            DB_ARGS(db_text(consultation_id)), ctx->err))
        return false;
    while (db_next(&rows)) {
        struct slice *slice = LIST_ADD(ret_slices, ctx->arena, struct slice);
        slice->lot_id = db_col_copy(&rows, 0, ctx->arena);
        slice->minutes = db_col_int(&rows, 1);
    }
    return db_ok(&rows);
}

// A return to an expired lot opens a few more days; what its time had run out for before does not come back with it.
static bool prepare_return(struct op_ctx *ctx, const char *lot_id, int64_t return_days)
{
    struct stored_lot stored;
    const char *client_id;
    if (!lot_load(ctx, lot_id, &stored, &client_id))
        return false;
    int64_t until = lot_usable_until(stored.lot.expires_at, ctx->now, return_days);
    if (until <= stored.lot.expires_at)
        return true;
    return expiry_settle(ctx, &stored, client_id) &&
           db_run(ctx->db, "UPDATE lot SET grace_until = $2 WHERE id = $1",
                  DB_ARGS(db_text(lot_id), db_int(until)), NULL, ctx->err) &&
           expiry_plan(ctx, lot_id, until);
}

static bool settle(struct op_ctx *ctx, const struct credit_use *use, enum ledger_kind kind, const char *state,
                   const char *reason, int64_t return_days)
{
    struct list slices = { 0 };
    if (!slices_reserved(ctx, use->consultation_id, &slices))
        return false;
    for (size_t i = 0; i < slices.count; i++) {
        const struct slice *slice = LIST_AT(&slices, struct slice, i);
        struct movement movement = { .kind = kind,
                                     .lot_id = slice->lot_id,
                                     .minutes = slice->minutes,
                                     .client_id = use->client_id,
                                     .consultation_id = use->consultation_id,
                                     .consultation_code = use->consultation_code,
                                     .reason = reason };
        if (kind == LEDGER_RELEASE && !prepare_return(ctx, slice->lot_id, return_days))
            return false;
        if (!ledger_move(ctx, &movement))
            return false;
    }
    return db_run(ctx->db,
                  "UPDATE booking_slice SET state = $2 WHERE consultation_id = $1 AND state = 'reserved'",
                  DB_ARGS(db_text(use->consultation_id), db_text(state)), NULL, ctx->err);
}

bool credits_release(struct op_ctx *ctx, const struct credit_use *use, int64_t return_days,
                     const char *reason)
{
    return settle(ctx, use, LEDGER_RELEASE, "released", reason, return_days);
}

bool credits_consume(struct op_ctx *ctx, const struct credit_use *use, const char *reason)
{
    return settle(ctx, use, LEDGER_CONSUME, "consumed", reason, 0);
}

bool credits_held(struct db *db, const char *consultation_id, int64_t *ret_reserved, int64_t *ret_consumed,
                  struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, "SELECT minutes, state FROM booking_slice WHERE consultation_id = $1",
                  DB_ARGS(db_text(consultation_id)), err))
        return false;
    int64_t reserved = 0, consumed = 0;
    while (db_next(&rows)) {
        const char *state = db_col_text(&rows, 1);
        reserved += strcmp(state, "reserved") == 0 ? db_col_int(&rows, 0) : 0;
        consumed += strcmp(state, "consumed") == 0 ? db_col_int(&rows, 0) : 0;
    }
    *ret_reserved = reserved;
    *ret_consumed = consumed;
    return db_ok(&rows);
}
