#include "server/core/epoch.h"

#include "server/db/migrations.h"
#include "shared/host/host.h"

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
                  "(SELECT COALESCE(MAX(n), 0) + 1 FROM past_epoch WHERE past_epoch.tenant = tenant.id), "
                  "epoch, seq FROM tenant WHERE id = $1",
                  DB_ARGS(db_text(tenant)), NULL, err) &&
           db_run(db, "UPDATE tenant SET epoch = $2 WHERE id = $1",
                  DB_ARGS(db_text(tenant), db_text(epoch.text)), NULL, err);
}

static bool adopt_copy(struct db *db, int64_t now, struct err *err)
{
    bool copy = false;
    if (!db_is_copy(db, &copy, err))
        return false;
    return !copy || (db_run(db, "UPDATE tenant SET restored_at = $1", DB_ARGS(db_int(now)), NULL, err) &&
                     db_adopt(db, err));
}

static bool begin(struct db *db, int64_t now, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct list tenants = { 0 };
    if (!list_tenants(db, &arena, &tenants, err))
        return false;
    for (size_t i = 0; i < tenants.count; i++)
        if (!end_epoch(db, *LIST_AT(&tenants, const char *, i), now, err))
            return false;
    return adopt_copy(db, now, err) && db_commit(db, err);
}

bool epoch_begin(const char *store, int64_t now, struct err *err)
{
    CLEANUP(db_closep) struct db *db = NULL;
    if (!db_open(&db, store, DB_WRITER, err) || !db_begin(db, err))
        return false;
    bool ok = begin(db, now, err);
    if (!ok)
        db_rollback(db);
    return ok;
}

bool epoch_reach(struct db *db, const char *tenant, const char *epoch, int64_t *ret_seq, struct err *err)
{
    return db_one_int(db,
                      "SELECT COALESCE((SELECT seq FROM tenant WHERE id = $1 AND epoch = $2), "
                      "(SELECT last_seq FROM past_epoch WHERE tenant = $1 AND epoch = $2), -1)",
                      DB_ARGS(db_text(tenant), db_text(epoch)), ret_seq, NULL, err);
}

bool epoch_forget(struct db *db, const char *tenant, struct err *err)
{
    return db_run(db,
                  "DELETE FROM past_epoch WHERE tenant = $1 AND last_seq < "
                  "(SELECT log_floor FROM tenant WHERE id = $1)",
                  DB_ARGS(db_text(tenant)), NULL, err);
}
