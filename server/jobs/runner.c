// The runner: a thread that leases due jobs, performs them outside any transaction and marks them in the writer's.
// A kind's finish() and the mark are one transaction, audited under the kind's name.
#include "server/core/app.h"
#include "server/core/log.h"
#include "server/core/metrics.h"
#include "server/db/db.h"
#include "server/jobs/job_store.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { REST_MS = 60 * 1000, FAILED_REST_MS = 1000, SHORTEST_REST_MS = 5, LESS_URGENT = 10 };

struct job_runner {
    struct app *app;
    struct db *db; // used under `working`
    pthread_t thread;
    bool started;
    pthread_mutex_t working; // one at a time takes jobs: the thread, or a drain

    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool poked, stop;
};

struct
try { // one job's try
    struct leased_job leased;
    enum job_end end;
    struct err why;
    bool marked;
};

static const struct actor runner_actor = { .tenant = TENANT_DEFAULT, .system = true, .roles = ROLE_PUBLIC };

// Leasing ---------------------------------------------------------------------------------------------------------

struct lease_args {
    struct list *jobs; // struct leased_job, in `arena`
};

static bool lease_run(struct op_ctx *ctx, const void *in)
{
    return job_store_lease(ctx, ((const struct lease_args *)in)->jobs);
}

static const struct op_spec lease_spec = { .name = "jobs.lease", .kind = OP_CHANGE, .status = 200 };
static const struct op lease_op = { .spec = &lease_spec, .run = lease_run, .unaudited = true };

static struct op_request *make_request(const struct op *op, const void *args)
{
    struct op_request *request = op_request_create();
    request->op = op;
    request->args = args;
    request->trusted = true;
    request->actor = runner_actor;
    request->request_id = "jobs";
    return request;
}

// The jobs live in the request's arena; the caller frees the request.
static bool lease(struct job_runner *runner, struct list *ret_jobs, struct op_request **ret_request,
                  struct err *err)
{
    struct lease_args args = { .jobs = ret_jobs };
    struct op_request *request = make_request(&lease_op, &args);
    engine_run(runner->app->engine, request);
    *ret_request = request;
    if (!request->ok)
        *err = request->err;
    return request->ok;
}

static bool stopping(struct job_runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    bool stop = runner->stop;
    pthread_mutex_unlock(&runner->lock);
    return stop;
}

// Performing ------------------------------------------------------------------------------------------------------

static void perform(struct job_runner *runner, struct try *try)
{
    const struct leased_job *leased = &try->leased;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct op_ctx ctx = {
        .app = runner->app,
        .db = runner->db,
        .arena = &arena,
        .now = app_now(runner->app),
        .actor = runner_actor,
        .request_id = leased->job.id,
        .err = &try->why,
    };
    ctx.actor.tenant = leased->tenant;
    bool skip = false;
    if (leased->kind == NULL) {
        try->end = JOB_FAILED;
        err_set(&try->why, ERR_INTERNAL, "There is no such kind of job.");
    } else if (job_is_beyond_tries(leased)) {
        try->end = JOB_FAILED;
        err_set(&try->why, ERR_INTERNAL, "The server stopped during the last try.");
    } else if (leased->kind->perform != NULL && !leased->kind->perform(&ctx, &leased->job, &skip)) {
        try->end = JOB_FAILED;
    } else {
        try->end = skip ? JOB_SKIPPED : JOB_DONE;
    }
}

// Marking ---------------------------------------------------------------------------------------------------------

struct marking { // an operation made for one job, named after its kind
    struct op_spec spec;
    struct op op;
    struct op_request *request;
};

static bool mark_run(struct op_ctx *ctx, const void *in)
{
    const struct try *try = in;
    const struct leased_job *leased = &try->leased;
    ctx->target = leased->job.id;
    if (!job_store_end(ctx, leased, try->end, try->end == JOB_FAILED ? try->why.message : NULL))
        return false;
    return try->end != JOB_DONE || leased->kind->finish == NULL || leased->kind->finish(ctx, &leased->job);
}

