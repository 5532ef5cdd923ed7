// Starting, queueing, delivering, stopping. What the threads do is in engine_write.c, engine_read.c and engine_slow.c.
#include "server/core/engine_parts.h"

#include "shared/host/host.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct waiter { // somebody blocked in engine_run
    pthread_mutex_t lock;
    pthread_cond_t finished;
    size_t left;
};

// Answers ---------------------------------------------------------------------------------------------------------

static void wake(struct engine *engine)
{
    if (engine->wake != NULL)
        engine->wake(engine->wake_user);
}

static void signal_waiter(struct waiter *waiter)
{
    pthread_mutex_lock(&waiter->lock);
    if (--waiter->left == 0)
        pthread_cond_signal(&waiter->finished);
    pthread_mutex_unlock(&waiter->lock);
}

void request_finish(struct engine *engine, struct op_request *request)
{
    request_count(engine, request);
    if (request->state->waiter != NULL) {
        signal_waiter(request->state->waiter);
        return;
    }
    struct done_list *done = &engine->done;
    pthread_mutex_lock(&done->lock);
    bool first = done->first == NULL;
    request->next = NULL;
    *done->last = request;
    done->last = &request->next;
    pthread_mutex_unlock(&done->lock);
    if (first)
        wake(engine);
}

void read_finish(struct engine *engine, struct read_task *task)
{
    struct done_list *done = &engine->done;
    pthread_mutex_lock(&done->lock);
    bool first = done->first_read == NULL;
    task->next = NULL;
    *done->last_read = task;
    done->last_read = &task->next;
    pthread_mutex_unlock(&done->lock);
    if (first)
        wake(engine);
}

static void done_list_init(struct done_list *done)
{
    pthread_mutex_init(&done->lock, NULL);
    done->first = NULL;
    done->last = &done->first;
    done->first_read = NULL;
    done->last_read = &done->first_read;
}

void engine_deliver(struct engine *engine)
{
    struct done_list *done = &engine->done;
    pthread_mutex_lock(&done->lock);
    struct op_request *request = done->first;
    struct read_task *task = done->first_read;
    done->first = NULL;
    done->last = &done->first;
    done->first_read = NULL;
    done->last_read = &done->first_read;
    pthread_mutex_unlock(&done->lock);
    while (request != NULL) {
        struct op_request *next = request->next;
        request->done(request, request->user);
        request = next;
    }
    while (task != NULL) {
        struct read_task *next = task->next;
        task->done(task);
        task = next;
    }
}

// Questions -------------------------------------------------------------------------------------------------------

static void refuse_now(struct engine *engine, struct op_request *request, enum err_code code, const char *why)
{
    err_set(&request->err, code, "%s", why);
    request_refuse(engine, request, 0);
    request_finish(engine, request);
}

static void push_request(struct engine *engine, struct queue *queue, struct op_request *request)
{
    if (!queue_push(queue, (struct work){ WORK_REQUEST, request }))
        refuse_now(engine, request, ERR_UNAVAILABLE, "The server is busy; try again in a moment.");
}

void engine_route(struct engine *engine, struct op_request *request)
{
    bool change = request->op->spec->kind == OP_CHANGE && request->state->invalid.code == ERR_NONE;
    push_request(engine, change ? &engine->writes : &engine->reads, request);
}

static void submit_checked(struct engine *engine, struct op_request *request)
{
    if (!request_must_wait(request))
        refuse_now(engine, request, ERR_UNAUTHENTICATED, "Sign in first.");
    else if (atomic_load(&engine->draining) && !(request->trusted && request->actor.system))
        refuse_now(engine, request, ERR_UNAVAILABLE, "The server is going down; try again in a moment.");
    else if (request->op->prepare != NULL && request->state->invalid.code == ERR_NONE)
        push_request(engine, &engine->slow, request);
    else
        engine_route(engine, request);
}

void engine_submit(struct engine *engine, struct op_request *request)
{
    request_check(request);
    submit_checked(engine, request);
}

static bool turn_any(struct engine *engine)
{
    return engine_turn(engine, ENGINE_SLOW) || engine_turn(engine, ENGINE_WRITER) ||
           engine_turn(engine, ENGINE_READER);
}

