// The job table, as the runner moves jobs through it: waiting -> running (leased) -> done, skipped, waiting again, dead.
#pragma once

#include "server/jobs/jobs.h"

enum {
    JOBS_AT_ONCE = 16,
    JOB_LEASE_MS = 5 * 60 * 1000, // after that a job whose runner died is taken again
    JOB_ATTEMPTS = 8,
    JOB_BACKOFF_MS = 15 * 1000, // before the second try; doubles
    JOB_BACKOFF_MAX_MS = 6 * 60 * 60 * 1000,
};

struct leased_job {
    struct job job;
    const char *tenant;
    const struct job_kind *kind; // NULL: nobody knows it
};

enum job_end {
    JOB_DONE,
    JOB_SKIPPED,
    JOB_FAILED,
    JOB_RETURNED, // not tried, since the server stops: it waits as before
};

// NULL when there is none.
const struct job_kind *job_kind_find(const char *name);

// When the next job is due; INT64_MAX when none waits.
bool job_store_next_due(struct db *db, int64_t *ret_at, struct err *err);
// Takes what is due, oldest first: struct leased_job, JOBS_AT_ONCE at most.
bool job_store_lease(struct op_ctx *ctx, struct list *ret_jobs);
// Marks the end of a try. ERR_CONFLICT when the lease was lost meanwhile.
bool job_store_end(struct op_ctx *ctx, const struct leased_job *leased, enum job_end end, const char *why);
// True when a failure now is the last one: the job is dead, to be looked at by a person.
bool job_is_last_try(const struct leased_job *leased);
// True when the runner died in each try there was, the last one included: another one would only bring it down again.
bool job_is_beyond_tries(const struct leased_job *leased);
// How long to wait before the next try, jitter included. random: any number.
int64_t job_backoff_ms(int attempts, uint32_t random);
