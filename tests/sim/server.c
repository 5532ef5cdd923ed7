#include "tests/sim/server.h"

#include "server/admin/admin.h"
#include "server/core/clock.h"
#include "server/core/epoch.h"
#include "server/core/metrics.h"
#include "server/db/migrations.h"
#include "server/integrations/mail.h"
#include "server/jobs/daily.h"
#include "server/push/push.h"
#include "server/texts/texts.h"
#include "shared/host/host.h"
#include "tests/sim/machine.h"
#include "tests/sim/prove.h"
#include "tests/sim/sockets.h"
#include "tests/sim/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_US = 250000, JOBS_US = 400000 };

static struct {
    struct app app;
    struct push *push;
    bool up, woken;
    int node;
    char folder[128], store[160];
    int64_t access_minutes;
    int64_t alarm_at; // machine_time; 0 none
    int64_t tick_at, jobs_at;
} server;

static bool take_mail(struct app *app, const struct mail *mail, struct err *err)
{
    (void)app, (void)mail, (void)err;
    return true;
}
static const struct mail_port mail_nowhere = { .send = take_mail };

// Coming and going ------------------------------------------------------------------------------------------------

void server_create(const struct server_options *options)
{
    memset(&server, 0, sizeof server);
    snprintf(server.folder, sizeof server.folder, "%s", options->folder);
    snprintf(server.store, sizeof server.store, "%s/store.db", options->folder);
    server.access_minutes = options->access_minutes;
    server.node = disk_node(server.folder);
}

int server_node(void)
{
    return server.node;
}

struct app *server_app(void)
{
    return &server.app;
}

const char *server_store(void)
{
    return server.store;
}

bool server_is_up(void)
{
    return server.up;
}

static void woken(void *user)
{
    (void)user;
    server.woken = true;
}

static void set_alarm(void *user, int64_t in_us)
{
    (void)user;
    server.alarm_at = machine_time() + in_us;
}

static void init_app(void)
{
    server.app = (struct app){
        .config = { .data = server.folder,
                    .readers = 1,
                    .public_url = "http://localhost",
                    .mail_from = "InsightSerenity <hello@example.com>",
                    .access_minutes = server.access_minutes,
                    .refresh_days = 30 },
        .clock = clock_create(),
        .metrics = metrics_create(),
        .zones = zone_db_create(),
        .mail = &mail_nowhere,
        .store = server.store,
        .token_key = "one key for all runs of this",
        .lock = -1,
    };
}

static bool start(struct err *err)
{
    struct app *app = &server.app;
    return store_prepare(server.store, host_now_ms(), err) && epoch_begin(server.store, host_now_ms(), err) &&
           engine_open(&app->engine, app, server.store, woken, NULL, err) && admin_ensure_tenant(app, err) &&
           daily_plan(app, err) && job_runner_create(&app->jobs, app, err);
}

void server_up(void)
{
    struct err err = { 0 };
    init_app();
    bool started = start(&err);
    if (!started && !disk_is_off(server.node))
        fail_run("the server cannot start: %s", err.message);
    server.push = push_create(&server.app);
    push_set_alarm(server.push, set_alarm, NULL);
    server.alarm_at = server.tick_at = server.jobs_at = 0;
    server.up = true;
    if (started && !disk_is_off(server.node))
        prove_server_is_up();
    trace("the server is up");
}

void server_say_bye(void)
{
    struct chance any = { 0 };
    push_drain(server.push);
    while (sockets_step(&any)) {
    }
}

void server_down(void)
{
    struct app *app = &server.app;
    server.up = false;
    prove_server_is_down();
    sockets_close_all();
    network_lost_server();
    app->stopping = true;
    if (app->jobs != NULL)
        job_runner_stop(app->jobs);
    engine_stop(app->engine);
    push_destroy(server.push);
    server.push = NULL;
    texts_free(app->texts);
    zone_db_destroy(app->zones);
    metrics_destroy(app->metrics);
    clock_destroy(app->clock);
    arena_free(&app->arena);
    server.app = (struct app){ .lock = -1 };
    trace("the server is down");
}

// One step --------------------------------------------------------------------------------------------------------

static bool turn_deliver(void)
{
    if (!server.woken)
        return false;
    server.woken = false;
    engine_deliver(server.app.engine);
    push_take_changes(server.push);
    return true;
}

