#include "server/identity/login_delay.h"

#include "server/identity/email.h"
#include "server/identity/secret.h"
#include "shared/base/civil.h"

enum {
    FREE_FAILURES = 4, // typing errors
    WAIT_MAX_MS = 60 * 1000,
};

static const int64_t FORGET_MS = DAY_MS;

static bool is_known(struct op_ctx *ctx, const char *key, const char *device, bool *ret_known)
{
    int64_t one;
    *ret_known = false;
    return device == NULL || device[0] == '\0' ||
           db_one_int(ctx->db,
                      "SELECT 1 FROM person p JOIN session s ON s.person_id = p.id "
                      "WHERE p.email_key = $1 AND s.device = $2 LIMIT 1",
                      DB_ARGS(db_text(key), db_text(device)), &one, ret_known, ctx->err);
}

// What failures are counted by. No address holds a line feed.
static bool hash_of(struct op_ctx *ctx, const char *email, const char *device,
                    char ret_hash[SECRET_HASH_SIZE])
{
    const char *key = email_key(email, ctx->arena);
    bool known;
    if (!is_known(ctx, key, device, &known))
        return false;
    secret_hash(known ? arena_printf(ctx->arena, "%s\n%s", key, device) : key, ret_hash);
    return true;
}

bool login_delay_check(struct op_ctx *ctx, const char *email, const char *device)
{
    char hash[SECRET_HASH_SIZE];
    int64_t until = 0;
    if (!hash_of(ctx, email, device, hash) ||
        !db_one_int(ctx->db, "SELECT wait_until FROM login_failure WHERE email_hash = $1",
                    DB_ARGS(db_text(hash)), &until, NULL, ctx->err))
        return false;
    if (ctx->now >= until)
        return true;
    ctx->retry_after = (int)((until - ctx->now + SECOND_MS - 1) / SECOND_MS);
    return err_set(ctx->err, ERR_RATE_LIMITED, "Too many failed sign-ins. Try again in %d s.",
                   ctx->retry_after);
}

// 1 s after the fifth failure, then twice as long each time.
static int64_t wait_ms(int64_t failures)
{
    int64_t doublings = failures - FREE_FAILURES - 1;
    if (doublings < 0)
        return 0;
    return doublings >= 6 ? WAIT_MAX_MS : (int64_t)SECOND_MS << doublings;
}

bool login_delay_failed(struct op_ctx *ctx, const char *email, const char *device)
{
    char hash[SECRET_HASH_SIZE];
    int64_t count = 0;
    return hash_of(ctx, email, device, hash) &&
           db_run(ctx->db, "DELETE FROM login_failure WHERE last_at < $1",
                  DB_ARGS(db_int(ctx->now - FORGET_MS)), NULL, ctx->err) &&
           db_one_int(
               ctx->db,
               "INSERT INTO login_failure (email_hash, count, last_at, wait_until) VALUES ($1, 1, $2, 0) "
               "ON CONFLICT (email_hash) DO UPDATE SET count = login_failure.count + 1, last_at = $2 "
               "RETURNING count",
               DB_ARGS(db_text(hash), db_int(ctx->now)), &count, NULL, ctx->err) &&
           db_run(ctx->db, "UPDATE login_failure SET wait_until = $2 WHERE email_hash = $1",
                  DB_ARGS(db_text(hash), db_int(ctx->now + wait_ms(count))), NULL, ctx->err);
}

bool login_delay_clear(struct op_ctx *ctx, const char *email, const char *device)
{
    char hash[SECRET_HASH_SIZE];
    return hash_of(ctx, email, device, hash) &&
           db_run(ctx->db, "DELETE FROM login_failure WHERE email_hash = $1", DB_ARGS(db_text(hash)), NULL,
                  ctx->err);
}
