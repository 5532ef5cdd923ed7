// The life of a booking: every move, by everyone, from everywhere. RULES 2, 10, 13, 14; TRAPS 2, 10, 15.
#include "shared/base/civil.h"
#include "shared/domain/booking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const enum booking_move all_moves[] = {
    MOVE_CONFIRM,
    MOVE_DECLINE,
    MOVE_START,
    MOVE_COMPLETE,
    MOVE_CANCEL,
    MOVE_RESCHEDULE,
    MOVE_NO_SHOW,
    MOVE_ADD_CO_CONSULTANT,
    MOVE_REMOVE_CO_CONSULTANT,
};

// What RULES 10 allows, a line for each move and role: the state after it for each state before it. '.' is refused.
// Before: Requested Scheduled Confirmed In-progress Completed Declined cAncelled No-show.
static const char letters[] = "RSCIPDAN";
static const struct {
    enum booking_move move;
    unsigned role;
    const char *after;
} rules[] = {
    { MOVE_CONFIRM, ROLE_CONSULTANT, "CC......" },
    { MOVE_CONFIRM, ROLE_ADMIN, "CC......" },
    { MOVE_DECLINE, ROLE_CONSULTANT, "DD......" },
    { MOVE_DECLINE, ROLE_ADMIN, "DD......" },
    { MOVE_START, ROLE_CONSULTANT, ".II....." },
    { MOVE_START, ROLE_ADMIN, ".II....." },
    { MOVE_COMPLETE, ROLE_CONSULTANT, "...P...." },
    { MOVE_COMPLETE, ROLE_ADMIN, "...P...." },
    { MOVE_CANCEL, ROLE_CLIENT, "AAA....." },
    { MOVE_CANCEL, ROLE_CONSULTANT, "AAA....." },
    { MOVE_CANCEL, ROLE_ADMIN, "AAA....." },
    { MOVE_RESCHEDULE, ROLE_CLIENT, "RSS....." },
    { MOVE_RESCHEDULE, ROLE_CONSULTANT, "RSC....." },
    { MOVE_RESCHEDULE, ROLE_ADMIN, "RSC....." },
    { MOVE_NO_SHOW, ROLE_CONSULTANT, ".NNN...." },
    { MOVE_NO_SHOW, ROLE_ADMIN, ".NNN...." },
    { MOVE_ADD_CO_CONSULTANT, ROLE_CONSULTANT, "RSCI...." },
    { MOVE_ADD_CO_CONSULTANT, ROLE_ADMIN, "RSCI...." },
    { MOVE_REMOVE_CO_CONSULTANT, ROLE_CONSULTANT, letters },
    { MOVE_REMOVE_CO_CONSULTANT, ROLE_ADMIN, letters },
    { MOVE_REMOVE_CO_CONSULTANT, ROLE_CO_CONSULTANT, letters },
};

static const char *line_of(enum booking_move move, unsigned role)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (rules[i].move == move && rules[i].role == role)
            return rules[i].after;
    return NULL;
}

static void test_rule_10_every_move_by_everyone_from_everywhere(void **state)
{
    (void)state;
    for (size_t m = 0; m < ARRAY_LEN(all_moves); m++) {
        for (unsigned role = ROLE_PUBLIC; role <= ROLE_CO_CONSULTANT; role <<= 1) {
            const char *line = line_of(all_moves[m], role);
            for (int from = 0; from < BOOKING_STATUSES; from++) {
                enum booking_status to = BOOKING_STATUSES;
                struct err err = { 0 };
                bool moved = booking_move((enum booking_status)from, all_moves[m], role, &to, &err);
                if (line != NULL && line[from] != '.') {
                    assert_true(moved);
                    assert_int_equal(letters[to], line[from]);
                } else {
                    assert_false(moved);
                    assert_int_equal(err.code, line == NULL ? ERR_FORBIDDEN : ERR_WRONG_STATE);
                    assert_int_equal(to, BOOKING_STATUSES); // untouched
                    assert_true(strlen(err.message) > 20);
                }
            }
        }
    }
}

static void test_words_say_what_is_wrong(void **state)
{
    (void)state;
    enum booking_status to;
    struct err err;
    booking_move(BOOKING_COMPLETED, MOVE_CANCEL, ROLE_CLIENT, &to, &err);
    assert_string_equal(err.message, "a consultation that is completed cannot be cancelled");
    booking_move(BOOKING_SCHEDULED, MOVE_COMPLETE, ROLE_CONSULTANT, &to, &err);
    assert_string_equal(err.message,
                        "a consultation that is scheduled but has not started cannot be completed");
    booking_move(BOOKING_SCHEDULED, MOVE_START, ROLE_CLIENT, &to, &err);
    assert_string_equal(err.message, "only the consultant or an administrator may start a consultation");
}

