#include "server/core/change_row.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void write_row_head(struct buf *out, const char *kind, enum row_table table, const char *id,
                           int64_t rev)
{
    json_add_comma(out);
    buf_add_text(out, "[\"");
    buf_add_text(out, kind);
    buf_add_text(out, "\",\"");
    buf_add_text(out, row_shapes[table]->name);
    buf_add_text(out, "\",");
    json_add_text(out, id);
    buf_addf(out, ",%" PRId64, rev);
}

void write_put(struct buf *out, enum row_table table, const char *id, int64_t rev, const char *row,
               size_t size)
{
    write_row_head(out, "put", table, id, rev);
    buf_add_char(out, ',');
    buf_add(out, row, size);
    buf_add_char(out, ']');
}

void write_gone(struct buf *out, const char *kind, enum row_table table, const char *id, int64_t rev)
{
    write_row_head(out, kind, table, id, rev);
    buf_add_char(out, ']');
}

const struct change_form change_arrays = { write_put, write_gone };

// Rows are written by shape_write() and begin with their id and rev, in that order (shared/wire/rows.h).
static const char *read_head(const char *row, char *ret_id, size_t id_size, int64_t *ret_rev)
{
    static const char id_key[] = "{\"id\":\"", rev_key[] = "\",\"rev\":";
    if (strncmp(row, id_key, sizeof id_key - 1) != 0)
        return NULL;
    row += sizeof id_key - 1;
    size_t length = strcspn(row, "\"\\");
    if (length >= id_size || strncmp(row + length, rev_key, sizeof rev_key - 1) != 0)
        return NULL;
    memcpy(ret_id, row, length);
    ret_id[length] = '\0';
    char *end;
    *ret_rev = strtoll(row + length + sizeof rev_key - 1, &end, 10);
    return end;
}

int64_t row_rev(const char *row)
{
    char id[sizeof((struct row_scan *)0)->id];
    int64_t rev = -1;
    return read_head(row, id, sizeof id, &rev) == NULL ? -1 : rev;
}

// Behind the object whose inside this is.
static const char *object_end(const char *p)
{
    int depth = 1;
    for (bool quoted = false; *p != '\0'; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (quoted && *p == '\\' && p[1] != '\0')
            p++;
        else if (!quoted && (*p == '{' || *p == '['))
            depth++;
        else if (!quoted && (*p == '}' || *p == ']') && --depth == 0)
            return p + 1;
    }
    return NULL;
}

bool row_scan_next(struct row_scan *scan)
{
    if (*scan->at == ',')
        scan->at++;
    scan->row = scan->at;
    const char *inside = read_head(scan->at, scan->id, sizeof scan->id, &scan->rev);
    const char *end = inside == NULL ? NULL : object_end(inside);
    if (end == NULL)
        return false;
    scan->size = (size_t)(end - scan->at);
    scan->at = end;
    return true;
}
