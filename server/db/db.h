// The store, without its engine's name: a connection, statements by their SQL text, typed values in and out.
//
// SQL is written once, in the subset that SQLite 3.40 and PostgreSQL 15 share, with $1 parameters. Statements are
// cached per connection by the address of their text, so the text must be a string literal (or live as long).
// A connection belongs to one thread. Errors of the engine: ERR_STORAGE_FULL (disk full), ERR_ALREADY_EXISTS (a unique
// constraint), the code named by a trigger (SLOT_TAKEN), ERR_CONFLICT (any other constraint; the message carries the
// trigger's word), ERR_INTERNAL.
#pragma once

#include "shared/base/arena.h"
#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/wire/shape.h"

#include <stdint.h>

struct db;
struct db_driver; // server/db/driver.h

enum db_type { DB_NULL, DB_INT, DB_REAL, DB_TEXT, DB_BLOB };

struct db_value {
    enum db_type type;
    int64_t i;
    double r;
    const void *p;
    size_t size; // of a blob; text is terminated
};

static inline struct db_value db_null(void)
{
    return (struct db_value){ .type = DB_NULL };
}
static inline struct db_value db_int(int64_t value)
{
    return (struct db_value){ .type = DB_INT, .i = value };
}
static inline struct db_value db_real(double value)
{
    return (struct db_value){ .type = DB_REAL, .r = value };
}
// NULL becomes NULL. The text must live until the statement ran.
static inline struct db_value db_text(const char *text)
{
    return (struct db_value){ .type = text == NULL ? DB_NULL : DB_TEXT, .p = text };
}
static inline struct db_value db_blob(const void *data, size_t size)
{
    return (struct db_value){ .type = data == NULL ? DB_NULL : DB_BLOB, .p = data, .size = size };
}
// 0 becomes NULL: times that did not happen, dates that are not set.
static inline struct db_value db_int_or_null(int64_t value)
{
    return value == 0 ? db_null() : db_int(value);
}

#define DB_ARGS(...)                                                                                         \
    ((const struct db_value[]){ __VA_ARGS__ }),                                                              \
        (sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value))
#define DB_NO_ARGS NULL, 0

enum db_mode { DB_WRITER, DB_READER };

// path: of the database file. The writer creates it; a reader has a read-only connection.
bool db_open(struct db **ret_db, const char *path, enum db_mode mode, struct err *err);
void db_close(struct db *db);
void db_closep(struct db **db);

// Runs a statement that gives no rows. ret_changes (may be NULL): rows changed.
bool db_run(struct db *db, const char *sql, const struct db_value *args, size_t count, int64_t *ret_changes,
            struct err *err);
// Runs a script of several statements, uncached (migrations, pragmas).
bool db_script(struct db *db, const char *sql, struct err *err);

struct db_rows { // a running query; lives on the stack
    struct db *db;
    void *statement;
    struct err *err;
    bool failed;
};

// Starts a query. Rows follow with db_next; db_done ends it early (always call it, or use CLEANUP(db_done)).
// ret_rows keeps `err` until db_done.
bool db_query(struct db *db, struct db_rows *ret_rows, const char *sql, const struct db_value *args,
              size_t count, struct err *err);
bool db_next(struct db_rows *rows); // false at the end and on failure: ask db_ok
bool db_ok(const struct db_rows *rows);
void db_done(struct db_rows *rows);

// Columns of the current row, from 0. NULL reads as 0, 0.0, NULL.
int64_t db_col_int(const struct db_rows *rows, int column);
double db_col_real(const struct db_rows *rows, int column);
// Valid until the next db_next.
const char *db_col_text(const struct db_rows *rows, int column);
char *db_col_copy(const struct db_rows *rows, int column, struct arena *arena);
const void *db_col_blob(const struct db_rows *rows, int column, size_t *ret_size);
bool db_col_null(const struct db_rows *rows, int column);

// Fills a struct from the current row by its shape: column i into field i, in the shape's order. Lists (FIELD_TEXTS,
// FIELD_OBJECTS) are columns of JSON text. Text is copied to the arena.
bool db_load(const struct db_rows *rows, const struct shape *shape, struct arena *arena, void *ret);

// One row, one column. *ret untouched when there is no row; *ret_found says which (may be NULL).
bool db_one_int(struct db *db, const char *sql, const struct db_value *args, size_t count, int64_t *ret,
                bool *ret_found, struct err *err);
bool db_one_text(struct db *db, const char *sql, const struct db_value *args, size_t count,
                 struct arena *arena, char **ret, bool *ret_found, struct err *err);

// Transactions, for the writer thread, migrations and tools alone: areas run inside one that is open already.
bool db_begin(struct db *db, struct err *err);
bool db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);
bool db_savepoint(struct db *db, struct err *err);
bool db_release(struct db *db, struct err *err);
void db_rollback_to(struct db *db); // back to the savepoint, and ends it
// A consistent view for several queries of a reader.
bool db_snapshot_begin(struct db *db, struct err *err);
void db_snapshot_end(struct db *db);
// False when the engine gave up the whole transaction by itself (disk full, I/O error): everything since db_begin is
// gone.
bool db_in_transaction(struct db *db);
// Folds the log into the file; the writer's idle work. SQLite: wal_checkpoint.
void db_checkpoint(struct db *db);
// Bytes in the log after the last commit; it starts again from nothing some time after it was folded in whole.
int64_t db_log_size(struct db *db);
// A copy of the whole store, consistent, while it is in use; to_path appears whole and durable, or not at all.
bool db_backup(const char *path, const char *to_path, struct err *err);
// Such a copy carries a mark until it is adopted, inside a transaction.
bool db_is_copy(struct db *db, bool *ret_copy, struct err *err);
bool db_adopt(struct db *db, struct err *err);
// The engine's own integrity check; what is wrong is appended to `out`, a line each.
bool db_integrity(struct db *db, struct buf *out, struct err *err);
