// consultant.availability_get: the rules and, for a range, the free slots.
#include "server/consultants/availability_store.h"
#include "server/consultants/availability_view.h"
#include "server/consultants/consultant_store.h"
#include "server/consultants/consultants.h"
#include "server/scheduling/scheduling.h"

#include <string.h>

enum { SLOT_MINUTES_DEFAULT = 60, RANGE_DAYS_MAX = 93 };

static bool check_range(const struct args_slot_range *args, struct err *err)
{
    if (args->from == 0 && args->to == 0)
        return true;
    if (args->from == 0 || args->to == 0)
        return err_field(err, args->from == 0 ? "from" : "to", "Give both ends of the range, or neither.");
    if (args->to <= args->from)
        return err_field(err, "to", "The range must end after it starts.");
    if (args->to - args->from > (int64_t)RANGE_DAYS_MAX * DAY_MS)
        return err_field(err, "to", "The range may be %d days long at most.", RANGE_DAYS_MAX);
    return true;
}

// The same calendar and the same function that booking asks (RULES 11).
static bool reply_slots(struct op_ctx *ctx, const char *consultant_id, const struct args_slot_range *args)
{
    struct booking_policy policy;
    struct calendar calendar = { 0 };
    struct list slots = { 0 }, views = { 0 };
    int minutes = args->minutes == 0 ? SLOT_MINUTES_DEFAULT : (int)args->minutes;
    if (!policy_get(ctx, &policy) ||
        !calendar_load(ctx, consultant_id, args->from, args->to, &policy, &calendar))
        return false;
    slot_list_free(&calendar, args->from, args->to, minutes, ctx->now, ctx->arena, &slots);
    for (size_t i = 0; i < slots.count; i++) {
        const struct slot *slot = LIST_AT(&slots, struct slot, i);
        *LIST_ADD(&views, ctx->arena, struct view_slot) = (struct view_slot){ slot->start, slot->end };
    }
    reply_shapes(ctx, "slots", &shape_slot_view, &views);
    return true;
}

static bool may_know_why(const struct actor *actor, const char *consultant_id)
{
    bool own = actor->consultant_id != NULL && strcmp(actor->consultant_id, consultant_id) == 0;
    return own || (actor->roles & ROLE_ADMIN) != 0;
}

static bool run(struct op_ctx *ctx, const void *in)
{
    const struct args_slot_range *args = in;
    struct consultant consultant;
    struct list rules = { 0 }, views = { 0 };
    if (!check_range(args, ctx->err) || !consultant_resolve(ctx, args->id, &consultant) ||
        !availability_load_all(ctx, consultant.row.id, &rules))
        return false;
    bool why = may_know_why(&ctx->actor, consultant.row.id);
    for (size_t i = 0; i < rules.count; i++) {
        struct row_availability *rule = LIST_AT(&rules, struct row_availability, i);
        rule->reason = why ? rule->reason : NULL;
        *LIST_ADD(&views, ctx->arena, struct view_availability) = availability_view(rule, ctx->arena);
    }
    reply_shapes(ctx, "availability", &shape_availability_view, &views);
    reply_int(ctx, "total", (int64_t)views.count);
    reply_text(ctx, "nextCursor", NULL);
    return args->from == 0 || reply_slots(ctx, consultant.row.id, args);
}

const struct op op_run_consultant_availability_get = {
    .spec = &op_consultant_availability_get,
    .run = run,
    .reply_name = "availability",
    .reply_shape = &shape_availability_view,
    .reply_list = true,
};
