// Which lots pay for a session, in minutes (RULES 1 to 8). Pure: facts and a time in, a decision out.
#pragma once

#include "shared/base/err.h"
#include "shared/base/list.h"

#include <stdint.h>

enum ledger_kind {
    LEDGER_PURCHASE,
    LEDGER_GRANT,
    LEDGER_RESERVE,
    LEDGER_RELEASE,
    LEDGER_CONSUME,
    LEDGER_EXPIRE,
    LEDGER_REFUND,
    LEDGER_ADJUST,
    LEDGER_KINDS
};
extern const char *const ledger_kind_words[]; // purchase, grant, reserve, ...; NULL-terminated

// The accounts of one lot; every ledger transaction's postings sum to zero (RULES 3).
enum ledger_account {
    ACCOUNT_SOURCE, // where purchased or granted minutes come from: negative
    ACCOUNT_FREE,
    ACCOUNT_RESERVED,
    ACCOUNT_CONSUMED,
    ACCOUNT_EXPIRED,
    ACCOUNTS
};
extern const char *const ledger_account_words[];

struct lot {
    const char *id;
    int64_t minutes_per_credit;
    bool flexible; // 60, 90 or 120 minute blocks (RULES 1)
    bool free_trial;
    int64_t purchased_at, expires_at; // UTC ms
    int64_t grace_until;    // returned minutes of an expired lot usable until then (RULES 6); 0 none
    int64_t free, reserved; // minutes
};

struct slice {
    const char *lot_id;
    int64_t minutes;
};

// May this lot pay for a session of that length, booked now?
bool lot_fits(const struct lot *lot, int64_t session_minutes, bool free_trial, int64_t now);

// The slices that pay for a session: among fitting lots soonest expiry first, then oldest (RULES 4). When the first does
// not hold enough, the next ones of its kind (flexible, or of that fixed length) pay the rest: the minutes that would lapse
// first are used first. The two kinds never share a session. An expired lot with a grace lapses when the grace does.
// lots: struct lot. ret_slices: struct slice, in the arena. ERR_INSUFFICIENT_CREDITS says what is missing and why.
bool credits_choose(const struct list *lots, int64_t session_minutes, bool free_trial, int64_t now,
                    struct arena *arena, struct list *ret_slices, struct err *err);

// When a lot bought at `at` expires. days: the package's expiresAfterDays.
int64_t lot_expiry(int64_t at, int64_t days);
// Until when minutes that return now may be used: the expiry, or now + return_days when it has passed (RULES 6).
int64_t lot_usable_until(int64_t expires_at, int64_t now, int64_t return_days);

// "3", "1.5", "0.25": minutes as credits, at most two decimals, trailing zeroes cut. Returns buffer.
char *credits_format(int64_t minutes, int64_t minutes_per_credit, char *buffer, size_t size);
