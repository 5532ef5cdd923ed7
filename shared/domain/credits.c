#include "shared/domain/credits.h"

#include "shared/base/civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const ledger_kind_words[] = {
    [LEDGER_PURCHASE] = "purchase", [LEDGER_GRANT] = "grant",     [LEDGER_RESERVE] = "reserve",
    [LEDGER_RELEASE] = "release",   [LEDGER_CONSUME] = "consume", [LEDGER_EXPIRE] = "expire",
    [LEDGER_REFUND] = "refund",     [LEDGER_ADJUST] = "adjust",   [LEDGER_KINDS] = NULL,
};

const char *const ledger_account_words[] = {
    [ACCOUNT_SOURCE] = "source",     [ACCOUNT_FREE] = "free",       [ACCOUNT_RESERVED] = "reserved",
    [ACCOUNT_CONSUMED] = "consumed", [ACCOUNT_EXPIRED] = "expired", [ACCOUNTS] = NULL,
};

static const int64_t flexible_lengths[] = { 60, 90, 120 };

static bool length_fits(const struct lot *lot, int64_t session_minutes)
{
    if (!lot->flexible)
        return session_minutes == lot->minutes_per_credit;
    for (size_t i = 0; i < ARRAY_LEN(flexible_lengths); i++)
        if (flexible_lengths[i] == session_minutes)
            return true;
    return false;
}

static int64_t usable_until(const struct lot *lot)
{
    return lot->expires_at > lot->grace_until ? lot->expires_at : lot->grace_until;
}

bool lot_fits(const struct lot *lot, int64_t session_minutes, bool free_trial, int64_t now)
{
    return lot->free_trial == free_trial && now < usable_until(lot) && length_fits(lot, session_minutes);
}

static int compare_lots(const void *a, const void *b)
{
    const struct lot *x = *(const struct lot *const *)a, *y = *(const struct lot *const *)b;
    if (usable_until(x) != usable_until(y))
        return usable_until(x) < usable_until(y) ? -1 : 1;
    if (x->purchased_at != y->purchased_at)
        return x->purchased_at < y->purchased_at ? -1 : 1;
    return strcmp(x->id, y->id);
}

// The fitting lots that hold anything, in the order of RULES 4.
static const struct lot **fitting(const struct list *lots, int64_t session_minutes, bool free_trial,
                                  int64_t now, struct arena *arena, size_t *ret_count)
{
    const struct lot **sorted = ARENA_ARRAY(arena, const struct lot *, lots->count);
    size_t count = 0;
    for (size_t i = 0; i < lots->count; i++) {
        const struct lot *lot = LIST_AT(lots, const struct lot, i);
        if (lot->free > 0 && lot_fits(lot, session_minutes, free_trial, now))
            sorted[count++] = lot;
    }
    qsort(sorted, count, sizeof *sorted, compare_lots);
    *ret_count = count;
    return sorted;
}

static int64_t free_of_kind(const struct lot *const *lots, size_t count, bool flexible)
{
    int64_t free_minutes = 0;
    for (size_t i = 0; i < count; i++)
        if (lots[i]->flexible == flexible)
            free_minutes += lots[i]->free;
    return free_minutes;
}

static void take_slices(const struct lot *const *lots, size_t count, bool flexible, int64_t minutes,
                        struct arena *arena, struct list *ret_slices)
{
    struct list slices = { 0 };
    for (size_t i = 0; i < count && minutes > 0; i++) {
        if (lots[i]->flexible != flexible)
            continue;
        struct slice *slice = LIST_ADD(&slices, arena, struct slice);
        slice->lot_id = lots[i]->id;
        slice->minutes = lots[i]->free < minutes ? lots[i]->free : minutes;
        minutes -= slice->minutes;
    }
    *ret_slices = slices;
}

struct shortage {       // minutes that are free but do not help, and why
    int64_t fitting[2]; // of fixed and of flexible lots
    int64_t expired;
    int64_t other_length; // what another lot's credits are good for; 0: there is none
};

