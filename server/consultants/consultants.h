// Consultants, their hours and what decides when they can be booked.
#pragma once

#include "server/core/changes.h"
#include "shared/domain/availability.h"
#include "shared/wire/args_people.h"

// ERR_NOT_FOUND for an unknown id or another tenant's (RULES 24).
bool consultant_get(struct op_ctx *ctx, const char *id, struct row_consultant *ret);
// False while the person's address waits for verification: nobody else may know of them.
bool consultant_is_published(const struct row_consultant *consultant);
// Ids and facts of all who could take sessions (status available or partially_available): struct row_consultant.
bool consultant_list_active(struct op_ctx *ctx, struct list *ret_consultants);
// The rules of a consultant that touch [from, to), for struct calendar. Bookings are scheduling's to add.
bool consultant_rules(struct op_ctx *ctx, const char *consultant_id, int64_t from, int64_t to,
                      struct list *ret_rules /* struct availability_rule */, const struct zone **ret_zone);
// The hourly rate in minor units (RULES 2: overrun); 0 when none was agreed.
bool consultant_rate(struct op_ctx *ctx, const char *consultant_id, int64_t *ret_minor,
                     const char **ret_currency);
// Makes the consultant of a new person; registration calls it. Nobody else sees it before consultant_publish().
// specialization (may be NULL) is the first skill as well.
bool consultant_create(struct op_ctx *ctx, const char *person_id, const char *name, const char *title,
                       const char *level, const char *employment_type, const char *specialization,
                       int64_t years, const char *timezone, const char **ret_id);

// Puts a verified consultant into the directory: seen by all, open for bookings.
bool consultant_publish(struct op_ctx *ctx, const char *id);
// skills, languages: const char *. bio may be NULL.
bool consultant_describe(struct op_ctx *ctx, const char *id, const char *bio, const struct list *skills,
                         const struct list *languages);
// Minor units an hour: what overrun is billed at, and what the platform pays.
bool consultant_set_rate(struct op_ctx *ctx, const char *id, int64_t hourly_minor, int64_t cost_minor,
                         const char *currency);
// Adds "consultant" to the reply: registration answers it too.
bool consultant_reply(struct op_ctx *ctx, const char *consultant_id);
extern const struct shape shape_consultant_view;

extern const struct op op_run_consultant_availability_add, op_run_consultant_availability_get,
    op_run_consultant_get, op_run_consultant_list, op_run_consultant_me;
extern const struct row_source row_source_consultant, row_source_availability;
