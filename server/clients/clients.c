#include "server/clients/clients.h"

#include "server/clients/client_code.h"
#include "server/clients/client_view.h"
#include "server/scheduling/scheduling.h"

#include <string.h>

static bool not_found(struct op_ctx *ctx)
{
    return err_set(ctx->err, ERR_NOT_FOUND, "There is no such client.");
}

bool client_get(struct op_ctx *ctx, const char *id, struct client *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            ctx->db, &rows,
            "SELECT id, code, organization_name, type, status, primary_email, contact_name, contact_title, "
            "industry, company_size, revenue, created_at FROM client WHERE id = $1 AND tenant = $2",
            DB_ARGS(db_text(id), db_text(ctx->actor.tenant)), ctx->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && not_found(ctx);
    const char **texts[] = { &ret->id,           &ret->code,          &ret->organization_name,
                             &ret->type,         &ret->status,        &ret->primary_email,
                             &ret->contact_name, &ret->contact_title, &ret->industry,
                             &ret->company_size, &ret->revenue };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = db_col_copy(&rows, (int)i, ctx->arena);
    ret->created_at = db_col_int(&rows, ARRAY_LEN(texts));
    return true;
}

bool client_create(struct op_ctx *ctx, const char *email, const char *contact_name, const char *contact_title,
                   const char *organization_name, const char **ret_id)
{
    int64_t rev;
    const char *code, *id = op_new_id(ctx);
    if (!changes_seq(ctx, &rev) || !client_code_next(ctx, organization_name, &code) ||
        !db_run(ctx->db,
                "INSERT INTO client (id, tenant, rev, code, organization_name, primary_email, contact_name, "
                "contact_title, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(code),
                        db_text(organization_name), db_text(email), db_text(contact_name),
                        db_text(contact_title), db_int(ctx->now)),
                NULL, ctx->err))
        return false;
    *ret_id = id;
    return changes_add(ctx, ROW_ORGANIZATION, id, CHANGE_PUT, "", arena_printf(ctx->arena, "org:%s", id));
}

bool client_describe(struct op_ctx *ctx, const char *id, const char *type, const char *industry,
                     const char *company_size, const char *revenue)
{
    int64_t found = 0;
    if (!db_run(ctx->db,
                "UPDATE client SET type = $3, industry = $4, company_size = $5, revenue = $6 "
                "WHERE id = $1 AND tenant = $2",
                DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_text(type), db_text(industry),
                        db_text(company_size), db_text(revenue)),
                &found, ctx->err))
        return false;
    return found == 1 || not_found(ctx);
}

bool client_organization(struct db *db, const char *tenant, const char *client_id, struct arena *arena,
                         const char **ret_name, struct err *err)
{
    char *name = NULL;
    if (!db_one_text(db, "SELECT organization_name FROM client WHERE id = $1 AND tenant = $2",
                     DB_ARGS(db_text(client_id), db_text(tenant)), arena, &name, NULL, err))
        return false;
    *ret_name = name;
    return true;
}

// The client itself, administrators, and consultants who have or had a booking with it.
static bool may_read(struct op_ctx *ctx, const char *client_id, bool *ret_may)
{
    const struct actor *actor = &ctx->actor;
    *ret_may = (actor->roles & ROLE_ADMIN) != 0 || actor_has_client(actor, client_id);
    if (*ret_may || actor->consultant_id == NULL)
        return true;
    return consultation_between(ctx, client_id, actor->consultant_id, ret_may);
}

static bool run_get(struct op_ctx *ctx, const void *in)
{
    const struct args_id *args = in;
    bool may = false;
    if (!may_read(ctx, args->id, &may))
        return false;
    return may ? client_reply(ctx, args->id) : not_found(ctx);
}

static bool run_me(struct op_ctx *ctx, const void *in)
{
    (void)in;
    return ctx->actor.client_id == NULL ? not_found(ctx) : client_reply(ctx, ctx->actor.client_id);
}

const struct op op_run_client_get = {
    .spec = &op_client_get,
    .run = run_get,
    .reply_name = "client",
    .reply_shape = &shape_client_view,
};
const struct op op_run_client_me = {
    .spec = &op_client_me,
    .run = run_me,
    .reply_name = "client",
    .reply_shape = &shape_client_view,
};
