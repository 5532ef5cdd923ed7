#include "server/identity/person_store.h"

#include "server/clients/clients.h"
#include "server/core/row_page.h"
#include "server/identity/email.h"

#include <string.h>

// In the order of load().
#define COLUMNS                                                                                              \
    "id, email, first_name, last_name, title, timezone, client_id, consultant_id, status, roles, tenant, "   \
    "password_hash, rev, created_at, verified_at"

static void load(const struct db_rows *rows, struct arena *arena, struct account *ret)
{
    struct person *p = &ret->person;
    const char **texts[] = { &p->id,       &p->email,     &p->first_name,    &p->last_name, &p->title,
                             &p->timezone, &p->client_id, &p->consultant_id, &p->status };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = db_col_copy(rows, (int)i, arena);
    p->name = arena_printf(arena, "%s %s", p->first_name, p->last_name);
    p->roles = (unsigned)db_col_int(rows, 9);
    ret->tenant = db_col_copy(rows, 10, arena);
    ret->password_hash = db_col_copy(rows, 11, arena);
    ret->rev = db_col_int(rows, 12);
    ret->created_at = db_col_int(rows, 13);
    ret->verified_at = db_col_int(rows, 14);
}

static bool load_one(struct op_ctx *ctx, struct db_rows *rows, struct account *ret, bool *ret_found)
{
    bool found = db_next(rows);
    if (!db_ok(rows))
        return false;
    if (found)
        load(rows, ctx->arena, ret);
    *ret_found = found;
    return true;
}

bool account_by_email(struct op_ctx *ctx, const char *email, struct account *ret, bool *ret_found)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    return db_query(ctx->db, &rows, "SELECT " COLUMNS " FROM person WHERE email_key = $1",
                    DB_ARGS(db_text(email_key(email, ctx->arena))), ctx->err) &&
           load_one(ctx, &rows, ret, ret_found);
}

bool account_by_id(struct op_ctx *ctx, const char *id, struct account *ret, bool *ret_found)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    return db_query(ctx->db, &rows, "SELECT " COLUMNS " FROM person WHERE id = $1", DB_ARGS(db_text(id)),
                    ctx->err) &&
           load_one(ctx, &rows, ret, ret_found);
}

static bool not_found(struct op_ctx *ctx)
{
    return err_set(ctx->err, ERR_NOT_FOUND, "There is no such person.");
}

bool person_get(struct op_ctx *ctx, const char *id, struct person *ret)
{
    struct account account;
    bool found = false;
    if (!account_by_id(ctx, id, &account, &found))
        return false;
    if (!found || strcmp(account.tenant, ctx->actor.tenant) != 0)
        return not_found(ctx);
    *ret = account.person;
    return true;
}

bool person_of_consultant(struct op_ctx *ctx, const char *consultant_id, struct person *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    struct account account;
    bool found = false;
    if (!db_query(ctx->db, &rows, "SELECT " COLUMNS " FROM person WHERE consultant_id = $1 AND tenant = $2",
                  DB_ARGS(db_text(consultant_id), db_text(ctx->actor.tenant)), ctx->err) ||
        !load_one(ctx, &rows, &account, &found))
        return false;
    if (!found)
        return not_found(ctx);
    *ret = account.person;
    return true;
}

bool person_find(struct op_ctx *ctx, const char *email, struct person *ret, bool *ret_found)
{
    struct account account;
    bool found = false;
    if (!account_by_email(ctx, email, &account, &found))
        return false;
    *ret_found = found && strcmp(account.tenant, ctx->actor.tenant) == 0;
    if (*ret_found)
        *ret = account.person;
    return true;
}

static const char *own_audience(struct op_ctx *ctx, const char *id)
{
    return arena_printf(ctx->arena, "u:%s", id);
}

bool person_insert(struct op_ctx *ctx, const struct new_person *p, const char **ret_id)
{
    int64_t rev;
    const char *id = op_new_id(ctx);
    bool active = strcmp(p->status, PERSON_ACTIVE) == 0;
    if (!changes_seq(ctx, &rev) ||
        !db_run(ctx->db,
                "INSERT INTO person (id, tenant, rev, email, email_key, password_hash, roles, status, "
                "first_name, "
                "last_name, title, timezone, verified_at, created_at) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(p->email),
                        db_text(email_key(p->email, ctx->arena)), db_text(p->password_hash), db_int(p->roles),
                        db_text(p->status), db_text(p->first_name), db_text(p->last_name), db_text(p->title),
                        db_text(p->timezone), active ? db_int(ctx->now) : db_null(), db_int(ctx->now)),
                NULL, ctx->err)) {
        if (ctx->err->code == ERR_ALREADY_EXISTS)
            err_set(ctx->err, ERR_ALREADY_EXISTS, "There is an account with this e-mail address already.");
        return false;
    }
    *ret_id = id;
    return changes_add(ctx, ROW_ME, id, CHANGE_PUT, "", own_audience(ctx, id));
}

