#include "server/core/restore.h"

#include "server/core/clock.h"
#include "server/db/migrations.h"
#include "shared/host/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *beside(struct app *app, const char *suffix)
{
    return arena_printf(&app->arena, "%s%s", app->store, suffix);
}

// Folds the log of the store into it, so that its one file is all of it. A damaged one keeps what it had.
static void fold(struct app *app)
{
    struct err ignored;
    struct db *db = NULL;
    if (access(app->store, F_OK) == 0 && db_open(&db, app->store, DB_WRITER, &ignored))
        db_close(db);
}

// The log of the store before must not be taken for that of the new one.
static bool swap(struct app *app, const char *copy, struct err *err)
{
    const char *before = beside(app, ".before");
    fold(app);
    unlink(before);
    if (link(app->store, before) != 0 && errno != ENOENT)
        return err_set(err, ERR_INTERNAL, "Cannot keep the store as %s: %s.", before, strerror(errno));
    unlink(beside(app, "-wal"));
    unlink(beside(app, "-shm"));
    return file_replace(copy, app->store, err);
}

bool restore_file(const struct app_config *config, const char *file, struct err *err)
{
    struct app app;
    if (!app_take(&app, config, err))
        return false;
    const char *copy = beside(&app, ".restored");
    int64_t now = clock_now(app.clock);
    bool ok = db_backup(file, copy, err) && store_prepare(copy, now, err) && swap(&app, copy, err);
    if (!ok)
        unlink(copy);
    app_destroy(&app);
    return ok;
}
