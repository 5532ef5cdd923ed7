// client.credits: what a client has, holds, used and is about to lose (specification, client journey 5.3).
#include "server/clients/clients.h"
#include "server/credits/ledger.h"
#include "server/scheduling/scheduling.h"
#include "shared/base/civil.h"
#include "shared/wire/args_people.h"

#include <string.h>

enum { EXPIRING_DAYS = 30 };

// Credits are shown as decimals with two places at most, written as money is: in hundredths.
struct view_package {
    const char *packageId, *packageName;
    int64_t creditsRemaining, creditsReserved, creditsUsed, creditsAdded;
    int64_t sessionDuration;
    bool flexible;
    int32_t purchaseDate, expiryDate;
    int64_t daysUntilExpiry;
};
static const struct field package_fields[] = {
    { FIELD(struct view_package, packageId), .kind = FIELD_TEXT },
    { FIELD(struct view_package, packageName), .kind = FIELD_TEXT },
    { FIELD(struct view_package, creditsRemaining), .kind = FIELD_MONEY },
    { FIELD(struct view_package, creditsReserved), .kind = FIELD_MONEY },
    { FIELD(struct view_package, creditsUsed), .kind = FIELD_MONEY },
    { FIELD(struct view_package, creditsAdded), .kind = FIELD_MONEY },
    { FIELD(struct view_package, sessionDuration), .kind = FIELD_INT },
    { FIELD(struct view_package, flexible), .kind = FIELD_BOOL },
    { FIELD(struct view_package, purchaseDate), .kind = FIELD_DATE },
    { FIELD(struct view_package, expiryDate), .kind = FIELD_DATE },
    { FIELD(struct view_package, daysUntilExpiry), .kind = FIELD_INT },
};
static const struct shape package_shape = SHAPE(struct view_package, "CreditPackage", package_fields);

struct view_trial {
    bool eligible, used;
    int32_t usedOn, expiresOn;
};
static const struct field trial_fields[] = {
    { FIELD(struct view_trial, eligible), .kind = FIELD_BOOL },
    { FIELD(struct view_trial, used), .kind = FIELD_BOOL },
    { FIELD(struct view_trial, usedOn), .kind = FIELD_DATE },
    { FIELD(struct view_trial, expiresOn), .kind = FIELD_DATE },
};
static const struct shape trial_shape = SHAPE(struct view_trial, "FreeTrial", trial_fields);

struct view_lifetime {
    int64_t totalConsultations, totalSpent, totalCreditsPurchased, totalCreditsUsed;
    struct list favoriteConsultants; // const char *
};
static const struct field lifetime_fields[] = {
    { FIELD(struct view_lifetime, totalConsultations), .kind = FIELD_INT },
    { FIELD(struct view_lifetime, totalSpent), .kind = FIELD_MONEY },
    { FIELD(struct view_lifetime, totalCreditsPurchased), .kind = FIELD_MONEY },
    { FIELD(struct view_lifetime, totalCreditsUsed), .kind = FIELD_MONEY },
    { FIELD(struct view_lifetime, favoriteConsultants), .kind = FIELD_TEXTS },
};
static const struct shape lifetime_shape = SHAPE(struct view_lifetime, "LifetimeStats", lifetime_fields);

struct summary {
    int64_t available, reserved; // hundredths of credits
    struct view_trial trial;
    struct view_lifetime lifetime;
    struct list packages, expiring; // struct view_package
    struct list lots;               // struct row_lot
};

struct summary_lot {
    struct row_lot row;
    int64_t usable_until;
    bool purchased;
    int64_t last_reserved_at;
};

// Never more than there is: 50 of 90 minutes are 0.55.
static int64_t hundredths(int64_t minutes, const struct row_lot *lot)
{
    return minutes * 100 / lot->minutesPerCredit;
}

static struct view_package package_of(const struct summary_lot *lot, int64_t now)
{
    const struct row_lot *row = &lot->row;
    return (struct view_package){
        .packageId = row->packageId,
        .packageName = row->packageName,
        .creditsRemaining = hundredths(row->free, row),
        .creditsReserved = hundredths(row->reserved, row),
        .creditsUsed = hundredths(row->consumed, row),
        .creditsAdded = hundredths(row->total, row),
        .sessionDuration = row->minutesPerCredit,
        .flexible = row->flexible,
        .purchaseDate = civil_day_of_ms(row->purchasedAt),
        .expiryDate = civil_day_of_ms(lot->usable_until),
        .daysUntilExpiry = civil_day_of_ms(lot->usable_until) - civil_day_of_ms(now),
    };
}

