#include "server/core/app.h"

#include "server/core/clock.h"
#include "server/core/epoch.h"
#include "server/core/metrics.h"
#include "server/db/migrations.h"
#include "server/integrations/mail.h"
#include "shared/host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char *in_folder(struct app *app, const char *name)
{
    return arena_printf(&app->arena, "%s/%s", app->config.data, name);
}

// Two servers over one store would be two writers (server/db/sqlite.c); the lock goes with the process.
static bool lock_folder(struct app *app, struct err *err)
{
    app->lock = open(in_folder(app, "lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (app->lock < 0)
        return err_set(err, ERR_INTERNAL, "Cannot use the data folder %s: %s.", app->config.data,
                       strerror(errno));
    if (flock(app->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    return err_set(err, ERR_CONFLICT, "Another serenityd uses the data folder %s.", app->config.data);
}

static bool make_key(struct app *app, const char *path, struct err *err)
{
    host_random(app->token_key, sizeof(app->token_key));
    return file_write_atomic(path, app->token_key, sizeof(app->token_key), 0600, err);
}

static bool load_key(struct app *app, struct err *err)
{
    CLEANUP(buf_free) struct buf key = { 0 };
    const char *path = in_folder(app, "token.key");
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return make_key(app, path, err);
    if (!file_read(path, 4096, &key, err))
        return false;
    if (key.len != sizeof(app->token_key))
        return err_set(err, ERR_INTERNAL, "%s is damaged: it should hold %zu bytes.", path,
                       sizeof(app->token_key));
    memcpy(app->token_key, key.data, key.len);
    explicit_bzero(key.data, key.len);
    return true;
}

static bool open_folder(struct app *app, struct err *err)
{
    int64_t now = clock_now(app->clock);
    return folder_make(app->config.data, 0700, err) && lock_folder(app, err) && load_key(app, err) &&
           store_prepare(app->store, now, err) && epoch_begin(app->store, now, err);
}

static void init(struct app *ret_app, const struct app_config *config)
{
    *ret_app = (struct app){
        .config = *config,
        .clock = clock_create(),
        .metrics = metrics_create(),
        .zones = zone_db_create(),
        .mail = config->smtp_host == NULL ? &mail_files : &mail_smtp,
        .lock = -1,
    };
    ret_app->store = in_folder(ret_app, "store.db");
}

bool app_create(struct app *ret_app, const struct app_config *config, struct err *err)
{
    init(ret_app, config);
    if (open_folder(ret_app, err))
        return true;
    app_destroy(ret_app);
    return false;
}

bool app_take(struct app *ret_app, const struct app_config *config, struct err *err)
{
    init(ret_app, config);
    if (folder_make(config->data, 0700, err) && lock_folder(ret_app, err))
        return true;
    app_destroy(ret_app);
    return false;
}

bool app_look(struct app *ret_app, const struct app_config *config, struct err *err)
{
    init(ret_app, config);
    if (access(ret_app->store, R_OK) == 0)
        return true;
    app_destroy(ret_app);
    return err_set(err, ERR_NOT_FOUND, "There is no store in %s.", config->data);
}

void app_destroy(struct app *app)
{
    zone_db_destroy(app->zones);
    metrics_destroy(app->metrics);
    clock_destroy(app->clock);
    explicit_bzero(app->token_key, sizeof(app->token_key));
    arena_free(&app->arena);
    if (app->lock >= 0)
        close(app->lock);
    *app = (struct app){ .lock = -1 };
}