bool person_link(struct op_ctx *ctx, const char *id, const char *client_id, const char *consultant_id)
{
    int64_t found = 0;
    if (!db_run(ctx->db, "UPDATE person SET client_id = $2, consultant_id = $3 WHERE id = $1 AND tenant = $4",
                DB_ARGS(db_text(id), db_text(client_id), db_text(consultant_id), db_text(ctx->actor.tenant)),
                &found, ctx->err))
        return false;
    return (found == 1 || not_found(ctx)) && (client_id == NULL || client_join(ctx, client_id, id));
}

bool person_acts_for(struct op_ctx *ctx, const char *id, const char *client_id)
{
    int64_t rev;
    const char *audience = own_audience(ctx, id);
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db, "UPDATE person SET rev = $2, client_id = $3 WHERE id = $1",
                  DB_ARGS(db_text(id), db_int(rev), db_text(client_id)), NULL, ctx->err) &&
           changes_add(ctx, ROW_ME, id, CHANGE_PUT, audience, audience);
}

bool person_verify(struct op_ctx *ctx, const char *id)
{
    int64_t rev;
    const char *audience = own_audience(ctx, id);
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "UPDATE person SET rev = $2, verified_at = $3, "
                  "status = CASE status WHEN '" PERSON_PENDING "' THEN '" PERSON_ACTIVE "' ELSE status END "
                  "WHERE id = $1",
                  DB_ARGS(db_text(id), db_int(rev), db_int(ctx->now)), NULL, ctx->err) &&
           changes_add(ctx, ROW_ME, id, CHANGE_PUT, audience, audience);
}

bool identity_create_person(struct op_ctx *ctx, const char *email, const char *password_hash, unsigned roles,
                            const char *first_name, const char *last_name, const char *title,
                            const char *timezone, const char *client_id, const char *consultant_id,
                            const char **ret_id)
{
    struct new_person person = { .email = email,
                                 .password_hash = password_hash,
                                 .first_name = first_name,
                                 .last_name = last_name,
                                 .title = title,
                                 .timezone = timezone,
                                 .status = PERSON_ACTIVE,
                                 .roles = roles | ROLE_PUBLIC };
    return email_check(email, ctx->err) && person_insert(ctx, &person, ret_id) &&
           person_link(ctx, *ret_id, client_id, consultant_id);
}

void act_as(struct op_ctx *ctx, const struct account *account, const char *session_id)
{
    const struct person *person = &account->person;
    ctx->actor = (struct actor){
        .tenant = account->tenant,
        .user_id = person->id,
        .session_id = session_id,
        .name = person->name,
        .client_id = person->client_id,
        .consultant_id = person->consultant_id,
        .roles = person->roles | ROLE_PUBLIC,
        .verified = account->verified_at != 0,
    };
}

// The person's own row, as the client program keeps it ----------------------------------------------------------

static bool append_me(struct db *db, const char *tenant, const struct account *account, struct arena *arena,
                      struct buf *out, struct err *err)
{
    const struct person *person = &account->person;
    char roles[64];
    struct row_me row = {
        .id = person->id,
        .rev = account->rev,
        .email = person->email,
        .firstName = person->first_name,
        .lastName = person->last_name,
        .title = person->title,
        .roles = roles_format(person->roles, roles, sizeof roles),
        .clientId = person->client_id,
        .consultantId = person->consultant_id,
        .timezone = person->timezone,
        .verified = account->verified_at != 0,
    };
    if (person->client_id != NULL &&
        !client_organization(db, tenant, person->client_id, arena, &row.organizationName, err))
        return false;
    shape_write(row_shapes[ROW_ME], &row, out);
    return true;
}

static bool row_read(struct db *db, const char *tenant, const char *id, struct arena *arena, struct buf *out,
                     bool *ret_found, struct err *err)
{
    struct account account;
    bool found = false;
    {
        CLEANUP(db_done) struct db_rows rows = { 0 };
        if (!db_query(db, &rows, "SELECT " COLUMNS " FROM person WHERE id = $1 AND tenant = $2",
                      DB_ARGS(db_text(id), db_text(tenant)), err))
            return false;
        found = db_next(&rows);
        if (!db_ok(&rows))
            return false;
        if (found)
            load(&rows, arena, &account);
    }
    if (found && !append_me(db, tenant, &account, arena, out, err))
        return false;
    *ret_found = found;
    return true;
}

// Only one row can be seen by anyone: the person's own.
static bool row_page(struct db *db, const char *tenant, const char *principals, const char *after, int limit,
                     struct arena *arena, struct buf *out, const char **ret_last, int *ret_count,
                     struct err *err)
{
    const char *id = principals_person(principals, arena);
    bool found = false;
    *ret_last = after;
    *ret_count = 0;
    if (id == NULL || limit < 1 || strcmp(id, after) <= 0)
        return true;
    if (!row_read(db, tenant, id, arena, out, &found, err))
        return false;
    if (found) {
        *ret_last = id;
        *ret_count = 1;
    }
    return true;
}

const struct row_source row_source_me = { row_read, row_page };
