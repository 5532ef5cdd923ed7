// Power failures while an office books, cancels and holds sessions: at every moment what was acknowledged is there, the
// ledger sums to zero, no lot is below it, nobody is booked twice, the audit chain holds.
//
//     test_crash_booking [--all | --points N] [--seed S]
#include "server/core/audit.h"
#include "server/db/migrations.h"
#include "server/scheduling/scheduling.h"
#include "shared/domain/booking.h"
#include "tests/store/crash_trial.h"
#include "tests/store/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

// Wednesday to Friday
enum { DAYS = 3, SLOTS = 5, BOOKINGS = DAYS * SLOTS };

// What is acknowledged, as one number: that booking reached that state.
static int64_t mark_of(int booking, enum booking_status status)
{
    return booking * 100 + (int)status;
}

// Client-made ids, so that an image can be asked for them.
static const char *id_of(int booking)
{
    static char id[64];
    snprintf(id, sizeof(id), "01a00000-0000-7000-8000-%012d", booking);
    return id;
}

// The run ---------------------------------------------------------------------------------------------------------

static int answered;

static void acknowledge(struct op_request *request, void *user)
{
    if (request->ok)
        crash_vfs_mark((int64_t)(intptr_t)user);
    answered++;
    op_request_free(request);
}

static void submit(struct office *office, const struct op *op, const struct actor *actor, const char *args,
                   int64_t mark)
{
    struct op_request *request = testbed_request(op, actor, args, NULL);
    request->done = acknowledge;
    request->user = (void *)(intptr_t)mark;
    engine_submit(office->bed.app.engine, request);
}

static void wait_for(struct office *office, int count)
{
    static const struct timespec pause = { .tv_nsec = 200000 };
    while (answered < count) {
        engine_deliver(office->bed.app.engine);
        nanosleep(&pause, NULL);
    }
    answered = 0;
}

// Jane and Bob want the same hours of John: of each pair one is refused.
static void book_day(struct office *office, int day)
{
    static const char *const starts[SLOTS] = { "14:00", "15:30", "17:00", "18:30", "20:00" };
    static const char *const ends[SLOTS] = { "15:30", "17:00", "18:30", "20:00", "21:30" };
    for (int slot = 0; slot < SLOTS; slot++) {
        int booking = day * SLOTS + slot;
        for (int rival = 0; rival < 2; rival++) {
            int number = booking + rival * BOOKINGS;
            const char *args = arena_printf(
                &office->arena,
                "{\"id\":\"%s\",\"consultantId\":\"%s\",\"useCredits\":true,\"purpose\":\"Assessment\","
                "\"schedule\":"
                "{\"scheduledStart\":\"2030-01-%02dT%s:00Z\",\"scheduledEnd\":\"2030-01-%02dT%s:00Z\"}}",
                id_of(number), office->john.consultant_id, 9 + day, starts[slot], 9 + day, ends[slot]);
            submit(office, &op_run_consultation_book, rival ? &office->bob : &office->jane, args,
                   mark_of(number, BOOKING_SCHEDULED));
        }
    }
    wait_for(office, 2 * SLOTS);
}

static void cancel_some(struct office *office)
{
    int count = 0;
    for (int booking = 0; booking < BOOKINGS; booking += 3, count++)
        submit(office, &op_run_consultation_cancel, &office->jane,
               arena_printf(&office->arena, "{\"id\":\"%s\",\"reason\":\"Ill\"}", id_of(booking)),
               mark_of(booking, BOOKING_CANCELLED));
    wait_for(office, count);
}

static void hold_first_day(struct office *office)
{
    office_set_clock(office, "2030-01-09T22:00:00Z");
    for (int booking = 1; booking < 3; booking++) {
        submit(office, &op_run_consultation_start, &office->john,
               arena_printf(&office->arena, "{\"id\":\"%s\"}", id_of(booking)),
               mark_of(booking, BOOKING_IN_PROGRESS));
        wait_for(office, 1);
        submit(office, &op_run_consultation_complete, &office->john,
               arena_printf(&office->arena, "{\"id\":\"%s\",\"nextSteps\":\"Plan\"}", id_of(booking)),
               mark_of(booking, BOOKING_COMPLETED));
        wait_for(office, 1);
    }
}

static void run(const char *folder)
{
    struct office *office;
    void *state = NULL;
    testbed_use_folder(folder);
    assert_int_equal(office_open(&state), 0);
    office = state;
    for (const struct actor *const *client = (const struct actor *[]){ &office->jane, &office->bob, NULL };
         *client != NULL; client++)
        office_do(
            office, &op_run_credit_grant, &office->admin, ERR_NONE,
            "{\"id\":\"%s\",\"packageId\":\"PKG-DISCOVERY-ASSESSMENT\",\"credits\":%d,\"reason\":\"test\"}",
            (*client)->client_id, BOOKINGS);
    for (int day = 0; day < DAYS; day++)
        book_day(office, day);
    cancel_some(office);
    hold_first_day(office);
    office_prove(office);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM consultation"), BOOKINGS);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM consultation WHERE credit_consumed = 1"),
                     2);
    testbed_stop(&office->bed);
    arena_free(&office->arena);
    free(office);
}

// What was left ---------------------------------------------------------------------------------------------------

// A state may have been left again for a later one.
static bool reached(int64_t status, int64_t wanted)
{
    return status == wanted || (wanted == BOOKING_SCHEDULED && status >= 0) ||
           (wanted == BOOKING_IN_PROGRESS && status == BOOKING_COMPLETED);
}

static bool inspect(const char *store, size_t point, const int64_t *marks, size_t count, size_t *ret_lost)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    CLEANUP(buf_free) struct buf wrong = { 0 };
    if (!store_prepare(store, 1, &err) || !db_open(&db, store, DB_READER, &err))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t status = -1;
        if (!db_one_int(db, "SELECT status FROM consultation WHERE id = $1",
                        DB_ARGS(db_text(id_of((int)(marks[i] / 100)))), &status, NULL, &err))
            return false;
        *ret_lost += !reached(status, marks[i] % 100);
    }
    if (!db_integrity(db, &wrong, &err) || !credits_check(db, &wrong, &err) ||
        !scheduling_check(db, &wrong, &err) || !audit_check(db, &wrong, &err))
        buf_add_text(&wrong, err.message);
    if (wrong.len > 0 && *ret_lost == 0)
        print_message("point %zu: %s\n", point, buf_text(&wrong));
    return wrong.len == 0;
}

int main(int argc, char **argv)
{
    const struct crash_trial trial = { run, inspect };
    return crash_trial_main(argc, argv, &trial);
}
