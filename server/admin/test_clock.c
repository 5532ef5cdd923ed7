// test.clock: moves the server's clock forward and runs what has become due. Offered with --test-clock alone.
#include "server/admin/admin.h"
#include "server/core/clock.h"
#include "server/jobs/jobs.h"
#include "shared/wire/args_people.h"

// On a slow worker: the jobs that fall due go through the writer, which must not wait for itself.
static bool prepare(struct op_ctx *ctx, const void *in)
{
    const struct args_clock *args = in;
    if (!clock_advance_to(ctx->app->clock, args->now))
        return err_field(ctx->err, "now", "The clock moves forward only.");
    return ctx->app->jobs == NULL || job_runner_drain(ctx->app->jobs, ctx->err);
}

static bool run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    CLEANUP(buf_free) struct buf now = { 0 };
    json_add_time(&now, app_now(ctx->app));
    reply_json(ctx, "now", buf_text(&now));
    return true;
}

const struct op op_run_test_clock = {
    .spec = &op_test_clock,
    .run = run,
    .prepare = prepare,
    .test_only = true,
};