static void add_trial(struct summary *summary, const struct summary_lot *lot, bool usable)
{
    const struct row_lot *row = &lot->row;
    summary->trial.eligible |= usable && row->free > 0;
    summary->trial.expiresOn = civil_day_of_ms(lot->usable_until);
    if (row->reserved + row->consumed == 0)
        return;
    summary->trial.used = true;
    summary->trial.usedOn = civil_day_of_ms(lot->last_reserved_at);
}

static void add_lot(struct op_ctx *ctx, struct summary *summary, const struct summary_lot *lot)
{
    const struct row_lot *row = &lot->row;
    bool usable = ctx->now < lot->usable_until;
    *LIST_ADD(&summary->lots, ctx->arena, struct row_lot) = *row;
    summary->lifetime.totalCreditsUsed += hundredths(row->consumed, row);
    if (lot->purchased) {
        summary->lifetime.totalSpent += row->price;
        summary->lifetime.totalCreditsPurchased += hundredths(row->total, row);
    }
    if (row->freeTrial) {
        add_trial(summary, lot, usable);
        return;
    }
    summary->reserved += hundredths(row->reserved, row);
    if (usable)
        summary->available += hundredths(row->free, row);
    if (usable && row->free + row->reserved > 0)
        *LIST_ADD(&summary->packages, ctx->arena, struct view_package) = package_of(lot, ctx->now);
    if (usable && row->free > 0 && lot->usable_until - ctx->now <= (int64_t)EXPIRING_DAYS * DAY_MS)
        *LIST_ADD(&summary->expiring, ctx->arena, struct view_package) = package_of(lot, ctx->now);
}

// The row's columns stand in the order of its shape; what else is asked follows behind.
static bool load_lots(struct op_ctx *ctx, const char *client_id, struct summary *summary)
{
    const struct shape *shape = row_shapes[ROW_LOT];
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            ctx->db, &rows,
            "SELECT id, rev, client_id, package_id, package_name, minutes_per_credit, total, free, "
            "reserved, consumed, expired, flexible, free_trial, purchased_at, expires_at, price, currency, "
            "CASE WHEN grace_until > expires_at THEN grace_until ELSE expires_at END, t.purchased, "
            "t.reserved_at "
            "FROM lot LEFT JOIN (SELECT lot_id, MAX(CASE WHEN kind = 'purchase' THEN 1 ELSE 0 END) "
            "AS purchased, MAX(CASE WHEN kind = 'reserve' THEN at END) AS reserved_at "
            "FROM ledger_tx WHERE client_id = $1 GROUP BY lot_id) t ON t.lot_id = lot.id "
            "WHERE client_id = $1 ORDER BY expires_at, purchased_at, id",
            DB_ARGS(db_text(client_id)), ctx->err))
        return false;
    while (db_next(&rows)) {
        struct summary_lot lot = { .usable_until = db_col_int(&rows, (int)shape->count),
                                   .purchased = db_col_int(&rows, (int)shape->count + 1) != 0,
                                   .last_reserved_at = db_col_int(&rows, (int)shape->count + 2) };
        if (!db_load(&rows, shape, ctx->arena, &lot.row))
            return false;
        add_lot(ctx, summary, &lot);
    }
    return db_ok(&rows);
}

static bool run_credits(struct op_ctx *ctx, const void *in)
{
    const struct args_client_choice *args = in;
    struct summary summary = { 0 };
    struct client_history history = { 0 };
    const char *client_id;
    if (ctx->actor.client_id == NULL)
        return err_set(ctx->err, ERR_FORBIDDEN, "Only clients have credits.");
    if (!client_chosen(ctx, args->clientId, &client_id) || !load_lots(ctx, client_id, &summary) ||
        !scheduling_client_history(ctx, client_id, &history))
        return false;
    summary.lifetime.totalConsultations = history.completed;
    summary.lifetime.favoriteConsultants = history.consultants;
    struct buf number = { 0 };
    json_add_money(&number, summary.available);
    reply_json(ctx, "availableCredits", buf_text(&number));
    buf_clear(&number);
    json_add_money(&number, summary.reserved);
    reply_json(ctx, "reservedCredits", buf_text(&number));
    buf_free(&number);
    reply_shapes(ctx, "activePackages", &package_shape, &summary.packages);
    reply_shape(ctx, "freeTrial", &trial_shape, &summary.trial);
    reply_shape(ctx, "lifetimeStats", &lifetime_shape, &summary.lifetime);
    reply_shapes(ctx, "expiringCredits", &package_shape, &summary.expiring);
    reply_shapes(ctx, "lots", &shape_lot_view, &summary.lots);
    return true;
}

const struct op op_run_client_credits = {
    .spec = &op_client_credits,
    .run = run_credits,
};
