// Who belongs to which organisation: the table, and the three operations on it.
#include "server/clients/clients.h"
#include "server/core/changes.h"
#include "server/identity/identity.h"

#include <string.h>

struct member {
    const char *userId, *name, *email;
    bool primary;
    int64_t since;
};
static const struct field member_fields[] = {
    { FIELD(struct member, userId), .kind = FIELD_ID },
    { FIELD(struct member, name), .kind = FIELD_TEXT },
    { FIELD(struct member, email), .kind = FIELD_TEXT },
    { FIELD(struct member, primary), .kind = FIELD_BOOL, .help = "May add and remove members" },
    { FIELD(struct member, since), .kind = FIELD_TIME },
};
static const struct shape shape_member = SHAPE(struct member, "Member", member_fields);

// --- the table ------------------------------------------------------------------------------------------------------

bool client_memberships(struct db *db, const char *person_id, struct arena *arena, const char **ret_clients,
                        struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    const char *clients = NULL;
    if (!db_query(db, &rows,
                  "SELECT client_id FROM membership WHERE person_id = $1 ORDER BY since, client_id",
                  DB_ARGS(db_text(person_id)), err))
        return false;
    while (db_next(&rows))
        clients = clients == NULL ? db_col_copy(&rows, 0, arena)
                                  : arena_printf(arena, "%s %s", clients, db_col_text(&rows, 0));
    *ret_clients = clients;
    return db_ok(&rows);
}

bool client_people(struct op_ctx *ctx, const char *client_id, struct list *ret_person_ids)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT person_id FROM membership WHERE client_id = $1 AND tenant = $2 ORDER BY person_id",
                  DB_ARGS(db_text(client_id), db_text(ctx->actor.tenant)), ctx->err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(ret_person_ids, ctx->arena, const char *) = db_col_copy(&rows, 0, ctx->arena);
    return db_ok(&rows);
}

// "primary", "member", or NULL for a stranger.
static bool role_in(struct op_ctx *ctx, const char *client_id, const char *person_id, const char **ret_role)
{
    char *role = NULL;
    bool ok = db_one_text(ctx->db, "SELECT role FROM membership WHERE person_id = $1 AND client_id = $2",
                          DB_ARGS(db_text(person_id), db_text(client_id)), ctx->arena, &role, NULL, ctx->err);
    *ret_role = role;
    return ok;
}

bool client_join(struct op_ctx *ctx, const char *client_id, const char *person_id)
{
    return db_run(
        ctx->db,
        "INSERT INTO membership (client_id, person_id, tenant, role, since) SELECT $1, $2, $3, "
        "CASE WHEN EXISTS (SELECT 1 FROM membership WHERE client_id = $1) THEN 'member' "
        "ELSE 'primary' END, $4",
        DB_ARGS(db_text(client_id), db_text(person_id), db_text(ctx->actor.tenant), db_int(ctx->now)), NULL,
        ctx->err);
}

bool client_chosen(struct op_ctx *ctx, const char *wanted, const char **ret_client_id)
{
    const struct actor *actor = &ctx->actor;
    if (wanted != NULL && !actor_has_client(actor, wanted))
        return err_set(ctx->err, ERR_NOT_FOUND, "There is no such client.");
    *ret_client_id = wanted != NULL ? wanted : actor->client_id;
    return true;
}

// --- who may --------------------------------------------------------------------------------------------------------

static bool is_admin(const struct actor *actor)
{
    return (actor->roles & ROLE_ADMIN) != 0;
}

// To strangers there is no such client.
static bool find_client(struct op_ctx *ctx, const char *client_id)
{
    struct client client;
    if (!is_admin(&ctx->actor) && !actor_has_client(&ctx->actor, client_id))
        return err_set(ctx->err, ERR_NOT_FOUND, "There is no such client.");
    return client_get(ctx, client_id, &client);
}

// Administrators and the primary contact manage members, and everyone may leave.
static bool may_manage(struct op_ctx *ctx, const char *client_id, const char *person_id)
{
    const struct actor *actor = &ctx->actor;
    const char *role = NULL;
    if (!find_client(ctx, client_id))
        return false;
    if (is_admin(actor) || (person_id != NULL && strcmp(person_id, actor->user_id) == 0))
        return true;
    if (!role_in(ctx, client_id, actor->user_id, &role))
        return false;
    return (role != NULL && strcmp(role, "primary") == 0) ||
           err_set(ctx->err, ERR_FORBIDDEN, "Only the organisation's primary contact may do this.");
}

