// The change log (handbook SYNC): which rows an operation changed and who may see them, written with the change
// itself, read by push sessions, webhooks and GET /changes.
//
// All changes of one operation share one seq of their tenant, so a reader gets all of them or none.
#pragma once

#include "server/core/op.h"

enum change_kind { CHANGE_PUT, CHANGE_DELETE };

// The seq this operation's changes carry; also the `rev` to store in the rows it writes.
bool changes_seq(struct op_ctx *ctx, int64_t *ret_seq);

// Notes that a row changed. was: principals who could see it before ("" for a new row), now: who may from now on
// ("" with CHANGE_DELETE). Principals are space separated: "u:<user>", "org:<client>", "role:<tenant>:admin", "pub".
bool changes_add(struct op_ctx *ctx, enum row_table table, const char *id, enum change_kind kind,
                 const char *was, const char *now);

// For rows that change with every key press: forgets the entry of the row's change before (its rev then), which the one
// that this operation adds says again. Only when that one changed nothing about who may see the row, and never the
// tenant's oldest entry, from which readers see how far back the log goes.
bool changes_supersede(struct op_ctx *ctx, enum row_table table, const char *id, int64_t rev,
                       const char *audience);

// Writes the collected entries; the engine calls it as an operation's last act.
bool changes_flush(struct op_ctx *ctx, int64_t *ret_seq);

// The principals of a signed-in person, space separated, in the arena.
const char *principals_of(const struct actor *actor, struct arena *arena);
// Those of `set` that are not in `others`, in the arena; "" for none.
const char *principals_without(const char *set, const char *others, struct arena *arena);
// True when the two space-separated sets share a principal.
bool principals_meet(const char *a, const char *b);

// Reading rows for sync. One reader function a table, given by the area that owns it: appends the row's JSON (by
// row_shapes[table]) and sets *ret_found false when it is gone.
typedef bool (*row_reader)(struct db *db, const char *tenant, const char *id, struct arena *arena,
                           struct buf *out, bool *ret_found, struct err *err);
// Appends to `out` comma-separated rows of the table that someone holding `principals` may see, `limit` at most,
// with id greater than `after` ("" from the start), in the order of ids; *ret_last is the last id, *ret_count how many.
typedef bool (*row_pager)(struct db *db, const char *tenant, const char *principals, const char *after,
                          int limit, struct arena *arena, struct buf *out, const char **ret_last,
                          int *ret_count, struct err *err);

struct row_source {
    row_reader read;
    row_pager page;
};
// One entry a table (server/wiring/row_sources.c lists the areas').
extern const struct row_source *const row_sources[ROW_TABLES];
