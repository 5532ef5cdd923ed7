// People, passwords, sessions and tokens (RULES 21, 22).
#pragma once

#include "server/core/changes.h"
#include "shared/wire/args_identity.h"

// Checks a bearer token: signature, expiry, its session row and person. ERR_UNAUTHENTICATED.
bool identity_authenticate(struct app *app, struct db *db, const char *token, int64_t now,
                           struct arena *arena, struct actor *ret_actor, struct err *err);

struct person {
    const char *id, *email, *first_name, *last_name, *title, *name, *timezone, *client_id, *consultant_id,
        *status;
    unsigned roles;
};
bool person_get(struct op_ctx *ctx, const char *id, struct person *ret); // ERR_NOT_FOUND
// The person behind a consultant: ERR_NOT_FOUND.
bool person_of_consultant(struct op_ctx *ctx, const char *consultant_id, struct person *ret);

// The person of the tenant with that address.
bool person_find(struct op_ctx *ctx, const char *email, struct person *ret, bool *ret_found);
// Says for which client (NULL: none) they act unless they say otherwise, and that what they may see changed.
bool person_acts_for(struct op_ctx *ctx, const char *id, const char *client_id);

// Makes a verified person without mail (create-admin, the demo world). password_hash: argon2id string.
bool identity_create_person(struct op_ctx *ctx, const char *email, const char *password_hash, unsigned roles,
                            const char *first_name, const char *last_name, const char *title,
                            const char *timezone, const char *client_id, const char *consultant_id,
                            const char **ret_id);
// Says which client or consultant a new person is (either may be NULL).
bool person_link(struct op_ctx *ctx, const char *id, const char *client_id, const char *consultant_id);
// argon2id string of a password, with the cost of the configuration. RULES 22 for what is refused.
bool password_hash(const struct app *app, const char *password, struct arena *arena, const char **ret_hash,
                   struct err *err);

// A text sealed with the server's key, and back: for secrets that wait in a job (server/identity/secret.h).
const char *seal_text(const struct app *app, const char *text, struct arena *arena);
bool unseal_text(const struct app *app, const char *sealed, struct arena *arena, const char **ret_text);

extern const struct op op_run_auth_login, op_run_auth_logout, op_run_auth_me, op_run_auth_refresh,
    op_run_auth_register, op_run_auth_resend_verification, op_run_auth_verify_email;
extern const struct row_source row_source_me;
