// Consultants, their hours and what decides when they can be booked.
#pragma once

#include "server/core/op.h"
#include "shared/domain/availability.h"

// ERR_NOT_FOUND for an unknown id or another tenant's (RULES 24).
bool consultant_get(struct op_ctx *ctx, const char *id, struct row_consultant *ret);
// Ids and facts of all who could take sessions (status available or partially_available): struct row_consultant.
bool consultant_list_active(struct op_ctx *ctx, struct list *ret_consultants);
// The rules of a consultant that touch [from, to), for struct calendar. Bookings are scheduling's to add.
bool consultant_rules(struct op_ctx *ctx, const char *consultant_id, int64_t from, int64_t to,
                      struct list *ret_rules /* struct availability_rule */, const struct zone **ret_zone);
// The hourly rate in minor units (RULES 2: overrun).
bool consultant_rate(struct op_ctx *ctx, const char *consultant_id, int64_t *ret_minor,
                     const char **ret_currency);
// Makes the consultant of a new person; registration calls it.
bool consultant_create(struct op_ctx *ctx, const char *person_id, const char *name, const char *title,
                       const char *level, const char *employment_type, const char *specialization,
                       int64_t years, const char *timezone, const char **ret_id);

extern const struct op op_run_consultant_availability_add, op_run_consultant_availability_get,
    op_run_consultant_get, op_run_consultant_list, op_run_consultant_me;
extern const struct row_source row_source_consultant, row_source_availability;
