// The cache's tables, made from row_shapes: one column a field, an index for every FIELD_KEY. Nothing about a row is
// written twice.
//
// Each row belongs to a generation. Questions read the one that `state.gen` names; a snapshot fills the next one, which
// becomes visible in the transaction that names it. The indexes are made when the first snapshot is whole: sorting all
// rows at once is cheaper than finding a place for each.
#pragma once

#include "shared/wire/rows.h"
#include "tui/model/store.h"

// Makes the tables when the file is new. False when the file was made by another version of them (or on failure):
// a cache is then thrown away.
bool tables_prepare(struct store *store, struct err *err);

// Makes the indexes that are not there yet, within a transaction.
bool tables_index(struct store *store);

// Writes a row (struct of row_shapes[table]) of that generation over what was there. *ret_old_rev: of the row before,
// -1 when there was none (0 is of rows made before the log).
bool table_put(struct store *store, enum row_table table, int64_t gen, const void *row, int64_t *ret_old_rev);
// The same where there is hardly ever a row before: filling a new generation.
bool table_add(struct store *store, enum row_table table, int64_t gen, const void *row, int64_t *ret_old_rev);
bool table_delete(struct store *store, enum row_table table, int64_t gen, const char *id,
                  int64_t *ret_old_rev);
// Deletes every row of that generation.
void table_clear(struct store *store, enum row_table table, int64_t gen);
// Deletes at most `limit` rows of other generations than `keep` and `next`; how many there were.
int64_t table_sweep(struct store *store, enum row_table table, int64_t keep, int64_t next, int64_t limit);

// "SELECT <every column> FROM <table> WHERE gen = (SELECT gen FROM state) <rest>": kept for the life of the program.
// rest is a constant.
const char *table_select(enum row_table table, const char *rest);
// The current row of such a query as its struct.
void table_read(sqlite3_stmt *query, enum row_table table, struct arena *arena, void *ret);
// The next row of the query in *ret; false when there is none.
bool table_next(struct store *store, sqlite3_stmt *query, enum row_table table, struct arena *arena,
                void *ret);

// Copies what the row points at into the arena: for rows that an operation of the outbox was laid over, whose texts
// live only until the outbox is looked at again.
void table_own(enum row_table table, void *row, struct arena *arena);