static bool turn_timers(void)
{
    int64_t now = machine_time();
    if (server.alarm_at != 0 && server.alarm_at <= now) {
        server.alarm_at = 0;
        push_rang(server.push);
        return true;
    }
    if (server.tick_at > now)
        return false;
    server.tick_at = now + TICK_US;
    push_tick(server.push, host_monotonic_us());
    return true;
}

static bool turn_jobs(void)
{
    struct err err = { 0 };
    if (server.jobs_at > machine_time())
        return false;
    server.jobs_at = machine_time() + JOBS_US;
    job_runner_drain(server.app.jobs, &err);
    return true;
}

static bool turn_writer(void)
{
    bool worked = engine_turn(server.app.engine, ENGINE_WRITER);
    if (worked)
        prove_after_commit();
    return worked;
}

static bool turn_reader(void)
{
    return engine_turn(server.app.engine, ENGINE_READER);
}

static bool turn_slow(void)
{
    return engine_turn(server.app.engine, ENGINE_SLOW);
}

static bool turn_publisher(void)
{
    return engine_turn(server.app.engine, ENGINE_PUBLISHER);
}

static struct chance *socket_chance;

static bool turn_sockets(void)
{
    return sockets_step(socket_chance);
}

bool server_step(struct chance *chance)
{
    static const struct {
        const char *name;
        bool (*turn)(void);
    } parts[] = {
        { "writer", turn_writer },       { "reader", turn_reader }, { "slow worker", turn_slow },
        { "publisher", turn_publisher }, { "loop", turn_deliver },  { "sockets", turn_sockets },
        { "timers", turn_timers },       { "jobs", turn_jobs },
    };
    unsigned first = chance_below(chance, ARRAY_LEN(parts));
    socket_chance = chance;
    for (unsigned i = 0; i < ARRAY_LEN(parts); i++) {
        unsigned part = (first + i) % (unsigned)ARRAY_LEN(parts);
        if (parts[part].turn()) {
            trace("server: %s", parts[part].name);
            return true;
        }
    }
    return false;
}

// From the network ------------------------------------------------------------------------------------------------

void server_receive(struct wire *wire, const struct parcel *parcel)
{
    switch (parcel->kind) {
    case PARCEL_OPEN:
        if (server.up)
            sockets_open(server.push, wire);
        else
            wire_leave_down(wire);
        break;
    case PARCEL_DATA:
        if (wire->server != NULL)
            sockets_receive(wire->server, parcel);
        break;
    case PARCEL_CLOSE:
        if (wire->server != NULL)
            sockets_close(wire->server);
        break;
    }
}

bool server_reads(const struct wire *wire)
{
    return wire->server == NULL || sockets_read(wire->server);
}

// HTTP ------------------------------------------------------------------------------------------------------------

static const struct op *find_op(const struct errand *errand)
{
    for (size_t i = 0; i < op_table_count; i++) {
        const struct op_spec *spec = op_table[i]->spec;
        if (spec->path != NULL && strcmp(spec->path, errand->path) == 0 &&
            strcmp(spec->method, errand->method) == 0)
            return op_table[i];
    }
    return NULL;
}

static void write_answer(const struct op_request *request, struct buf *out)
{
    if (request->ok)
        buf_addf(out, "{\"success\":true,\"data\":%s}",
                 request->reply.len > 0 ? buf_text(&request->reply) : "{}");
    else
        buf_addf(out, "{\"success\":false,\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}",
                 err_name(request->err.code), request->err.message);
}

// As server/http/exchange.c does it.
static void errand_finished(struct op_request *request, void *user)
{
    struct errand *errand = user;
    CLEANUP(buf_free) struct buf text = { 0 };
    if (strncmp(request->op->spec->name, "auth.", 5) == 0)
        push_auth_changed(server.push, request->actor.user_id, request->ok);
    write_answer(request, &text);
    if (!errand->lost)
        errand_answer(errand, request->status, buf_text(&text), text.len);
    op_request_free(request);
}

void server_errand(struct errand *errand)
{
    struct err err = { 0 };
    const struct op *op = find_op(errand);
    if (op == NULL) {
        errand_answer(errand, 404, "{}", 2);
        return;
    }
    struct op_request *request = op_request_create();
    request->op = op;
    request->token = arena_strdup(&request->arena, errand->token);
    request->body = errand->body == NULL ? NULL : json_parse(errand->body, strlen(errand->body), &err);
    request->request_id = "http";
    request->address = "127.0.0.1";
    request->done = errand_finished;
    request->user = errand;
    engine_submit(server.app.engine, request);
}