static void test_a_person_with_two_roles_may_do_what_either_may(void **state)
{
    (void)state;
    enum booking_status to;
    struct err err;
    assert_true(booking_move(BOOKING_CONFIRMED, MOVE_RESCHEDULE, ROLE_CLIENT | ROLE_CONSULTANT, &to, &err));
    assert_int_equal(to, BOOKING_CONFIRMED);
    assert_true(booking_move(BOOKING_SCHEDULED, MOVE_START, ROLE_CLIENT | ROLE_ADMIN, &to, &err));
}

static void test_trap_02_pending_blocks_and_confirming_twice_is_refused(void **state)
{
    (void)state;
    enum booking_status to = BOOKING_REQUESTED;
    struct err err;
    assert_true(booking_blocks_time(BOOKING_REQUESTED));
    assert_true(booking_move(BOOKING_REQUESTED, MOVE_CONFIRM, ROLE_CONSULTANT, &to, &err));
    assert_false(booking_move(to, MOVE_CONFIRM, ROLE_CONSULTANT, &to, &err));
    assert_int_equal(err.code, ERR_WRONG_STATE);
}

static void test_rule_10_what_blocks_and_what_is_ahead(void **state)
{
    (void)state;
    for (int status = 0; status < BOOKING_STATUSES; status++) {
        assert_int_equal(booking_blocks_time((enum booking_status)status),
                         status != BOOKING_CANCELLED && status != BOOKING_DECLINED);
        assert_int_equal(booking_is_open((enum booking_status)status), status <= BOOKING_CONFIRMED);
    }
}

static void test_trap_15_a_cancelled_booking_is_no_no_show(void **state)
{
    (void)state;
    enum booking_status to;
    struct err err;
    assert_false(booking_move(BOOKING_CANCELLED, MOVE_NO_SHOW, ROLE_ADMIN, &to, &err));
}

static void test_status_words_there_and_back(void **state)
{
    (void)state;
    for (int status = 0; status < BOOKING_STATUSES; status++)
        assert_int_equal(booking_status_parse(booking_status_words[status]), status);
    assert_null(booking_status_words[BOOKING_STATUSES]);
    assert_int_equal(booking_status_parse("canceled"), -1);
    assert_int_equal(booking_status_parse(""), -1);
}

static void test_rule_13_the_client_pays_inside_a_day(void **state)
{
    (void)state;
    int64_t start = 1767103200000, day = DAY_MS;
    assert_int_equal(booking_cancel_effect(ROLE_CLIENT, start, start - day - 1, 1440), CANCEL_RETURNS);
    assert_int_equal(booking_cancel_effect(ROLE_CLIENT, start, start - day, 1440), CANCEL_RETURNS);
    assert_int_equal(booking_cancel_effect(ROLE_CLIENT, start, start - day + 1, 1440), CANCEL_CONSUMES);
    assert_int_equal(booking_cancel_effect(ROLE_CLIENT, start, start + day, 1440), CANCEL_CONSUMES);
    assert_int_equal(booking_cancel_effect(ROLE_CLIENT, start, start - HOUR_MS, 60), CANCEL_RETURNS);
}

static void test_trap_10_the_host_is_exempt(void **state)
{
    (void)state;
    int64_t start = 1767103200000;
    assert_int_equal(booking_cancel_effect(ROLE_CONSULTANT, start, start - 1, 1440), CANCEL_RETURNS);
    assert_int_equal(booking_cancel_effect(ROLE_ADMIN, start, start - 1, 1440), CANCEL_RETURNS);
}

static void test_rule_02_overrun_is_billed_past_the_grace(void **state)
{
    (void)state;
    int64_t end = 1767108600000;
    assert_int_equal(booking_overrun_minutes(end, end - 10 * MINUTE_MS, 15), 0);
    assert_int_equal(booking_overrun_minutes(end, end, 15), 0);
    assert_int_equal(booking_overrun_minutes(end, end + 15 * MINUTE_MS, 15), 0);
    assert_int_equal(booking_overrun_minutes(end, end + 16 * MINUTE_MS, 15), 16);
    assert_int_equal(booking_overrun_minutes(end, end + 30 * MINUTE_MS, 0), 30);
    assert_int_equal(booking_overrun_minutes(end, end + MINUTE_MS / 2, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_10_every_move_by_everyone_from_everywhere),
        cmocka_unit_test(test_words_say_what_is_wrong),
        cmocka_unit_test(test_a_person_with_two_roles_may_do_what_either_may),
        cmocka_unit_test(test_trap_02_pending_blocks_and_confirming_twice_is_refused),
        cmocka_unit_test(test_rule_10_what_blocks_and_what_is_ahead),
        cmocka_unit_test(test_trap_15_a_cancelled_booking_is_no_no_show),
        cmocka_unit_test(test_status_words_there_and_back),
        cmocka_unit_test(test_rule_13_the_client_pays_inside_a_day),
        cmocka_unit_test(test_trap_10_the_host_is_exempt),
        cmocka_unit_test(test_rule_02_overrun_is_billed_past_the_grace),
    };
    return cmocka_run_group_tests_name("booking", tests, NULL, NULL);
}
