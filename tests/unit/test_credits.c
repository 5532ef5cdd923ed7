// Which lots pay. RULES 1, 2, 4, 6, 7; TRAPS 8, 9.
#include "shared/base/civil.h"
#include "shared/domain/credits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW     1767000000000LL
#define DAYS(n) ((n) * (int64_t)DAY_MS)

// One choice: lots in, slices or an error out.
struct choice {
    struct arena arena;
    struct list lots, slices;
    struct err err;
    bool paid;
};

static void choice_free(struct choice *choice)
{
    arena_free(&choice->arena);
}

// Adds a lot of `length` minute credits, bought `bought` days ago, that expires in `left` days.
static struct lot *add_lot(struct choice *choice, const char *id, int64_t length, int64_t free_minutes,
                           int64_t bought, int64_t left)
{
    struct lot *lot = LIST_ADD(&choice->lots, &choice->arena, struct lot);
    *lot = (struct lot){ .id = id,
                         .minutes_per_credit = length,
                         .purchased_at = NOW - DAYS(bought),
                         .expires_at = NOW + DAYS(left),
                         .free = free_minutes };
    return lot;
}

static void choose(struct choice *choice, int64_t minutes, bool free_trial)
{
    choice->paid = credits_choose(&choice->lots, minutes, free_trial, NOW, &choice->arena, &choice->slices,
                                  &choice->err);
}

// "a:90 b:30"
static void assert_slices(const struct choice *choice, const char *expected)
{
    char text[256] = "";
    size_t length = 0;
    for (size_t i = 0; i < choice->slices.count; i++) {
        const struct slice *slice = LIST_AT(&choice->slices, const struct slice, i);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s:%lld", i > 0 ? " " : "",
                                   slice->lot_id, (long long)slice->minutes);
    }
    assert_true(choice->paid);
    assert_string_equal(text, expected);
}

static void assert_refused(const struct choice *choice, const char *message)
{
    assert_false(choice->paid);
    assert_int_equal(choice->err.code, ERR_INSUFFICIENT_CREDITS);
    assert_string_equal(choice->err.message, message);
    assert_int_equal(choice->slices.count, 0); // untouched
}

static void test_rule_01_lengths_are_not_interchangeable(void **state)
{
    (void)state;
    CLEANUP(choice_free) struct choice choice = { 0 };
    add_lot(&choice, "strategy", 120, 960, 1, 30);
    add_lot(&choice, "discovery", 90, 360, 1, 60);
    choose(&choice, 90, false);
    assert_slices(&choice, "discovery:90");
    choose(&choice, 120, false);
    assert_slices(&choice, "strategy:120");
}

static void test_rule_01_flexible_lots_take_60_90_and_120(void **state)
{
    (void)state;
    struct lot lot = { .id = "annual", .minutes_per_credit = 60, .flexible = true, .expires_at = NOW + 1 };
    static const int64_t fitting[] = { 60, 90, 120 }, others[] = { 15, 30, 45, 75, 180, 240 };
    for (size_t i = 0; i < ARRAY_LEN(fitting); i++)
        assert_true(lot_fits(&lot, fitting[i], false, NOW));
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_false(lot_fits(&lot, others[i], false, NOW));
    lot.flexible = false;
    assert_true(lot_fits(&lot, 60, false, NOW));
    assert_false(lot_fits(&lot, 120, false, NOW)); // no exact multiples
    char text[16];
    assert_string_equal(credits_format(90, 60, text, sizeof text), "1.5");
}

static void test_rule_01_flexible_lots_combine(void **state)
{
    (void)state;
    CLEANUP(choice_free) struct choice choice = { 0 };
    add_lot(&choice, "later", 60, 600, 300, 200)->flexible = true;
    add_lot(&choice, "sooner", 60, 30, 300, 65)->flexible = true;
    choose(&choice, 90, false);
    assert_slices(&choice, "sooner:30 later:60");
}