static void prepare_marking(struct marking *marking, const struct try *try)
{
    bool finishes = try->end == JOB_DONE && try->leased.kind->finish != NULL;
    marking->spec = (struct op_spec){ .name = try->leased.job.kind, .kind = OP_CHANGE, .status = 200 };
    marking->op = (struct op){ .spec = &marking->spec, .run = mark_run, .unaudited = !finishes };
    marking->request = make_request(&marking->op, try);
    marking->request->actor.tenant = try->leased.tenant;
    marking->request->request_id = try->leased.job.id;
}

static void note_end(struct job_runner *runner, struct try *try, const struct op_request *request)
{
    if (!request->ok && try->end == JOB_DONE) { // finish() refused: it is marked as failed next
        try->end = JOB_FAILED;
        try->why = request->err;
        return;
    }
    bool dead = try->end == JOB_FAILED && job_is_last_try(&try->leased);
    enum metric counter = dead                     ? METRIC_JOBS_DEAD
                          : try->end == JOB_FAILED ? METRIC_JOBS_RETRIED
                                                   : METRIC_JOBS_DONE;
    try->marked = true;
    if (try->end == JOB_RETURNED)
        return;
    metrics_add(runner->app->metrics, counter, 1);
    if (try->end == JOB_FAILED)
        log_event(dead ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, dead ? "a job is given up" : "a job failed",
                  LOG_TEXT("kind", try->leased.job.kind), LOG_TEXT("job", try->leased.job.id),
                  LOG_INT("attempt", try->leased.job.attempts), LOG_TEXT("why", try->why.message));
}

static void mark_unmarked(struct job_runner *runner, struct try *tries, size_t count)
{
    struct marking markings[JOBS_AT_ONCE];
    struct op_request *requests[JOBS_AT_ONCE];
    size_t chosen[JOBS_AT_ONCE], left = 0;
    for (size_t i = 0; i < count; i++) {
        if (tries[i].marked)
            continue;
        prepare_marking(&markings[left], &tries[i]);
        requests[left] = markings[left].request;
        chosen[left++] = i;
    }
    if (left == 0)
        return;
    engine_run_all(runner->app->engine, requests, left);
    for (size_t i = 0; i < left; i++) {
        note_end(runner, &tries[chosen[i]], requests[i]);
        op_request_free(requests[i]);
    }
}

// The round -------------------------------------------------------------------------------------------------------

// What was not begun when the server stops, or was given up for it, waits for the next start.
static void try_one(struct job_runner *runner, struct try *try)
{
    if (!stopping(runner))
        perform(runner, try);
    if (stopping(runner) && try->end == JOB_FAILED)
        try->end = JOB_RETURNED;
}

static void run_leased(struct job_runner *runner, const struct list *jobs)
{
    struct try tries[JOBS_AT_ONCE];
    for (size_t i = 0; i < jobs->count; i++) {
        tries[i] = (struct try){ .leased = *LIST_AT(jobs, struct leased_job, i), .end = JOB_FAILED };
        try_one(runner, &tries[i]);
    }
    mark_unmarked(runner, tries, jobs->count);
    mark_unmarked(runner, tries, jobs->count);
}

// Runs what is due now. *ret_next: when the next one is (INT64_MAX: none); *ret_ran: how many ran.
static bool run_due(struct job_runner *runner, int64_t *ret_next, size_t *ret_ran, struct err *err)
{
    *ret_ran = 0;
    if (!job_store_next_due(runner->db, ret_next, err))
        return false;
    if (*ret_next > app_now(runner->app))
        return true;
    struct list jobs = { 0 };
    struct op_request *request = NULL;
    bool ok = lease(runner, &jobs, &request, err);
    if (ok) {
        *ret_ran = jobs.count;
        run_leased(runner, &jobs);
    }
    op_request_free(request);
    return ok;
}

