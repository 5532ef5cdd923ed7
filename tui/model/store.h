// One SQLite file of this device, for one thread: opened with private permissions, statements kept, and every write
// and checkpoint behind one lock file.
//
// Several threads and programs share these files. SQLite 3.40 can lose committed pages when one connection checkpoints
// while another one writes (its WAL-reset race), so no two connections ever do either at the same time: a writer holds
// "<file>.lock" from BEGIN to the end of its checkpoint. Readers need no lock.
#pragma once

#include "shared/base/err.h"

#include <sqlite3.h>
#include <stdint.h>

struct store;

enum store_sync {
    STORE_SOFT, // survives a crash of the program; of the machine only from the next STORE_DURABLE commit on
    STORE_DURABLE, // survives both when store_commit() returns
};

// Opens or makes the file (mode 0600) in WAL mode. ERR_STORAGE_FULL, ERR_INTERNAL. mark: a file to make once this one
// is found damaged, now or later; NULL for none.
bool store_open(struct store **ret_store, const char *path, const char *mark, struct err *err);
// What it holds is of no use: makes the mark.
void store_mark(struct store *store);
void store_close(struct store *store); // NULL is allowed
// Removes the file and what lies beside it. Nobody may have it open.
void store_remove(const char *path);

// A statement ready to bind, kept for the next time; NULL when it cannot be prepared (then binding and stepping do
// nothing and store_failed() says so). Hold it in CLEANUP(query_end), which ends its read.
sqlite3_stmt *store_query(struct store *store, const char *sql);
void query_end(sqlite3_stmt **query);
// True while there is a row.
bool store_row(struct store *store, sqlite3_stmt *query);
// Steps to the end. False on failure.
bool store_run(struct store *store, sqlite3_stmt *query);
// For statements without arguments or rows.
bool store_exec(struct store *store, const char *sql);

// Rows that the last statement wrote.
int64_t store_changes(struct store *store);

void bind_int(sqlite3_stmt *query, int index, int64_t value);
void bind_text(sqlite3_stmt *query, int index,
               const char *value);                       // the text must outlive the step; NULL is null
const char *column_text(sqlite3_stmt *query, int index); // until the next step; NULL for null
// Of a column that is never null: "" where a damaged file says so all the same.
const char *column_word(sqlite3_stmt *query, int index);

// One consistent view for several queries.
void store_read_begin(struct store *store);
void store_read_end(struct store *store);

// Locks, begins, and after the changes commits or rolls back. A failed statement in between makes the commit fail.
bool store_begin(struct store *store, enum store_sync sync, struct err *err);
bool store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);
bool store_is_writing(const struct store *store);
// True when other connections committed since the last call.
bool store_changed_elsewhere(struct store *store);
// Writes the log back into the file when it has grown past `pages`.
void store_checkpoint(struct store *store, int64_t pages);

// Something failed since the last call; err says what.
bool store_failed(struct store *store, struct err *err);
