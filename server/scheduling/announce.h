// Who is told what when a booking changes: notifications at once, mails as jobs of the same transaction (RULES 20).
// Private to this folder.
#pragma once

#include "server/scheduling/parties.h"

enum news {
    NEWS_BOOKED,
    NEWS_CONFIRMED,
    NEWS_STARTED,
    NEWS_COMPLETED,
    NEWS_CANCELLED,
    NEWS_DECLINED,
    NEWS_RESCHEDULED,
    NEWS_JOINED, // a co-consultant
    NEWS_LEFT,
};

// Tells all parties as the table in announce.c says. note (may be NULL): one more sentence, as the reason given or what
// becomes of the credit.
bool announce(struct op_ctx *ctx, enum news news, const struct consultation *consultation,
              const struct parties *parties, const char *note);

// NEWS_JOINED or NEWS_LEFT: tells the co-consultant, and the lead when it was not their doing.
bool announce_co_consultant(struct op_ctx *ctx, enum news news, const struct consultation *consultation,
                            const struct parties *parties, const char *person_id, const char *name);

// "Tue 30 Dec 2025, 09:00-10:30 EST" in that zone; UTC when there is no such zone.
const char *announce_when(struct op_ctx *ctx, int64_t start, int64_t end, const char *timezone);

// One mail to one person about a booking that must still hold when it is sent.
bool announce_mail(struct op_ctx *ctx, const char *template_name, const struct consultation *consultation,
                   const char *person_id, const char *when, const char *with, const char *note);
// How a party reads the time and the other one's name.
const char *announce_client_name(struct op_ctx *ctx, const struct consultation *consultation);

// Plans the first of the reminders that still lies ahead (reminders.c).
bool reminders_plan(struct op_ctx *ctx, const struct consultation *consultation);
