// Daily tidying: stored answers whose keys have expired (RULES 26), finished jobs, and the change log, which collapses
// to one entry a row and is forgotten in the end (handbook SYNC; server/core/change_log.h).
#pragma once

#include "server/jobs/jobs.h"

extern const struct job_kind job_housekeeping;
