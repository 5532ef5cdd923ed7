// Changed rows as the text of a message: ["put", table, id, rev, row], ["del", table, id, rev], ["hide", ...]
// (shared/wire/messages.h), appended with a comma where one is due.
#pragma once

#include "server/core/changes.h"

void write_put(struct buf *out, enum row_table table, const char *id, int64_t rev, const char *row,
               size_t size);
void write_gone(struct buf *out, const char *kind, enum row_table table, const char *id,
                int64_t rev); // del, hide

// How a page of the log writes its rows.
struct change_form {
    void (*put)(struct buf *out, enum row_table table, const char *id, int64_t rev, const char *row,
                size_t size);
    void (*gone)(struct buf *out, const char *kind, enum row_table table, const char *id, int64_t rev);
};
extern const struct change_form change_arrays; // write_put, write_gone

// A JSON array of rows, comma separated: the id and rev of each, as row_sum() wants them. False at the end or when it
// is no such text.
struct row_scan {
    const char *at;
    char id[128];
    int64_t rev;
    const char *row; // the row's own text
    size_t size;
};
bool row_scan_next(struct row_scan *scan);
// The rev of one row's text; -1 when it has none.
int64_t row_rev(const char *row);