bool job_runner_drain(struct job_runner *runner, struct err *err)
{
    size_t ran = 0;
    bool ok;
    pthread_mutex_lock(&runner->working);
    do {
        int64_t next;
        ok = run_due(runner, &next, &ran, err);
    } while (ok && ran > 0);
    pthread_mutex_unlock(&runner->working);
    return ok;
}

// The thread ------------------------------------------------------------------------------------------------------

static void rest(struct job_runner *runner, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&runner->lock);
    while (!runner->poked && !runner->stop)
        if (pthread_cond_timedwait(&runner->woken, &runner->lock, &until) != 0)
            break;
    runner->poked = false;
    pthread_mutex_unlock(&runner->lock);
}

static int64_t rest_until(struct job_runner *runner, int64_t next)
{
    int64_t wait = next == INT64_MAX ? REST_MS : next - app_now(runner->app);
    return wait < SHORTEST_REST_MS ? SHORTEST_REST_MS : wait > REST_MS ? REST_MS : wait;
}

static void *runner_thread(void *pointer)
{
    struct job_runner *runner = pointer;
    setpriority(PRIO_PROCESS, 0, LESS_URGENT); // Linux: of this thread alone
    while (!stopping(runner)) {
        struct err err = { 0 };
        int64_t next = INT64_MAX;
        size_t ran = 0;
        pthread_mutex_lock(&runner->working);
        bool ok = run_due(runner, &next, &ran, &err);
        pthread_mutex_unlock(&runner->working);
        if (!ok)
            log_event(LOG_LEVEL_ERROR, "cannot take jobs", LOG_TEXT("why", err.message));
        if (ran == 0)
            rest(runner, ok ? rest_until(runner, next) : FAILED_REST_MS);
    }
    return NULL;
}

void job_runner_poke(struct job_runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    runner->poked = true;
    pthread_cond_signal(&runner->woken);
    pthread_mutex_unlock(&runner->lock);
}

static void jobs_were_added(void *runner)
{
    job_runner_poke(runner);
}

static void init(struct job_runner *runner, struct app *app)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&runner->woken, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&runner->lock, NULL);
    pthread_mutex_init(&runner->working, NULL);
    runner->app = app;
}

static bool start_thread(struct job_runner *runner, struct err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    runner->started = pthread_create(&runner->thread, NULL, runner_thread, runner) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (runner->started)
        pthread_setname_np(runner->thread, "jobs");
    return runner->started || err_set(err, ERR_INTERNAL, "Cannot start a thread.");
}

bool job_runner_create(struct job_runner **ret_runner, struct app *app, struct err *err)
{
    struct job_runner *runner = calloc(1, sizeof(*runner));
    CHECK(runner != NULL);
    init(runner, app);
    if (!db_open(&runner->db, app->store, DB_READER, err)) {
        job_runner_stop(runner);
        return false;
    }
    *ret_runner = runner;
    return true;
}

bool job_runner_start(struct job_runner **ret_runner, struct app *app, struct err *err)
{
    struct job_runner *runner;
    if (!job_runner_create(&runner, app, err))
        return false;
    if (!start_thread(runner, err)) {
        job_runner_stop(runner);
        return false;
    }
    engine_on_jobs(app->engine, jobs_were_added, runner);
    *ret_runner = runner;
    return true;
}

void job_runner_stop(struct job_runner *runner)
{
    if (runner == NULL)
        return;
    engine_on_jobs(runner->app->engine, NULL, NULL);
    pthread_mutex_lock(&runner->lock);
    runner->stop = true;
    pthread_cond_signal(&runner->woken);
    pthread_mutex_unlock(&runner->lock);
    if (runner->started)
        pthread_join(runner->thread, NULL);
    pthread_mutex_lock(&runner->working); // a drain ends first
    pthread_mutex_unlock(&runner->working);
    db_close(runner->db);
    pthread_cond_destroy(&runner->woken);
    pthread_mutex_destroy(&runner->lock);
    pthread_mutex_destroy(&runner->working);
    free(runner);
}
