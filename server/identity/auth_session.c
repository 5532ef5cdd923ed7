// auth.login, auth.refresh, auth.logout and auth.me.
#include "server/core/app.h"
#include "server/identity/identity_view.h"
#include "server/identity/login_delay.h"
#include "server/identity/password.h"
#include "server/identity/session_store.h"

#include <string.h>

struct login_check { // what prepare found out, with a reader's connection
    bool matches;
    const char *against; // the hash it was compared with
};

// Known or not, the address costs one hash and gets the same answer (handbook SAFETY).
static bool prepare_login(struct op_ctx *ctx, const void *in)
{
    const struct args_login *args = in;
    struct login_check *check = ARENA_NEW(ctx->arena, struct login_check);
    struct account account;
    bool found = false;
    if (!login_delay_check(ctx, args->email, args->device) ||
        !account_by_email(ctx, args->email, &account, &found))
        return false;
    check->against = found ? account.password_hash : NULL;
    check->matches = password_matches(ctx->app, check->against, args->password, ctx->arena);
    ctx->prepared = check;
    return true;
}

static bool refuse_login(struct op_ctx *ctx, const struct args_login *args)
{
    if (!login_delay_failed(ctx, args->email, args->device))
        return false;
    ctx->keep_on_failure = true;
    return err_set(ctx->err, ERR_BAD_CREDENTIALS, "The e-mail address or the password is wrong.");
}

static bool note_login(struct op_ctx *ctx, const char *person_id)
{
    return db_run(ctx->db, "UPDATE person SET last_login_at = $2 WHERE id = $1",
                  DB_ARGS(db_text(person_id), db_int(ctx->now)), NULL, ctx->err);
}

static bool run_login(struct op_ctx *ctx, const void *in)
{
    const struct args_login *args = in;
    const struct login_check *check = ctx->prepared;
    struct account account;
    struct tokens tokens;
    const char *session_id;
    bool found = false;
    ctx->actor.tenant = TENANT_DEFAULT;
    if (!account_by_email(ctx, args->email, &account, &found))
        return false;
    // The password may have been changed since prepare looked.
    if (!found || !check->matches || strcmp(check->against, account.password_hash) != 0)
        return refuse_login(ctx, args);
    if (strcmp(account.person.status, PERSON_SUSPENDED) == 0)
        return err_set(ctx->err, ERR_FORBIDDEN, "This account is suspended.");
    if (!login_delay_clear(ctx, args->email, args->device) || !note_login(ctx, account.person.id) ||
        !session_start(ctx, &account, args->device, &tokens, &session_id))
        return false;
    act_as(ctx, &account, session_id);
    ctx->target = session_id;
    if (!user_reply_whole(ctx, &account))
        return false;
    tokens_reply(ctx, &tokens);
    return true;
}

static bool run_refresh(struct op_ctx *ctx, const void *in)
{
    const struct args_refresh *args = in;
    struct tokens tokens;
    ctx->actor.tenant = TENANT_DEFAULT;
    if (!session_refresh(ctx, args->refreshToken, &tokens))
        return false;
    ctx->target = ctx->actor.session_id;
    tokens_reply(ctx, &tokens);
    return true;
}

static bool run_logout(struct op_ctx *ctx, const void *in)
{
    (void)in;
    ctx->target = ctx->actor.session_id;
    if (ctx->actor.session_id != NULL && !session_end(ctx, ctx->actor.session_id, "logout"))
        return false;
    reply_bool(ctx, "signedOut", true);
    return true;
}

static bool run_me(struct op_ctx *ctx, const void *in)
{
    (void)in;
    struct account account;
    bool found = false;
    if (!account_by_id(ctx, ctx->actor.user_id, &account, &found))
        return false;
    return found ? user_reply_whole(ctx, &account)
                 : err_set(ctx->err, ERR_NOT_FOUND, "There is no such person.");
}

const struct op op_run_auth_login = {
    .spec = &op_auth_login,
    .run = run_login,
    .prepare = prepare_login,
    .reply_name = "user",
    .reply_shape = &shape_user,
};
const struct op op_run_auth_refresh = {
    .spec = &op_auth_refresh,
    .run = run_refresh,
    .reply_name = "tokens",
    .reply_shape = &shape_tokens,
};
const struct op op_run_auth_logout = { .spec = &op_auth_logout, .run = run_logout };
const struct op op_run_auth_me = {
    .spec = &op_auth_me,
    .run = run_me,
    .reply_name = "user",
    .reply_shape = &shape_user,
};
