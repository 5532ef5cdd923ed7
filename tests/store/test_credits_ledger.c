// The ledger: what goes in, which lot pays, what expires, and the proof that nothing is lost on the way.
#include "server/core/changes.h"
#include "server/credits/credits.h"
#include "server/scheduling/scheduling.h"
#include "shared/base/civil.h"
#include "tests/store/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void grant(struct office *office, const struct actor *client, const char *package, int credits)
{
    office_do(office, &op_run_credit_grant, &office->admin, ERR_NONE,
              "{\"id\":\"%s\",\"packageId\":\"%s\",\"credits\":%d,\"reason\":\"Sorry\"}", client->client_id,
              package, credits);
}

static void expire(struct office *office, const char *lot_id)
{
    office_finish_job(office, &job_credits_expire, "{\"lotId\":\"%s\"}", lot_id);
}

static const char *lot_of(struct office *office, const struct actor *client, const char *package)
{
    struct err err = { 0 };
    struct db *db = NULL;
    char *id = NULL;
    assert_true(db_open(&db, office->bed.path, DB_READER, &err));
    assert_true(
        db_one_text(db, "SELECT id FROM lot WHERE client_id = $1 AND package_id = $2 ORDER BY id LIMIT 1",
                    DB_ARGS(db_text(client->client_id), db_text(package)), &office->arena, &id, NULL, &err));
    db_close(db);
    assert_non_null(id);
    return id;
}

static int64_t lot_column(struct office *office, const char *lot_id, const char *column)
{
    return testbed_int(&office->bed,
                       arena_printf(&office->arena, "SELECT %s FROM lot WHERE id = '%s'", column, lot_id));
}

static void test_spec_5_3_the_clients_credits(void **state)
{
    struct office *office = *state;
    office_book(office, "2030-01-09T14:00:00Z");
    cJSON *data = office_run(office, &op_run_client_credits, &office->jane, ERR_NONE, "{}");
    assert_int_equal((int)json_number(data, "availableCredits"), 3);
    assert_int_equal((int)json_number(data, "reservedCredits"), 1);
    assert_string_equal(json_text(data, "activePackages.0.packageName"), "Discovery & Assessment Program");
    assert_int_equal((int)json_number(data, "activePackages.0.creditsRemaining"), 3);
    assert_int_equal((int)json_number(data, "activePackages.0.sessionDuration"), 90);
    assert_string_equal(json_text(data, "activePackages.0.expiryDate"), "2030-03-08");
    assert_int_equal((int)json_number(data, "activePackages.0.daysUntilExpiry"), 60);
    assert_true(cJSON_IsTrue(json_at(data, "freeTrial.eligible")));
    assert_true(cJSON_IsFalse(json_at(data, "freeTrial.used")));
    assert_int_equal((int)json_number(data, "lifetimeStats.totalSpent"), 4500);
    assert_int_equal((int)json_number(data, "lifetimeStats.totalConsultations"), 0);
    assert_int_equal(cJSON_GetArraySize(json_at(data, "expiringCredits")), 0);
    cJSON_Delete(data);
    office_set_clock(office, "2030-02-07T08:00:00Z"); // 29 days to go
    data = office_run(office, &op_run_client_credits, &office->jane, ERR_NONE, "{}");
    assert_int_equal(cJSON_GetArraySize(json_at(data, "expiringCredits")), 1);
    cJSON_Delete(data);
    office_do(office, &op_run_client_credits, &office->john, ERR_FORBIDDEN, "{}");
}

