// A lot as the API shows it: the row's own struct with ISO times and decimal money (RULES 26).
#include "server/credits/ledger.h"

static const struct field lot_fields[] = {
    { FIELD(struct row_lot, id), .kind = FIELD_ID },
    { FIELD(struct row_lot, packageId), .kind = FIELD_TEXT },
    { FIELD(struct row_lot, packageName), .kind = FIELD_TEXT },
    { FIELD_AS(struct row_lot, minutesPerCredit, "sessionDuration"), .kind = FIELD_INT,
      .help = "Minutes a credit" },
    { FIELD_AS(struct row_lot, total, "minutesTotal"), .kind = FIELD_INT },
    { FIELD_AS(struct row_lot, free, "minutesFree"), .kind = FIELD_INT },
    { FIELD_AS(struct row_lot, reserved, "minutesReserved"), .kind = FIELD_INT },
    { FIELD_AS(struct row_lot, consumed, "minutesConsumed"), .kind = FIELD_INT },
    { FIELD_AS(struct row_lot, expired, "minutesExpired"), .kind = FIELD_INT },
    { FIELD(struct row_lot, flexible), .kind = FIELD_BOOL },
    { FIELD(struct row_lot, freeTrial), .kind = FIELD_BOOL },
    { FIELD(struct row_lot, purchasedAt), .kind = FIELD_TIME },
    { FIELD(struct row_lot, expiresAt), .kind = FIELD_TIME },
    { FIELD(struct row_lot, price), .kind = FIELD_MONEY },
    { FIELD(struct row_lot, currency), .kind = FIELD_TEXT },
};
const struct shape shape_lot_view = SHAPE(struct row_lot, "Lot", lot_fields);
