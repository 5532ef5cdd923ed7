// Lots, what is free and reserved, and what acts would cost.

#include "tui/model/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Hundredths of a credit, rounded.
static int64_t centi(int64_t minutes, int64_t minutes_per_credit)
{
    if (minutes_per_credit <= 0)
        return 0;
    int64_t scaled = minutes * 100;
    return (scaled + (scaled < 0 ? -minutes_per_credit : minutes_per_credit) / 2) / minutes_per_credit;
}

static bool is_for(const struct overlay_op *op, const struct overlay_who *who, const char *client_id)
{
    const struct args_book *args = op->args;
    const char *its = args->clientId != NULL ? args->clientId : who->me->clientId;
    return client_id == NULL || (its != NULL && strcmp(its, client_id) == 0);
}

// A booking or cancellation that the cache shows already is not applied to the lots once more.
static void apply_pending(struct model *model, const struct pending *pending, const struct overlay_who *who,
                          const char *client_id, struct list *lots, struct arena *arena)
{
    struct row_consultation base;
    bool known = pending->thing != NULL && row_get(model, ROW_CONSULTATION, pending->thing, arena, &base);
    struct list slices;
    if (pending->op.spec == &op_consultation_book && !known && is_for(&pending->op, who, client_id))
        overlay_reserve(lots, &pending->op, arena, &slices);
    if (pending->op.spec == &op_consultation_cancel && known &&
        booking_is_open((enum booking_status)base.status))
        overlay_release(lots, &base,
                        booking_cancel_effect(overlay_part(&base, who), base.start, pending->op.at,
                                              who->policy->cancel_minutes));
}

void lots_overlaid(struct model *model, const char *client_id, struct arena *arena, struct list *ret)
{
    struct overlay_who who;
    struct list lots = { 0 };
    model_who(model, arena, &who);
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(model->cache, table_select(ROW_LOT, "AND (?1 IS NULL OR clientId = ?1)"
                                                        " ORDER BY expiresAt, purchasedAt, id"));
    bind_text(query, 1, client_id);
    struct row_lot row;
    while (table_next(model->cache, query, ROW_LOT, arena, &row))
        LIST_ADD(&lots, arena, struct overlay_lot)->row = row;
    for (const struct pending *p = NULL; (p = pending_next(model, p)) != NULL;)
        apply_pending(model, p, &who, client_id, &lots, arena);
    *ret = lots;
}

void model_lots(struct model *model, struct arena *arena, struct list *ret)
{
    struct list lots = { 0 }, views = { 0 };
    int64_t now = model_now(model);
    reader_begin(model);
    lots_overlaid(model, organization_chosen(model, arena), arena, &lots);
    reader_end(model);
    for (size_t i = 0; i < lots.count; i++) {
        const struct overlay_lot *lot = LIST_AT(&lots, struct overlay_lot, i);
        *LIST_ADD(&views, arena, struct lot_view) =
            (struct lot_view){ lot->row, lot->waits_minutes, lot->row.expiresAt > now };
    }
    *ret = views;
}

void model_credits(struct model *model, struct credit_summary *ret)
{
    struct arena arena = { 0 };
    struct list lots = { 0 };
    struct credit_summary sum = { 0 };
    model_lots(model, &arena, &lots);
    for (size_t i = 0; i < lots.count; i++) {
        const struct lot_view *lot = LIST_AT(&lots, struct lot_view, i);
        int64_t per_credit = lot->row.minutesPerCredit;
        if (lot->row.freeTrial) {
            sum.trial_minutes += lot->usable ? lot->row.free : 0;
            continue;
        }
        sum.free += lot->usable ? centi(lot->row.free, per_credit) : 0;
        sum.reserved += centi(lot->row.reserved, per_credit);
        sum.pending += lot->waits_minutes > 0 ? centi(lot->waits_minutes, per_credit) : 0;
        if (lot->usable && lot->row.free > 0 &&
            (sum.next_expiry == 0 || lot->row.expiresAt < sum.next_expiry))
            sum.next_expiry = lot->row.expiresAt;
    }
    arena_free(&arena);
    *ret = sum;
}

