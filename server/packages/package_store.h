// The table of packages.
#pragma once

#include "server/core/op.h"

struct package {
    struct row_package row;
    const char *target_audience, *recommended_for;
};

// ERR_NOT_FOUND when the tenant has no such active package.
bool package_load(struct op_ctx *ctx, const char *tenant, const char *id, struct package *ret);
// The active ones in the order in which they are shown: struct package.
bool package_load_all(struct op_ctx *ctx, const char *tenant, struct list *ret);