static void test_favourites_and_totals_after_a_session(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    office_set_clock(office, "2030-01-09T14:00:00Z");
    office_do(office, &op_run_consultation_start, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    office_do(office, &op_run_consultation_complete, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    cJSON *data = office_run(office, &op_run_client_credits, &office->jane, ERR_NONE, "{}");
    assert_int_equal((int)json_number(data, "lifetimeStats.totalConsultations"), 1);
    assert_int_equal((int)json_number(data, "lifetimeStats.totalCreditsUsed"), 1);
    assert_string_equal(json_text(data, "lifetimeStats.favoriteConsultants.0"), "John Expert");
    cJSON_Delete(data);
}

static void test_rules_1_flexible_credits_come_in_halves(void **state)
{
    struct office *office = *state;
    grant(office, &office->gina, "PKG-ANNUAL-PARTNERSHIP", 2);
    cJSON *data =
        office_run(office, &op_run_consultation_book, &office->gina, ERR_NONE,
                   "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-01-09T14:00:00Z\","
                   "\"scheduledEnd\":\"2030-01-09T15:30:00Z\"}}",
                   office->john.consultant_id);
    assert_true(json_number(data, "consultation.billing.creditsUsed") > 1.49 &&
                json_number(data, "consultation.billing.creditsUsed") < 1.51);
    cJSON_Delete(data);
    data = office_run(office, &op_run_client_credits, &office->gina, ERR_NONE, "{}");
    assert_true(json_number(data, "availableCredits") > 0.49 && json_number(data, "availableCredits") < 0.51);
    cJSON_Delete(data);
    office_prove(office);
}

static void test_traps_8_soonest_expiry_first_and_exactly_those_back(void **state)
{
    struct office *office = *state;
    office_set_clock(office, "2030-01-08T08:00:00Z");
    grant(office, &office->jane, "PKG-DISCOVERY-ASSESSMENT", 1); // a day younger: expires a day later
    const char *older = lot_of(office, &office->jane, "PKG-DISCOVERY-ASSESSMENT");
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    assert_int_equal(lot_column(office, older, "reserved"), 90);
    office_do(office, &op_run_consultation_cancel, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    assert_int_equal(lot_column(office, older, "free"), 360);
    assert_int_equal(lot_column(office, older, "reserved"), 0);
    office_prove(office);
}

static void test_rules_7_the_trial_is_given_once(void **state)
{
    struct office *office = *state;
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM lot WHERE free_trial = 1"), 3);
    assert_int_equal(lot_column(office, lot_of(office, &office->gina, "PKG-FREE-TRIAL"), "total"), 15);
}

static void test_rules_6_expiry_is_book_by(void **state)
{
    struct office *office = *state;
    const char *lot = lot_of(office, &office->jane, "PKG-DISCOVERY-ASSESSMENT");
    office_set_clock(office, "2030-03-01T08:00:00Z");
    // booked before the expiry for a day after it
    const char *id = office_book(office, "2030-03-11T13:00:00Z");
    expire(office, lot); // the job runs early: nothing happens
    assert_int_equal(lot_column(office, lot, "free"), 270);
    office_set_clock(office, "2030-03-08T08:00:30Z"); // the minute it expires
    office_do(office, &op_run_consultation_book, &office->jane, ERR_INSUFFICIENT_CREDITS,
              "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":\"2030-03-12T13:00:00Z\","
              "\"scheduledEnd\":\"2030-03-12T14:30:00Z\"}}",
              office->john.consultant_id);
    expire(office, lot);
    expire(office, lot); // twice is once
    assert_int_equal(lot_column(office, lot, "free"), 0);
    assert_int_equal(lot_column(office, lot, "expired"), 270);
    assert_int_equal(lot_column(office, lot, "reserved"), 90); // the reservation survives
    office_do(office, &op_run_consultation_start, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    office_do(office, &op_run_consultation_complete, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    assert_int_equal(lot_column(office, lot, "consumed"), 90);
    office_prove(office);
}

// Until when the minutes of a lot may be used, as a device is told.
static int64_t told_expiry(struct office *office, const char *lot)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    struct err err = { 0 };
    bool found = false;
    struct row_lot row = { 0 };
    assert_true(db_open(&db, office->bed.path, DB_READER, &err));
    assert_true(row_source_lot.read(db, "default", lot, &office->arena, &out, &found, &err) && found);
    CLEANUP(json_free) cJSON *json = json_parse(buf_text(&out), out.len, &err);
    assert_true(shape_read(row_shapes[ROW_LOT], json, &office->arena, &row, &err));
    return row.expiresAt;
}

static void test_rules_6_what_returns_late_has_a_week(void **state)
{
    struct office *office = *state;
    const char *lot = lot_of(office, &office->jane, "PKG-DISCOVERY-ASSESSMENT");
    office_set_clock(office, "2030-03-01T08:00:00Z");
    const char *id = office_book(office, "2030-03-11T13:00:00Z");
    office_set_clock(office, "2030-03-08T09:00:00Z"); // expired, its job has not come yet
    office_do(office, &op_run_consultation_cancel, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    assert_int_equal(lot_column(office, lot, "free"), 90); // the 270 did not come back with it
    assert_int_equal(lot_column(office, lot, "expired"), 270);
    assert_true(told_expiry(office, lot) > lot_column(office, lot, "expires_at"));
    assert_int_equal(told_expiry(office, lot), lot_column(office, lot, "grace_until"));
    office_set_clock(office, "2030-03-15T08:59:00Z");
    office_book(office, "2030-03-18T13:00:00Z"); // still good
    office_set_clock(office, "2030-03-15T09:00:00Z");
    expire(office, lot);
    office_prove(office);
    assert_int_equal(lot_column(office, lot, "reserved"), 90);
}

static void test_jobs_for_every_expiry(void **state)
{
    struct office *office = *state;
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM job WHERE kind = 'credits.expire'"), 5);
    assert_int_equal(testbed_int(&office->bed,
                                 "SELECT count(*) FROM job j JOIN lot l ON j.key LIKE "
                                 "'credits-expire:' || l.id || '%' AND j.run_at = l.expires_at"),
                     5);
}

static void test_an_administrators_grant(void **state)
{
    struct office *office = *state;
    cJSON *data = office_run(office, &op_run_credit_grant, &office->admin, ERR_NONE,
                             "{\"id\":\"%s\",\"packageId\":\"PKG-DISCOVERY-ASSESSMENT\",\"credits\":2}",
                             office->gina.client_id);
    assert_int_equal((int)json_number(data, "lot.minutesTotal"), 180);
    assert_int_equal((int)json_number(data, "lot.price"), 2250);
    cJSON_Delete(data);
    assert_int_equal(
        testbed_int(&office->bed, "SELECT count(*) FROM notification WHERE kind = 'credits_granted'"), 1);
    office_do(office, &op_run_credit_grant, &office->admin, ERR_NOT_FOUND,
              "{\"id\":\"%s\",\"packageId\":\"PKG-NOTHING\"}", office->gina.client_id);
    office_do(office, &op_run_credit_grant, &office->admin, ERR_NOT_FOUND,
              "{\"id\":\"01940000-0000-7000-8000-000000000000\",\"packageId\":\"PKG-DISCOVERY-ASSESSMENT\"}");
    office_do(office, &op_run_credit_grant, &office->jane, ERR_FORBIDDEN,
              "{\"id\":\"%s\",\"packageId\":\"PKG-DISCOVERY-ASSESSMENT\"}", office->jane.client_id);
    // given, not bought
    data = office_run(office, &op_run_client_credits, &office->gina, ERR_NONE, "{}");
    assert_int_equal((int)json_number(data, "lifetimeStats.totalSpent"), 0);
    cJSON_Delete(data);
    office_prove(office);
}

// The proof -------------------------------------------------------------------------------------------------------------

static bool try_sql(struct office *office, const char *sql, struct err *err)
{
    struct db *db = NULL;
    *err = (struct err){ 0 };
    assert_true(db_open(&db, office->bed.path, DB_WRITER, err));
    bool ok = db_script(db, sql, err);
    db_close(db);
    return ok;
}

static void test_rules_3_the_ledger_only_grows(void **state)
{
    struct office *office = *state;
    static const char *const attempts[] = {
        "UPDATE ledger_tx SET minutes = 1",
        "DELETE FROM ledger_tx",
        "UPDATE ledger_posting SET minutes = 1",
        "DELETE FROM ledger_posting",
        "UPDATE lot SET free = -1",
        "UPDATE lot SET free = free + 1",
    };
    struct err err;
    for (size_t i = 0; i < ARRAY_LEN(attempts); i++)
        assert_false(try_sql(office, attempts[i], &err));
    office_prove(office);
}

static void test_the_check_finds_what_is_wrong(void **state)
{
    struct office *office = *state;
    office_book(office, "2030-01-09T14:00:00Z");
    static const struct {
        const char *damage, *repair, *word;
    } cases[] = {
        { "UPDATE lot SET free = free - 1, expired = expired + 1 WHERE free_trial = 1",
          "UPDATE lot SET free = free + 1, expired = expired - 1 WHERE free_trial = 1",
          "differs from its postings" },
        { "UPDATE booking_slice SET state = 'released'", "UPDATE booking_slice SET state = 'reserved'",
          "slices" },
        { "UPDATE consultation SET status = 4", "UPDATE consultation SET status = 1",
          "contradicts its times" },
        { "UPDATE consultation_history SET status = 2", "UPDATE consultation_history SET status = 1",
          "history" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err err;
        struct buf out = { 0 };
        struct db *db = NULL;
        assert_true(try_sql(office, cases[i].damage, &err));
        assert_true(db_open(&db, office->bed.path, DB_READER, &err));
        assert_true(credits_check(db, &out, &err) && scheduling_check(db, &out, &err));
        db_close(db);
        if (strstr(buf_text(&out), cases[i].word) == NULL)
            fail_msg("not found after %s: %s", cases[i].damage, buf_text(&out));
        buf_free(&out);
        assert_true(try_sql(office, cases[i].repair, &err));
    }
    office_prove(office);
}

// A seeded quarter of bookings, moves, cancellations, sessions and grants: at every step all of it adds up ----------

enum { STEPS = 400 };

struct quarter {
    struct office *office;
    unsigned seed;
    int64_t now;
    const char *ids[STEPS];
    size_t count;
};

static int pick(struct quarter *quarter, int choices)
{
    return rand_r(&quarter->seed) % choices;
}

struct deed {
    const struct op *op;
    const struct actor *who;
    const char *args;
};

// "scheduledStart", "scheduledEnd" of 90 minutes within the coming three weeks, most of them in somebody's hours.
static const char *some_schedule(struct quarter *quarter)
{
    char from[CIVIL_ISO_SIZE], to[CIVIL_ISO_SIZE];
    int64_t day = quarter->now / DAY_MS + 1 + pick(quarter, 20);
    int64_t start = day * DAY_MS + (14 * 60 + pick(quarter, 12) * 15) * (int64_t)MINUTE_MS;
    return arena_printf(&quarter->office->arena,
                        "\"schedule\":{\"scheduledStart\":\"%s\",\"scheduledEnd\":\"%s\"}",
                        civil_format_iso(start, from), civil_format_iso(start + 90 * (int64_t)MINUTE_MS, to));
}

static struct deed some_deed(struct quarter *quarter)
{
    struct office *office = quarter->office;
    struct arena *arena = &office->arena;
    const struct actor *clients[] = { &office->jane, &office->bob, &office->gina };
    const struct actor *hosts[] = { &office->john, &office->mary };
    const struct actor *client = clients[pick(quarter, 3)], *host = hosts[pick(quarter, 2)];
    const char *id = quarter->count == 0 ? "none" : quarter->ids[pick(quarter, (int)quarter->count)];
    const char *schedule = some_schedule(quarter);
    const char *by_id = arena_printf(arena, "{\"id\":\"%s\"}", id);
    const struct deed deeds[] = {
        { &op_run_consultation_book, client,
          arena_printf(arena, "{\"consultantId\":\"%s\",%s}", host->consultant_id, schedule) },
        { &op_run_consultation_book, client, arena_printf(arena, "{%s}", schedule) },
        { &op_run_consultation_reschedule, client, arena_printf(arena, "{\"id\":\"%s\",%s}", id, schedule) },
        { &op_run_consultation_reschedule, host, arena_printf(arena, "{\"id\":\"%s\",%s}", id, schedule) },
        { &op_run_consultation_cancel, client, by_id },
        { &op_run_consultation_cancel, host, by_id },
        { &op_run_consultation_start, host, by_id },
        { &op_run_consultation_complete, host, by_id },
        { &op_run_credit_grant, &office->admin,
          arena_printf(arena, "{\"id\":\"%s\",\"packageId\":\"PKG-DISCOVERY-ASSESSMENT\",\"credits\":%d}",
                       client->client_id, 1 + pick(quarter, 3)) },
    };
    return deeds[pick(quarter, ARRAY_LEN(deeds))];
}

// Refusals are part of it; only our own mistakes are not.
static bool do_deed(struct quarter *quarter, const struct deed *deed)
{
    struct op_request *request = testbed_run(&quarter->office->bed, deed->op, deed->who, deed->args, NULL);
    bool ok = request->ok;
    struct err err = { 0 };
    assert_true(ok || (request->err.code != ERR_INTERNAL && request->err.code != ERR_CONFLICT));
    if (ok && deed->op == &op_run_consultation_book) {
        cJSON *data = json_parse(buf_text(&request->reply), request->reply.len, &err);
        quarter->ids[quarter->count++] =
            arena_strdup(&quarter->office->arena, json_text(data, "consultation.id"));
        cJSON_Delete(data);
    }
    op_request_free(request);
    return ok;
}

static void test_rules_3_random_operations_always_add_up(void **state)
{
    struct quarter quarter = { .office = *state, .seed = 20300107, .now = office_time(OFFICE_NOW) };
    int booked = 0, other = 0;
    for (int step = 0; step < STEPS; step++) {
        struct deed deed = some_deed(&quarter);
        bool ok = do_deed(&quarter, &deed);
        booked += ok && deed.op == &op_run_consultation_book;
        other += ok && deed.op != &op_run_consultation_book;
        char iso[CIVIL_ISO_SIZE];
        quarter.now += (1 + pick(&quarter, 8)) * (int64_t)HOUR_MS;
        office_set_clock(quarter.office, civil_format_iso(quarter.now, iso));
        if (step % 20 == 0)
            office_prove(quarter.office);
    }
    office_prove(quarter.office);
    assert_true(booked > 20 && other > 40);
    assert_true(testbed_int(&quarter.office->bed, "SELECT count(DISTINCT kind) FROM ledger_tx") >= 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_spec_5_3_the_clients_credits),
    TEST(test_favourites_and_totals_after_a_session),
    TEST(test_rules_1_flexible_credits_come_in_halves),
    TEST(test_traps_8_soonest_expiry_first_and_exactly_those_back),
    TEST(test_rules_7_the_trial_is_given_once),
    TEST(test_rules_6_expiry_is_book_by),
    TEST(test_rules_6_what_returns_late_has_a_week),
    TEST(test_jobs_for_every_expiry),
    TEST(test_an_administrators_grant),
    TEST(test_rules_3_the_ledger_only_grows),
    TEST(test_the_check_finds_what_is_wrong),
    TEST(test_rules_3_random_operations_always_add_up),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
