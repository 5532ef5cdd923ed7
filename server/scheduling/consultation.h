// A consultation as it is stored: finding it for whoever may see it, writing it back with its change and history rows.
// Private to this folder.
#pragma once

#include "server/core/changes.h"
#include "server/credits/credits.h"
#include "server/scheduling/scheduling.h"
#include "shared/base/civil.h"
#include "shared/base/id.h"
#include "shared/wire/args_consultation.h"

struct consultation {
    const char *id;
    int64_t rev;
    const char *audience, *code;
    const char *client_id, *client_name, *contact_name, *contact_title;
    const char *consultant_id, *consultant_name; // the lead
    int64_t starts_at, ends_at, buffer;
    const char *timezone;
    int status; // enum booking_status
    const char *type, *package_id, *package_name;
    int64_t minutes, minutes_per_credit;
    bool free_trial;
    const char *rate_type;
    int64_t estimated_cost;
    const char *currency;
    const char *purpose;
    const char *objectives; // a JSON array of texts
    int64_t actual_start, actual_end, booked_at;
    const char *booked_by;
    int64_t confirmed_at, cancelled_at;
    const char *cancel_reason, *assignment_reason;
    int64_t reschedules, sequence;
    bool credit_consumed;
    int64_t overrun_minutes;
    struct list co_consultant_ids, co_consultant_names; // const char *, in one order
};

// The columns of `struct consultation` in the order of its shape.
#define CONSULTATION_COLUMNS                                                                                 \
    "id, rev, audience, code, client_id, client_name, contact_name, contact_title, consultant_id, "          \
    "consultant_name, starts_at, ends_at, buffer, timezone, status, type, package_id, package_name, "        \
    "minutes, minutes_per_credit, free_trial, rate_type, estimated_cost, currency, purpose, "                \
    "objectives, actual_start, actual_end, booked_at, booked_by, confirmed_at, "                             \
    "cancelled_at, cancel_reason, assignment_reason, reschedules, sequence, credit_consumed, "               \
    "overrun_minutes, co_consultant_ids, co_consultant_names"
extern const struct shape shape_stored_consultation;

// By id or code, for somebody who may see it, else ERR_NOT_FOUND (RULES 24). *ret_roles: who the actor is in it, as
// bits of enum role (shared/domain/part.h); an administrator and the platform itself are ROLE_ADMIN.
bool consultation_find(struct op_ctx *ctx, const char *id_or_code, struct consultation *ret,
                       unsigned *ret_roles);
// What who may not see it is told, and who asks for an id that never was (RULES 24).
bool consultation_unknown(struct op_ctx *ctx);
// ERR_ALREADY_EXISTS when the tenant has that id.
bool consultation_check_new_id(struct op_ctx *ctx, const char *id);
// Both set rev, write the change row and store what the struct says. ERR_SLOT_TAKEN by the store's own constraint.
bool consultation_insert(struct op_ctx *ctx, struct consultation *consultation);
bool consultation_update(struct op_ctx *ctx, struct consultation *consultation);
// Appends the state it is in now. reason may be NULL.
bool consultation_add_history(struct op_ctx *ctx, const struct consultation *consultation,
                              const char *reason);

// Makes the move if the state and the actor's part in it allow (RULES 10).
bool consultation_move(struct op_ctx *ctx, struct consultation *consultation, enum booking_move move,
                       unsigned roles);
// The booking that credits are moved for.
struct credit_use consultation_credit_use(const struct consultation *consultation);
// The person who leads the session, as the audience names them.
const char *consultation_host(struct op_ctx *ctx, const struct consultation *consultation);
// Who reads what only the lead may: their person alone.
const char *consultation_host_audience(struct op_ctx *ctx, const struct consultation *consultation);
