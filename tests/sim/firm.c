#include "tests/sim/firm.h"

#include "server/admin/tools.h"
#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/core/changes.h"
#include "server/credits/credits.h"
#include "server/identity/identity.h"
#include "server/scheduling/scheduling.h"
#include "server/texts/texts.h"
#include "shared/wire/json.h"
#include "tests/sim/prove.h"
#include "tests/sim/server.h"
#include "tests/sim/trace.h"
#include "tui/model/replica.h"

#include <inttypes.h>
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

// Runs an operation as that person. False: it was refused, ret_err says why.
static bool try_as(const char *email, const struct op *op, const char *args, struct err *ret_err)
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
    bool good = request->ok;
    *ret_err = request->err;
    op_request_free(request);
    return good;
}

static void run_as(const char *email, const struct op *op, const char *args)
{
    struct err err;
    if (!try_as(email, op, args, &err))
        fail_run("%s of %s is refused: %s", op->spec->name, email, err.message);
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
static int written; // lines, so that no two are the same

void firm_reset(void)
{
    moved = false;
    written = 0;
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
        !db_run(ctx->db, "DELETE FROM membership WHERE person_id = $1", DB_ARGS(db_text(joe)), NULL,
                ctx->err) ||
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

// Ada's doing ---------------------------------------------------------------------------------------------------------

// Two texts of one row chosen by chance; false when there is none.
static bool pick_pair(struct chance *chance, const char *sql, char ret_a[96], char ret_b[96])
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    CLEANUP(db_done) struct db_rows rows = { 0 };
    unsigned seen = 0;
    if (!db_open(&db, server_store(), DB_READER, &err) || !db_query(db, &rows, sql, DB_NO_ARGS, &err))
        return false;
    while (db_next(&rows))
        if (chance_below(chance, ++seen) == 0) {
            snprintf(ret_a, 96, "%s", db_col_text(&rows, 0));
            snprintf(ret_b, 96, "%s", db_col_text(&rows, 1));
        }
    return seen > 0;
}

static void change_people(const struct op *op, const char *consultation, const char *consultant)
{
    char args[256];
    struct err err;
    snprintf(args, sizeof args, "{\"id\":\"%s\",\"consultantId\":\"%s\"}", consultation, consultant);
    bool good = try_as("ada@example.com", op, args, &err);
    trace("%s: %s", op->spec->name, good ? "done" : err.message);
}

// What a co-consultant may see and write changes while they type.
static void add_co_consultant(struct chance *chance)
{
    char consultation[96], consultant[96];
    if (pick_pair(chance,
                  "SELECT c.id, k.id FROM consultation c JOIN consultant k ON k.id <> c.consultant_id "
                  "ORDER BY c.id, k.id",
                  consultation, consultant))
        change_people(&op_run_consultation_add_co_consultant, consultation, consultant);
}

static void remove_co_consultant(struct chance *chance)
{
    char consultation[96], consultant[96];
    if (pick_pair(chance, "SELECT consultation_id, consultant_id FROM co_consultant ORDER BY 1, 2",
                  consultation, consultant))
        change_people(&op_run_consultation_remove_co_consultant, consultation, consultant);
}

// False when nobody has begun it.
static bool read_text(const char *note, struct buf *ret_content, int64_t *ret_head)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    CLEANUP(text_state_free) struct text_state state = { 0 };
    if (!db_open(&db, server_store(), DB_READER, &err) || !texts_load(db, note, &state, &err) ||
        state.text == NULL)
        return false;
    *ret_head = state.head;
    text_content(state.text, ret_content);
    return true;
}

// A line more at the end of the whole text as it was read, or its first line less. Edits may be under way meanwhile.
static void write_whole(struct chance *chance, const char *consultation, const char *kind)
{
    CLEANUP(buf_free) struct buf before = { 0 }, after = { 0 }, args = { 0 };
    char note[REPLICA_NOTE_SIZE], line[64];
    struct err err = { 0 };
    int64_t head;
    snprintf(note, sizeof note, "%.36s:%.16s", consultation, kind);
    snprintf(line, sizeof line, "line %d of the office\n", ++written);
    if (!read_text(note, &before, &head))
        return;
    const char *rest = buf_text(&before), *second = strchr(rest, '\n');
    if (second != NULL && chance_below(chance, 4) == 0)
        rest = second + 1;
    buf_add_text(&after, rest);
    if (rest == buf_text(&before)) {
        buf_add_text(&after, after.len > 0 && after.data[after.len - 1] != '\n' ? "\n" : "");
        buf_add_text(&after, line);
        prove_typed(NULL, note, line, false);
    } else {
        line[0] = '\0';
    }
    buf_addf(&args, "{\"id\":\"%s\",\"kind\":\"%s\",\"baseHead\":%" PRId64 ",\"text\":", consultation, kind,
             head);
    json_add_text(&args, buf_text(&after));
    buf_add_char(&args, '}');
    prove_took_away(note, buf_text(&before), buf_text(&after));
    bool good = try_as("john@example.com", &op_run_note_write, buf_text(&args), &err);
    if (good && line[0] != '\0' && !disk_is_off(server_node()))
        prove_kept(line);
    trace("the office writes %s: %s", note, good ? "done" : err.message);
}

static void write_note(struct chance *chance)
{
    static const char *const kinds[] = {
        "live", "preparation", "internal", "shared", "shared", "consultant"
    };
    char consultation[96], code[96];
    if (pick_pair(chance, "SELECT id, code FROM consultation ORDER BY id", consultation, code))
        write_whole(chance, consultation, kinds[chance_below(chance, ARRAY_LEN(kinds))]);
}

static void platform_act(struct chance *chance)
{
    static const struct op *const acts[] = { &withdraw_op, &withdraw_op, &hide_op, &grant_op, &move_op };
    struct err err = { 0 };
    const struct op *op = acts[chance_below(chance, ARRAY_LEN(acts))];
    bool done = tool_run(server_app(), op, NULL, NULL, &err);
    moved = moved || op == &move_op;
    trace("%s: %s", op->spec->name, done ? "done" : err.message);
}

void firm_act(struct chance *chance)
{
    static void (*const acts[])(struct chance * chance) = { platform_act, platform_act, add_co_consultant,
                                                            remove_co_consultant, write_note };
    acts[chance_below(chance, ARRAY_LEN(acts))](chance);
}
