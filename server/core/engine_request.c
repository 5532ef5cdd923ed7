// What is decided about a request, whatever thread it is on: its arguments, who sent it, whether they may.
#include "server/core/engine_parts.h"

#include "server/core/clock.h"
#include "server/core/log.h"
#include "server/core/results.h"
#include "server/identity/identity.h"
#include "shared/host/host.h"
#include "shared/wire/json.h"

#include <stdlib.h>
#include <string.h>

static const struct shape no_arguments = { .name = "Nothing", .size = 1 };

struct op_request *op_request_create(void)
{
    struct op_request *request = calloc(1, sizeof(*request));
    CHECK(request != NULL);
    return request;
}

void op_request_free(struct op_request *request)
{
    if (request == NULL)
        return;
    json_free(&request->body);
    buf_free(&request->reply);
    arena_free(&request->arena);
    free(request);
}

// Arguments -------------------------------------------------------------------------------------------------------

static void blank(const struct shape *shape, unsigned flags, void *value, struct arena *arena);

static void blank_list(const struct field *field, unsigned flags, struct list *list, struct arena *arena)
{
    list->items = arena_copy(arena, list->items, list->count * field->sub->size);
    for (size_t i = 0; i < list->count; i++)
        blank(field->sub, flags, (char *)list->items + i * field->sub->size, arena);
}

// What has one of those flags is left out.
static void blank(const struct shape *shape, unsigned flags, void *value, struct arena *arena)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        void *at = field_at(field, value);
        if (field->flags & flags) {
            CHECK(field->kind == FIELD_TEXT || field->kind == FIELD_JSON || field->kind == FIELD_BYTES);
            if (field->kind == FIELD_BYTES)
                *(struct bytes *)at = (struct bytes){ 0 };
            else
                *(const char **)at = NULL;
        } else if (field->kind == FIELD_OBJECT) {
            blank(field->sub, flags, at, arena);
        } else if (field->kind == FIELD_OBJECTS) {
            blank_list(field, flags, at, arena);
        }
    }
}

static const char *describe(const struct shape *shape, unsigned without, const void *in, struct arena *arena)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    void *copy = arena_copy(arena, in, shape->size);
    blank(shape, without, copy, arena);
    shape_write(shape, copy, &text);
    return arena_strndup(arena, buf_text(&text), text.len);
}

static void compute_digest(const struct op_spec *spec, struct request_state *state, struct arena *arena)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    buf_addf(&text, "%s\n%s", spec->name,
             spec->in == NULL ? "" : describe(spec->in, FIELD_SECRET, state->in, arena));
    digest_hex(text.data, text.len, state->digest);
}

static void read_arguments(struct op_request *request)
{
    const struct op_spec *spec = request->op->spec;
    struct request_state *state = request->state;
    const struct shape *shape = spec->in == NULL ? &no_arguments : spec->in;
    void *in = arena_alloc(&request->arena, shape->size);
    if (request->body == NULL)
        request->body = cJSON_CreateObject();
    CHECK(request->body != NULL);
    if (request->args != NULL)
        state->in = request->args;
    else if (shape_read(shape, request->body, &request->arena, in, &state->invalid))
        state->in = in;
}

static void copy_actor(struct op_request *request)
{
    struct actor *actor = &request->actor;
    struct arena *arena = &request->arena;
    const char **texts[] = { &actor->tenant,    &actor->user_id,       &actor->session_id, &actor->name,
                             &actor->client_id, &actor->consultant_id, &actor->clients };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = arena_strdup(arena, *texts[i]);
    if (actor->tenant == NULL || actor->tenant[0] == '\0')
        actor->tenant = TENANT_DEFAULT;
}

void request_check(struct op_request *request)
{
    struct request_state *state = ARENA_NEW(&request->arena, struct request_state);
    const struct op_spec *spec = request->op->spec;
    request->state = state;
    state->changes.op = spec->name;
    if (request->trusted)
        copy_actor(request);
    read_arguments(request);
    if (spec->kind != OP_CHANGE || state->in == NULL)
        return;
    if (spec->in != NULL && !request->op->unaudited)
        state->args = describe(spec->in, FIELD_SECRET | FIELD_PRIVATE, state->in, &request->arena);
    if (request->idempotency_key != NULL && results_keep(request->op))
        compute_digest(spec, state, &request->arena);
}

// Admission -------------------------------------------------------------------------------------------------------

bool request_must_wait(const struct op_request *request)
{
    return request->trusted || request->token != NULL || (request->op->spec->roles & ROLE_PUBLIC);
}

