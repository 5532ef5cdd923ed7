// The writer: one thread, one connection, one transaction for whatever has queued up. Each request has its savepoint;
// nothing is answered before the commit is durable.
#include "server/core/engine_parts.h"

#include "server/core/log.h"
#include "server/core/results.h"
#include "shared/host/host.h"

#include <string.h>

enum {
    IDLE_MS = 500,
    CHECKPOINT_BYTES =
        64 * 1024 * 1024, // the longer the log, the more writes of one page are folded in as one
    GATHER_MAX_US = 1000,
};

struct batch {
    struct op_request *requests[WRITER_BATCH_MAX];
    size_t count;
    bool added_jobs;
};

// One request -----------------------------------------------------------------------------------------------------

static bool has_key(const struct op_request *request)
{
    return request->state->digest[0] != '\0' && request->actor.user_id != NULL;
}

// True when the stored answer of an earlier run was given, or the key was used for something else.
static bool answered_before(struct engine *engine, struct op_request *request, struct op_ctx *ctx)
{
    enum result_match match = RESULT_NEW;
    bool ok = results_find(ctx, request, request->state->digest, &match);
    if (ok && match == RESULT_NEW)
        return false;
    if (ok && match == RESULT_SAME)
        return true;
    if (ok)
        err_set(ctx->err, ERR_IDEMPOTENCY_MISMATCH, "This idempotency key was used for another request.");
    request_refuse(engine, request, 0);
    return true;
}

static bool write_traces(struct engine *engine, struct op_request *request, struct op_ctx *ctx)
{
    struct request_state *state = request->state;
    if (!changes_flush(ctx, &request->seq))
        return false;
    return request->op->unaudited || audit_append(ctx, &engine->chain, request->op->spec->name, state->args);
}

// The operation and everything that belongs to it. False: the savepoint must go.
static bool run_inside(struct engine *engine, struct op_request *request, struct op_ctx *ctx)
{
    bool ok = request->op->run(ctx, request->state->in);
    if (!ok && !ctx->keep_on_failure)
        return false;
    struct err refusal = request->err;
    if (!write_traces(engine, request, ctx))
        return false;
    if (!ok) {
        request->err = refusal;
        request_refuse(engine, request, ctx->retry_after);
        return true;
    }
    request_succeed(request);
    return !has_key(request) || results_store(ctx, request, request->state->digest);
}

// A refusal is final too: the same request again must not succeed behind the back of who was refused.
static void store_refusal(struct engine *engine, struct op_request *request, struct op_ctx *ctx)
{
    struct err failure = { 0 };
    struct op_ctx apart = *ctx; // what storing has to say must not replace the refusal
    apart.err = &failure;
    bool final =
        results_is_final(request->err.code) && !(request->patient && request->err.code == ERR_NOT_FOUND);
    if (!has_key(request) || !final || results_store(&apart, request, request->state->digest))
        return;
    request->err = failure;
    request_refuse(engine, request, 0);
}

static void run_in_savepoint(struct engine *engine, struct op_request *request, struct op_ctx *ctx)
{
    struct audit_chain before = engine->chain;
    if (!db_savepoint(ctx->db, ctx->err)) {
        request_refuse(engine, request, 0);
        return;
    }
    if (run_inside(engine, request, ctx) && db_release(ctx->db, ctx->err)) {
        request->state->committed = true;
        request->state->tenant = ctx->actor.tenant;
        return;
    }
    db_rollback_to(ctx->db);
    engine->chain = before;
    request_refuse(engine, request, ctx->retry_after);
    store_refusal(engine, request, ctx);
}

static void run_request(struct engine *engine, struct batch *batch, struct op_request *request)
{
    struct op_ctx ctx;
    request_context(engine, request, engine->writer_db, &ctx);
    if (!request_admit(engine, request, &ctx)) {
        request_refuse(engine, request, ctx.retry_after);
        return;
    }
    if (has_key(request) && answered_before(engine, request, &ctx))
        return;
    run_in_savepoint(engine, request, &ctx);
    batch->added_jobs |= ctx.added_jobs && request->state->committed;
}

// One transaction -------------------------------------------------------------------------------------------------

// The connection is not trusted after a failure that was not the disk being full: what it holds in memory may differ
// from what is on the disk. Until a new one opens, requests are answered with an error.
static void reopen(struct engine *engine)
{
    struct err err = { 0 };
    db_close(engine->writer_db);
    engine->writer_db = NULL;
    if (!db_open(&engine->writer_db, engine->db_path, DB_WRITER, &err))
        log_event(LOG_LEVEL_ERROR, "cannot open the store again", LOG_TEXT("why", err.message));
}

