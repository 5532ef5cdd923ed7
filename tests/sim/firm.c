#include "tests/sim/firm.h"

#include "server/admin/tools.h"
#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/core/changes.h"
#include "server/credits/credits.h"
#include "server/identity/identity.h"
#include "server/scheduling/scheduling.h"
#include "tests/sim/server.h"
#include "tests/sim/trace.h"

#include <stdio.h>
#include <string.h>

#define PACKAGE "PKG-DISCOVERY-ASSESSMENT"

enum { GRANTS = 3 };

// Founding --------------------------------------------------------------------------------------------------------

static bool add_person(struct op_ctx *ctx, unsigned role, const char *first, const char *last,
                       const char *email, const char *zone, const char *client_id, const char **ret_id)
{
    return identity_create_person(ctx, email, "plain:" FIRM_PASSWORD, role, first, last, NULL, zone,
                                  client_id, NULL, ret_id);
}

static bool add_client(struct op_ctx *ctx, const char *organization, const char *email, const char *person,
                       const char **ret_id)
{
    struct row_lot lot;
    if (!client_create(ctx, email, person, "CFO", organization, ret_id) || !credits_grant_trial(ctx, *ret_id))
        return false;
    for (int i = 0; i < GRANTS; i++)
        if (!credits_grant(ctx, *ret_id, PACKAGE, 0, LEDGER_PURCHASE, NULL, &lot))
            return false;
    return true;
}

static bool add_consultant(struct op_ctx *ctx, const char *first, const char *last, const char *email,
                           const char *zone)
{
    const char *person, *id, *name = arena_printf(ctx->arena, "%s %s", first, last);
    return add_person(ctx, ROLE_CONSULTANT, first, last, email, zone, NULL, &person) &&
           consultant_create(ctx, person, name, NULL, "senior", "full_time", "strategic planning", 12, zone,
                             &id) &&
           consultant_publish(ctx, id) && person_link(ctx, person, NULL, id);
}

static bool found_run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    const char *acme, *beta, *id;
    return add_client(ctx, "Acme Corporation", "jane@acme.example", "Jane Smith", &acme) &&
           add_client(ctx, "Beta Industries", "bob@beta.example", "Bob Brown", &beta) &&
           add_person(ctx, ROLE_CLIENT, "Jane", "Smith", "jane@acme.example", "America/New_York", acme,
                      &id) &&
           add_person(ctx, ROLE_CLIENT, "Joe", "Smith", "joe@acme.example", "America/New_York", acme, &id) &&
           add_person(ctx, ROLE_CLIENT, "Bob", "Brown", "bob@beta.example", "Europe/London", beta, &id) &&
           add_person(ctx, ROLE_ADMIN, "Ada", "Boss", "ada@example.com", "UTC", NULL, &id) &&
           add_consultant(ctx, "John", "Expert", "john@example.com", "America/New_York") &&
           add_consultant(ctx, "Mary", "Major", "mary@example.com", "Europe/London");
}

#define FIRM_OP(short_name)                                                                                  \
    static const struct op_spec short_name##_spec = { .name = "firm." #short_name,                           \
                                                      .kind = OP_CHANGE,                                     \
                                                      .status = 200 };                                       \
    static const struct op short_name##_op = { .spec = &short_name##_spec, .run = short_name##_run }

FIRM_OP(found);

static void load_actor(struct db *db, const char *email, struct arena *arena, struct actor *ret)
{
    struct err err = { 0 };
    CLEANUP(db_done) struct db_rows rows = { 0 };
    CHECK(db_query(db, &rows, "SELECT id, client_id, consultant_id, roles FROM person WHERE email_key = $1",
                   DB_ARGS(db_text(email)), &err) &&
          db_next(&rows));
    *ret = (struct actor){ .tenant = TENANT_DEFAULT,
                           .user_id = db_col_copy(&rows, 0, arena),
                           .client_id = db_col_copy(&rows, 1, arena),
                           .consultant_id = db_col_copy(&rows, 2, arena),
                           .roles = (unsigned)db_col_int(&rows, 3) | ROLE_PUBLIC,
                           .verified = true };
}

// Runs an operation as that person.
static void run_as(const char *email, const struct op *op, const char *args)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    struct op_request *request = op_request_create();
    CHECK(db_open(&db, server_store(), DB_READER, &err));
    load_actor(db, email, &request->arena, &request->actor);
    request->op = op;
    request->body = json_parse(args, strlen(args), &err);
    request->trusted = true;
    request->request_id = "firm";
    engine_run(server_app()->engine, request);
    if (!request->ok)
        fail_run("%s of %s is refused: %s", op->spec->name, email, request->err.message);
    op_request_free(request);
}

static void set_hours(const char *email, const char *zone)
{
    char args[512];
    snprintf(args, sizeof args,
             "{\"id\":\"me\",\"type\":\"regular\",\"period\":{\"startDate\":\"2030-01-01\","
             "\"endDate\":\"2030-12-31\"},\"recurrence\":{\"pattern\":\"weekly\",\"daysOfWeek\":[1,2,3,4,5]},"
             "\"timeSlots\":[{\"startTime\":\"09:00\",\"endTime\":\"17:00\",\"timezone\":\"%s\"}]}",
             zone);
    run_as(email, &op_run_consultant_availability_add, args);
}