char *centi_format(int64_t value, char *buffer, size_t size)
{
    return credits_format(value, 100, buffer, size);
}

static const struct overlay_lot *find_lot(const struct list *lots, const char *id)
{
    for (size_t i = 0; i < lots->count; i++)
        if (strcmp(LIST_AT(lots, struct overlay_lot, i)->row.id, id) == 0)
            return LIST_AT(lots, struct overlay_lot, i);
    return NULL;
}

static void sum_slices(const struct list *slices, const struct list *lots, struct quote *ret)
{
    *ret = (struct quote){ 0 };
    for (size_t i = 0; i < slices->count; i++) {
        const struct slice *slice = LIST_AT(slices, struct slice, i);
        const struct overlay_lot *lot = find_lot(lots, slice->lot_id);
        if (lot == NULL)
            continue;
        if (ret->package_name == NULL) {
            ret->package_name = lot->row.packageName;
            ret->lot_expires_at = lot->row.expiresAt;
        }
        ret->minutes += slice->minutes;
        ret->centi += centi(slice->minutes, lot->row.minutesPerCredit);
    }
}

bool model_quote(struct model *model, int64_t session_minutes, bool free_trial, struct arena *arena,
                 struct quote *ret, struct err *err)
{
    struct list lots = { 0 }, facts = { 0 }, slices = { 0 };
    reader_begin(model);
    lots_overlaid(model, organization_chosen(model, arena), arena, &lots);
    reader_end(model);
    for (size_t i = 0; i < lots.count; i++)
        *LIST_ADD(&facts, arena, struct lot) = lot_of_row(&LIST_AT(&lots, struct overlay_lot, i)->row);
    if (!credits_choose(&facts, session_minutes, free_trial, model_now(model), arena, &slices, err))
        return false;
    sum_slices(&slices, &lots, ret);
    return true;
}

// The lot that most likely paid: of the consultation's package, with enough reserved.
static const struct overlay_lot *paying_lot(const struct list *lots, const struct row_consultation *row)
{
    for (size_t i = 0; i < lots->count && row->packageId != NULL; i++) {
        const struct overlay_lot *lot = LIST_AT(lots, struct overlay_lot, i);
        if (lot->row.packageId != NULL && strcmp(lot->row.packageId, row->packageId) == 0 &&
            lot->row.reserved >= row->minutes)
            return lot;
    }
    return NULL;
}

bool model_cancel_preview(struct model *model, const char *id, struct arena *arena,
                          struct cancel_preview *ret)
{
    struct consultation c;
    struct overlay_who who;
    struct list lots = { 0 };
    int64_t now = model_now(model);
    reader_begin(model);
    bool found = consultation_get(model, id, arena, &c);
    model_who(model, arena, &who);
    lots_overlaid(model, found ? c.row.clientId : NULL, arena, &lots);
    reader_end(model);
    if (!found)
        return false;
    const struct overlay_lot *lot = paying_lot(&lots, &c.row);
    *ret = (struct cancel_preview){
        .effect = booking_cancel_effect(c.part, c.row.start, now, who.policy->cancel_minutes),
        .minutes = c.row.minutes,
        .package_name = c.row.packageName,
        .deadline = c.row.start - who.policy->cancel_minutes * MINUTE_MS,
    };
    if (lot != NULL) {
        ret->centi = centi(c.row.minutes, lot->row.minutesPerCredit);
        ret->usable_until = lot_usable_until(lot->row.expiresAt, now, who.policy->return_days);
    } else if (c.row.end > c.row.start) {
        ret->centi = centi(c.row.minutes, (c.row.end - c.row.start) / MINUTE_MS);
    }
    return true;
}
