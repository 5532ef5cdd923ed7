// serenityd demo: an empty store becomes the demo world, in one transaction.
#include "server/admin/admin.h"
#include "server/admin/demo_events.h"
#include "server/admin/tools.h"
#include "server/identity/identity.h"
#include "server/notify/notify.h"
#include "shared/base/civil.h"

#define MARK "demo.made_at" // in the table config: the demo world is there

static bool is_made(struct op_ctx *ctx, bool *ret_made)
{
    char *at;
    return db_one_text(ctx->db, "SELECT value FROM config WHERE key = '" MARK "'", DB_NO_ARGS, ctx->arena,
                       &at, ret_made, ctx->err);
}

// The one hash that everybody gets.
static bool prepare(struct op_ctx *ctx, const void *in)
{
    (void)in;
    struct demo_world world;
    const char *hash;
    bool made = false;
    if (!is_made(ctx, &made) || !demo_world_read(ctx->arena, &world, ctx->err))
        return false;
    if (made)
        return true;
    if (!password_hash(ctx->app, world.password, ctx->arena, &hash, ctx->err))
        return false;
    ctx->prepared = arena_strdup(ctx->arena, hash);
    return true;
}

static bool is_empty(struct op_ctx *ctx)
{
    int64_t people = 0;
    if (!db_one_int(ctx->db, "SELECT count(*) FROM person", DB_NO_ARGS, &people, NULL, ctx->err))
        return false;
    return people == 0 || err_set(ctx->err, ERR_ALREADY_EXISTS, "The demo world needs an empty data folder.");
}

// What is older than two days has been read; the rest waits.
static bool read_old_news(struct op_ctx *ctx, const struct demo_world *world)
{
    int64_t until = ctx->now - 2 * (int64_t)DAY_MS;
    for (size_t i = 0; i < world->consultants.count; i++)
        if (!notifications_read_until(ctx, LIST_AT(&world->consultants, struct demo_consultant, i)->person_id,
                                      until))
            return false;
    for (size_t i = 0; i < world->clients.count; i++)
        if (!notifications_read_until(ctx, LIST_AT(&world->clients, struct demo_client, i)->person_id, until))
            return false;
    return true;
}

static bool make_world(struct op_ctx *ctx, struct demo_world *world)
{
    struct list events = { 0 };
    const char *hash = ctx->prepared, *admin_id;
    const struct demo_admin *admin = &world->admin;
    if (!demo_plan(ctx, world, civil_day_of_ms(ctx->now), &events) ||
        !identity_create_person(ctx, admin->email, hash, ROLE_ADMIN, admin->firstName, admin->lastName,
                                admin->title, admin->timezone, NULL, NULL, &admin_id))
        return false;
    for (size_t i = 0; i < events.count; i++)
        if (!demo_event_run(ctx, world, LIST_AT(&events, struct demo_event, i), hash))
            return false;
    return read_old_news(ctx, world);
}

static bool leave_mark(struct op_ctx *ctx)
{
    char at[CIVIL_ISO_SIZE];
    return db_run(ctx->db, "INSERT INTO config (key, value) VALUES ('" MARK "', $1)",
                  DB_ARGS(db_text(civil_format_iso(ctx->now, at))), NULL, ctx->err);
}

static bool run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    struct demo_world world;
    bool made = false;
    if (!is_made(ctx, &made))
        return false;
    if (made)
        return true;
    return is_empty(ctx) && demo_world_read(ctx->arena, &world, ctx->err) && make_world(ctx, &world) &&
           leave_mark(ctx);
}

static const struct op_spec spec = { .name = "admin.demo", .roles = ROLE_ADMIN, .kind = OP_CHANGE };
static const struct op demo = { .spec = &spec, .run = run, .prepare = prepare };

static void print_accounts(const struct demo_world *world, struct buf *out)
{
    buf_addf(out, "%s %s admin\n", world->admin.email, world->password);
    for (size_t i = 0; i < world->consultants.count; i++)
        buf_addf(out, "%s %s consultant\n", LIST_AT(&world->consultants, struct demo_consultant, i)->email,
                 world->password);
    for (size_t i = 0; i < world->clients.count; i++)
        buf_addf(out, "%s %s client\n", LIST_AT(&world->clients, struct demo_client, i)->email,
                 world->password);
}

static void free_arena(struct arena *arena)
{
    arena_free(arena);
}

bool admin_demo(struct app *app, struct buf *out, struct err *err)
{
    CLEANUP(free_arena) struct arena arena = { 0 };
    struct demo_world world;
    if (!admin_ensure_tenant(app, err) || !tool_run(app, &demo, NULL, NULL, err) ||
        !demo_world_read(&arena, &world, err))
        return false;
    print_accounts(&world, out);
    return true;
}