void request_context(struct engine *engine, struct op_request *request, struct db *db, struct op_ctx *ret_ctx)
{
    struct request_state *state = request->state;
    if (state->now == 0)
        state->now = clock_now(engine->app->clock);
    buf_clear(&request->reply);
    buf_add_char(&request->reply, '{');
    *ret_ctx = (struct op_ctx){
        .app = engine->app,
        .db = db,
        .arena = &request->arena,
        .now = state->now,
        .actor = request->trusted ? request->actor
                                  : (struct actor){ .tenant = TENANT_DEFAULT, .roles = ROLE_PUBLIC },
        .request_id = request->request_id,
        .address = request->address,
        .reply = &request->reply,
        .err = &request->err,
        .changes = request->op->spec->kind == OP_CHANGE ? &state->changes : NULL,
        .prepared = state->prepared,
    };
}

static bool is_signing_in(const struct op_spec *spec)
{
    return strncmp(spec->name, "auth.", 5) == 0;
}

static bool check_role(const struct op_spec *spec, const struct actor *actor, struct err *err)
{
    if (actor->system)
        return true;
    bool open = spec->roles & ROLE_PUBLIC;
    if (!open && actor->user_id == NULL)
        return err_set(err, ERR_UNAUTHENTICATED, "Sign in first.");
    if (!open && !(actor->roles & spec->roles))
        return err_set(err, ERR_FORBIDDEN, "Your role may not do this.");
    if (actor->user_id != NULL && !actor->verified && spec->kind == OP_CHANGE && !is_signing_in(spec))
        return err_set(err, ERR_NOT_VERIFIED, "Verify your e-mail address first.");
    return true;
}

// An operation that needs nobody signed in does not care about a stale token.
static bool authenticate(struct engine *engine, const struct op_request *request, struct op_ctx *ctx)
{
    if (request->trusted || request->token == NULL)
        return true;
    struct actor actor = { 0 };
    if (identity_authenticate(engine->app, ctx->db, request->token, ctx->now, ctx->arena, &actor, ctx->err)) {
        ctx->actor = actor;
        return true;
    }
    if (ctx->err->code != ERR_UNAUTHENTICATED || !(request->op->spec->roles & ROLE_PUBLIC))
        return false;
    err_clear(ctx->err);
    return true;
}

bool request_admit(struct engine *engine, struct op_request *request, struct op_ctx *ctx)
{
    if (request->op->test_only && !engine->app->config.test_clock)
        return err_set(ctx->err, ERR_NOT_FOUND, "There is no such operation.");
    if (!authenticate(engine, request, ctx) || !check_role(request->op->spec, &ctx->actor, ctx->err))
        return false;
    if (!request->trusted)
        request->actor = ctx->actor;
    if (request->state->invalid.code == ERR_NONE)
        return true;
    *ctx->err = request->state->invalid;
    return false;
}

// Answers ---------------------------------------------------------------------------------------------------------

void request_succeed(struct op_request *request)
{
    buf_add_char(&request->reply, '}');
    err_clear(&request->err);
    request->ok = true;
    request->status = request->op->spec->status;
}

// What went wrong inside is for the log; the caller gets a sentence without innards.
static void hide_internals(struct op_request *request)
{
    if (request->err.code != ERR_INTERNAL)
        return;
    log_event(LOG_LEVEL_ERROR, "operation failed", LOG_TEXT("op", request->op->spec->name),
              LOG_TEXT("request", request->request_id), LOG_TEXT("why", request->err.message));
    err_set(&request->err, ERR_INTERNAL, "Something went wrong on our side.");
}

void request_refuse(struct engine *engine, struct op_request *request, int retry_after)
{
    if (request->err.code == ERR_NONE)
        err_set(&request->err, ERR_INTERNAL, "The operation failed without saying why.");
    hide_internals(request);
    bool overloaded = request->err.code == ERR_UNAVAILABLE;
    if (overloaded)
        metrics_add(engine->app->metrics, METRIC_QUEUE_FULL, 1);
    request->ok = false;
    request->replayed = false;
    request->seq = 0;
    request->status = err_status(request->err.code);
    request->retry_after = retry_after == 0 && overloaded ? 1 : retry_after;
    buf_clear(&request->reply);
}

static enum metric outcome(const struct op_request *request)
{
    if (request->replayed)
        return METRIC_OPS_REPLAYED;
    if (!request->ok)
        return request->status >= 500 ? METRIC_OPS_FAILED : METRIC_OPS_REFUSED;
    return request->op->spec->kind == OP_CHANGE ? METRIC_OPS_CHANGED : METRIC_OPS_QUERIED;
}

void request_count(struct engine *engine, const struct op_request *request)
{
    metrics_add(engine->app->metrics, outcome(request), 1);
    if (request->received_at != 0)
        metrics_observe_us(engine->app->metrics, METRIC_OP_SECONDS,
                           host_monotonic_us() - request->received_at);
}
