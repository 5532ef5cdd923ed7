// What an operation that the server has not answered yet will do to the rows on the screen, by the same domain rules
// that the server decides with. Applying one to rows that show its effects already changes nothing, so it does not
// matter in which order an answer and its changes arrive.
#pragma once

#include "shared/domain/availability.h"
#include "shared/domain/booking.h"
#include "shared/domain/credits.h"
#include "shared/wire/args_consultation.h"
#include "shared/wire/op.h"
#include "shared/wire/rows.h"

struct overlay_op {
    int64_t n;
    const struct op_spec *spec;
    const void *args; // the struct of spec->in
    int64_t at;       // when it was queued, UTC ms
};

struct overlay_who {     // the person whose outbox it is
    unsigned roles;      // of the account
    struct arena *arena; // for lists that grow
    const struct row_me *me;
    const struct booking_policy *policy;
};

// Who that person is in this consultation: bits of enum role (shared/domain/part.h).
unsigned overlay_part(const struct row_consultation *row, const struct overlay_who *who);

// Applies the operation to its consultation. Of a co-consultant who is added only the id is known: the name is "". False: it does not concern this row, or changes nothing in it.
bool overlay_consultation(struct row_consultation *row, const struct overlay_op *op,
                          const struct overlay_who *who);
// The row that consultation.book will make. consultant: may be NULL (any). minutes: the quote.
bool overlay_booked(const struct overlay_op *op, const struct overlay_who *who,
                    const struct row_consultant *consultant, int64_t minutes, struct row_consultation *ret);

// What the operation adds to its consultation's parts; rows keep the ids that the client made. False: nothing.
bool overlay_outcome(struct row_outcome *row, const struct overlay_op *op);
void overlay_action_items(const struct overlay_op *op, struct arena *arena, struct list *items);
void overlay_deliverables(const struct overlay_op *op, struct arena *arena, struct list *deliverables);
void overlay_attendees(const struct overlay_op *op, struct arena *arena, struct list *attendees);

struct overlay_lot {
    struct row_lot row;
    int64_t waits_minutes; // how far row.reserved is only a quote
};
struct lot lot_of_row(const struct row_lot *row);
// Reserves what a booking will take. lots: struct overlay_lot. False: nothing fits, ret_slices stays untouched.
bool overlay_reserve(struct list *lots, const struct overlay_op *op, struct arena *arena,
                     struct list *ret_slices);
// Returns or consumes what a cancelled consultation had reserved, as far as this device can tell from which lots.
void overlay_release(struct list *lots, const struct row_consultation *row, enum cancel_effect effect);
