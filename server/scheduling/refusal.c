// What the loser is told: why, and the nearest times that can be had instead (RULES 9).
#include "server/scheduling/calendar.h"

#include <stdlib.h>
#include <string.h>

enum {
    ALTERNATIVES = 5,
    ALTERNATIVES_ASKED = 24, // more, since the client may be busy at some of them
    REACH_DAYS = 14,         // on either side of the time that was wanted
};

// The words of enum slot_reason in details.reason.
static const char *const reason_words[] = {
    [SLOT_FREE] = "free",     [SLOT_IN_THE_PAST] = "in_the_past", [SLOT_NOTICE] = "notice",
    [SLOT_WINDOW] = "window", [SLOT_CLOSED] = "closed",           [SLOT_TIME_OFF] = "time_off",
    [SLOT_BUSY] = "busy",     [SLOT_BUFFER] = "buffer",           [SLOT_CAP] = "cap",
    [SLOT_STEP] = "step",
};

struct offer {
    struct alternative is;
    int64_t distance;
};

static bool client_is_busy(struct op_ctx *ctx, const struct wish *wish, int64_t start, int64_t end,
                           bool *ret_busy)
{
    int64_t one;
    *ret_busy = false;
    return db_one_int(ctx->db,
                      "SELECT 1 FROM consultation WHERE client_id = $1 AND starts_at < $3 AND starts_at > $4 "
                      "AND ends_at > $2 AND blocks = 1 AND id <> $5 LIMIT 1",
                      DB_ARGS(db_text(wish->client_id), db_int(start), db_int(end), db_int(start - DAY_MS),
                              db_text(wish->ignore_id == NULL ? "" : wish->ignore_id)),
                      &one, ret_busy, ctx->err);
}

bool wish_check_client(struct op_ctx *ctx, const struct wish *wish, const char *consultant_id,
                       const struct booking_policy *policy)
{
    bool busy;
    if (!client_is_busy(ctx, wish, wish->start, wish->end, &busy))
        return false;
    if (!busy)
        return true;
    struct list ids = { 0 };
    if (consultant_id != NULL)
        *LIST_ADD(&ids, ctx->arena, const char *) = consultant_id;
    return wish_refuse(ctx, wish, &ids, policy, ERR_SLOT_TAKEN, "client_busy",
                       "The client has another session at that time.");
}

// The calendars of those who join, over all days for which there may be offers.
static bool load_joining(struct op_ctx *ctx, const struct wish *wish, const struct booking_policy *policy,
                         struct list *ret_calendars)
{
    for (size_t i = 0; wish->joined_by != NULL && i < wish->joined_by->count; i++)
        if (!calendar_load(ctx, *LIST_AT(wish->joined_by, const char *, i),
                           wish->start - (int64_t)REACH_DAYS * DAY_MS,
                           wish->start + (int64_t)REACH_DAYS * DAY_MS, policy,
                           LIST_ADD(ret_calendars, ctx->arena, struct calendar)))
            return false;
    return true;
}

static bool all_free(const struct list *calendars, const struct slot *slot, const char *ignore_id)
{
    for (size_t i = 0; i < calendars->count; i++)
        if (slot_check_taken(LIST_AT(calendars, struct calendar, i), slot->start, slot->end, ignore_id) !=
            SLOT_FREE)
            return false;
    return true;
}

static bool add_offers(struct op_ctx *ctx, const struct wish *wish, const char *consultant_id,
                       const struct booking_policy *policy, const struct list *joining, struct list *offers)
{
    struct calendar calendar;
    struct list slots;
    if (!calendar_load(ctx, consultant_id, wish->start - (int64_t)REACH_DAYS * DAY_MS,
                       wish->start + (int64_t)REACH_DAYS * DAY_MS, policy, &calendar))
        return false;
    slot_nearest(&calendar, wish->start, (int)((wish->end - wish->start) / MINUTE_MS), ctx->now,
                 ALTERNATIVES_ASKED, ctx->arena, &slots);
    for (size_t i = 0; i < slots.count; i++) {
        const struct slot *slot = LIST_AT(&slots, struct slot, i);
        int64_t distance = llabs(slot->start - wish->start);
        bool busy;
        // beyond what was loaded nothing is known of what is taken there
        if (distance > (int64_t)(REACH_DAYS - 2) * DAY_MS || !all_free(joining, slot, wish->ignore_id))
            continue;
        if (!client_is_busy(ctx, wish, slot->start, slot->end, &busy))
            return false;
        if (!busy)
            *LIST_ADD(offers, ctx->arena, struct offer) =
                (struct offer){ { *slot, consultant_id }, distance };
    }
    return true;
}