// With whoever is free.
static void book(const char *email, const char *day, const char *start, const char *end)
{
    char args[512];
    snprintf(args, sizeof args,
             "{\"useCredits\":true,\"purpose\":\"Assessment\",\"schedule\":{\"scheduledStart\":\"%sT%sZ\","
             "\"scheduledEnd\":\"%sT%sZ\",\"timezone\":\"America/New_York\"}}",
             day, start, day, end);
    run_as(email, &op_run_consultation_book, args);
}

void firm_found(void)
{
    struct err err = { 0 };
    if (!tool_run(server_app(), &found_op, NULL, NULL, &err))
        fail_run("the firm cannot be founded: %s", err.message);
    set_hours("john@example.com", "America/New_York");
    set_hours("mary@example.com", "Europe/London");
    book("jane@acme.example", "2030-01-08", "15:00:00", "16:30:00");
    book("bob@beta.example", "2030-01-08", "15:00:00", "16:30:00");
    book("jane@acme.example", "2030-01-09", "15:00:00", "16:30:00");
    book("bob@beta.example", "2030-01-09", "15:00:00", "16:30:00");
}

// What the platform does ------------------------------------------------------------------------------------------

static bool moved;

void firm_reset(void)
{
    moved = false;
}

const char *firm_moved(void)
{
    return moved ? "joe@acme.example" : NULL;
}

static bool pick(struct op_ctx *ctx, const char *sql, char **ret)
{
    bool found = false;
    return db_one_text(ctx->db, sql, DB_NO_ARGS, ctx->arena, ret, &found, ctx->err) &&
           (found || err_set(ctx->err, ERR_NOT_FOUND, "There is nothing to do."));
}

// The oldest one goes, read or not.
static bool withdraw_run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    int64_t rev;
    char *id, *audience;
    return pick(ctx, "SELECT id FROM notification ORDER BY id LIMIT 1", &id) &&
           db_one_text(ctx->db, "SELECT audience FROM notification WHERE id = $1", DB_ARGS(db_text(id)),
                       ctx->arena, &audience, NULL, ctx->err) &&
           changes_seq(ctx, &rev) &&
           db_run(ctx->db, "DELETE FROM notification WHERE id = $1", DB_ARGS(db_text(id)), NULL, ctx->err) &&
           changes_add(ctx, ROW_NOTIFICATION, id, CHANGE_DELETE, audience, "");
}
FIRM_OP(withdraw);

// Mary's profile goes out of sight of clients, and comes back.
static bool hide_run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    int64_t rev;
    char *id, *person, *was;
    if (!pick(ctx, "SELECT consultant_id FROM person WHERE email_key = 'mary@example.com'", &id) ||
        !pick(ctx, "SELECT id FROM person WHERE email_key = 'mary@example.com'", &person) ||
        !db_one_text(ctx->db, "SELECT audience FROM consultant WHERE id = $1", DB_ARGS(db_text(id)),
                     ctx->arena, &was, NULL, ctx->err) ||
        !changes_seq(ctx, &rev))
        return false;
    const char *private = arena_printf(ctx->arena, "u:%s role:%s:admin", person, ctx->actor.tenant);
    const char *now = strcmp(was, "pub") == 0 ? private : "pub";
    return db_run(ctx->db, "UPDATE consultant SET rev = $2, audience = $3 WHERE id = $1",
                  DB_ARGS(db_text(id), db_int(rev), db_text(now)), NULL, ctx->err) &&
           changes_add(ctx, ROW_CONSULTANT, id, CHANGE_PUT, was, now);
}
FIRM_OP(hide);

// Joe leaves Acme for Beta, or comes back: he may see other rows from now on.
static bool move_run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    int64_t rev;
    char *joe, *other;
    if (!pick(ctx, "SELECT id FROM person WHERE email_key = 'joe@acme.example'", &joe) ||
        !pick(ctx,
              "SELECT id FROM client WHERE id <> (SELECT client_id FROM person WHERE email_key = "
              "'joe@acme.example') ORDER BY id LIMIT 1",
              &other) ||
        !changes_seq(ctx, &rev) ||
        !db_run(ctx->db, "DELETE FROM membership WHERE person_id = $1", DB_ARGS(db_text(joe)), NULL, ctx->err) ||
        !person_link(ctx, joe, other, NULL))
        return false;
    const char *audience = arena_printf(ctx->arena, "u:%s", joe);
    return db_run(ctx->db, "UPDATE person SET rev = $2 WHERE id = $1", DB_ARGS(db_text(joe), db_int(rev)),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_ME, joe, CHANGE_PUT, audience, audience);
}
FIRM_OP(move);

static bool grant_run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    struct row_lot lot;
    char *client;
    return pick(ctx, "SELECT id FROM client ORDER BY id LIMIT 1", &client) &&
           credits_grant(ctx, client, PACKAGE, 2, LEDGER_PURCHASE, "A gift", &lot);
}
FIRM_OP(grant);

void firm_act(struct chance *chance)
{
    static const struct op *const acts[] = { &withdraw_op, &withdraw_op, &hide_op, &grant_op, &move_op };
    struct err err = { 0 };
    const struct op *op = acts[chance_below(chance, ARRAY_LEN(acts))];
    bool done = tool_run(server_app(), op, NULL, NULL, &err);
    moved = moved || op == &move_op;
    trace("%s: %s", op->spec->name, done ? "done" : err.message);
}
