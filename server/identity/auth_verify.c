// auth.verify_email and auth.resend_verification.
#include "server/consultants/consultants.h"
#include "server/core/app.h"
#include "server/credits/credits.h"
#include "server/identity/identity_view.h"
#include "server/identity/secret.h"
#include "server/identity/verification.h"
#include "server/notify/notify.h"
#include "shared/base/civil.h"

#include <string.h>

#define KIND "verify_email"

enum { TOKEN_HOURS = 24, RESEND_WAIT_MS = 60 * 1000 };

static bool insert_token(struct op_ctx *ctx, const char *person_id, const char *hash)
{
    return db_run(ctx->db,
                  "INSERT INTO one_time_token (hash, kind, person_id, created_at, expires_at) "
                  "VALUES ($1, '" KIND "', $2, $3, $4)",
                  DB_ARGS(db_text(hash), db_text(person_id), db_int(ctx->now),
                          db_int(ctx->now + (int64_t)TOKEN_HOURS * HOUR_MS)),
                  NULL, ctx->err);
}

bool verification_send(struct op_ctx *ctx, const struct account *account)
{
    const char *token = secret_make(ctx->arena);
    char hash[SECRET_HASH_SIZE];
    secret_hash(token, hash);
    const char *link =
        arena_printf(ctx->arena, "%s/verify-email#token=%s", ctx->app->config.public_url, token);
    const struct mail_var vars[] = {
        { "hours", arena_printf(ctx->arena, "%d", TOKEN_HOURS) },
    };
    const struct mail_var secrets[] = { { "token", token }, { "link", link } };
    return insert_token(ctx, account->person.id, hash) &&
           mail_queue_secret(ctx, "verify_email", account->person.id,
                             arena_printf(ctx->arena, "verify-email:%.16s", hash), vars, ARRAY_LEN(vars),
                             secrets, ARRAY_LEN(secrets));
}

// *ret_person_id NULL when the token is unknown, used or expired.
static bool find_token(struct op_ctx *ctx, const char *hash, const char **ret_person_id)
{
    char *person_id = NULL;
    if (!db_one_text(ctx->db,
                     "SELECT person_id FROM one_time_token WHERE hash = $1 AND kind = '" KIND
                     "' AND used_at IS NULL AND expires_at > $2",
                     DB_ARGS(db_text(hash), db_int(ctx->now)), ctx->arena, &person_id, NULL, ctx->err))
        return false;
    *ret_person_id = person_id;
    return true;
}

// All of them: an older mail's token has no further use.
static bool use_tokens(struct op_ctx *ctx, const char *person_id)
{
    return db_run(ctx->db,
                  "UPDATE one_time_token SET used_at = $2 WHERE person_id = $1 AND kind = '" KIND
                  "' AND used_at IS NULL",
                  DB_ARGS(db_text(person_id), db_int(ctx->now)), NULL, ctx->err);
}

static bool welcome(struct op_ctx *ctx, const struct person *person)
{
    return (person->client_id == NULL || credits_grant_trial(ctx, person->client_id)) &&
           (person->consultant_id == NULL || consultant_publish(ctx, person->consultant_id));
}

static bool run_verify(struct op_ctx *ctx, const void *in)
{
    const struct args_token *args = in;
    char hash[SECRET_HASH_SIZE];
    const char *person_id;
    struct account account;
    bool found = false;
    secret_hash(args->token, hash);
    if (!find_token(ctx, hash, &person_id) ||
        (person_id != NULL && !account_by_id(ctx, person_id, &account, &found)))
        return false;
    if (!found || strcmp(account.person.status, PERSON_SUSPENDED) == 0)
        return err_field(ctx->err, "token", "This token is wrong, used already or expired.");
    act_as(ctx, &account, NULL);
    ctx->target = person_id;
    if (!use_tokens(ctx, person_id) || !person_verify(ctx, person_id) || !welcome(ctx, &account.person) ||
        !account_by_id(ctx, person_id, &account, &found))
        return false;
    user_reply(ctx, &account);
    return true;
}

// Not more than one mail a minute goes to an address, whoever asks.
static bool sent_lately(struct op_ctx *ctx, const char *person_id, bool *ret_lately)
{
    int64_t last = 0;
    if (!db_one_int(
            ctx->db,
            "SELECT coalesce(max(created_at), 0) FROM one_time_token WHERE person_id = $1 AND kind = '" KIND
            "'",
            DB_ARGS(db_text(person_id)), &last, NULL, ctx->err))
        return false;
    *ret_lately = last != 0 && ctx->now - last < RESEND_WAIT_MS;
    return true;
}

static bool run_resend(struct op_ctx *ctx, const void *in)
{
    const struct args_email *args = in;
    struct account account;
    bool found = false, lately = true;
    if (!account_by_email(ctx, args->email, &account, &found))
        return false;
    if (found && strcmp(account.person.status, PERSON_PENDING) == 0) {
        act_as(ctx, &account, NULL);
        if (!sent_lately(ctx, account.person.id, &lately) || (!lately && !verification_send(ctx, &account)))
            return false;
    }
    reply_text(ctx, "message", "If this address waits for verification, a new mail is on its way.");
    return true;
}

const struct op op_run_auth_verify_email = {
    .spec = &op_auth_verify_email,
    .run = run_verify,
    .reply_name = "user",
    .reply_shape = &shape_user,
};
const struct op op_run_auth_resend_verification = {
    .spec = &op_auth_resend_verification,
    .run = run_resend,
};
