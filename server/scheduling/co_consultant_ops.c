// consultation.add_co_consultant and consultation.remove_co_consultant: the lead or an administrator says who else gives
// the session; whoever was added may leave by themself. What they see follows in the same transaction.
#include "server/scheduling/announce.h"
#include "server/scheduling/assign.h"
#include "server/scheduling/audience.h"
#include "server/scheduling/children.h"
#include "server/scheduling/co_consultants.h"
#include "server/scheduling/view.h"
#include "shared/domain/part.h"

#include <string.h>

// The lists in the row and all audiences follow the table.
static bool store_people(struct op_ctx *ctx, struct consultation *c)
{
    struct list people;
    return co_consultants_people(ctx, c->id, &people) &&
           db_run(ctx->db,
                  "UPDATE consultation SET co_consultant_ids = $2, co_consultant_names = $3 WHERE id = $1",
                  DB_ARGS(db_text(c->id), db_text(texts_to_json(ctx, &c->co_consultant_ids)),
                          db_text(texts_to_json(ctx, &c->co_consultant_names))),
                  NULL, ctx->err) &&
           consultation_restamp(ctx, c,
                                consultation_audience(ctx, c->client_id, consultation_host(ctx, c), &people));
}

static bool has_room(struct op_ctx *ctx, const struct consultation *c, const char *consultant_id)
{
    if (strcmp(consultant_id, c->consultant_id) == 0)
        return err_field(ctx->err, "consultantId", "%s leads this session already.", c->consultant_name);
    return c->co_consultant_ids.count < CO_CONSULTANTS_MAX ||
           err_set(ctx->err, ERR_WRONG_STATE, "A session has %d co-consultants at most.", CO_CONSULTANTS_MAX);
}

static bool refuse_busy(struct op_ctx *ctx, const char *name, enum slot_reason reason)
{
    err_set(ctx->err, ERR_SLOT_TAKEN, "%s cannot join: %s.", name, slot_reason_text(reason));
    ctx->err->details = reason == SLOT_BUSY ? "{\"reason\":\"busy\"}" : "{\"reason\":\"buffer\"}";
    return false;
}

// Others agreed on the time, so only what is booked then counts, not the hours of whoever joins (RULES 9).
static bool take_time(struct op_ctx *ctx, const struct consultation *c, const struct row_consultant *who)
{
    struct booking_policy policy;
    struct calendar calendar;
    if (!policy_get(ctx, &policy) ||
        !calendar_load(ctx, who->id, c->starts_at, c->ends_at, &policy, &calendar))
        return false;
    enum slot_reason reason = slot_check_taken(&calendar, c->starts_at, c->ends_at, NULL);
    if (reason != SLOT_FREE)
        return refuse_busy(ctx, who->name, reason);
    return db_run(ctx->db,
                  "INSERT INTO co_consultant (consultation_id, consultant_id, person_id, starts_at, ends_at, "
                  "blocks, buffer, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                  DB_ARGS(db_text(c->id), db_text(who->id), db_text(who->userId), db_int(c->starts_at),
                          db_int(c->ends_at), db_int(booking_blocks_time((enum booking_status)c->status)),
                          db_int(calendar_buffer(&calendar, c->starts_at)), db_int(ctx->now),
                          db_text(ctx->actor.user_id)),
                  NULL, ctx->err);
}

static bool tell_and_reply(struct op_ctx *ctx, enum news news, const struct consultation *c, unsigned roles,
                           const char *person_id, const char *name)
{
    struct parties parties;
    return parties_load(ctx, c, &parties) &&
           announce_co_consultant(ctx, news, c, &parties, person_id, name) &&
           ((roles & (ROLE_CONSULTANT | ROLE_ADMIN)) == 0 || view_reply(ctx, c, roles, &parties, NULL));
}

static bool run_add(struct op_ctx *ctx, const void *in)
{
    const struct args_co_consultant *args = in;
    struct consultation c;
    struct row_consultant who;
    unsigned roles;
    if (!consultation_find(ctx, args->id, &c, &roles) ||
        !consultation_move(ctx, &c, MOVE_ADD_CO_CONSULTANT, roles))
        return false;
    if (part_is_listed(&c.co_consultant_ids, args->consultantId))
        return view_reply(ctx, &c, roles, NULL, NULL);
    if (!has_room(ctx, &c, args->consultantId) || !assignment_taker(ctx, args->consultantId, &who) ||
        !take_time(ctx, &c, &who))
        return false;
    *LIST_ADD(&c.co_consultant_ids, ctx->arena, const char *) = who.id;
    *LIST_ADD(&c.co_consultant_names, ctx->arena, const char *) = who.name;
    return store_people(ctx, &c) && tell_and_reply(ctx, NEWS_JOINED, &c, roles, who.userId, who.name);
}

const struct op op_run_consultation_add_co_consultant = {
    .spec = &op_consultation_add_co_consultant,
    .run = run_add,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};

// Takes them off the row's lists; false when they are not there.
static bool take_off(struct op_ctx *ctx, struct consultation *c, const char *consultant_id,
                     const char **ret_name)
{
    struct list ids = { 0 }, names = { 0 };
    for (size_t i = 0; i < c->co_consultant_ids.count; i++) {
        const char *id = *LIST_AT(&c->co_consultant_ids, const char *, i);
        const char *name = *LIST_AT(&c->co_consultant_names, const char *, i);
        if (strcmp(id, consultant_id) == 0) {
            *ret_name = name;
            continue;
        }
        *LIST_ADD(&ids, ctx->arena, const char *) = id;
        *LIST_ADD(&names, ctx->arena, const char *) = name;
    }
    bool found = ids.count < c->co_consultant_ids.count;
    c->co_consultant_ids = ids;
    c->co_consultant_names = names;
    return found || err_set(ctx->err, ERR_NOT_FOUND, "That consultant does not join this session.");
}

static bool may_take_off(struct op_ctx *ctx, unsigned roles, const char *consultant_id)
{
    return (roles & (ROLE_CONSULTANT | ROLE_ADMIN)) != 0 ||
           strcmp(ctx->actor.consultant_id, consultant_id) == 0 ||
           err_set(ctx->err, ERR_FORBIDDEN, "Co-consultants remove nobody but themselves.");
}

static bool run_remove(struct op_ctx *ctx, const void *in)
{
    const struct args_co_consultant *args = in;
    struct consultation c;
    const char *name = NULL;
    char *person_id = NULL;
    unsigned roles;
    if (!consultation_find(ctx, args->id, &c, &roles) ||
        !consultation_move(ctx, &c, MOVE_REMOVE_CO_CONSULTANT, roles) ||
        !may_take_off(ctx, roles, args->consultantId) || !take_off(ctx, &c, args->consultantId, &name) ||
        !db_one_text(
            ctx->db, "SELECT person_id FROM co_consultant WHERE consultation_id = $1 AND consultant_id = $2",
            DB_ARGS(db_text(c.id), db_text(args->consultantId)), ctx->arena, &person_id, NULL, ctx->err))
        return false;
    return db_run(ctx->db, "DELETE FROM co_consultant WHERE consultation_id = $1 AND consultant_id = $2",
                  DB_ARGS(db_text(c.id), db_text(args->consultantId)), NULL, ctx->err) &&
           store_people(ctx, &c) && tell_and_reply(ctx, NEWS_LEFT, &c, roles, person_id, name);
}

const struct op op_run_consultation_remove_co_consultant = {
    .spec = &op_consultation_remove_co_consultant,
    .run = run_remove,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
