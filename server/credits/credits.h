// The credit ledger: append-only, double-entry, in minutes (RULES 1 to 8). All functions run in the operation's
// transaction, write their change rows, and leave the stored balance of each lot equal to its postings.
#pragma once

#include "server/core/op.h"
#include "shared/domain/credits.h"

// Gives a client the credits of a package, or `credits` of it when not 0. reason may be NULL.
// ERR_ALREADY_EXISTS for a second free trial (RULES 7).
bool credits_grant(struct op_ctx *ctx, const char *client_id, const char *package_id, int64_t credits,
                   enum ledger_kind kind, const char *reason, struct row_lot *ret_lot);
// The free trial of a newly verified client, once; does nothing when it was given before.
bool credits_grant_trial(struct op_ctx *ctx, const char *client_id);

struct credit_quote {                                 // what a session costs and who pays
    struct list slices;                               // struct slice
    int64_t minutes;                                  // of credit
    const char *package_id, *package_name, *category; // of the first slice's lot
    int64_t minutes_per_credit;                       // of the first slice's lot
    int64_t cost;                                     // minor units: the share of the lots' price
    const char *currency;
};
// What would pay, without taking it.
bool credits_quote(struct op_ctx *ctx, const char *client_id, int64_t session_minutes, bool free_trial,
                   struct credit_quote *ret_quote);
struct credit_use { // the booking that credits are moved for
    const char *client_id, *consultation_id, *consultation_code;
    int64_t round; // another one for every reservation of that booking: its sequence
};
// Takes it: free -> reserved, slices recorded. A booking may reserve again, in another round, once its earlier
// slices are settled.
bool credits_reserve(struct op_ctx *ctx, const struct credit_use *use, int64_t session_minutes,
                     bool free_trial, struct credit_quote *ret_quote);
// Unwinds exactly the slices that booking holds: reserved -> free. What returns to an expired lot is usable for the
// policy's return days (RULES 6). Holding nothing is no error.
bool credits_release(struct op_ctx *ctx, const struct credit_use *use, int64_t return_days,
                     const char *reason);
// reserved -> consumed. Holding nothing is no error.
bool credits_consume(struct op_ctx *ctx, const struct credit_use *use, const char *reason);
// Minutes that a booking holds and minutes it used up, for checks.
bool credits_held(struct db *db, const char *consultation_id, int64_t *ret_reserved, int64_t *ret_consumed,
                  struct err *err);

// Proves the ledger: every transaction sums to zero, balances equal postings, slices match what is reserved. What is
// wrong is appended to `out`, a line each (serenityd check).
bool credits_check(struct db *db, struct buf *out, struct err *err);

extern const struct op op_run_client_credits, op_run_credit_grant;
extern const struct row_source row_source_lot, row_source_statement;
extern const struct job_kind job_credits_expire; // server/jobs/jobs.h: RULES 6