static void await(struct engine *engine, struct waiter *waiter)
{
    if (engine->by_hand) {
        while (waiter->left > 0)
            CHECK(turn_any(engine));
        return;
    }
    pthread_mutex_lock(&waiter->lock);
    while (waiter->left > 0)
        pthread_cond_wait(&waiter->finished, &waiter->lock);
    pthread_mutex_unlock(&waiter->lock);
}

void engine_run_all(struct engine *engine, struct op_request *const *requests, size_t count)
{
    struct waiter waiter = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, count };
    for (size_t i = 0; i < count; i++) {
        request_check(requests[i]);
        requests[i]->state->waiter = &waiter;
        submit_checked(engine, requests[i]);
    }
    await(engine, &waiter);
    pthread_cond_destroy(&waiter.finished);
    pthread_mutex_destroy(&waiter.lock);
}

void engine_run(struct engine *engine, struct op_request *request)
{
    engine_run_all(engine, &request, 1);
}

void engine_read(struct engine *engine, struct read_task *task)
{
    task->failed = false;
    if (queue_push(&engine->reads, (struct work){ WORK_READ, task }))
        return; // it is the reader's now, and may be done already
    task->failed = true;
    read_finish(engine, task);
}

void engine_on_jobs(struct engine *engine, void (*added)(void *user), void *user)
{
    pthread_mutex_lock(&engine->jobs_lock);
    engine->jobs_user = user;
    engine->jobs_added = added;
    pthread_mutex_unlock(&engine->jobs_lock);
}

struct change_batch *engine_take_changes(struct engine *engine)
{
    return engine->publisher == NULL ? NULL : publisher_take(engine->publisher);
}

void change_batch_free(struct change_batch *batch)
{
    if (batch == NULL)
        return;
    arena_free(&batch->arena);
    free(batch);
}

// Threads ---------------------------------------------------------------------------------------------------------

bool engine_thread(pthread_t *thread, const char *name, void *(*run)(void *), void *argument, struct err *err)
{
    if (pthread_create(thread, NULL, run, argument) != 0)
        return err_set(err, ERR_INTERNAL, "Cannot start a thread.");
    pthread_setname_np(*thread, name);
    return true;
}

void engine_show_length(struct engine *engine, enum metric gauge, struct queue *queue)
{
    metrics_set(engine->app->metrics, gauge, (int64_t)queue_length(queue));
}

struct patience engine_patience(bool wait)
{
    return (struct patience){ .timeout_ms = wait ? -1 : 0 };
}

static void *writer_thread(void *engine)
{
    while (writer_turn(engine, true)) {
    }
    return NULL;
}

static void *reader_thread(void *worker)
{
    while (reader_turn(worker, true)) {
    }
    return NULL;
}

static void *slow_thread(void *worker)
{
    while (slow_turn(worker, true)) {
    }
    return NULL;
}

static bool start_pool(struct worker *workers, size_t count, const char *name, void *(*run)(void *),
                       struct err *err)
{
    for (size_t i = 0; i < count && workers[i].db != NULL; i++) {
        workers[i].started = engine_thread(&workers[i].thread, name, run, &workers[i], err);
        if (!workers[i].started)
            return false;
    }
    return true;
}

static bool start_threads(struct engine *engine, struct err *err)
{
    engine->writer_started = engine_thread(&engine->writer, "writer", writer_thread, engine, err);
    return engine->writer_started && (engine->publisher == NULL || publisher_start(engine->publisher, err)) &&
           start_pool(engine->readers, READERS_MAX, "reader", reader_thread, err) &&
           start_pool(engine->slow_workers, SLOW_WORKERS, "slow", slow_thread, err);
}

// Signals are the main thread's.
static bool start_quietly(struct engine *engine, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = start_threads(engine, err);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

// Starting --------------------------------------------------------------------------------------------------------

static bool open_pool(struct engine *engine, struct worker *workers, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        workers[i].engine = engine;
        if (!db_open(&workers[i].db, engine->db_path, DB_READER, err))
            return false;
    }
    return true;
}

