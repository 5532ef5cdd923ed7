// The change log grown old (handbook SYNC): after 30 days it collapses to one entry a row, after 180 it is forgotten.
// Both go oldest first, whole seqs at a time, a bite per call so that the writer never waits long.
#pragma once

#include "server/core/changes.h"

// Moves up to `limit` entries older than `before` (UTC ms) from `change` to `old_change`, where the last one of a row
// stands for all: with every principal that saw the row earlier, so that hiding reaches all of them. *ret_count: moved.
bool change_log_collapse(struct op_ctx *ctx, int64_t before, int64_t limit, int64_t *ret_count);
// Forgets up to `limit` collapsed entries older than `before`; cursors below them start anew (tenant.log_floor).
bool change_log_forget(struct op_ctx *ctx, int64_t before, int64_t limit, int64_t *ret_count);

// One entry of the log, collapsed or not.
struct log_entry {
    int64_t seq;
    enum row_table table;
    const char *id;
    enum change_kind kind;
    const char *was, *now;
    struct log_entry *latest; // of the same row in what was read; itself when there is none later
};

// Appends the entries behind `cursor` in the order of their seqs (struct log_entry, in the arena), `limit` at most.
bool change_log_read(struct db *db, const char *tenant, int64_t cursor, int64_t limit, struct arena *arena,
                     struct list *ret_entries, struct err *err);
