// The table of people.
#pragma once

#include "server/identity/identity.h"

#define PERSON_PENDING   "pending_verification"
#define PERSON_ACTIVE    "active"
#define PERSON_SUSPENDED "suspended"

// A person of any tenant, for signing in: there nobody has a tenant yet.
struct account {
    struct person person;
    const char *tenant, *password_hash;
    int64_t rev, created_at, verified_at;
};
bool account_by_email(struct op_ctx *ctx, const char *email, struct account *ret, bool *ret_found);
bool account_by_id(struct op_ctx *ctx, const char *id, struct account *ret, bool *ret_found);

// status: PERSON_PENDING or PERSON_ACTIVE. ERR_ALREADY_EXISTS when the address is taken.
struct new_person {
    const char *email, *password_hash, *first_name, *last_name, *title, *timezone, *status;
    unsigned roles;
};
bool person_insert(struct op_ctx *ctx, const struct new_person *person, const char **ret_id);
// The address is verified now: status active. Notes the change of the person's own row.
bool person_verify(struct op_ctx *ctx, const char *id);
// From here on the operation acts as this person: what it writes is audited under that name.
void act_as(struct op_ctx *ctx, const struct account *account, const char *session_id);