static int compare_offers(const void *a, const void *b)
{
    const struct offer *x = a, *y = b;
    if (x->distance != y->distance)
        return x->distance < y->distance ? -1 : 1;
    if (x->is.slot.start != y->is.slot.start)
        return x->is.slot.start < y->is.slot.start ? -1 : 1;
    return strcmp(x->is.consultant_id, y->is.consultant_id);
}

static bool start_known(const struct list *alternatives, int64_t start)
{
    for (size_t i = 0; i < alternatives->count; i++)
        if (LIST_AT(alternatives, struct alternative, i)->slot.start == start)
            return true;
    return false;
}

bool wish_alternatives(struct op_ctx *ctx, const struct wish *wish, const struct list *consultant_ids,
                       const struct booking_policy *policy, struct list *ret)
{
    struct list offers = { 0 }, joining = { 0 }, nearest = { 0 };
    if (!load_joining(ctx, wish, policy, &joining))
        return false;
    for (size_t i = 0; i < consultant_ids->count; i++)
        if (!add_offers(ctx, wish, *LIST_AT(consultant_ids, const char *, i), policy, &joining, &offers))
            return false;
    if (offers.count > 1)
        qsort(offers.items, offers.count, sizeof(struct offer), compare_offers);
    for (size_t i = 0; i < offers.count && nearest.count < ALTERNATIVES; i++) {
        const struct alternative *one = &LIST_AT(&offers, struct offer, i)->is;
        if (!start_known(&nearest, one->slot.start))
            *LIST_ADD(&nearest, ctx->arena, struct alternative) = *one;
    }
    *ret = nearest;
    return true;
}

static const char *details_of(struct op_ctx *ctx, const char *reason_word, const struct list *alternatives)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    buf_add_text(&out, "{\"reason\":");
    json_add_text(&out, reason_word);
    buf_add_text(&out, ",\"alternatives\":[");
    for (size_t i = 0; i < alternatives->count; i++) {
        const struct alternative *one = LIST_AT(alternatives, struct alternative, i);
        buf_add_text(&out, i > 0 ? ",{\"scheduledStart\":" : "{\"scheduledStart\":");
        json_add_time(&out, one->slot.start);
        buf_add_text(&out, ",\"scheduledEnd\":");
        json_add_time(&out, one->slot.end);
        buf_add_text(&out, ",\"consultantId\":");
        json_add_text(&out, one->consultant_id);
        buf_add_char(&out, '}');
    }
    buf_add_text(&out, "]}");
    return arena_strdup(ctx->arena, buf_text(&out));
}

bool wish_refuse(struct op_ctx *ctx, const struct wish *wish, const struct list *consultant_ids,
                 const struct booking_policy *policy, enum err_code code, const char *reason_word,
                 const char *reason_text)
{
    struct list alternatives = { 0 };
    if (!wish_alternatives(ctx, wish, consultant_ids, policy, &alternatives))
        return false;
    err_set(ctx->err, code, "%s", reason_text);
    ctx->err->details = details_of(ctx, reason_word, &alternatives);
    return false;
}

bool wish_refuse_slot(struct op_ctx *ctx, const struct wish *wish, const char *consultant_id,
                      const struct booking_policy *policy, enum slot_reason reason)
{
    struct list ids = { 0 };
    *LIST_ADD(&ids, ctx->arena, const char *) = consultant_id;
    const char *text = arena_printf(ctx->arena, "That time cannot be booked: %s.", slot_reason_text(reason));
    return wish_refuse(ctx, wish, &ids, policy, reason == SLOT_BUSY ? ERR_SLOT_TAKEN : ERR_NOT_AVAILABLE,
                       reason_words[reason], text);
}
