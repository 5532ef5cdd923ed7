// Copying a store that is in use, and the engine's own word on its health.
#include "server/db/sqlite_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool sync_path(const char *path, int flags, struct err *err)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    return ok || err_set(err, why == ENOSPC ? ERR_STORAGE_FULL : ERR_INTERNAL, "Cannot make %s durable: %s.",
                         path, strerror(why));
}

// An empty file of our own mode for VACUUM INTO to fill.
static bool claim(const char *path, struct err *err)
{
    unlink(path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, ERR_INTERNAL, "Cannot create %s: %s.", path, strerror(errno));
    close(fd);
    return true;
}

// The mark stands in the file's head; one that is a copy of a copy has it already.
static bool mark(const char *part, struct err *err)
{
    sqlite3 *handle = NULL;
    int code = sqlite3_open_v2(part, &handle, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(handle, "PRAGMA user_version = 1", NULL, NULL, NULL);
    bool ok = code == SQLITE_OK || sqlite_fail(handle, code, err);
    sqlite3_close(handle);
    return ok;
}

bool sqlite_is_copy(struct db *base, bool *ret_copy, struct err *err)
{
    int64_t version = 0;
    if (!db_one_int(base, "PRAGMA user_version", DB_NO_ARGS, &version, NULL, err))
        return false;
    *ret_copy = version == 1;
    return true;
}

bool sqlite_adopt(struct db *base, struct err *err)
{
    return db_script(base, "PRAGMA user_version = 0", err);
}

static bool put_in_place(const char *part, const char *to_path, struct arena *arena, struct err *err)
{
    if (!sync_path(part, O_RDONLY, err))
        return false;
    if (rename(part, to_path) != 0)
        return err_set(err, ERR_INTERNAL, "Cannot name the backup %s: %s.", to_path, strerror(errno));
    return sync_path(dirname(arena_strdup(arena, to_path)), O_RDONLY | O_DIRECTORY, err);
}

// One statement reads one snapshot, so everything acknowledged before it began is in the copy.
bool sqlite_backup(const char *path, const char *to_path, struct err *err)
{
    CLEANUP(db_closep) struct db *db = NULL;
    CLEANUP(arena_free) struct arena arena = { 0 };
    const char *part = arena_printf(&arena, "%s.part", to_path);
    if (!sqlite_open(&db, path, DB_READER, err) || !claim(part, err))
        return false;
    bool ok = db_script(db, "PRAGMA query_only = OFF", err) &&
              db_run(db, "VACUUM INTO $1", DB_ARGS(db_text(part)), NULL, err) && mark(part, err) &&
              put_in_place(part, to_path, &arena, err);
    if (!ok)
        unlink(part);
    return ok;
}

static bool collect(struct db *base, const char *sql, struct buf *out, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(base, &rows, sql, DB_NO_ARGS, err))
        return false;
    while (db_next(&rows)) {
        const char *text = db_col_text(&rows, 0);
        if (text != NULL && strcmp(text, "ok") != 0)
            buf_addf(out, "store: %s\n", text);
    }
    return db_ok(&rows);
}

bool sqlite_integrity(struct db *base, struct buf *out, struct err *err)
{
    return collect(base, "PRAGMA integrity_check", out, err) &&
           collect(base,
                   "SELECT 'a row of ' || \"table\" || ' names a missing row of ' || \"parent\" "
                   "FROM pragma_foreign_key_check",
                   out, err);
}
