// The packages that are sold (specification, Consultation Package Portfolio), from assets/packages.json.
#pragma once

#include "server/core/changes.h"
#include "shared/wire/args_people.h"

#define PACKAGE_FREE_TRIAL "PKG-FREE-TRIAL"

// ERR_NOT_FOUND when the tenant has no such active package.
bool package_get(struct op_ctx *ctx, const char *id, struct row_package *ret);
// Fills a tenant with the seven packages of assets/packages.json (idempotent).
bool packages_seed(struct op_ctx *ctx);
// Does the tenant have all of them?
bool packages_complete(struct op_ctx *ctx, bool *ret_complete);

extern const struct op op_run_package_featured, op_run_package_free_trial, op_run_package_get,
    op_run_package_list;
extern const struct row_source row_source_package;