static void test_kinds_do_not_mix_in_one_session(void **state)
{
    (void)state;
    CLEANUP(choice_free) struct choice choice = { 0 };
    add_lot(&choice, "fixed", 90, 45, 1, 10);
    add_lot(&choice, "flexible", 60, 60, 1, 20)->flexible = true;
    choose(&choice, 90, false);
    assert_refused(&choice, "a session of 90 minutes needs more credit: only 60 minutes are free");
    add_lot(&choice, "more", 60, 30, 1, 30)->flexible = true;
    choose(&choice, 90, false);
    assert_slices(&choice, "flexible:60 more:30");
}

static void test_rule_04_soonest_expiry_first(void **state)
{
    (void)state;
    CLEANUP(choice_free) struct choice choice = { 0 };
    add_lot(&choice, "newest", 90, 360, 0, 60);
    add_lot(&choice, "lapsing", 90, 90, 10, 3);
    add_lot(&choice, "oldest", 90, 360, 50, 45);
    choose(&choice, 90, false);
    assert_slices(&choice, "lapsing:90");
}

static void test_rule_04_then_oldest_then_id(void **state)
{
    (void)state;
    CLEANUP(choice_free) struct choice choice = { 0 };
    add_lot(&choice, "b", 90, 90, 5, 30);
    add_lot(&choice, "c", 90, 90, 9, 30);
    add_lot(&choice, "a", 90, 90, 5, 30);
    choose(&choice, 90, false);
    assert_slices(&choice, "c:90");
    LIST_AT(&choice.lots, struct lot, 1)->free = 0;
    choose(&choice, 90, false);
    assert_slices(&choice, "a:90");
}

static void test_trap_08_paid_credits_do_not_lapse_behind_new_ones(void **state)
{
    (void)state;
    CLEANUP(choice_free) struct choice choice = { 0 };
    add_lot(&choice, "old", 60, 120, 89, 1);
    add_lot(&choice, "new", 60, 960, 0, 90);
    for (int session = 0; session < 3; session++) {
        choose(&choice, 60, false);
        assert_slices(&choice, session < 2 ? "old:60" : "new:60");
        const char *paid_by = LIST_AT(&choice.slices, struct slice, 0)->lot_id;
        for (size_t i = 0; i < choice.lots.count; i++)
            if (strcmp(LIST_AT(&choice.lots, struct lot, i)->id, paid_by) == 0)
                LIST_AT(&choice.lots, struct lot, i)->free -= 60;
    }
}

static void test_rule_06_expiry_is_book_by(void **state)
{
    (void)state;
    struct lot lot = { .id = "a", .minutes_per_credit = 90, .expires_at = NOW, .free = 90 };
    assert_true(lot_fits(&lot, 90, false, NOW - 1));
    assert_false(lot_fits(&lot, 90, false, NOW));
    CLEANUP(choice_free) struct choice choice = { 0 };
    add_lot(&choice, "expired", 90, 90, 61, -1);
    choose(&choice, 90, false);
    assert_refused(&choice, "the credit for a session of 90 minutes has expired");
}

static void test_trap_09_a_return_to_an_expired_lot_gets_the_grace(void **state)
{
    (void)state;
    int64_t expired = NOW - DAYS(1), until = lot_usable_until(expired, NOW, 7);
    assert_int_equal(until, NOW + DAYS(7));
    assert_int_equal(lot_usable_until(NOW + 1, NOW, 7), NOW + 1); // not expired: nothing is added
    assert_int_equal(lot_usable_until(NOW, NOW, 7), NOW + DAYS(7));
    struct lot lot = {
        .id = "a", .minutes_per_credit = 90, .expires_at = expired, .grace_until = until, .free = 90
    };
    assert_true(lot_fits(&lot, 90, false, NOW));
    assert_true(lot_fits(&lot, 90, false, until - 1));
    assert_false(lot_fits(&lot, 90, false, until));
}

static void test_rule_06_grace_counts_as_the_expiry_in_the_order(void **state)
{
    (void)state;
    CLEANUP(choice_free) struct choice choice = { 0 };
    add_lot(&choice, "soon", 90, 90, 80, 3);
    add_lot(&choice, "returned", 90, 90, 99, -2)->grace_until = NOW + DAYS(5);
    choose(&choice, 90, false);
    assert_slices(&choice, "soon:90");
}

