// The operation table's shared half: what anyone can do, said once. From an entry come the REST route, the message
// that the client queues, input validation, the permission check, the audit entry and the OpenAPI document. The
// server adds the function that runs it (server/core/op.h).
#pragma once

#include "shared/domain/roles.h"
#include "shared/wire/shape.h"

enum op_kind {
    OP_QUERY,  // reads; answered from a snapshot
    OP_CHANGE, // writes; one transaction, audited, idempotent
};

struct op_spec {
    const char *name;   // "consultation.book"
    const char *method; // "GET", "POST", "PATCH", "DELETE"; NULL when only sync offers it
    const char *path;   // "/api/consultations/:id/start"; every path also answers under /api/v1
    unsigned roles;     // bits of enum role; ROLE_PUBLIC: nobody need be signed in
    enum op_kind kind;
    bool offline;           // the client may queue it
    int status;             // HTTP status of success: 200 or 201
    const struct shape *in; // arguments: path, query and body in one struct; NULL for none
    const char *help;       // one sentence
};

// Every operation, sorted by name.
extern const struct op_spec *const op_specs[];
extern const size_t op_spec_count;

// NULL when there is none.
const struct op_spec *op_spec_find(const char *name);
