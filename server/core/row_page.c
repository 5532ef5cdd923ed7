#include "server/core/row_page.h"

#include <string.h>

bool row_read_one(struct db *db, const char *sql, const struct shape *shape, const char *tenant,
                  const char *id, struct arena *arena, struct buf *out, bool *ret_found, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, sql, DB_ARGS(db_text(tenant), db_text(id)), err))
        return false;
    bool found = db_next(&rows);
    if (!db_ok(&rows))
        return false;
    if (found) {
        void *row = arena_alloc(arena, shape->size);
        if (!db_load(&rows, shape, arena, row))
            return false;
        shape_write(shape, row, out);
    }
    *ret_found = found;
    return true;
}

bool row_read_page(struct db *db, const char *sql, const struct shape *shape, const char *tenant,
                   const char *principals, const char *after, int limit, struct arena *arena, struct buf *out,
                   const char **ret_last, int *ret_count, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    const char *last = after;
    int count = 0;
    if (!db_query(db, &rows, sql, DB_ARGS(db_text(tenant), db_text(after)), err))
        return false;
    while (count < limit && db_next(&rows)) {
        if (!principals_meet(db_col_text(&rows, (int)shape->count), principals))
            continue;
        void *row = arena_alloc(arena, shape->size);
        if (!db_load(&rows, shape, arena, row))
            return false;
        last = *(const char *const *)field_at(&shape->fields[0], row);
        if (count++ > 0)
            buf_add_char(out, ',');
        shape_write(shape, row, out);
    }
    if (!db_ok(&rows))
        return false;
    *ret_last = last;
    *ret_count = count;
    return true;
}

const char *principals_person(const char *principals, struct arena *arena)
{
    while (*principals != '\0') {
        size_t length = strcspn(principals, " ");
        if (length > 2 && strncmp(principals, "u:", 2) == 0)
            return arena_strndup(arena, principals + 2, length - 2);
        principals += length + strspn(principals + length, " ");
    }
    return NULL;
}
