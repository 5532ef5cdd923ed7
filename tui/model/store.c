#include "tui/model/store.h"

#include "shared/base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT_MAX = 192, BUSY_MS = 5000, PAGE_BYTES = 4096, UNCHECKED_PAGES = 4000 };

struct kept {
    const char *sql; // a constant, or owned by whoever generated it for the life of the program
    sqlite3_stmt *query;
};

struct store {
    sqlite3 *db;
    char path[PATH_MAX];
    int lock;
    bool writing;
    enum store_sync sync;
    int failure;         // the first SQLite code since store_failed()
    char mark[PATH_MAX]; // file to make when this one is found damaged; "" for none
    bool damaged;
    char what[ERR_MESSAGE_MAX];
    int64_t data_version;
    struct kept kept[KEPT_MAX];
    size_t kept_count;
};

// Statements are constant and rows are checked before, so those that do not fit mean that the tables are not what they
// were made as. One whose header asks for a newer SQLite can only be read, and sizes that are damaged ask for all memory.
static bool is_damage(int failure)
{
    switch (failure & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_NOMEM:
    case SQLITE_NOTADB:
    case SQLITE_READONLY:
    case SQLITE_TOOBIG:
        return true;
    default:
        return false;
    }
}

void store_mark(struct store *store)
{
    store->damaged = true;
    int fd = store->mark[0] == '\0' ? -1 : open(store->mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static bool note_failure(struct store *store, int code)
{
    if (is_damage(code) && !store->damaged)
        store_mark(store);
    if (store->failure == SQLITE_OK) {
        store->failure = code == SQLITE_OK ? SQLITE_ERROR : code;
        snprintf(store->what, sizeof store->what, "%.200s", sqlite3_errmsg(store->db));
    }
    return false;
}

static enum err_code code_of(int failure)
{
    return (failure & 0xff) == SQLITE_FULL ? ERR_STORAGE_FULL : ERR_INTERNAL;
}

bool store_failed(struct store *store, struct err *err)
{
    if (store->failure == SQLITE_OK)
        return false;
    const char *name = strrchr(store->path, '/');
    err_set(err, code_of(store->failure), "%s on this device: %.160s", name != NULL ? name + 1 : store->path,
            store->what);
    store->failure = SQLITE_OK;
    return true;
}

// --- statements ---

static sqlite3_stmt *prepare(struct store *store, const char *sql)
{
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &query, NULL);
    if (code != SQLITE_OK) {
        note_failure(store, code);
        return NULL;
    }
    CHECK(store->kept_count < KEPT_MAX);
    store->kept[store->kept_count++] = (struct kept){ sql, query };
    return query;
}

sqlite3_stmt *store_query(struct store *store, const char *sql)
{
    for (size_t i = 0; i < store->kept_count; i++)
        if (store->kept[i].sql == sql)
            return store->kept[i].query;
    for (size_t i = 0; i < store->kept_count; i++)
        if (strcmp(store->kept[i].sql, sql) == 0)
            return store->kept[i].query;
    return prepare(store, sql);
}

void query_end(sqlite3_stmt **query)
{
    if (*query != NULL) {
        sqlite3_reset(*query);
        sqlite3_clear_bindings(*query);
        *query = NULL;
    }
}

bool store_row(struct store *store, sqlite3_stmt *query)
{
    if (query == NULL)
        return false;
    int code = sqlite3_step(query);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        note_failure(store, code);
    return false;
}

bool store_run(struct store *store, sqlite3_stmt *query)
{
    bool prepared = query != NULL;
    while (store_row(store, query)) {
    }
    query_end(&query);
    return prepared && store->failure == SQLITE_OK;
}

bool store_exec(struct store *store, const char *sql)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || note_failure(store, code);
}

int64_t store_changes(struct store *store)
{
    return sqlite3_changes64(store->db);
}

void bind_int(sqlite3_stmt *query, int index, int64_t value)
{
    if (query != NULL)
        sqlite3_bind_int64(query, index, value);
}

void bind_text(sqlite3_stmt *query, int index, const char *value)
{
    if (query != NULL)
        sqlite3_bind_text(query, index, value, -1, SQLITE_STATIC);
}

const char *column_text(sqlite3_stmt *query, int index)
{
    return (const char *)sqlite3_column_text(query, index);
}

const char *column_word(sqlite3_stmt *query, int index)
{
    const char *text = column_text(query, index);
    return text != NULL ? text : "";
}

// --- transactions ---

