// Every kind of job that the runner knows.
#include "server/credits/credits.h"
#include "server/jobs/daily.h"
#include "server/jobs/housekeeping.h"
#include "server/notify/notify.h"
#include "server/scheduling/scheduling.h"

const struct job_kind *const job_kinds[] = {
    &job_consultation_remind, &job_credits_expire, &job_housekeeping, &job_mail_send, &job_notes_purge,
};
const size_t job_kind_count = ARRAY_LEN(job_kinds);

const struct job_kind *const daily_jobs[] = { &job_housekeeping, &job_notes_purge };
const size_t daily_job_count = ARRAY_LEN(daily_jobs);
