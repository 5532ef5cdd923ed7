#include "server/identity/session_store.h"

#include "server/core/app.h"
#include "server/identity/secret.h"
#include "server/identity/token.h"
#include "shared/base/civil.h"

#include <string.h>

enum {
    RETRY_MS = 60 * 1000, // a client killed mid-refresh asks again with the old token within this time
    RESTORE_DAYS = 7,     // clients keep what they need after a restore that long (handbook SYNC)
};

static const struct field tokens_fields[] = {
    { FIELD(struct tokens, accessToken), .kind = FIELD_TEXT, .flags = FIELD_SECRET },
    { FIELD(struct tokens, refreshToken), .kind = FIELD_TEXT, .flags = FIELD_SECRET },
    { FIELD(struct tokens, expiresIn), .kind = FIELD_INT, .help = "Seconds" },
};
const struct shape shape_tokens = SHAPE(struct tokens, "Tokens", tokens_fields);

void tokens_reply(struct op_ctx *ctx, const struct tokens *tokens)
{
    reply_shape(ctx, "tokens", &shape_tokens, tokens);
}

static struct tokens make_tokens(struct op_ctx *ctx, const char *person_id, const char *session_id,
                                 const char *refresh_token)
{
    int64_t life = ctx->app->config.access_minutes * 60;
    int64_t expires_at = ctx->now + life * SECOND_MS;
    return (struct tokens){
        .accessToken = access_token_make(ctx->app, person_id, session_id, ctx->now, expires_at, ctx->arena),
        .refreshToken = refresh_token,
        .expiresIn = life,
    };
}

static int64_t refresh_expiry(const struct op_ctx *ctx)
{
    return ctx->now + ctx->app->config.refresh_days * DAY_MS;
}

static bool end_sessions_of_device(struct op_ctx *ctx, const char *person_id, const char *device)
{
    return device == NULL ||
           db_run(ctx->db,
                  "UPDATE session SET revoked_at = $3, revoked_why = 'replaced' "
                  "WHERE person_id = $1 AND device = $2 AND revoked_at IS NULL",
                  DB_ARGS(db_text(person_id), db_text(device), db_int(ctx->now)), NULL, ctx->err);
}

bool session_start(struct op_ctx *ctx, const struct account *account, const char *device,
                   struct tokens *ret_tokens, const char **ret_session_id)
{
    const char *id = op_new_id(ctx), *person_id = account->person.id;
    const char *refresh = refresh_token_make(ctx->app, id, ctx->arena);
    char hash[SECRET_HASH_SIZE];
    secret_hash(refresh, hash);
    if (!end_sessions_of_device(ctx, person_id, device) ||
        !db_run(ctx->db,
                "INSERT INTO session (id, person_id, device, created_at, seen_at, refresh_hash, "
                "refresh_expires_at) "
                "VALUES ($1, $2, $3, $4, $4, $5, $6)",
                DB_ARGS(db_text(id), db_text(person_id), db_text(device), db_int(ctx->now), db_text(hash),
                        db_int(refresh_expiry(ctx))),
                NULL, ctx->err))
        return false;
    *ret_tokens = make_tokens(ctx, person_id, id, refresh);
    *ret_session_id = id;
    return true;
}

bool session_end(struct op_ctx *ctx, const char *session_id, const char *why)
{
    return db_run(ctx->db,
                  "UPDATE session SET revoked_at = $2, revoked_why = $3 WHERE id = $1 AND revoked_at IS NULL",
                  DB_ARGS(db_text(session_id), db_int(ctx->now), db_text(why)), NULL, ctx->err);
}

struct session {
    const char *id, *person_id, *refresh_hash, *previous_hash, *successor;
    int64_t refresh_expires_at, rotated_at, revoked_at, created_at;
};

static bool load(struct op_ctx *ctx, const char *id, struct session *ret, bool *ret_found)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            ctx->db, &rows,
            "SELECT id, person_id, refresh_hash, previous_hash, successor, refresh_expires_at, rotated_at, "
            "revoked_at, created_at FROM session WHERE id = $1",
            DB_ARGS(db_text(id)), ctx->err))
        return false;
    bool found = db_next(&rows);
    if (found) {
        const char **texts[] = { &ret->id, &ret->person_id, &ret->refresh_hash, &ret->previous_hash,
                                 &ret->successor };
        for (size_t i = 0; i < ARRAY_LEN(texts); i++)
            *texts[i] = db_col_copy(&rows, (int)i, ctx->arena);
        ret->refresh_expires_at = db_col_int(&rows, 5);
        ret->rotated_at = db_col_int(&rows, 6);
        ret->revoked_at = db_col_int(&rows, 7);
        ret->created_at = db_col_int(&rows, 8);
    }
    *ret_found = found;
    return db_ok(&rows);
}