static bool open_connections(struct engine *engine, struct err *err)
{
    int64_t readers = engine->by_hand ? 1 : engine->app->config.readers;
    size_t wanted = readers < 1 ? 1 : readers > READERS_MAX ? READERS_MAX : (size_t)readers;
    return db_open(&engine->writer_db, engine->db_path, DB_WRITER, err) &&
           (engine->wake == NULL || (engine->publisher = publisher_create(engine, err)) != NULL) &&
           open_pool(engine, engine->readers, wanted, err) &&
           open_pool(engine, engine->slow_workers, engine->by_hand ? 1 : SLOW_WORKERS, err);
}

static struct engine *create(struct app *app, const char *db_path, void (*wake_loop)(void *user), void *user)
{
    struct engine *engine = calloc(1, sizeof(*engine));
    CHECK(engine != NULL);
    engine->app = app;
    engine->db_path = strdup(db_path);
    engine->wake = wake_loop;
    engine->wake_user = user;
    CHECK(engine->db_path != NULL);
    queue_init(&engine->writes, WRITER_QUEUE_MAX);
    queue_init(&engine->reads, READER_QUEUE_MAX);
    queue_init(&engine->slow, SLOW_QUEUE_MAX);
    done_list_init(&engine->done);
    pthread_mutex_init(&engine->jobs_lock, NULL);
    return engine;
}

bool engine_start(struct engine **ret_engine, struct app *app, const char *db_path,
                  void (*wake_loop)(void *user), void *user, struct err *err)
{
    struct engine *engine = create(app, db_path, wake_loop, user);
    if (!open_connections(engine, err) || !start_quietly(engine, err)) {
        engine_stop(engine);
        return false;
    }
    *ret_engine = engine;
    return true;
}

bool engine_open(struct engine **ret_engine, struct app *app, const char *db_path,
                 void (*wake_loop)(void *user), void *user, struct err *err)
{
    struct engine *engine = create(app, db_path, wake_loop, user);
    engine->by_hand = true;
    if (!open_connections(engine, err)) {
        engine_stop(engine);
        return false;
    }
    *ret_engine = engine;
    return true;
}

bool engine_turn(struct engine *engine, enum engine_part part)
{
    switch (part) {
    case ENGINE_WRITER:
        return writer_turn(engine, false);
    case ENGINE_READER:
        return reader_turn(&engine->readers[0], false);
    case ENGINE_SLOW:
        return slow_turn(&engine->slow_workers[0], false);
    case ENGINE_PUBLISHER:
        return engine->publisher != NULL && publisher_turn(engine->publisher, false);
    }
    return false;
}

// Stopping --------------------------------------------------------------------------------------------------------

void engine_drain(struct engine *engine)
{
    atomic_store(&engine->draining, true);
}

bool engine_idle(struct engine *engine)
{
    if (!queue_idle(&engine->slow) || !queue_idle(&engine->writes) || !queue_idle(&engine->reads))
        return false;
    pthread_mutex_lock(&engine->done.lock);
    bool delivered = engine->done.first == NULL && engine->done.first_read == NULL;
    pthread_mutex_unlock(&engine->done.lock);
    return delivered && (engine->publisher == NULL || publisher_idle(engine->publisher));
}

static void finish_pool(struct queue *queue, struct worker *workers, size_t count)
{
    queue_close(queue);
    for (size_t i = 0; i < count; i++) {
        if (workers[i].started)
            pthread_join(workers[i].thread, NULL);
        db_close(workers[i].db);
    }
    queue_free(queue);
}

static void finish_writer(struct engine *engine)
{
    queue_close(&engine->writes);
    if (engine->writer_started)
        pthread_join(engine->writer, NULL);
}

// Slow workers first: what they prepare goes on to the writer and the readers. The writer's connection closes last, and
// with it the log is folded in.
void engine_stop(struct engine *engine)
{
    if (engine == NULL)
        return;
    engine_drain(engine);
    bool whole = engine->slow_workers[0].db != NULL; // opened last
    while (engine->by_hand && whole && turn_any(engine)) {
    }
    finish_pool(&engine->slow, engine->slow_workers, SLOW_WORKERS);
    finish_writer(engine);
    finish_pool(&engine->reads, engine->readers, READERS_MAX);
    publisher_stop(engine->publisher);
    engine_deliver(engine);
    db_close(engine->writer_db);
    queue_free(&engine->writes);
    pthread_mutex_destroy(&engine->done.lock);
    pthread_mutex_destroy(&engine->jobs_lock);
    free(engine->db_path);
    free(engine);
}