// --- operations -----------------------------------------------------------------------------------------------------

static bool run_members(struct op_ctx *ctx, const void *in)
{
    const struct args_id *args = in;
    CLEANUP(db_done) struct db_rows rows = { 0 };
    struct list members = { 0 };
    if (!find_client(ctx, args->id) ||
        !db_query(
            ctx->db, &rows,
            "SELECT person_id, role, since FROM membership WHERE client_id = $1 ORDER BY since, person_id",
            DB_ARGS(db_text(args->id)), ctx->err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(&members, ctx->arena, struct member) =
            (struct member){ .userId = db_col_copy(&rows, 0, ctx->arena),
                             .primary = strcmp(db_col_text(&rows, 1), "primary") == 0,
                             .since = db_col_int(&rows, 2) };
    if (!db_ok(&rows))
        return false;
    for (size_t i = 0; i < members.count; i++) {
        struct member *member = LIST_AT(&members, struct member, i);
        struct person person;
        if (!person_get(ctx, member->userId, &person))
            return false;
        member->name = person.name;
        member->email = person.email;
    }
    reply_shapes(ctx, "members", &shape_member, &members);
    reply_int(ctx, "total", (int64_t)members.count);
    return true;
}

static bool run_add(struct op_ctx *ctx, const void *in)
{
    const struct args_member_add *args = in;
    struct person person;
    const char *role = NULL;
    bool found = false;
    ctx->target = args->id;
    if (!may_manage(ctx, args->id, NULL) || !person_find(ctx, args->email, &person, &found))
        return false;
    if (!found || (person.roles & ROLE_CLIENT) == 0)
        return err_field(ctx->err, "email", "Nobody with this address is registered as a client.");
    if (!role_in(ctx, args->id, person.id, &role))
        return false;
    if (role != NULL)
        return err_set(ctx->err, ERR_ALREADY_EXISTS, "%s belongs to this organisation already.", person.name);
    const char *acts_for = person.client_id == NULL ? args->id : person.client_id;
    if (!client_join(ctx, args->id, person.id) || !person_acts_for(ctx, person.id, acts_for))
        return false;
    const struct member member = { person.id, person.name, person.email, .since = ctx->now };
    reply_shape(ctx, "member", &shape_member, &member);
    return true;
}

static bool leave(struct op_ctx *ctx, const char *client_id, const char *person_id)
{
    const char *left = NULL;
    if (!db_run(ctx->db, "DELETE FROM membership WHERE person_id = $1 AND client_id = $2",
                DB_ARGS(db_text(person_id), db_text(client_id)), NULL, ctx->err) ||
        !client_memberships(ctx->db, person_id, ctx->arena, &left, ctx->err))
        return false;
    struct person person;
    if (!person_get(ctx, person_id, &person))
        return false;
    if (person.client_id != NULL && strcmp(person.client_id, client_id) != 0)
        return person_acts_for(ctx, person_id, person.client_id);
    return person_acts_for(ctx, person_id,
                           left == NULL ? NULL : arena_strndup(ctx->arena, left, strcspn(left, " ")));
}

static bool run_remove(struct op_ctx *ctx, const void *in)
{
    const struct args_member *args = in;
    const char *role = NULL;
    ctx->target = args->id;
    if (!may_manage(ctx, args->id, args->userId) || !role_in(ctx, args->id, args->userId, &role))
        return false;
    if (role == NULL)
        return err_set(ctx->err, ERR_NOT_FOUND, "There is no such member.");
    if (strcmp(role, "primary") == 0)
        return err_set(ctx->err, ERR_WRONG_STATE, "The primary contact stays with the organisation.");
    if (!leave(ctx, args->id, args->userId))
        return false;
    reply_bool(ctx, "removed", true);
    return true;
}

const struct op op_run_client_add_member = {
    .spec = &op_client_add_member,
    .run = run_add,
    .reply_name = "member",
    .reply_shape = &shape_member,
};
const struct op op_run_client_members = {
    .spec = &op_client_members,
    .run = run_members,
    .reply_name = "members",
    .reply_shape = &shape_member,
    .reply_list = true,
};
const struct op op_run_client_remove_member = { .spec = &op_client_remove_member, .run = run_remove };
