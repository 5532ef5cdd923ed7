// Bringing a server to life, and to rest: engine, tenant, what older stores lack, jobs, in that order.
#include "server/admin/admin.h"
#include "server/jobs/daily.h"
#include "server/texts/texts.h"

// Tools give no wake function: they run operations, and leave jobs to the server.
bool app_start(struct app *app, void (*wake)(void *user), void *user, struct err *err)
{
    app->stopping = false;
    if (!engine_start(&app->engine, app, app->store, wake, user, err))
        return false;
    if (admin_ensure_tenant(app, err) && admin_adopt_notes(app, err) &&
        (wake == NULL || (daily_plan(app, err) && job_runner_start(&app->jobs, app, err))))
        return true;
    app_stop(app);
    return false;
}

void app_stop(struct app *app)
{
    app->stopping = true;
    job_runner_stop(app->jobs);
    app->jobs = NULL;
    engine_stop(app->engine);
    app->engine = NULL;
    texts_free(app->texts);
    app->texts = NULL;
}
