// Mails are jobs in the transaction of what they tell about.
#include "server/core/app.h"
#include "server/identity/identity.h"
#include "server/jobs/jobs.h"
#include "server/notify/mail_payload.h"
#include "server/notify/mail_template.h"
#include "shared/base/civil.h"

// Whatever is written with a time long past is history being told (the demo world): nobody wants mail about it.
static const int64_t HISTORY_MS = DAY_MS;

static bool queue(struct op_ctx *ctx, const struct mail_payload *payload, const char *key, int64_t run_at)
{
    if (mail_kind_find(payload->template) == NULL)
        return err_set(ctx->err, ERR_INTERNAL, "There is no mail %s.", payload->template);
    if (run_at < app_now(ctx->app) - HISTORY_MS)
        return true;
    return job_add(ctx, job_mail_send.name, arena_printf(ctx->arena, "mail:%s", key), run_at,
                   mail_payload_write(payload, ctx->arena));
}

static struct list list_of(struct op_ctx *ctx, const struct mail_var *vars, size_t count)
{
    return (struct list){ arena_copy(ctx->arena, vars, count * sizeof *vars), count };
}

bool mail_queue(struct op_ctx *ctx, const char *template_name, const char *person_id, const char *key,
                int64_t run_at, const char *consultation_id, int64_t sequence, const struct mail_var *vars,
                size_t count)
{
    struct mail_payload payload = {
        .template = template_name,
        .person = person_id,
        .consultation = consultation_id,
        .sequence = sequence,
        .vars = list_of(ctx, vars, count),
    };
    return queue(ctx, &payload, key, run_at);
}

bool mail_queue_secret(struct op_ctx *ctx, const char *template_name, const char *person_id, const char *key,
                       const struct mail_var *vars, size_t count, const struct mail_var *secrets,
                       size_t secret_count)
{
    struct mail_payload payload = {
        .template = template_name,
        .person = person_id,
        .vars = list_of(ctx, vars, count),
        .sealed = list_of(ctx, secrets, secret_count),
    };
    for (size_t i = 0; i < secret_count; i++) {
        struct mail_var *var = LIST_AT(&payload.sealed, struct mail_var, i);
        var->value = seal_text(ctx->app, var->value, ctx->arena);
    }
    return queue(ctx, &payload, key, ctx->now);
}