static struct shortage explain(const struct list *lots, int64_t session_minutes, bool free_trial, int64_t now)
{
    struct shortage shortage = { 0 };
    for (size_t i = 0; i < lots->count; i++) {
        const struct lot *lot = LIST_AT(lots, const struct lot, i);
        if (lot->free_trial != free_trial || lot->free <= 0)
            continue;
        bool usable = now < usable_until(lot), fits = length_fits(lot, session_minutes);
        if (fits && !usable)
            shortage.expired += lot->free;
        else if (fits)
            shortage.fitting[lot->flexible] += lot->free;
        else if (usable)
            shortage.other_length = lot->minutes_per_credit;
    }
    return shortage;
}

static bool insufficient(const struct list *lots, int64_t session_minutes, bool free_trial, int64_t now,
                         struct err *err)
{
    struct shortage shortage = explain(lots, session_minutes, free_trial, now);
    long long wanted = (long long)session_minutes;
    const char *what = free_trial ? "free trial" : "credit";
    int64_t most = shortage.fitting[0] > shortage.fitting[1] ? shortage.fitting[0] : shortage.fitting[1];
    if (most > 0)
        return err_set(err, ERR_INSUFFICIENT_CREDITS,
                       "a session of %lld minutes needs more %s: only %lld minutes are free", wanted, what,
                       (long long)most);
    if (shortage.other_length > 0)
        return err_set(err, ERR_INSUFFICIENT_CREDITS,
                       "no %s fits a session of %lld minutes: what is left is for %lld minutes", what, wanted,
                       (long long)shortage.other_length);
    if (shortage.expired > 0)
        return err_set(err, ERR_INSUFFICIENT_CREDITS, "the %s for a session of %lld minutes has expired",
                       what, wanted);
    return err_set(err, ERR_INSUFFICIENT_CREDITS, "no %s is left for a session of %lld minutes", what,
                   wanted);
}

bool credits_choose(const struct list *lots, int64_t session_minutes, bool free_trial, int64_t now,
                    struct arena *arena, struct list *ret_slices, struct err *err)
{
    CHECK(session_minutes > 0);
    size_t count;
    const struct lot **sorted = fitting(lots, session_minutes, free_trial, now, arena, &count);
    if (count == 0)
        return insufficient(lots, session_minutes, free_trial, now, err);
    bool flexible = sorted[0]->flexible;
    if (free_of_kind(sorted, count, flexible) < session_minutes)
        flexible = !flexible;
    if (free_of_kind(sorted, count, flexible) < session_minutes)
        return insufficient(lots, session_minutes, free_trial, now, err);
    take_slices(sorted, count, flexible, session_minutes, arena, ret_slices);
    return true;
}

int64_t lot_expiry(int64_t at, int64_t days)
{
    return at + days * DAY_MS;
}

int64_t lot_usable_until(int64_t expires_at, int64_t now, int64_t return_days)
{
    return now < expires_at ? expires_at : now + return_days * DAY_MS;
}

char *credits_format(int64_t minutes, int64_t minutes_per_credit, char *buffer, size_t size)
{
    CHECK(minutes_per_credit > 0);
    int64_t positive = minutes < 0 ? -minutes : minutes;
    int64_t hundredths = (positive * 100 + minutes_per_credit / 2) / minutes_per_credit;
    const char *sign = minutes < 0 && hundredths > 0 ? "-" : "";
    long long whole = (long long)(hundredths / 100);
    int rest = (int)(hundredths % 100);
    if (rest == 0)
        snprintf(buffer, size, "%s%lld", sign, whole);
    else if (rest % 10 == 0)
        snprintf(buffer, size, "%s%lld.%d", sign, whole, rest / 10);
    else
        snprintf(buffer, size, "%s%lld.%02d", sign, whole, rest);
    return buffer;
}
