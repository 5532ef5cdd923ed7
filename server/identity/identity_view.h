// A person as the API shows one to themselves (specification, User Record Created).
#pragma once

#include "server/identity/person_store.h"

struct view_account_status {
    const char *status;
    int64_t createdAt;
};

struct view_verified {
    bool verified;
    int64_t verifiedAt;
};

struct view_verification {
    struct view_verified email;
};

struct view_profile {
    const char *firstName, *lastName, *displayName, *title;
};

struct view_user {
    const char *id, *email;
    struct list roles; // const char *
    const char *clientId, *consultantId;
    struct view_account_status accountStatus;
    struct view_verification verification;
    struct view_profile profile;
    const char *timezone;
};
extern const struct shape shape_user;

// Adds "user" to the reply.
void user_reply(struct op_ctx *ctx, const struct account *account);
// Adds "user" and, for who has one, "client" or "consultant".
bool user_reply_whole(struct op_ctx *ctx, const struct account *account);
