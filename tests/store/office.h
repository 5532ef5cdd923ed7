// A small firm for tests of booking: its consultants, clients and hours, on a clock that stands where the test says.
//
// Monday 2030-01-07, 08:00 UTC. John works in New York, 9 to 17 on weekdays; Mary in London, 9 to 17 on weekdays. Acme
// (Jane) holds 4 credits of 90 minutes, Beta (Bob) 4 of the same, Gamma (Gina) only the free trial.
#pragma once

#include "server/credits/credits.h"
#include "server/jobs/jobs.h"
#include "tests/lib/testbed.h"

#define OFFICE_NOW "2030-01-07T08:00:00Z"

struct office {
    struct testbed bed;
    struct arena arena;           // of ids and actors
    struct actor jane, bob, gina; // clients
    struct actor john, mary;      // consultants
    struct actor admin;
    struct actor platform;
};

// cmocka's setup and teardown: *state is a struct office.
int office_open(void **state);
int office_close(void **state);

// Ends the server and starts another one on the same folder: its log is folded in, and what it had in memory is forgotten.
void office_restart(struct office *office);

// Moves the clock forward, never back.
void office_set_clock(struct office *office, const char *iso);
int64_t office_time(const char *iso);

// Runs it and expects that code; the answer's data as JSON (cJSON_Delete), or of a failure its details (NULL: none).
cJSON *office_run(struct office *office, const struct op *op, const struct actor *actor,
                  enum err_code expected, const char *args, ...) PRINTF_LIKE(5, 6);
// The same for an answer that does not matter.
void office_do(struct office *office, const struct op *op, const struct actor *actor, enum err_code expected,
               const char *args, ...) PRINTF_LIKE(5, 6);
// Runs a job's part in the writer's transaction, as the runner does when it is due.
void office_finish_job(struct office *office, const struct job_kind *kind, const char *payload, ...)
    PRINTF_LIKE(3, 4);
// Books 90 minutes with John at that time for Jane; the consultation's id, in the office's arena.
const char *office_book(struct office *office, const char *start);
// The text or number at a dotted path ("consultation.status.current", "items.0.name"); fails when there is none.
const char *json_text(const cJSON *json, const char *path);
double json_number(const cJSON *json, const char *path);
const cJSON *json_at(const cJSON *json, const char *path); // NULL when there is none
// What `serenityd check` would say of ledger and bookings: nothing.
void office_prove(struct office *office);
// Free, reserved and consumed minutes of a client, free trial left out.
struct balance {
    int64_t free, reserved, consumed;
};
struct balance office_balance(struct office *office, const struct actor *actor);