static bool refuse(struct op_ctx *ctx)
{
    return err_set(ctx->err, ERR_UNAUTHENTICATED, "This sign-in has ended. Please sign in again.");
}

// The new token is sealed into the row, so that a retry gets the very same one.
static bool rotate(struct op_ctx *ctx, const struct session *session, const char *presented_hash,
                   const char **ret_refresh)
{
    const char *next = refresh_token_make(ctx->app, session->id, ctx->arena);
    char hash[SECRET_HASH_SIZE];
    secret_hash(next, hash);
    *ret_refresh = next;
    return db_run(ctx->db,
                  "UPDATE session SET previous_hash = $6, refresh_hash = $2, refresh_expires_at = $3, "
                  "rotated_at = $4, seen_at = $4, successor = $5 WHERE id = $1",
                  DB_ARGS(db_text(session->id), db_text(hash), db_int(refresh_expiry(ctx)), db_int(ctx->now),
                          db_text(seal_text(ctx->app, next, ctx->arena)), db_text(presented_hash)),
                  NULL, ctx->err);
}

// One of our tokens that was replaced already: two hold the family's secret, so it ends for both.
static bool revoke_reused(struct op_ctx *ctx, const struct session *session)
{
    if (!session_end(ctx, session->id, "reused"))
        return false;
    ctx->keep_on_failure = true;
    ctx->target = session->id;
    return refuse(ctx);
}

// After a restore the backup knows an older token of the session than its client holds: nobody is signed out by that.
static bool may_be_newer(struct op_ctx *ctx, const struct session *session, bool *ret_newer)
{
    int64_t restored_at = 0;
    if (!db_one_int(ctx->db, "SELECT restored_at FROM tenant WHERE id = $1",
                    DB_ARGS(db_text(ctx->actor.tenant)), &restored_at, NULL, ctx->err))
        return false;
    *ret_newer = restored_at > session->rotated_at && restored_at > session->created_at &&
                 ctx->now - restored_at < RESTORE_DAYS * (int64_t)DAY_MS &&
                 ctx->now < session->refresh_expires_at;
    return true;
}

static bool next_refresh_token(struct op_ctx *ctx, const struct session *session, const char *token,
                               const char **ret_refresh)
{
    char hash[SECRET_HASH_SIZE];
    secret_hash(token, hash);
    if (strcmp(hash, session->refresh_hash) == 0)
        return ctx->now < session->refresh_expires_at ? rotate(ctx, session, hash, ret_refresh) : refuse(ctx);
    bool retry = session->previous_hash != NULL && strcmp(hash, session->previous_hash) == 0 &&
                 ctx->now - session->rotated_at <= RETRY_MS;
    if (retry && unseal_text(ctx->app, session->successor, ctx->arena, ret_refresh))
        return true;
    bool newer = false;
    if (!may_be_newer(ctx, session, &newer))
        return false;
    return newer ? rotate(ctx, session, hash, ret_refresh) : revoke_reused(ctx, session);
}

bool session_refresh(struct op_ctx *ctx, const char *refresh_token, struct tokens *ret_tokens)
{
    struct id id;
    struct session session;
    struct account account;
    bool found = false;
    const char *refresh;
    if (!refresh_token_read(ctx->app, refresh_token, &id))
        return refuse(ctx);
    if (!load(ctx, arena_strdup(ctx->arena, id.text), &session, &found))
        return false;
    if (!found || session.revoked_at != 0)
        return refuse(ctx);
    if (!account_by_id(ctx, session.person_id, &account, &found))
        return false;
    if (!found || strcmp(account.person.status, PERSON_SUSPENDED) == 0)
        return refuse(ctx);
    act_as(ctx, &account, session.id);
    if (!next_refresh_token(ctx, &session, refresh_token, &refresh))
        return false;
    *ret_tokens = make_tokens(ctx, session.person_id, session.id, refresh);
    return true;
}
