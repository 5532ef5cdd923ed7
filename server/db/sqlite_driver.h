// The SQLite driver's own parts; nobody outside server/db includes this.
#pragma once

#include "server/db/driver.h"

#include <sqlite3.h>

enum {
    SQLITE_CACHE_SLOTS = 1024, // power of two
    SQLITE_CACHE_PROBES = 8,
    SQLITE_ARGS_MAX = 64,
};

struct sqlite_statement {
    sqlite3_stmt *handle;
    const char *sql; // the caller's text; the cache's key is its address
    bool in_use;
    bool cached;
    unsigned char parameters;              // how many the engine counts
    unsigned char number[SQLITE_ARGS_MAX]; // which $n each of them is
};

struct sqlite_db {
    struct db base;
    sqlite3 *handle;
    enum db_mode mode;
    int64_t changes;
    int log_pages; // in the write-ahead log after the last commit
    struct sqlite_statement begin, begin_write, commit, rollback, savepoint, release, rollback_to;
    struct sqlite_statement *cache[SQLITE_CACHE_SLOTS];
};

// Fills err from the connection's last error and returns false.
bool sqlite_fail(sqlite3 *handle, int code, struct err *err);

bool sqlite_prepare(struct sqlite_db *db, const char *sql, struct sqlite_statement *statement,
                    struct err *err);
void sqlite_cache_clear(struct sqlite_db *db);

// The functions of db_driver_sqlite that live in sqlite_statement.c and sqlite_backup.c.
bool sqlite_start(struct db *base, const char *sql, const struct db_value *args, size_t count,
                  void **ret_statement, struct err *err);
enum db_step sqlite_step_row(struct db *base, void *statement, struct err *err);
void sqlite_finish(struct db *base, void *statement);
enum db_type sqlite_col_type(void *statement, int column);
int64_t sqlite_col_int(void *statement, int column);
double sqlite_col_real(void *statement, int column);
const char *sqlite_col_text(void *statement, int column);
const void *sqlite_col_blob(void *statement, int column, size_t *ret_size);
bool sqlite_open(struct db **ret_db, const char *path, enum db_mode mode, struct err *err);
bool sqlite_backup(const char *path, const char *to_path, struct err *err);
bool sqlite_is_copy(struct db *base, bool *ret_copy, struct err *err);
bool sqlite_adopt(struct db *base, struct err *err);
bool sqlite_integrity(struct db *base, struct buf *out, struct err *err);
