#include "tests/store/pretend.h"

#include "server/core/changes.h"
#include "server/identity/identity.h"

#include <string.h>

struct put_args {
    const char *key, *value;
};
static const struct field put_fields[] = {
    { FIELD(struct put_args, key), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 40 },
    { FIELD(struct put_args, value), .kind = FIELD_TEXT, .max = 400000 },
};
static const struct shape put_shape = SHAPE(struct put_args, "Put", put_fields);

struct auth_args {
    const char *password;
};
static const struct field auth_fields[] = {
    { FIELD(struct auth_args, password), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SECRET },
};
static const struct shape auth_shape = SHAPE(struct auth_args, "Auth", auth_fields);

static bool store(struct op_ctx *ctx, const char *key, const char *value)
{
    ctx->target = key;
    return db_run(ctx->db, "INSERT INTO config (key, value) VALUES ($1, $2)",
                  DB_ARGS(db_text(key), db_text(value == NULL ? "" : value)), NULL, ctx->err) &&
           changes_add(ctx, ROW_POLICY, key, CHANGE_PUT, "", "pub");
}

static bool put_run(struct op_ctx *ctx, const void *in)
{
    const struct put_args *args = in;
    if (!store(ctx, args->key, args->value))
        return false;
    reply_text(ctx, "key", args->key);
    return true;
}

static bool get_run(struct op_ctx *ctx, const void *in)
{
    const struct put_args *args = in;
    char *value = NULL;
    bool found = false;
    if (!db_one_text(ctx->db, "SELECT value FROM config WHERE key = $1", DB_ARGS(db_text(args->key)),
                     ctx->arena, &value, &found, ctx->err))
        return false;
    if (!found)
        return err_set(ctx->err, ERR_NOT_FOUND, "There is no such key.");
    reply_text(ctx, "value", value);
    return true;
}

static bool break_run(struct op_ctx *ctx, const void *in)
{
    const struct put_args *args = in;
    if (!store(ctx, args->key, args->value))
        return false;
    reply_text(ctx, "never", "seen");
    err_set(ctx->err, ERR_SLOT_TAKEN, "Somebody has that time.");
    ctx->err->details = "{\"alternatives\":[1]}";
    return false;
}

static bool keep_run(struct op_ctx *ctx, const void *in)
{
    const struct put_args *args = in;
    if (!store(ctx, args->key, args->value))
        return false;
    ctx->keep_on_failure = true;
    ctx->retry_after = 7;
    return err_set(ctx->err, ERR_RATE_LIMITED, "Too many tries.");
}

static bool slow_prepare(struct op_ctx *ctx, const void *in)
{
    const struct put_args *args = in;
    ctx->prepared = arena_printf(ctx->arena, "made for %s", args->key);
    return true;
}

static bool slow_run(struct op_ctx *ctx, const void *in)
{
    return store(ctx, ((const struct put_args *)in)->key, ctx->prepared);
}

static bool auth_run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    reply_text(ctx, "accessToken", "secret-token");
    return true;
}

#define SPEC(op_name, op_kind, op_roles, shape)                                                              \
    {                                                                                                        \
        .name = (op_name), .roles = (op_roles), .kind = (op_kind), .status = 200, .in = (shape), .help = "." \
    }

static const struct op_spec put_spec = SPEC("pretend.put", OP_CHANGE, ROLE_ANYONE_SIGNED_IN, &put_shape);
static const struct op_spec get_spec = SPEC("pretend.get", OP_QUERY, ROLE_PUBLIC, &put_shape);
static const struct op_spec break_spec = SPEC("pretend.break", OP_CHANGE, ROLE_ANYONE_SIGNED_IN, &put_shape);
static const struct op_spec keep_spec = SPEC("pretend.keep", OP_CHANGE, ROLE_ANYONE_SIGNED_IN, &put_shape);
static const struct op_spec slow_spec = SPEC("pretend.slow", OP_CHANGE, ROLE_ANYONE_SIGNED_IN, &put_shape);
static const struct op_spec admin_spec = SPEC("pretend.admin", OP_CHANGE, ROLE_ADMIN, &put_shape);
static const struct op_spec auth_spec = SPEC("auth.pretend", OP_CHANGE, ROLE_PUBLIC, &auth_shape);

const struct op pretend_put = { .spec = &put_spec, .run = put_run };
const struct op pretend_get = { .spec = &get_spec, .run = get_run };
const struct op pretend_break = { .spec = &break_spec, .run = break_run };
const struct op pretend_keep = { .spec = &keep_spec, .run = keep_run };
const struct op pretend_slow = { .spec = &slow_spec, .run = slow_run, .prepare = slow_prepare };
const struct op pretend_admin = { .spec = &admin_spec, .run = put_run };
const struct op pretend_auth = { .spec = &auth_spec, .run = auth_run };

// People ----------------------------------------------------------------------------------------------------------

const struct actor pretend_jane = {
    .tenant = TENANT_DEFAULT,
    .user_id = "jane",
    .name = "Jane Smith",
    .client_id = "acme",
    .roles = ROLE_PUBLIC | ROLE_CLIENT,
    .verified = true,
};
const struct actor pretend_john = {
    .tenant = TENANT_DEFAULT,
    .user_id = "john",
    .name = "John Expert",
    .roles = ROLE_PUBLIC | ROLE_ADMIN,
    .verified = true,
};

bool identity_authenticate(struct app *app, struct db *db, const char *token, int64_t now,
                           struct arena *arena, struct actor *ret_actor, struct err *err)
{
    (void)app, (void)db, (void)now, (void)arena;
    if (strcmp(token, "jane") == 0 || strcmp(token, "new") == 0)
        *ret_actor = pretend_jane;
    else if (strcmp(token, "john") == 0)
        *ret_actor = pretend_john;
    else
        return err_set(err, ERR_UNAUTHENTICATED, "That token does not hold.");
    ret_actor->verified = strcmp(token, "new") != 0;
    return true;
}

// Rows ------------------------------------------------------------------------------------------------------------

static bool read_row(struct db *db, const char *tenant, const char *id, struct arena *arena, struct buf *out,
                     bool *ret_found, struct err *err)
{
    (void)tenant;
    char *value = NULL;
    if (!db_one_text(db, "SELECT value FROM config WHERE key = $1", DB_ARGS(db_text(id)), arena, &value,
                     ret_found, err))
        return false;
    if (*ret_found)
        json_add_text(out, value);
    return true;
}

static const struct row_source row_source_pretend = { .read = read_row };
const struct row_source *const row_sources[ROW_TABLES] = { [ROW_POLICY] = &row_source_pretend };
