// Credits come in: of a package, bought or given, and the free trial.
#include "server/clients/clients.h"
#include "server/core/changes.h"
#include "server/credits/ledger.h"
#include "server/notify/notify.h"
#include "server/packages/packages.h"
#include "shared/base/civil.h"
#include "shared/wire/args_people.h"

#include <string.h>

static bool is_trial(const struct row_package *package)
{
    return package->price == 0 && strcmp(package->type, "free_trial") == 0;
}

static bool had_trial(struct op_ctx *ctx, const char *client_id, bool *ret_had)
{
    int64_t one;
    *ret_had = false;
    return db_one_int(ctx->db, "SELECT 1 FROM lot WHERE client_id = $1 AND free_trial = 1 LIMIT 1",
                      DB_ARGS(db_text(client_id)), &one, ret_had, ctx->err);
}

// One per client and one credit of it, whoever gives it (RULES 7).
static bool may_give(struct op_ctx *ctx, const char *client_id, const struct row_package *package,
                     int64_t credits)
{
    bool had;
    if (!is_trial(package))
        return true;
    if (!had_trial(ctx, client_id, &had))
        return false;
    if (had)
        return err_set(ctx->err, ERR_ALREADY_EXISTS, "This client had the free trial already.");
    return credits <= 1 || err_field(ctx->err, "credits", "The free trial is one session.");
}

// A new lot of `credits` of the package, all of it free.
static struct row_lot lot_of_package(struct op_ctx *ctx, const char *client_id,
                                     const struct row_package *package, int64_t credits)
{
    return (struct row_lot){
        .id = op_new_id(ctx),
        .clientId = client_id,
        .packageId = package->id,
        .packageName = package->name,
        .minutesPerCredit = package->minutes,
        .total = credits * package->minutes,
        .free = credits * package->minutes,
        .flexible = package->flexible,
        .freeTrial = is_trial(package),
        .purchasedAt = ctx->now,
        .expiresAt = lot_expiry(ctx->now, package->expiresAfterDays),
        .price = package->credits == 0 ? 0 : package->price * credits / package->credits,
        .currency = package->currency,
    };
}

static bool lot_insert(struct op_ctx *ctx, const struct row_lot *lot, const char *category,
                       const char *audience)
{
    return db_run(
        ctx->db,
        "INSERT INTO lot (id, tenant, rev, audience, client_id, package_id, package_name, category, "
        "minutes_per_credit, flexible, free_trial, total, purchased_at, expires_at, price, currency, free, "
        "reserved, consumed, expired) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $12, 0, 0, 0)",
        DB_ARGS(db_text(lot->id), db_text(ctx->actor.tenant), db_int(lot->rev), db_text(audience),
                db_text(lot->clientId), db_text(lot->packageId), db_text(lot->packageName), db_text(category),
                db_int(lot->minutesPerCredit), db_int(lot->flexible), db_int(lot->freeTrial),
                db_int(lot->total), db_int(lot->purchasedAt), db_int(lot->expiresAt), db_int(lot->price),
                db_text(lot->currency)),
        NULL, ctx->err);
}

bool credits_grant(struct op_ctx *ctx, const char *client_id, const char *package_id, int64_t credits,
                   enum ledger_kind kind, const char *reason, struct row_lot *ret_lot)
{
    CHECK(kind == LEDGER_PURCHASE || kind == LEDGER_GRANT);
    struct client client;
    struct row_package package;
    if (!client_get(ctx, client_id, &client) || !package_get(ctx, package_id, &package) ||
        !may_give(ctx, client.id, &package, credits))
        return false;
    struct row_lot lot = lot_of_package(ctx, client.id, &package, credits == 0 ? package.credits : credits);
    const char *audience = credit_audience(ctx, client.id);
    struct movement movement = {
        .kind = kind, .lot_id = lot.id, .minutes = lot.total, .client_id = client.id, .reason = reason
    };
    if (!changes_seq(ctx, &lot.rev) || !lot_insert(ctx, &lot, package.category, audience) ||
        !ledger_post(ctx, &movement) || !changes_add(ctx, ROW_LOT, lot.id, CHANGE_PUT, "", audience) ||
        !expiry_plan(ctx, lot.id, lot.expiresAt))
        return false;
    *ret_lot = lot;
    return true;
}

bool credits_grant_trial(struct op_ctx *ctx, const char *client_id)
{
    bool given;
    struct row_lot lot;
    if (!had_trial(ctx, client_id, &given))
        return false;
    return given || credits_grant(ctx, client_id, "PKG-FREE-TRIAL", 1, LEDGER_GRANT,
                                  "Free trial for a new client", &lot);
}

static bool tell_client(struct op_ctx *ctx, const struct row_lot *lot, const char *reason)
{
    char credits[24], date[CIVIL_DATE_SIZE];
    credits_format(lot->total, lot->minutesPerCredit, credits, sizeof credits);
    civil_format_date(civil_day_of_ms(lot->expiresAt), date);
    const char *title = arena_printf(ctx->arena, "%s credits of %s", credits, lot->packageName);
    const char *body = arena_printf(ctx->arena, "They can be booked until %s.", date);
    const struct mail_var vars[] = {
        { "credits", credits },
        { "package", lot->packageName },
        { "expires", date },
        { "note", reason == NULL ? "" : reason },
    };
    struct list people = { 0 };
    if (!client_people(ctx, lot->clientId, &people))
        return false;
    for (size_t i = 0; i < people.count; i++) {
        const char *person = *LIST_AT(&people, const char *, i);
        const char *key = arena_printf(ctx->arena, "credits_granted:%s:%s", lot->id, person);
        if (!notify_person(ctx, person, "credits_granted", title, body, NULL) ||
            !mail_queue(ctx, "credits_granted", person, key, ctx->now, NULL, 0, vars, ARRAY_LEN(vars)))
            return false;
    }
    return true;
}

static bool run_grant(struct op_ctx *ctx, const void *in)
{
    const struct args_grant *args = in;
    struct row_lot lot;
    if (!credits_grant(ctx, args->id, args->packageId, args->credits, LEDGER_GRANT, args->reason, &lot) ||
        !tell_client(ctx, &lot, args->reason))
        return false;
    ctx->target = lot.id;
    reply_shape(ctx, "lot", &shape_lot_view, &lot);
    return true;
}

const struct op op_run_credit_grant = {
    .spec = &op_credit_grant,
    .run = run_grant,
    .reply_name = "lot",
    .reply_shape = &shape_lot_view,
};
