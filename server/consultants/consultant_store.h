// The table of consultants.
#pragma once

#include "server/core/op.h"

// A self-registered consultant before the e-mail address is verified: seen by no one else, booked by no one.
#define CONSULTANT_PENDING "pending_verification"

struct consultant {
    struct row_consultant row;
    const char *employment_type;
};

// ERR_NOT_FOUND for an unknown id or another tenant's.
bool consultant_load(struct op_ctx *ctx, const char *id, struct consultant *ret);
// Those that are published, in the order of ids: struct consultant.
bool consultant_load_all(struct op_ctx *ctx, struct list *ret);
// "me" becomes the caller's own id. ERR_NOT_FOUND when there is none, or when the caller may not know of it.
bool consultant_resolve(struct op_ctx *ctx, const char *id, struct consultant *ret);
