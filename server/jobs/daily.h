// Jobs that come round every day: each round plans the next one.
#pragma once

#include "server/core/app.h"
#include "server/jobs/jobs.h"

// Those of job_kinds[].
extern const struct job_kind *const daily_jobs[];
extern const size_t daily_job_count;

// Makes sure that today's round of each is planned.
bool daily_plan(struct app *app, struct err *err);
// At the end of a round. more: something is left, so that the next one begins at once; else it is tomorrow's.
bool daily_again(struct op_ctx *ctx, const struct job_kind *kind, bool more);
