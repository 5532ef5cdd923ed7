// What pending bookings and cancellations do to the lots, by RULES 4 and 13.

#include "shared/sync/overlay.h"

#include "shared/base/civil.h"

#include <string.h>

struct lot lot_of_row(const struct row_lot *row)
{
    return (struct lot){
        .id = row->id,
        .minutes_per_credit = row->minutesPerCredit,
        .flexible = row->flexible,
        .free_trial = row->freeTrial,
        .purchased_at = row->purchasedAt,
        .expires_at = row->expiresAt,
        .free = row->free,
        .reserved = row->reserved,
    };
}

static struct overlay_lot *find_lot(struct list *lots, const char *id)
{
    for (size_t i = 0; i < lots->count; i++)
        if (strcmp(LIST_AT(lots, struct overlay_lot, i)->row.id, id) == 0)
            return LIST_AT(lots, struct overlay_lot, i);
    return NULL;
}

bool overlay_reserve(struct list *lots, const struct overlay_op *op, struct arena *arena,
                     struct list *ret_slices)
{
    if (op->spec != &op_consultation_book)
        return false;
    const struct args_book *args = op->args;
    int64_t length = (args->schedule.scheduledEnd - args->schedule.scheduledStart) / MINUTE_MS;
    struct list facts = { 0 }, slices = { 0 };
    for (size_t i = 0; i < lots->count; i++)
        *LIST_ADD(&facts, arena, struct lot) = lot_of_row(&LIST_AT(lots, struct overlay_lot, i)->row);
    struct err err;
    if (!credits_choose(&facts, length, args->useFreeTrialCredit, op->at, arena, &slices, &err))
        return false;
    for (size_t i = 0; i < slices.count; i++) {
        const struct slice *slice = LIST_AT(&slices, struct slice, i);
        struct overlay_lot *lot = find_lot(lots, slice->lot_id);
        CHECK(lot != NULL); // the slices were chosen from these lots
        lot->row.free -= slice->minutes;
        lot->row.reserved += slice->minutes;
        lot->waits_minutes += slice->minutes;
    }
    *ret_slices = slices;
    return true;
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

void overlay_release(struct list *lots, const struct row_consultation *row, enum cancel_effect effect)
{
    int64_t left = row->minutes;
    for (size_t i = 0; i < lots->count && left > 0; i++) {
        struct overlay_lot *lot = LIST_AT(lots, struct overlay_lot, i);
        int64_t part = lot->row.reserved < left ? lot->row.reserved : left;
        if (part <= 0 || !same(lot->row.packageId, row->packageId) || lot->row.freeTrial != row->freeTrial)
            continue;
        lot->row.reserved -= part;
        lot->waits_minutes -= part;
        if (effect == CANCEL_RETURNS)
            lot->row.free += part;
        else
            lot->row.consumed += part;
        left -= part;
    }
}
