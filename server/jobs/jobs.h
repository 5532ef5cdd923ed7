// Work that follows an operation: rows written in its transaction, run by the runner with leases, retries with
// backoff and dead letters (RULES 20). A job's kind is one entry of job_kinds[].
#pragma once

#include "server/core/op.h"

struct job {
    const char *id, *kind, *key, *payload; // payload: a JSON object as text
    int64_t run_at;
    int attempts;
};

struct job_kind {
    const char *name; // "mail.booking_confirmed"
    int max_attempts; // 0: the default, 8
    // Slow part outside any transaction (sending). May be NULL.
    // ctx->db is a reader; what is no longer true is not sent: *ret_skip says so.
    bool (*perform)(struct op_ctx *ctx, const struct job *job, bool *ret_skip);
    // The part in the writer's transaction, when the job is marked done. May be NULL.
    bool (*finish)(struct op_ctx *ctx, const struct job *job);
};

extern const struct job_kind *const job_kinds[];
extern const size_t job_kind_count;

// Adds a job to the operation's transaction. key: unique among all jobs ("booking-confirmed:<id>:<version>"); a second
// one with the same key is ignored. run_at: UTC ms.
bool job_add(struct op_ctx *ctx, const char *kind, const char *key, int64_t run_at, const char *payload);

struct job_runner;
bool job_runner_start(struct job_runner **ret_runner, struct app *app, struct err *err);
// The same without a thread: only job_runner_drain() runs anything.
bool job_runner_create(struct job_runner **ret_runner, struct app *app, struct err *err);
void job_runner_stop(struct job_runner *runner);
// Looks for due jobs now (a commit added some).
void job_runner_poke(struct job_runner *runner);
// Runs everything due until nothing is left (the test clock, tools); called from a slow worker.
bool job_runner_drain(struct job_runner *runner, struct err *err);
