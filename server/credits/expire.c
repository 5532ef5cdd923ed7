// Expiry is a ledger entry made by a job (RULES 6).
#include "server/credits/ledger.h"
#include "server/jobs/jobs.h"

#include <string.h>

struct expire_payload {
    const char *lotId;
};
static const struct field payload_fields[] = {
    { FIELD(struct expire_payload, lotId), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
};
static const struct shape payload_shape = SHAPE(struct expire_payload, "ExpireLot", payload_fields);

bool expiry_plan(struct op_ctx *ctx, const char *lot_id, int64_t at)
{
    const char *key = arena_printf(ctx->arena, "credits-expire:%s:%lld", lot_id, (long long)at);
    const char *payload = arena_printf(ctx->arena, "{\"lotId\":\"%s\"}", lot_id);
    return job_add(ctx, job_credits_expire.name, key, at, payload);
}

static int64_t usable_until(const struct lot *lot)
{
    return lot->grace_until > lot->expires_at ? lot->grace_until : lot->expires_at;
}

bool expiry_settle(struct op_ctx *ctx, const struct stored_lot *stored, const char *client_id)
{
    const struct lot *lot = &stored->lot;
    if (lot->free == 0 || ctx->now < usable_until(lot))
        return true;
    struct movement movement = { .kind = LEDGER_EXPIRE,
                                 .lot_id = lot->id,
                                 .minutes = lot->free,
                                 .client_id = client_id,
                                 .reason = "Not booked in time" };
    return ledger_move(ctx, &movement);
}

static bool expire_finish(struct op_ctx *ctx, const struct job *job)
{
    struct expire_payload payload;
    struct stored_lot stored;
    const char *client_id;
    CLEANUP(json_free) cJSON *json = json_parse(job->payload, strlen(job->payload), ctx->err);
    return json != NULL && shape_read(&payload_shape, json, ctx->arena, &payload, ctx->err) &&
           lot_load(ctx, payload.lotId, &stored, &client_id) && expiry_settle(ctx, &stored, client_id);
}

const struct job_kind job_credits_expire = {
    .name = "credits.expire",
    .finish = expire_finish,
};