static void test_rule_07_the_trial_pays_for_15_minutes_and_nothing_else(void **state)
{
    (void)state;
    CLEANUP(choice_free) struct choice choice = { 0 };
    add_lot(&choice, "trial", 15, 15, 1, 29)->free_trial = true;
    add_lot(&choice, "paid", 90, 90, 1, 29);
    choose(&choice, 15, true);
    assert_slices(&choice, "trial:15");
    choose(&choice, 90, false);
    assert_slices(&choice, "paid:90");
    choice.slices.count = 0;
    choose(&choice, 15, false); // not without asking for it
    assert_refused(&choice, "no credit fits a session of 15 minutes: what is left is for 90 minutes");
    choose(&choice, 90, true); // and no paid credit for a trial
    assert_refused(&choice, "no free trial fits a session of 90 minutes: what is left is for 15 minutes");
    LIST_AT(&choice.lots, struct lot, 0)->free = 0;
    choose(&choice, 15, true);
    assert_refused(&choice, "no free trial is left for a session of 15 minutes");
}

static void test_nothing_at_all(void **state)
{
    (void)state;
    CLEANUP(choice_free) struct choice choice = { 0 };
    choose(&choice, 90, false);
    assert_refused(&choice, "no credit is left for a session of 90 minutes");
}

static void test_expiry_of_packages(void **state)
{
    (void)state;
    assert_int_equal(lot_expiry(NOW, 60), NOW + DAYS(60));
    assert_int_equal(lot_expiry(NOW, 365), NOW + DAYS(365));
}

