// Slow workers: password hashes and whatever waits for other hosts, so that neither the loop nor the writer does.
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

static void run_work(struct engine *engine, struct db *db, const struct work *work)
{
    if (work->kind == WORK_REQUEST)
        prepare(engine, work->item, db);
    else
        ((struct slow_task *)work->item)->run(work->item, db);
}

void *slow_thread(void *pointer)
{
    struct worker *worker = pointer;
    struct queue *queue = &worker->engine->slow;
    struct work work;
    while (queue_take(queue, &work, 1, -1) > 0) {
        run_work(worker->engine, worker->db, &work);
        queue_done(queue, 1);
    }
    return NULL;
}
