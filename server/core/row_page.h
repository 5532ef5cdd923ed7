// Row sources (server/core/changes.h) of tables that can be read straight from one SELECT.
#pragma once

#include "server/core/changes.h"

// Appends the one row of `sql`: SELECT <columns in the order of the shape's fields> ... WHERE tenant = $1 AND id = $2.
bool row_read_one(struct db *db, const char *sql, const struct shape *shape, const char *tenant,
                  const char *id, struct arena *arena, struct buf *out, bool *ret_found, struct err *err);

// Appends a page of rows, comma separated, passing over those that the principals may not see.
// sql: SELECT <columns in the order of the shape's fields>, <audience> ... WHERE tenant = $1 AND id > $2 ORDER BY id.
// The rest as row_pager.
bool row_read_page(struct db *db, const char *sql, const struct shape *shape, const char *tenant,
                   const char *principals, const char *after, int limit, struct arena *arena, struct buf *out,
                   const char **ret_last, int *ret_count, struct err *err);

// The person among the principals ("u:<id>"), in the arena; NULL when there is none.
const char *principals_person(const char *principals, struct arena *arena);