static void test_format(void **state)
{
    (void)state;
    static const struct {
        int64_t minutes, per_credit;
        const char *text;
    } cases[] = {
        { 270, 90, "3" },     { 0, 90, "0" },    { 90, 60, "1.5" },   { 15, 60, "0.25" },
        { 100, 90, "1.11" },  { 3, 60, "0.05" }, { -90, 60, "-1.5" }, { 4800, 60, "80" },
        { 119, 120, "0.99" }, { 0, 60, "0" },    { 30, 90, "0.33" },  { -1, 1000, "0" },
        { 1000, 1, "1000" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[24];
        assert_string_equal(credits_format(cases[i].minutes, cases[i].per_credit, text, sizeof text),
                            cases[i].text);
    }
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(ledger_kind_words[LEDGER_PURCHASE], "purchase");
    assert_string_equal(ledger_kind_words[LEDGER_ADJUST], "adjust");
    assert_null(ledger_kind_words[LEDGER_KINDS]);
    assert_string_equal(ledger_account_words[ACCOUNT_FREE], "free");
    assert_string_equal(ledger_account_words[ACCOUNT_EXPIRED], "expired");
    assert_null(ledger_account_words[ACCOUNTS]);
}

// --- at random, with a fixed seed ---

static struct lot *lot_with(struct choice *choice, const char *id)
{
    size_t i = 0;
    while (i < choice->lots.count && strcmp(LIST_AT(&choice->lots, struct lot, i)->id, id) != 0)
        i++;
    assert_true(i < choice->lots.count);
    return LIST_AT(&choice->lots, struct lot, i);
}

static void add_random_lot(struct choice *choice, unsigned *seed)
{
    static const int64_t lengths[] = { 15, 60, 90, 120 };
    int64_t length = lengths[(size_t)rand_r(seed) % ARRAY_LEN(lengths)];
    const char *id =
        arena_printf(&choice->arena, "lot-%d", rand_r(seed) % 1000 * 100 + (int)choice->lots.count);
    struct lot *lot =
        add_lot(choice, id, length, rand_r(seed) % 20 * 15, rand_r(seed) % 5, rand_r(seed) % 6 - 2);
    lot->free_trial = length == 15;
    lot->flexible = length == 60 && rand_r(seed) % 2 == 0;
    if (rand_r(seed) % 4 == 0)
        lot->grace_until = NOW + DAYS(rand_r(seed) % 4);
}

// What a kind of lot could pay, told without the function under test.
static int64_t could_pay(const struct choice *choice, int64_t minutes, bool free_trial, bool flexible)
{
    int64_t sum = 0;
    for (size_t i = 0; i < choice->lots.count; i++) {
        const struct lot *lot = LIST_AT(&choice->lots, const struct lot, i);
        bool alive = NOW < lot->expires_at || NOW < lot->grace_until;
        bool fits = flexible ? minutes >= 60 && minutes <= 120 : lot->minutes_per_credit == minutes;
        if (alive && fits && lot->flexible == flexible && lot->free_trial == free_trial)
            sum += lot->free;
    }
    return sum;
}

static void check_payment(struct choice *choice, int64_t minutes, bool free_trial)
{
    int64_t sum = 0;
    CHECK(choice->slices.items != NULL);
    bool flexible = lot_with(choice, LIST_AT(&choice->slices, struct slice, 0)->lot_id)->flexible;
    for (size_t i = 0; i < choice->slices.count; i++) {
        const struct slice *slice = LIST_AT(&choice->slices, const struct slice, i);
        const struct lot *lot = lot_with(choice, slice->lot_id);
        assert_true(slice->minutes > 0 && slice->minutes <= lot->free); // never below zero
        assert_true(i + 1 == choice->slices.count ||
                    slice->minutes == lot->free); // all of it before the next
        assert_true(lot_fits(lot, minutes, free_trial, NOW) && lot->flexible == flexible);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(slice->lot_id, LIST_AT(&choice->slices, const struct slice, j)->lot_id);
        sum += slice->minutes;
    }
    assert_int_equal(sum, minutes);
}

static void test_rule_03_choosing_never_overdraws(void **state)
{
    (void)state;
    unsigned seed = 1767;
    int paid = 0, refused = 0;
    static const int64_t sessions[] = { 15, 60, 90, 120, 180 };
    for (int round = 0; round < 20000; round++) {
        CLEANUP(choice_free) struct choice choice = { 0 };
        for (int lots = rand_r(&seed) % 7; lots > 0; lots--)
            add_random_lot(&choice, &seed);
        int64_t minutes = sessions[(size_t)rand_r(&seed) % ARRAY_LEN(sessions)];
        bool free_trial = minutes == 15 && rand_r(&seed) % 4 > 0;
        choose(&choice, minutes, free_trial);
        bool can = could_pay(&choice, minutes, free_trial, false) >= minutes ||
                   could_pay(&choice, minutes, free_trial, true) >= minutes;
        assert_int_equal(choice.paid, can);
        if (choice.paid)
            check_payment(&choice, minutes, free_trial);
        paid += choice.paid;
        refused += !choice.paid;
    }
    assert_true(paid > 2000 && refused > 2000); // both ways were walked
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_01_lengths_are_not_interchangeable),
        cmocka_unit_test(test_rule_01_flexible_lots_take_60_90_and_120),
        cmocka_unit_test(test_rule_01_flexible_lots_combine),
        cmocka_unit_test(test_kinds_do_not_mix_in_one_session),
        cmocka_unit_test(test_rule_04_soonest_expiry_first),
        cmocka_unit_test(test_rule_04_then_oldest_then_id),
        cmocka_unit_test(test_trap_08_paid_credits_do_not_lapse_behind_new_ones),
        cmocka_unit_test(test_rule_06_expiry_is_book_by),
        cmocka_unit_test(test_trap_09_a_return_to_an_expired_lot_gets_the_grace),
        cmocka_unit_test(test_rule_06_grace_counts_as_the_expiry_in_the_order),
        cmocka_unit_test(test_rule_07_the_trial_pays_for_15_minutes_and_nothing_else),
        cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_expiry_of_packages),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_rule_03_choosing_never_overdraws),
    };
    return cmocka_run_group_tests_name("credits", tests, NULL, NULL);
}
