// The audit trail: one row for each operation that changed something, each hashed together with the one before, so that
// a row altered, removed or slipped in later breaks the chain (handbook SAFETY).
#pragma once

#include "server/core/op.h"

enum { AUDIT_HASH_SIZE = 65 };

// The chain's end, kept by the writer. known = false: read it from the store first (after a rollback, a restart).
struct audit_chain {
    bool known;
    int64_t n;
    char hash[AUDIT_HASH_SIZE];
};

// Adds the entry of an operation that ran. args: JSON without secrets, or NULL.
bool audit_append(struct op_ctx *ctx, struct audit_chain *chain, const char *op, const char *args);

// Walks the whole chain; what is wrong is appended to `out`, a line each (serenityd check).
bool audit_check(struct db *db, struct buf *out, struct err *err);