static void fail_batch(struct engine *engine, struct batch *batch, const struct err *why)
{
    log_event(LOG_LEVEL_ERROR, "a commit failed; nothing of it was acknowledged",
              LOG_TEXT("why", why->message), LOG_INT("requests", (int64_t)batch->count));
    metrics_add(engine->app->metrics, METRIC_COMMITS_FAILED, 1);
    for (size_t i = 0; i < batch->count; i++) {
        struct op_request *request = batch->requests[i];
        request->err = *why;
        request->state->committed = false;
        request_refuse(engine, request, 0);
    }
    batch->added_jobs = false;
    engine->chain.known = false;
    if (engine->writer_db != NULL)
        db_rollback(engine->writer_db);
    if (why->code == ERR_STORAGE_FULL)
        db_checkpoint(engine->writer_db);
    else
        reopen(engine);
}

// False: the whole transaction is lost, err says why.
static bool run_transaction(struct engine *engine, struct batch *batch, struct err *err)
{
    if (engine->writer_db == NULL)
        reopen(engine);
    if (engine->writer_db == NULL)
        return err_set(err, ERR_INTERNAL, "The store cannot be opened.");
    if (!db_begin(engine->writer_db, err))
        return false;
    for (size_t i = 0; i < batch->count; i++) {
        run_request(engine, batch, batch->requests[i]);
        if (!db_in_transaction(engine->writer_db)) {
            *err = batch->requests[i]->err;
            return false;
        }
    }
    return db_commit(engine->writer_db, err);
}

static void tell_runner(struct engine *engine)
{
    pthread_mutex_lock(&engine->jobs_lock);
    if (engine->jobs_added != NULL)
        engine->jobs_added(engine->jobs_user);
    pthread_mutex_unlock(&engine->jobs_lock);
}

static void run_batch(struct engine *engine, struct batch *batch)
{
    struct rhythm *rhythm = &engine->rhythm;
    struct err err = { 0 };
    int64_t began = host_monotonic_us();
    if (!run_transaction(engine, batch, &err))
        fail_batch(engine, batch, &err);
    int64_t took = host_monotonic_us() - began;
    rhythm->last_count = batch->count;
    rhythm->commit_us += (took - rhythm->commit_us) / 8;
    metrics_add(engine->app->metrics, METRIC_COMMITS, 1);
    metrics_observe_us(engine->app->metrics, METRIC_COMMIT_SECONDS, took);
    if (engine->publisher != NULL)
        publisher_add(engine->publisher, batch->requests, batch->count);
    if (batch->added_jobs)
        tell_runner(engine);
    for (size_t i = 0; i < batch->count; i++)
        request_finish(engine, batch->requests[i]);
}

// One turn --------------------------------------------------------------------------------------------------------

// False: there was nothing to fold in, or it can wait.
static bool fold_log(struct engine *engine, bool idle)
{
    if (engine->writer_db == NULL)
        return false;
    int64_t size = db_log_size(engine->writer_db);
    if (size < engine->folded)
        engine->folded = 0; // it started again
    int64_t grown = size - engine->folded;
    if (grown == 0 || (!idle && grown < CHECKPOINT_BYTES))
        return false;
    db_checkpoint(engine->writer_db);
    metrics_add(engine->app->metrics, METRIC_CHECKPOINTS, 1);
    engine->folded = size;
    return true;
}

// Those who were answered by one commit ask again one by one; without patience the first of them would get a commit to
// itself and all others wait for it. So the next batch waits until it is as large as the last one was, but no longer
// than a part of what a commit takes.
static struct patience patience_of(const struct rhythm *rhythm)
{
    int64_t us = rhythm->commit_us / 2;
    return (struct patience){
        .timeout_ms = IDLE_MS,
        .wanted = rhythm->last_count,
        .more_us = (int)(us < GATHER_MAX_US ? us : GATHER_MAX_US),
    };
}

static bool take_batch(struct engine *engine, bool wait, struct batch *ret_batch)
{
    struct work work[WRITER_BATCH_MAX];
    struct patience patience = wait ? patience_of(&engine->rhythm) : (struct patience){ 0 };
    ret_batch->count = queue_take(&engine->writes, work, WRITER_BATCH_MAX, patience);
    ret_batch->added_jobs = false;
    for (size_t i = 0; i < ret_batch->count; i++)
        ret_batch->requests[i] = work[i].item;
    return ret_batch->count > 0;
}

bool writer_turn(struct engine *engine, bool wait)
{
    struct batch batch;
    bool busy = take_batch(engine, wait, &batch);
    if (!busy && queue_closed(&engine->writes))
        return false;
    if (busy)
        run_batch(engine, &batch);
    queue_done(&engine->writes, batch.count);
    engine_show_length(engine, METRIC_QUEUE_WRITER, &engine->writes);
    bool folded = fold_log(engine, !busy);
    return wait || busy || folded;
}
