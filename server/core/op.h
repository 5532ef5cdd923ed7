// The operation table's server half and what a running operation is given.
//
// An area declares its operations as constants { .spec, .run, ... } and server/wiring/op_table.c lists them. Transports
// (http, push, jobs) call engine_submit() (server/core/engine.h) and never an area.
#pragma once

#include "server/db/db.h"
#include "shared/base/buf.h"
#include "shared/wire/op.h"
#include "shared/wire/rows.h"

struct app; // server/core/app.h

// The tenant of whoever is not signed in.
#define TENANT_DEFAULT "default"

struct actor {
    const char *tenant;  // "" before sign-in
    const char *user_id; // NULL: nobody signed in, or the platform itself (system)
    const char *session_id;
    const char *name;          // display name
    const char *client_id;     // of a client, else NULL: the one they act for unless they say otherwise
    const char *clients;       // all that they belong to, space separated; NULL: client_id alone
    const char *consultant_id; // of a consultant, else NULL
    unsigned roles;            // bits of enum role; ROLE_PUBLIC always
    bool verified;
    bool system; // a job or a command line tool
};

// Whether the person belongs to the client.
bool actor_has_client(const struct actor *actor, const char *client_id);

// A query found nothing new: whoever asked may be answered later, when one of the principals is to hear of something
// behind `behind`, or after so many seconds.
struct op_wait {
    int seconds; // 0: answer now
    const char *principals;
    int64_t behind;
};

struct op_ctx {
    struct app *app;
    struct db *db;       // the writer's connection for OP_CHANGE, a reader's for OP_QUERY
    struct arena *arena; // freed when the reply has left
    int64_t now;         // UTC ms; the same all through one operation
    struct actor actor;
    const char *request_id;
    const char *address; // the peer's, or NULL
    struct buf *reply;   // receives the members of `data`: see reply_*()
    struct err *err;
    struct change_set *changes; // what this operation changed (server/core/changes.h); NULL for queries
    const char *target;         // set by run: the id of the thing acted on, for the audit entry
    void *prepared;             // what prepare() left
    bool keep_on_failure; // set by a run that fails: what it wrote is committed all the same (failed logins)
    int retry_after;      // seconds, with ERR_RATE_LIMITED; the engine copies it to the request
    struct op_wait wait;  // set by a query that succeeds; the engine copies it to the request
    bool added_jobs;      // set by job_add: the runner is told after the commit
};

struct op {
    const struct op_spec *spec;
    // Runs in the operation's transaction (OP_CHANGE) or snapshot (OP_QUERY). in: the spec's struct, validated.
    // False: nothing of it remains, ctx->err says why.
    bool (*run)(struct op_ctx *ctx, const void *in);
    // Optional slow first part (argon2id) on the pool of slow workers, with a reader's connection. What it leaves in
    // ctx->prepared (arena) run() finds there.
    bool (*prepare)(struct op_ctx *ctx, const void *in);
    const char *reply_name;          // "consultation": for the OpenAPI document
    const struct shape *reply_shape; // may be NULL
    bool reply_list;                 // an array of them, with total and nextCursor
    bool test_only;                  // offered only with --test-clock
    bool
        unaudited; // no audit entry: bookkeeping of the machinery itself (job leases), or a log of its own (texts)
};

// Every operation, in the order of op_specs.
extern const struct op *const op_table[];
extern const size_t op_table_count;
const struct op *op_find(const char *name);

// Appends one member to the reply's data.
void reply_shape(struct op_ctx *ctx, const char *name, const struct shape *shape, const void *value);
// items: structs of the shape. Adds "<name>": [...].
void reply_shapes(struct op_ctx *ctx, const char *name, const struct shape *shape, const struct list *items);
void reply_int(struct op_ctx *ctx, const char *name, int64_t value);
void reply_text(struct op_ctx *ctx, const char *name, const char *value); // NULL gives null
void reply_bool(struct op_ctx *ctx, const char *name, bool value);
void reply_json(struct op_ctx *ctx, const char *name, const char *json); // a value already written

// A new id at ctx->now.
const char *op_new_id(struct op_ctx *ctx);
// The id the client program made, checked, or a new one when NULL.
const char *op_id_or_new(struct op_ctx *ctx, const char *given);