static bool lock_file(struct store *store)
{
    while (flock(store->lock, LOCK_EX) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

static void unlock_file(struct store *store)
{
    flock(store->lock, LOCK_UN);
}

void store_read_begin(struct store *store)
{
    if (!store->writing)
        store_exec(store, "BEGIN");
}

void store_read_end(struct store *store)
{
    if (!store->writing && sqlite3_get_autocommit(store->db) == 0)
        store_exec(store, "COMMIT");
}

static bool set_sync(struct store *store, enum store_sync sync)
{
    if (store->sync == sync)
        return true;
    store->sync = sync;
    return store_exec(store, sync == STORE_DURABLE ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
}

bool store_begin(struct store *store, enum store_sync sync, struct err *err)
{
    CHECK(!store->writing);
    struct err before;
    store_failed(store, &before);
    if (!lock_file(store))
        return err_set(err, ERR_INTERNAL, "cannot lock %s: %s", store->path, strerrordesc_np(errno));
    if (!set_sync(store, sync) || !store_exec(store, "BEGIN IMMEDIATE")) {
        unlock_file(store);
        return !store_failed(store, err);
    }
    store->writing = true;
    return true;
}

bool store_is_writing(const struct store *store)
{
    return store->writing;
}

void store_rollback(struct store *store)
{
    if (!store->writing)
        return;
    if (sqlite3_get_autocommit(store->db) == 0)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->writing = false;
    unlock_file(store);
}

static int64_t log_pages(const struct store *store)
{
    sqlite3_file *log = NULL;
    sqlite3_int64 size = 0;
    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&log);
    bool known = log != NULL && log->pMethods != NULL && log->pMethods->xFileSize(log, &size) == SQLITE_OK;
    return known ? size / PAGE_BYTES : 0;
}

// A checkpoint that fails costs nothing but room: the log stays.
static void checkpoint_locked(struct store *store)
{
    sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

bool store_commit(struct store *store, struct err *err)
{
    CHECK(store->writing);
    if (store->failure != SQLITE_OK || !store_exec(store, "COMMIT")) {
        store_rollback(store);
        return !store_failed(store, err);
    }
    store->writing = false;
    if (log_pages(store) > UNCHECKED_PAGES)
        checkpoint_locked(store);
    unlock_file(store);
    return true;
}

void store_checkpoint(struct store *store, int64_t pages)
{
    if (store->writing || log_pages(store) <= pages || !lock_file(store))
        return;
    checkpoint_locked(store);
    unlock_file(store);
}

bool store_changed_elsewhere(struct store *store)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, "PRAGMA data_version");
    int64_t now = store_row(store, query) ? sqlite3_column_int64(query, 0) : store->data_version;
    bool changed = now != store->data_version;
    store->data_version = now;
    return changed;
}

// --- opening and closing ---

static int open_lock(const char *path)
{
    char lock[PATH_MAX + 8];
    snprintf(lock, sizeof lock, "%s.lock", path);
    return open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

// The file exists with its private mode before SQLite opens it, and SQLite gives its log the same mode.
static bool make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    bool good = fchmod(fd, 0600) == 0;
    close(fd);
    return good;
}

static bool set_up(struct store *store)
{
    sqlite3_busy_timeout(store->db, BUSY_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0,
                      NULL); // a missing column is no text of that name
    store->sync = STORE_DURABLE;
    return store_exec(store, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; PRAGMA synchronous=FULL;"
                             "PRAGMA journal_size_limit=0;"
                             "PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
                             "SELECT count(*) FROM sqlite_schema");
}

static bool open_database(struct store *store)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(store->path, &store->db, flags, NULL);
    if (code != SQLITE_OK)
        return note_failure(store, code);
    if (!lock_file(store))
        return note_failure(store, SQLITE_CANTOPEN);
    bool good = set_up(store); // switching to WAL writes
    unlock_file(store);
    return good;
}

bool store_open(struct store **ret_store, const char *path, const char *mark, struct err *err)
{
    struct store *store = calloc(1, sizeof *store);
    CHECK(store != NULL);
    snprintf(store->path, sizeof store->path, "%s", path);
    snprintf(store->mark, sizeof store->mark, "%s", mark != NULL ? mark : "");
    store->lock = make_private(path) ? open_lock(path) : -1;
    if (store->lock < 0) {
        err_set(err, errno == ENOSPC ? ERR_STORAGE_FULL : ERR_INTERNAL, "cannot open %s: %s", path,
                strerrordesc_np(errno));
        store_close(store);
        return false;
    }
    if (!open_database(store)) {
        store_failed(store, err);
        store_close(store);
        return false;
    }
    store_changed_elsewhere(store);
    *ret_store = store;
    return true;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_rollback(store);
    for (size_t i = 0; i < store->kept_count; i++)
        sqlite3_finalize(store->kept[i].query);
    sqlite3_close(store->db);
    if (store->lock >= 0)
        close(store->lock);
    free(store);
}

void store_remove(const char *path)
{
    static const char *const endings[] = { "", "-wal", "-shm" };
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL); // the file system as SQLite sees it
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        char file[PATH_MAX + 8];
        snprintf(file, sizeof file, "%s%s", path, endings[i]);
        vfs->xDelete(vfs, file, 0);
    }
}
