// Daily tidying: stored answers whose keys have expired (RULES 26), finished jobs, and the change log, which collapses
// to one entry a row and is forgotten in the end (handbook SYNC; server/core/change_log.h).
#pragma once

#include "server/core/app.h"
#include "server/jobs/jobs.h"

extern const struct job_kind job_housekeeping;

// Makes sure that today's round is planned; each round plans the next.
bool housekeeping_plan(struct app *app, struct err *err);
