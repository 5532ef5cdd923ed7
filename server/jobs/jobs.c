#include "server/jobs/jobs.h"

#include "server/jobs/job_store.h"

#include <string.h>

const struct job_kind *job_kind_find(const char *name)
{
    for (size_t i = 0; i < job_kind_count; i++)
        if (strcmp(job_kinds[i]->name, name) == 0)
            return job_kinds[i];
    return NULL;
}

bool job_add(struct op_ctx *ctx, const char *kind, const char *key, int64_t run_at, const char *payload)
{
    ctx->added_jobs = true;
    return db_run(ctx->db,
                  "INSERT INTO job (id, tenant, kind, key, payload, run_at, state, created_at) "
                  "VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7) ON CONFLICT (key) DO NOTHING",
                  DB_ARGS(db_text(op_new_id(ctx)), db_text(ctx->actor.tenant), db_text(kind), db_text(key),
                          db_text(payload == NULL ? "{}" : payload), db_int(run_at), db_int(ctx->now)),
                  NULL, ctx->err);
}
