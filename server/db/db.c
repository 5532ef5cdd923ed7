#include "server/db/driver.h"

// One engine is built in so far; a path of another form would choose another driver here.
bool db_open(struct db **ret_db, const char *path, enum db_mode mode, struct err *err)
{
    return db_driver_sqlite.open(ret_db, path, mode, err);
}

bool db_backup(const char *path, const char *to_path, struct err *err)
{
    return db_driver_sqlite.backup(path, to_path, err);
}

void db_close(struct db *db)
{
    if (db != NULL)
        db->driver->close(db);
}

void db_closep(struct db **db)
{
    db_close(*db);
    *db = NULL;
}

bool db_run(struct db *db, const char *sql, const struct db_value *args, size_t count, int64_t *ret_changes,
            struct err *err)
{
    const struct db_driver *driver = db->driver;
    void *statement = NULL;
    if (!driver->start(db, sql, args, count, &statement, err))
        return false;
    enum db_step step;
    do {
        step = driver->step(db, statement, err);
    } while (step == DB_STEP_ROW);
    driver->finish(db, statement);
    if (step == DB_STEP_FAILED)
        return false;
    if (ret_changes != NULL)
        *ret_changes = driver->changes(db);
    return true;
}

bool db_script(struct db *db, const char *sql, struct err *err)
{
    return db->driver->script(db, sql, err);
}

bool db_query(struct db *db, struct db_rows *ret_rows, const char *sql, const struct db_value *args,
              size_t count, struct err *err)
{
    *ret_rows = (struct db_rows){ .db = db, .err = err };
    if (!db->driver->start(db, sql, args, count, &ret_rows->statement, err)) {
        ret_rows->failed = true;
        return false;
    }
    return true;
}

bool db_next(struct db_rows *rows)
{
    if (rows->statement == NULL)
        return false;
    enum db_step step = rows->db->driver->step(rows->db, rows->statement, rows->err);
    if (step == DB_STEP_ROW)
        return true;
    rows->failed = step == DB_STEP_FAILED;
    db_done(rows);
    return false;
}

bool db_ok(const struct db_rows *rows)
{
    return !rows->failed;
}

void db_done(struct db_rows *rows)
{
    if (rows->statement == NULL)
        return;
    rows->db->driver->finish(rows->db, rows->statement);
    rows->statement = NULL;
}

// One value -------------------------------------------------------------------------------------------------------

// Steps to the end even after the row was read: a RETURNING statement is whole only then.
bool db_one_int(struct db *db, const char *sql, const struct db_value *args, size_t count, int64_t *ret,
                bool *ret_found, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, sql, args, count, err))
        return false;
    bool found = false;
    int64_t value = 0;
    while (db_next(&rows)) {
        if (!found)
            value = db_col_int(&rows, 0);
        found = true;
    }
    if (!db_ok(&rows))
        return false;
    if (found)
        *ret = value;
    if (ret_found != NULL)
        *ret_found = found;
    return true;
}

bool db_one_text(struct db *db, const char *sql, const struct db_value *args, size_t count,
                 struct arena *arena, char **ret, bool *ret_found, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, sql, args, count, err))
        return false;
    bool found = false;
    char *value = NULL;
    while (db_next(&rows)) {
        if (!found)
            value = db_col_copy(&rows, 0, arena);
        found = true;
    }
    if (!db_ok(&rows))
        return false;
    if (found)
        *ret = value;
    if (ret_found != NULL)
        *ret_found = found;
    return true;
}

// Transactions ----------------------------------------------------------------------------------------------------

bool db_begin(struct db *db, struct err *err)
{
    return db->driver->begin(db, true, err);
}

bool db_commit(struct db *db, struct err *err)
{
    return db->driver->commit(db, err);
}

void db_rollback(struct db *db)
{
    db->driver->rollback(db);
}

bool db_savepoint(struct db *db, struct err *err)
{
    return db->driver->savepoint(db, err);
}

bool db_release(struct db *db, struct err *err)
{
    return db->driver->release(db, err);
}

// What cannot be undone to the savepoint is undone altogether; db_in_transaction tells.
void db_rollback_to(struct db *db)
{
    if (!db->driver->rollback_to(db))
        db->driver->rollback(db);
}

bool db_in_transaction(struct db *db)
{
    return db->driver->in_transaction(db);
}

bool db_snapshot_begin(struct db *db, struct err *err)
{
    return db->driver->begin(db, false, err);
}

void db_snapshot_end(struct db *db)
{
    db->driver->rollback(db);
}

void db_checkpoint(struct db *db)
{
    db->driver->checkpoint(db);
}

int64_t db_log_size(struct db *db)
{
    return db->driver->log_size(db);
}

bool db_is_copy(struct db *db, bool *ret_copy, struct err *err)
{
    return db->driver->is_copy(db, ret_copy, err);
}

bool db_adopt(struct db *db, struct err *err)
{
    return db->driver->adopt(db, err);
}

bool db_integrity(struct db *db, struct buf *out, struct err *err)
{
    return db->driver->integrity(db, out, err);
}
