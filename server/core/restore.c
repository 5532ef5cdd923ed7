#include "server/core/restore.h"

#include "server/core/clock.h"
#include "server/db/migrations.h"
#include "shared/host/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// --- a new epoch ----------------------------------------------------------------------------------------------------

static bool list_tenants(struct db *db, struct arena *arena, struct list *ret, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, "SELECT id FROM tenant", DB_NO_ARGS, err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(ret, arena, const char *) = db_col_copy(&rows, 0, arena);
    return db_ok(&rows);
}

static bool end_epoch(struct db *db, const char *tenant, int64_t now, struct err *err)
{
    struct id epoch;
    host_new_id(&epoch, now);
    return db_run(db,
                  "INSERT INTO past_epoch (tenant, n, epoch, last_seq) SELECT id, "
                  "(SELECT COUNT(*) + 1 FROM past_epoch WHERE past_epoch.tenant = tenant.id), epoch, seq "
                  "FROM tenant WHERE id = $1",
                  DB_ARGS(db_text(tenant)), NULL, err) &&
           db_run(db, "UPDATE tenant SET epoch = $2, restored_at = $3 WHERE id = $1",
                  DB_ARGS(db_text(tenant), db_text(epoch.text), db_int(now)), NULL, err);
}

static bool adopt(struct db *db, int64_t now, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct list tenants = { 0 };
    if (!list_tenants(db, &arena, &tenants, err))
        return false;
    for (size_t i = 0; i < tenants.count; i++)
        if (!end_epoch(db, *LIST_AT(&tenants, const char *, i), now, err))
            return false;
    return db_adopt(db, err) && db_commit(db, err);
}

bool restore_adopt(const char *store, int64_t now, struct err *err)
{
    CLEANUP(db_closep) struct db *db = NULL;
    bool copy = false;
    if (!db_open(&db, store, DB_WRITER, err) || !db_is_copy(db, &copy, err))
        return false;
    if (!copy)
        return true;
    if (!db_begin(db, err))
        return false;
    bool ok = adopt(db, now, err);
    if (!ok)
        db_rollback(db);
    return ok;
}

bool restore_reach(struct db *db, const char *tenant, const char *epoch, int64_t *ret_seq, struct err *err)
{
    return db_one_int(db,
                      "SELECT COALESCE(MIN(last_seq), -1) FROM past_epoch WHERE tenant = $1 AND n >= "
                      "(SELECT n FROM past_epoch WHERE tenant = $1 AND epoch = $2)",
                      DB_ARGS(db_text(tenant), db_text(epoch)), ret_seq, NULL, err);
}

// --- the file -------------------------------------------------------------------------------------------------------

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
    bool ok = db_backup(file, copy, err) && store_prepare(copy, now, err) && restore_adopt(copy, now, err) &&
              swap(&app, copy, err);
    if (!ok)
        unlink(copy);
    app_destroy(&app);
    return ok;
}
