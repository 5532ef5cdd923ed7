// Slow workers: the first part of operations that hash passwords or wait, so that neither the loop nor the writer does.
#include "server/core/engine_parts.h"

static void prepare(struct engine *engine, struct op_request *request, struct db *db)
{
    struct op_ctx ctx;
    request_context(engine, request, db, &ctx);
    if (request_admit(engine, request, &ctx) && request->op->prepare(&ctx, request->state->in)) {
        request->state->prepared = ctx.prepared;
        engine_route(engine, request);
        return;
    }
    request_refuse(engine, request, ctx.retry_after);
    request_finish(engine, request);
}

bool slow_turn(struct worker *worker, bool wait)
{
    struct queue *queue = &worker->engine->slow;
    struct work work;
    if (queue_take(queue, &work, 1, engine_patience(wait)) == 0)
        return false;
    prepare(worker->engine, work.item, worker->db);
    queue_done(queue, 1);
    engine_show_length(worker->engine, METRIC_QUEUE_SLOW, queue);
    return true;
}
