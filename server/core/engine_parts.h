// The engine's inside: what its threads share. Nobody outside server/core includes this.
#pragma once

#include "server/core/app.h"
#include "server/core/audit.h"
#include "server/core/change_set.h"
#include "server/core/digest.h"
#include "server/core/metrics.h"
#include "server/core/queue.h"

#include <stdatomic.h>

enum {
    READERS_MAX = 16,
    SLOW_WORKERS = 2,
    WRITER_QUEUE_MAX = 4096,
    READER_QUEUE_MAX = 4096,
    SLOW_QUEUE_MAX = 256,
    WRITER_BATCH_MAX = 256, // requests of one group commit
    READER_BATCH_MAX = 16,  // requests of one snapshot
};

// The engine's notes on a request, in the request's arena.
struct request_state {
    const void *in;           // the arguments, validated
    const char *args;         // the same as JSON, secrets left out: audited
    char digest[DIGEST_SIZE]; // of operation and arguments, when there is an idempotency key
    struct err invalid;       // what is wrong with the arguments; said only to who may run the operation
    int64_t now;              // read once, for prepare() and run(); 0 before
    void *prepared;
    struct change_set changes;
    const char *tenant;    // of the changes
    bool committed;        // its writes are in the transaction
    struct waiter *waiter; // engine_run
    struct op_request *next;
};

struct done_list {
    pthread_mutex_t lock;
    struct op_request *first, **last;
    struct read_task *first_read, **last_read;
};

struct publisher; // engine_publish.c

struct rhythm { // of the writer's commits
    size_t last_count;
    int64_t commit_us; // of late
};

struct worker { // a thread of a pool, with its own reader
    struct engine *engine;
    struct db *db;
    pthread_t thread;
    bool started;
};

struct engine {
    struct app *app;
    char *db_path;
    void (*wake)(void *user);
    void *wake_user;
    pthread_mutex_t jobs_lock;
    void (*jobs_added)(void *user);
    void *jobs_user;

    struct queue writes, reads, slow;
    struct done_list done;
    struct publisher *publisher; // NULL when nobody takes changes

    pthread_t writer;
    bool writer_started;
    struct worker readers[READERS_MAX], slow_workers[SLOW_WORKERS];
    _Atomic bool draining;
    struct db *writer_db;
    struct audit_chain chain; // the writer's, as the two below
    struct rhythm rhythm;
    int64_t folded; // how long the log was when it was last folded in
    bool by_hand;   // no threads: engine_turn()
};

// engine_request.c: what is decided about a request, whatever thread it is on.
void request_check(struct op_request *request);
bool request_must_wait(
    const struct op_request *request); // false: it can be refused without looking at the store
void request_context(struct engine *engine, struct op_request *request, struct db *db,
                     struct op_ctx *ret_ctx);
// Who is it, and may they? Fills ctx->actor.
bool request_admit(struct engine *engine, struct op_request *request, struct op_ctx *ctx);
void request_succeed(struct op_request *request);
void request_refuse(struct engine *engine, struct op_request *request, int retry_after);
void request_count(struct engine *engine, const struct op_request *request);
// engine.c: hands the answer to who waits for it.
void request_finish(struct engine *engine, struct op_request *request);
void read_finish(struct engine *engine, struct read_task *task);

// The threads. name: as tools show it, 15 characters at most.
bool engine_thread(pthread_t *thread, const char *name, void *(*run)(void *), void *argument,
                   struct err *err);
// What each does again and again. wait: until there is work; false when it is time to stop. Else false: there was none.
bool writer_turn(struct engine *engine, bool wait);
bool reader_turn(struct worker *worker, bool wait);
bool slow_turn(struct worker *worker, bool wait);
struct patience engine_patience(bool wait);
void engine_show_length(struct engine *engine, enum metric gauge, struct queue *queue);
// Queues a request for the thread it needs next.
void engine_route(struct engine *engine, struct op_request *request);

// engine_publish.c
struct publisher *publisher_create(struct engine *engine, struct err *err);
bool publisher_start(struct publisher *publisher, struct err *err); // its thread
bool publisher_turn(struct publisher *publisher, bool wait);
void publisher_stop(struct publisher *publisher);
bool publisher_idle(struct publisher *publisher);
// The changes of one commit, in order; requests: those that committed.
void publisher_add(struct publisher *publisher, struct op_request *const *requests, size_t count);
struct change_batch *publisher_take(struct publisher *publisher);
