// Sending a mail whose time has come, if what it says still holds (RULES 20, TRAPS 14).
#include "server/core/app.h"
#include "server/identity/identity.h"
#include "server/integrations/mail.h"
#include "server/notify/mail_payload.h"
#include "server/notify/mail_template.h"
#include "server/scheduling/scheduling.h"

#include <string.h>

static bool still_true(struct op_ctx *ctx, const struct mail_kind *kind, const struct mail_payload *payload,
                       const struct person *person, bool *ret_true)
{
    struct booking_facts facts;
    bool found = false;
    *ret_true = strcmp(person->status, "suspended") != 0 &&
                !(kind->for_unverified && strcmp(person->status, "active") == 0);
    if (!*ret_true || payload->consultation == NULL)
        return true;
    if (!consultation_facts(ctx, payload->consultation, &facts, &found))
        return false;
    const struct actor reader = {
        .tenant = ctx->actor.tenant,
        .user_id = person->id,
        .client_id = person->client_id,
        .consultant_id = person->consultant_id,
        .roles = person->roles,
    };
    *ret_true = found && facts.sequence == payload->sequence && (kind->holds_in >> facts.status & 1) != 0 &&
                (!kind->only_ahead || ctx->now < facts.start) &&
                principals_meet(facts.audience, principals_of(&reader, ctx->arena));
    return true;
}

static bool collect_values(struct op_ctx *ctx, const struct mail_payload *payload,
                           const struct person *person, struct list *ret_values)
{
    const struct mail_var common[] = {
        { "first_name", person->first_name },
        { "email", person->email },
        { "public_url", ctx->app->config.public_url },
    };
    for (size_t i = 0; i < payload->vars.count; i++)
        *LIST_ADD(ret_values, ctx->arena, struct mail_var) = *LIST_AT(&payload->vars, struct mail_var, i);
    for (size_t i = 0; i < payload->sealed.count; i++) {
        struct mail_var var = *LIST_AT(&payload->sealed, struct mail_var, i);
        if (!unseal_text(ctx->app, var.value, ctx->arena, &var.value))
            return err_set(ctx->err, ERR_INTERNAL, "The mail's secret was sealed with another key.");
        *LIST_ADD(ret_values, ctx->arena, struct mail_var) = var;
    }
    for (size_t i = 0; i < ARRAY_LEN(common); i++)
        *LIST_ADD(ret_values, ctx->arena, struct mail_var) = common[i];
    return true;
}

// The host part of the sender's address: job@host is a Message-ID that stays the same at every try.
static const char *message_id(struct op_ctx *ctx, const struct job *job)
{
    const char *at = strrchr(ctx->app->config.mail_from, '@');
    const char *host = at == NULL ? "localhost" : at + 1;
    return arena_printf(ctx->arena, "<%s@%.*s>", job->id, (int)strcspn(host, "> "), host);
}

static bool send_to(struct op_ctx *ctx, const struct job *job, const struct mail_kind *kind,
                    const struct mail_payload *payload, const struct person *person)
{
    struct list values = { 0 };
    struct mail_text text;
    if (!collect_values(ctx, payload, person, &values) ||
        !mail_render(ctx->app, kind, &values, ctx->arena, &text, ctx->err))
        return false;
    struct mail mail = {
        .from = ctx->app->config.mail_from,
        .to = person->email,
        .to_name = person->name,
        .subject = text.subject,
        .text = text.text,
        .html = text.html,
        .message_id = message_id(ctx, job),
        .at = job->run_at,
    };
    return ctx->app->mail->send(ctx->app, &mail, ctx->err);
}

static bool perform(struct op_ctx *ctx, const struct job *job, bool *ret_skip)
{
    struct mail_payload payload;
    struct person person;
    bool holds = false;
    if (!mail_payload_read(job->payload, ctx->arena, &payload, ctx->err))
        return false;
    const struct mail_kind *kind = mail_kind_find(payload.template);
    if (kind == NULL)
        return err_set(ctx->err, ERR_INTERNAL, "There is no mail %s.", payload.template);
    if (!person_get(ctx, payload.person, &person)) {
        *ret_skip = ctx->err->code == ERR_NOT_FOUND;
        return *ret_skip;
    }
    if (!still_true(ctx, kind, &payload, &person, &holds))
        return false;
    *ret_skip = !holds;
    return !holds || send_to(ctx, job, kind, &payload, &person);
}

const struct job_kind job_mail_send = { .name = "mail.send", .perform = perform };
