// Who is told what when a booking changes: notifications at once, mails as jobs of the same transaction (RULES 20).
// Private to this folder.
#pragma once

#include "server/scheduling/consultation.h"

enum news {
    NEWS_BOOKED,
    NEWS_CONFIRMED,
    NEWS_STARTED,
    NEWS_COMPLETED,
    NEWS_CANCELLED,
    NEWS_RESCHEDULED,
};

// Tells both parties as the table in announce.c says. host_zone: the consultant's IANA zone, NULL: looked up.
// note (may be NULL): one more sentence, as the reason given or what becomes of the credit.
bool announce(struct op_ctx *ctx, enum news news, const struct consultation *consultation,
              const char *host_zone, const char *note);

// "Tue 30 Dec 2025, 09:00-10:30 EST" in that zone; UTC when there is no such zone.
const char *announce_when(struct op_ctx *ctx, int64_t start, int64_t end, const char *timezone);
