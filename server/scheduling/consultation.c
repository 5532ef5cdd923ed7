#include "server/scheduling/consultation.h"

#include "server/scheduling/co_consultants.h"
#include "shared/domain/part.h"

#include <string.h>

static const struct field stored_fields[] = {
    { FIELD(struct consultation, id), .kind = FIELD_TEXT },
    { FIELD(struct consultation, rev), .kind = FIELD_INT },
    { FIELD(struct consultation, audience), .kind = FIELD_TEXT },
    { FIELD(struct consultation, code), .kind = FIELD_TEXT },
    { FIELD(struct consultation, client_id), .kind = FIELD_TEXT },
    { FIELD(struct consultation, client_name), .kind = FIELD_TEXT },
    { FIELD(struct consultation, contact_name), .kind = FIELD_TEXT },
    { FIELD(struct consultation, contact_title), .kind = FIELD_TEXT },
    { FIELD(struct consultation, consultant_id), .kind = FIELD_TEXT },
    { FIELD(struct consultation, consultant_name), .kind = FIELD_TEXT },
    { FIELD(struct consultation, starts_at), .kind = FIELD_INT },
    { FIELD(struct consultation, ends_at), .kind = FIELD_INT },
    { FIELD(struct consultation, buffer), .kind = FIELD_INT },
    { FIELD(struct consultation, timezone), .kind = FIELD_TEXT },
    { FIELD(struct consultation, status), .kind = FIELD_ENUM, .words = booking_status_words },
    { FIELD(struct consultation, type), .kind = FIELD_TEXT },
    { FIELD(struct consultation, package_id), .kind = FIELD_TEXT },
    { FIELD(struct consultation, package_name), .kind = FIELD_TEXT },
    { FIELD(struct consultation, minutes), .kind = FIELD_INT },
    { FIELD(struct consultation, minutes_per_credit), .kind = FIELD_INT },
    { FIELD(struct consultation, free_trial), .kind = FIELD_BOOL },
    { FIELD(struct consultation, rate_type), .kind = FIELD_TEXT },
    { FIELD(struct consultation, estimated_cost), .kind = FIELD_INT },
    { FIELD(struct consultation, currency), .kind = FIELD_TEXT },
    { FIELD(struct consultation, purpose), .kind = FIELD_TEXT },
    { FIELD(struct consultation, objectives), .kind = FIELD_JSON },
    { FIELD(struct consultation, actual_start), .kind = FIELD_INT },
    { FIELD(struct consultation, actual_end), .kind = FIELD_INT },
    { FIELD(struct consultation, booked_at), .kind = FIELD_INT },
    { FIELD(struct consultation, booked_by), .kind = FIELD_TEXT },
    { FIELD(struct consultation, confirmed_at), .kind = FIELD_INT },
    { FIELD(struct consultation, cancelled_at), .kind = FIELD_INT },
    { FIELD(struct consultation, cancel_reason), .kind = FIELD_TEXT },
    { FIELD(struct consultation, assignment_reason), .kind = FIELD_TEXT },
    { FIELD(struct consultation, reschedules), .kind = FIELD_INT },
    { FIELD(struct consultation, sequence), .kind = FIELD_INT },
    { FIELD(struct consultation, credit_consumed), .kind = FIELD_BOOL },
    { FIELD(struct consultation, overrun_minutes), .kind = FIELD_INT },
    { FIELD(struct consultation, co_consultant_ids), .kind = FIELD_TEXTS },
    { FIELD(struct consultation, co_consultant_names), .kind = FIELD_TEXTS },
};
const struct shape shape_stored_consultation =
    SHAPE(struct consultation, "stored_consultation", stored_fields);

static unsigned roles_in(const struct actor *actor, const struct consultation *consultation)
{
    const struct part_facts facts = {
        .client_id = consultation->client_id,
        .consultant_id = consultation->consultant_id,
        .co_consultant_ids = &consultation->co_consultant_ids,
    };
    const struct part_person person = {
        .roles = actor->system ? actor->roles | ROLE_ADMIN : actor->roles,
        .client_id = actor_has_client(actor, consultation->client_id) ? consultation->client_id : NULL,
        .consultant_id = actor->consultant_id,
    };
    return part_in(&facts, &person);
}

bool consultation_unknown(struct op_ctx *ctx)
{
    return err_set(ctx->err, ERR_NOT_FOUND, "There is no such consultation.");
}

bool consultation_find(struct op_ctx *ctx, const char *id_or_code, struct consultation *ret,
                       unsigned *ret_roles)
{
    static const char *const by_id =
        "SELECT " CONSULTATION_COLUMNS " FROM consultation WHERE id = $2 AND tenant = $1";
    static const char *const by_code =
        "SELECT " CONSULTATION_COLUMNS " FROM consultation WHERE tenant = $1 AND code = $2";
    CLEANUP(db_done) struct db_rows rows = { 0 };
    struct consultation found;
    if (!db_query(ctx->db, &rows, id_valid(id_or_code) ? by_id : by_code,
                  DB_ARGS(db_text(ctx->actor.tenant), db_text(id_or_code)), ctx->err))
        return false;
    bool there = db_next(&rows);
    if (!db_ok(&rows) || (there && !db_load(&rows, &shape_stored_consultation, ctx->arena, &found)))
        return false;
    unsigned roles = there ? roles_in(&ctx->actor, &found) : 0;
    if (roles == 0)
        return consultation_unknown(ctx);
    ctx->target = found.id;
    *ret = found;
    *ret_roles = roles;
    return true;
}

