// The SQLite driver: connections and transactions. One connection writes and checkpoints; readers do neither, which
// keeps SQLite 3.40 clear of its WAL-reset race (handbook ARCHITECTURE).
#include "server/db/sqlite_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 5000 };

static const char writer_pragmas[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA wal_autocheckpoint = 0;" // the writer's thread does it: db_checkpoint
    "PRAGMA journal_size_limit = 134217728;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -65536;" // KiB, taken as it is needed
    "PRAGMA trusted_schema = OFF;";

static const char reader_pragmas[] = "PRAGMA wal_autocheckpoint = 0;"
                                     "PRAGMA query_only = ON;"
                                     "PRAGMA temp_store = MEMORY;"
                                     "PRAGMA cache_size = -16384;"
                                     "PRAGMA trusted_schema = OFF;";

// The allocator's statistics cost a lock shared by all threads.
static void configure_engine(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int note_log_pages(void *pointer, sqlite3 *handle, const char *schema, int pages)
{
    (void)handle;
    (void)schema;
    ((struct sqlite_db *)pointer)->log_pages = pages;
    return SQLITE_OK;
}

// People's data: the file exists, readable by its owner alone, before SQLite sees it; its log inherits the mode.
static bool create_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, errno == ENOSPC ? ERR_STORAGE_FULL : ERR_INTERNAL, "Cannot open the store: %s.",
                       strerror(errno));
    close(fd);
    return true;
}

static bool open_handle(struct sqlite_db *db, const char *path, struct err *err)
{
    int flags = SQLITE_OPEN_NOMUTEX | (db->mode == DB_WRITER ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    int code = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (code != SQLITE_OK)
        return sqlite_fail(db->handle, code, err);
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (db->mode == DB_READER)
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return true;
}

static bool script(struct db *base, const char *sql, struct err *err)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_fail(db->handle, code, err);
}

static bool prepare_transactions(struct sqlite_db *db, struct err *err)
{
    return sqlite_prepare(db, "BEGIN", &db->begin, err) &&
           sqlite_prepare(db, "BEGIN IMMEDIATE", &db->begin_write, err) &&
           sqlite_prepare(db, "COMMIT", &db->commit, err) &&
           sqlite_prepare(db, "ROLLBACK", &db->rollback, err) &&
           sqlite_prepare(db, "SAVEPOINT op", &db->savepoint, err) &&
           sqlite_prepare(db, "RELEASE op", &db->release, err) &&
           sqlite_prepare(db, "ROLLBACK TO op", &db->rollback_to, err);
}

static void close_db(struct db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct sqlite_statement *own[] = { &db->begin,     &db->begin_write, &db->commit,     &db->rollback,
                                       &db->savepoint, &db->release,     &db->rollback_to };
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        sqlite3_finalize(own[i]->handle);
    sqlite_cache_clear(db);
    sqlite3_close_v2(db->handle);
    free(db);
}

bool sqlite_open(struct db **ret_db, const char *path, enum db_mode mode, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure_engine);
    if (mode == DB_WRITER && !create_file(path, err))
        return false;
    struct sqlite_db *db = calloc(1, sizeof(*db));
    CHECK(db != NULL);
    db->base.driver = &db_driver_sqlite;
    db->mode = mode;
    if (!open_handle(db, path, err) ||
        !script(&db->base, mode == DB_WRITER ? writer_pragmas : reader_pragmas, err) ||
        !prepare_transactions(db, err)) {
        close_db(&db->base);
        return false;
    }
    sqlite3_wal_hook(db->handle, note_log_pages, db);
    *ret_db = &db->base;
    return true;
}

// Transactions ----------------------------------------------------------------------------------------------------

static bool execute(struct sqlite_db *db, struct sqlite_statement *statement, struct err *err)
{
    int code = sqlite3_step(statement->handle);
    bool ok = code == SQLITE_DONE || sqlite_fail(db->handle, code, err);
    sqlite3_reset(statement->handle);
    return ok;
}

static bool begin(struct db *base, bool write, struct err *err)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    return execute(db, write ? &db->begin_write : &db->begin, err);
}

static bool commit(struct db *base, struct err *err)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    return execute(db, &db->commit, err);
}

static bool in_transaction(struct db *base)
{
    return !sqlite3_get_autocommit(((struct sqlite_db *)base)->handle);
}

static void rollback(struct db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct err ignored = { 0 };
    if (in_transaction(base))
        execute(db, &db->rollback, &ignored);
}

static bool savepoint(struct db *base, struct err *err)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    return execute(db, &db->savepoint, err);
}

static bool release(struct db *base, struct err *err)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    return execute(db, &db->release, err);
}

static bool rollback_to(struct db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct err ignored = { 0 };
    if (!in_transaction(base))
        return true;
    return execute(db, &db->rollback_to, &ignored) && execute(db, &db->release, &ignored);
}

static int64_t changes(struct db *base)
{
    return ((struct sqlite_db *)base)->changes;
}

static int64_t log_size(struct db *base)
{
    enum { PAGE = 4096 };
    return (int64_t)((struct sqlite_db *)base)->log_pages * PAGE;
}

// Passive: never waits for a reader, folds in what none of them needs any more.
static void checkpoint(struct db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

const struct db_driver db_driver_sqlite = {
    .name = "sqlite",
    .open = sqlite_open,
    .close = close_db,
    .start = sqlite_start,
    .step = sqlite_step_row,
    .finish = sqlite_finish,
    .changes = changes,
    .script = script,
    .col_type = sqlite_col_type,
    .col_int = sqlite_col_int,
    .col_real = sqlite_col_real,
    .col_text = sqlite_col_text,
    .col_blob = sqlite_col_blob,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .savepoint = savepoint,
    .release = release,
    .rollback_to = rollback_to,
    .in_transaction = in_transaction,
    .log_size = log_size,
    .checkpoint = checkpoint,
    .backup = sqlite_backup,
    .is_copy = sqlite_is_copy,
    .adopt = sqlite_adopt,
    .integrity = sqlite_integrity,
};
