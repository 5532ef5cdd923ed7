// What runs the platform itself: tenants, the test clock, the command line tools.
#pragma once

#include "server/core/app.h"

// The default tenant with its policy and packages, when the store is empty (idempotent).
bool admin_ensure_tenant(struct app *app, struct err *err);
// Makes texts of notes that are still plain (scheduling_adopt_notes), all of them.
bool admin_adopt_notes(struct app *app, struct err *err);
int admin_create_admin(struct app *app, const char *email, const char *password, struct err *err);
// serenityd check: integrity, ledger, double bookings, audit chain. Appends what is wrong; true when it could check.
bool admin_check(struct app *app, struct buf *out, struct err *err);
// serenityd demo: fills an empty store with the demo world and appends the accounts, a line each (idempotent).
bool admin_demo(struct app *app, struct buf *out, struct err *err);

extern const struct op op_run_test_clock;