bool consultation_check_new_id(struct op_ctx *ctx, const char *id)
{
    bool found = false;
    int64_t one;
    if (!db_one_int(ctx->db, "SELECT 1 FROM consultation WHERE id = $1", DB_ARGS(db_text(id)), &one, &found,
                    ctx->err))
        return false;
    return !found || err_set(ctx->err, ERR_ALREADY_EXISTS, "That booking was made already.");
}

bool consultation_insert(struct op_ctx *ctx, struct consultation *c)
{
    if (!changes_seq(ctx, &c->rev))
        return false;
    return db_run(ctx->db,
                  "INSERT INTO consultation (id, tenant, rev, audience, code, client_id, client_name, "
                  "contact_name, contact_title, consultant_id, consultant_name, starts_at, ends_at, blocks, "
                  "buffer, timezone, status, type, package_id, package_name, minutes, minutes_per_credit, "
                  "free_trial, rate_type, estimated_cost, currency, purpose, objectives, booked_at, "
                  "booked_by, assignment_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
                  "$13, "
                  "$14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)",
                  DB_ARGS(db_text(c->id), db_text(ctx->actor.tenant), db_int(c->rev), db_text(c->audience),
                          db_text(c->code), db_text(c->client_id), db_text(c->client_name),
                          db_text(c->contact_name), db_text(c->contact_title), db_text(c->consultant_id),
                          db_text(c->consultant_name), db_int(c->starts_at), db_int(c->ends_at),
                          db_int(booking_blocks_time(c->status)), db_int(c->buffer), db_text(c->timezone),
                          db_int(c->status), db_text(c->type), db_text(c->package_id),
                          db_text(c->package_name), db_int(c->minutes), db_int(c->minutes_per_credit),
                          db_int(c->free_trial), db_text(c->rate_type), db_int(c->estimated_cost),
                          db_text(c->currency), db_text(c->purpose), db_text(c->objectives),
                          db_int(c->booked_at), db_text(c->booked_by), db_text(c->assignment_reason)),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_CONSULTATION, c->id, CHANGE_PUT, "", c->audience);
}

bool consultation_update(struct op_ctx *ctx, struct consultation *c)
{
    if (!changes_seq(ctx, &c->rev))
        return false;
    return db_run(ctx->db,
                  "UPDATE consultation SET rev = $2, starts_at = $3, ends_at = $4, blocks = $5, buffer = $6, "
                  "timezone = $7, status = $8, package_id = $9, package_name = $10, minutes = $11, "
                  "minutes_per_credit = $12, estimated_cost = $13, currency = $14, purpose = $15, "
                  "objectives = $16, actual_start = $17, actual_end = $18, confirmed_at = $19, "
                  "cancelled_at = $20, cancel_reason = $21, reschedules = $22, sequence = $23, "
                  "credit_consumed = $24, overrun_minutes = $25 WHERE id = $1",
                  DB_ARGS(db_text(c->id), db_int(c->rev), db_int(c->starts_at), db_int(c->ends_at),
                          db_int(booking_blocks_time(c->status)), db_int(c->buffer), db_text(c->timezone),
                          db_int(c->status), db_text(c->package_id), db_text(c->package_name),
                          db_int(c->minutes), db_int(c->minutes_per_credit), db_int(c->estimated_cost),
                          db_text(c->currency), db_text(c->purpose), db_text(c->objectives),
                          db_int_or_null(c->actual_start), db_int_or_null(c->actual_end),
                          db_int_or_null(c->confirmed_at), db_int_or_null(c->cancelled_at),
                          db_text(c->cancel_reason), db_int(c->reschedules), db_int(c->sequence),
                          db_int(c->credit_consumed), db_int(c->overrun_minutes)),
                  NULL, ctx->err) &&
           co_consultants_follow(ctx, c) &&
           changes_add(ctx, ROW_CONSULTATION, c->id, CHANGE_PUT, c->audience, c->audience);
}

bool consultation_add_history(struct op_ctx *ctx, const struct consultation *c, const char *reason)
{
    return db_run(
        ctx->db,
        "INSERT INTO consultation_history (consultation_id, ord, status, changed_at, changed_by, reason) "
        "VALUES ($1, (SELECT COALESCE(MAX(ord), 0) + 1 FROM consultation_history "
        "WHERE consultation_id = $1), $2, $3, $4, $5)",
        DB_ARGS(db_text(c->id), db_int(c->status), db_int(ctx->now), db_text(ctx->actor.user_id),
                db_text(reason)),
        NULL, ctx->err);
}

bool consultation_move(struct op_ctx *ctx, struct consultation *consultation, enum booking_move move,
                       unsigned roles)
{
    enum booking_status to;
    if (!booking_move((enum booking_status)consultation->status, move, roles, &to, ctx->err))
        return false;
    consultation->status = (int)to;
    return true;
}

struct credit_use consultation_credit_use(const struct consultation *consultation)
{
    return (struct credit_use){ .client_id = consultation->client_id,
                                .consultation_id = consultation->id,
                                .consultation_code = consultation->code,
                                .round = consultation->sequence };
}

const char *consultation_host(struct op_ctx *ctx, const struct consultation *consultation)
{
    const char *at = strstr(consultation->audience, "u:");
    CHECK(at != NULL && strlen(at) >= 2 + ID_LEN);
    return arena_strndup(ctx->arena, at + 2, ID_LEN);
}

const char *consultation_host_audience(struct op_ctx *ctx, const struct consultation *consultation)
{
    return arena_printf(ctx->arena, "u:%s", consultation_host(ctx, consultation));
}
