// Runs operations: who may, in which thread, in which transaction, and what is said when it is durable.
//
//   submit --(slow pool: prepare)--> writer thread: savepoint, run, audit, changes, jobs, result --> group commit
//                              \---> reader threads: snapshot, run                                      |
//                                         done(reply) on the thread that called engine_deliver() <-----+
#pragma once

#include "server/core/op.h"

struct engine;
struct app_config;

struct op_request {
    const struct op *op;
    struct arena arena; // everything of this request lives here
    cJSON *body;        // owned; the arguments as one object, path and query merged in; NULL for none
    const void *args;   // in place of body, by trusted code alone: the spec's struct, filled
    const char *token;  // the bearer token as it came, or NULL: verified in the worker
    struct actor actor; // filled from the token; or given with trusted = true
    bool trusted;       // the actor was checked already (a push session, a job, a tool)
    const char *idempotency_key; // REST header, or "<device>:<n>" of a sync operation; NULL for none
    bool patient;                // what it is about may come yet: ERR_NOT_FOUND is no final answer
    const char *request_id;
    const char *address;
    int64_t received_at; // monotonic microseconds, for the metrics

    // the answer
    bool ok;
    bool replayed;       // the stored answer of an earlier run of the same key
    int status;          // HTTP status
    int retry_after;     // seconds, with ERR_RATE_LIMITED and ERR_UNAVAILABLE; 0 none
    struct op_wait wait; // of a query; a transport that cannot wait answers now
    int64_t seq;         // the change-log seq it committed as; 0 for none
    struct err err;
    struct buf reply; // the members of data, "{...}" complete

    // Called once by engine_deliver(); takes the request over (op_request_free).
    void (*done)(struct op_request *request, void *user);
    void *user;
    struct op_request *next;
    struct request_state *state; // the engine's own
};

struct op_request *op_request_create(void);
void op_request_free(struct op_request *request);

// db_path: of the store, migrated already. wake: called from worker threads when there is something to deliver
// (it may do no more than lws_cancel_service); NULL: nobody takes changes (tools). Starts the writer, readers and slow
// workers.
bool engine_start(struct engine **ret_engine, struct app *app, const char *db_path, void (*wake)(void *user),
                  void *user, struct err *err);

// The same engine without threads, for who turns it by hand (the simulation): what a thread would do next is one
// engine_turn(). engine_run() turns it until its request is done, engine_stop() until nothing is left.
bool engine_open(struct engine **ret_engine, struct app *app, const char *db_path, void (*wake)(void *user),
                 void *user, struct err *err);
enum engine_part {
    ENGINE_WRITER,    // one commit; when nothing waits, the log is folded in
    ENGINE_READER,    // one snapshot
    ENGINE_SLOW,      // one prepare()
    ENGINE_PUBLISHER, // what was committed since its last turn
};
// False: that part had nothing to do.
bool engine_turn(struct engine *engine, enum engine_part part);

// From now on requests are answered with ERR_UNAVAILABLE; what is queued is finished.
void engine_drain(struct engine *engine);
// True when nothing is queued, running or waiting to be delivered.
bool engine_idle(struct engine *engine);
// Drains, stops the threads, calls done() of what was not delivered yet, frees the engine.
void engine_stop(struct engine *engine);

// Queues a request. A full queue or a draining engine answers at once, through done() all the same.
void engine_submit(struct engine *engine, struct op_request *request);
// Calls done() of whatever is finished; on the loop's thread.
void engine_deliver(struct engine *engine);
// Runs one request to its end on the calling thread's time (tools, tests): waits for it.
void engine_run(struct engine *engine, struct op_request *request);
// The same for several, which may share a commit.
void engine_run_all(struct engine *engine, struct op_request *const *requests, size_t count);

// What was committed since the last call, for push: one batch a tenant and commit, rows already rendered.
struct change_batch {
    const char *tenant;
    int64_t from, to;    // seqs: (from, to]
    struct list entries; // struct change_entry
    struct arena arena;
    struct change_batch *next;
};
struct change_entry {
    enum row_table table;
    const char *id;
    const char *was, *now; // principals, unions over the batch
    const char *row;       // its JSON, NULL when it is gone
    size_t row_size;
    int64_t seq;
};
// NULL when there is none; the caller frees with change_batch_free. Batches of a tenant come in order, without gaps.
struct change_batch *engine_take_changes(struct engine *engine);
void change_batch_free(struct change_batch *batch);

// Read work of the push sessions (snapshot pages, catch-up) on the reader threads.
struct read_task {
    void (*run)(struct read_task *task, struct db *db); // on a reader thread, inside a snapshot
    void (*done)(struct read_task *task);               // on the loop's thread
    bool failed; // run was not called: the store cannot be read, or the engine stops
    struct read_task *next;
};
void engine_read(struct engine *engine, struct read_task *task);

// Called on the writer's thread after each commit that added jobs; may do no more than signal.
void engine_on_jobs(struct engine *engine, void (*added)(void *user), void *user);
