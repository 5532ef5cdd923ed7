// Readers answer queries, and the questions of sync sessions, from snapshots.
#include "server/core/engine_parts.h"

static void answer(struct engine *engine, struct op_request *request, struct db *db)
{
    struct op_ctx ctx;
    request_context(engine, request, db, &ctx);
    if (request_admit(engine, request, &ctx) && request->op->run(&ctx, request->state->in)) {
        request->wait = ctx.wait;
        request_succeed(request);
    } else {
        request_refuse(engine, request, ctx.retry_after);
    }
    request_finish(engine, request);
}

static void refuse(struct engine *engine, struct op_request *request, const struct err *why)
{
    request->err = *why;
    request_refuse(engine, request, 0);
    request_finish(engine, request);
}

// All of it was asked before the snapshot began, so everybody sees what they were told was done.
static void run_works(struct engine *engine, struct db *db, const struct work *works, size_t count)
{
    struct err err = { 0 };
    bool open = db_snapshot_begin(db, &err);
    for (size_t i = 0; i < count; i++) {
        if (works[i].kind == WORK_REQUEST && open) {
            answer(engine, works[i].item, db);
        } else if (works[i].kind == WORK_REQUEST) {
            refuse(engine, works[i].item, &err);
        } else {
            struct read_task *task = works[i].item;
            task->failed = !open;
            if (open)
                task->run(task, db);
            read_finish(engine, task);
        }
    }
    if (open)
        db_snapshot_end(db);
}

bool reader_turn(struct worker *worker, bool wait)
{
    struct queue *queue = &worker->engine->reads;
    struct work works[READER_BATCH_MAX];
    size_t count = queue_take(queue, works, READER_BATCH_MAX, engine_patience(wait));
    if (count == 0)
        return false;
    run_works(worker->engine, worker->db, works, count);
    queue_done(queue, count);
    engine_show_length(worker->engine, METRIC_QUEUE_READERS, queue);
    return true;
}
