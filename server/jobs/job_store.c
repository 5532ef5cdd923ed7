#include "server/jobs/job_store.h"

#include "shared/host/host.h"

// What is leased sorts among what waits, so a few rows more than can be leased at once always hold the next one.
bool job_store_next_due(struct db *db, int64_t *ret_at, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    int64_t next = INT64_MAX;
    if (!db_query(db, &rows,
                  "SELECT run_at, lease_until FROM job WHERE state IN ('waiting', 'running') ORDER BY run_at "
                  "LIMIT $1",
                  DB_ARGS(db_int(4 * JOBS_AT_ONCE)), err))
        return false;
    while (db_next(&rows)) {
        int64_t run_at = db_col_int(&rows, 0), lease = db_col_int(&rows, 1);
        int64_t due = run_at > lease ? run_at : lease;
        next = due < next ? due : next;
    }
    if (!db_ok(&rows))
        return false;
    *ret_at = next;
    return true;
}

static void load_job(const struct db_rows *rows, struct arena *arena, struct leased_job *ret)
{
    ret->job = (struct job){
        .id = db_col_copy(rows, 0, arena),
        .kind = db_col_copy(rows, 1, arena),
        .key = db_col_copy(rows, 2, arena),
        .payload = db_col_copy(rows, 3, arena),
        .run_at = db_col_int(rows, 4),
        .attempts = (int)db_col_int(rows, 5),
    };
    ret->tenant = db_col_copy(rows, 6, arena);
    ret->kind = job_kind_find(ret->job.kind);
}

bool job_store_lease(struct op_ctx *ctx, struct list *ret_jobs)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $1 WHERE id IN "
                  "(SELECT id FROM job WHERE state IN ('waiting', 'running') AND run_at <= $2 AND "
                  "lease_until <= $2 "
                  "ORDER BY run_at LIMIT $3) RETURNING id, kind, key, payload, run_at, attempts, tenant",
                  DB_ARGS(db_int(ctx->now + JOB_LEASE_MS), db_int(ctx->now), db_int(JOBS_AT_ONCE)), ctx->err))
        return false;
    while (db_next(&rows))
        load_job(&rows, ctx->arena, LIST_ADD(ret_jobs, ctx->arena, struct leased_job));
    return db_ok(&rows);
}

int64_t job_backoff_ms(int attempts, uint32_t random)
{
    int64_t wait = JOB_BACKOFF_MS;
    for (int i = 1; i < attempts && wait < JOB_BACKOFF_MAX_MS; i++)
        wait *= 2;
    wait = wait < JOB_BACKOFF_MAX_MS ? wait : JOB_BACKOFF_MAX_MS;
    return wait * 3 / 4 + (int64_t)(random % (uint32_t)(wait / 2 + 1)); // within a quarter of it, either way
}

static int attempts_of(const struct job_kind *kind)
{
    return kind->max_attempts > 0 ? kind->max_attempts : JOB_ATTEMPTS;
}

bool job_is_last_try(const struct leased_job *leased)
{
    return leased->kind == NULL || leased->job.attempts >= attempts_of(leased->kind);
}

bool job_is_beyond_tries(const struct leased_job *leased)
{
    return leased->kind != NULL && leased->job.attempts > attempts_of(leased->kind);
}

static const char *state_after(const struct leased_job *leased, enum job_end end)
{
    if (end == JOB_RETURNED)
        return "waiting";
    if (end != JOB_FAILED)
        return end == JOB_DONE ? "done" : "skipped";
    return job_is_last_try(leased) ? "dead" : "waiting";
}

bool job_store_end(struct op_ctx *ctx, const struct leased_job *leased, enum job_end end, const char *why)
{
    const char *state = state_after(leased, end);
    bool again = end == JOB_FAILED && !job_is_last_try(leased), returned = end == JOB_RETURNED;
    uint32_t random = 0;
    host_random(&random, sizeof(random));
    int64_t run_at = again ? ctx->now + job_backoff_ms(leased->job.attempts, random) : leased->job.run_at;
    int64_t changed = 0;
    if (!db_run(ctx->db,
                "UPDATE job SET state = $1, run_at = $2, lease_until = 0, last_error = $3, finished_at = $4, "
                "attempts = attempts - $7 WHERE id = $5 AND state = 'running' AND attempts = $6",
                DB_ARGS(db_text(state), db_int(run_at), db_text(why),
                        again || returned ? db_null() : db_int(ctx->now), db_text(leased->job.id),
                        db_int(leased->job.attempts), db_int(returned)),
                &changed, ctx->err))
        return false;
    if (changed == 0)
        return err_set(ctx->err, ERR_CONFLICT, "Another runner took the job %s.", leased->job.id);
    return true;
}
