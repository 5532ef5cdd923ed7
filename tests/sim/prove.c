// The server's store, and when what is looked at.
#include "tests/sim/prove_internal.h"

#include "server/admin/admin.h"
#include "server/credits/credits.h"
#include "server/scheduling/scheduling.h"
#include "tests/sim/rows.h"
#include "tests/sim/server.h"
#include "tests/sim/trace.h"

#include <string.h>

enum { LEDGER_EVERY = 4 }; // commits

static struct {
    struct db *db;
    int64_t commits, caches;
} proof;

struct db *prove_db(void)
{
    return proof.db;
}

void prove_reset(void)
{
    memset(&proof, 0, sizeof proof);
    ops_reset();
    texts_reset();
}

void prove_forget(void)
{
    ops_forget();
    texts_forget();
}

// The store -------------------------------------------------------------------------------------------------------

static void say(bool checked, const struct buf *wrong, const struct err *err)
{
    if (!checked)
        fail_run("the store cannot be checked: %s", err->message);
    else if (wrong->len > 0)
        fail_run("the store is wrong: %s", wrong->data);
}

static void prove_bookings_and_ledger(void)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf wrong = { 0 };
    bool checked = credits_check(proof.db, &wrong, &err) && scheduling_check(proof.db, &wrong, &err);
    say(checked, &wrong, &err);
}

static void prove_everything(void)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf wrong = { 0 };
    bool checked = admin_check(server_app(), &wrong, &err);
    say(checked, &wrong, &err);
}

void prove_server_is_up(void)
{
    struct err err = { 0 };
    if (!db_open(&proof.db, server_store(), DB_READER, &err)) {
        fail_run("the store cannot be opened: %s", err.message);
        return;
    }
    ops_read_audit(true);
    ops_prove_told();
    texts_prove_told();
    prove_everything();
}

void prove_server_is_down(void)
{
    db_close(proof.db);
    proof.db = NULL;
}

void prove_after_commit(void)
{
    ops_read_audit(false);
    texts_prove_commit();
    if (proof.commits++ % LEDGER_EVERY == 0)
        prove_bookings_and_ledger();
}

// Caches ----------------------------------------------------------------------------------------------------------

static void compare_table(struct seat *seat, const char *person, enum row_table table)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct list wanted = { 0 }, found = { 0 };
    server_rows(proof.db, person, table, &arena, &wanted);
    seat_rows(seat, table, &arena, &found);
    for (size_t i = 0; i < wanted.count || i < found.count; i++) {
        const struct plain_row *want = i < wanted.count ? LIST_AT(&wanted, struct plain_row, i) : NULL;
        const struct plain_row *have = i < found.count ? LIST_AT(&found, struct plain_row, i) : NULL;
        if (want != NULL && have != NULL && strcmp(want->text, have->text) == 0)
            continue;
        fail_run(
            "%s has other rows of %s than the server (%zu, not %zu):\n    here   %.1000s\n    server %.1000s",
            seat_name(seat), row_shapes[table]->name, found.count, wanted.count,
            have == NULL ? "none" : have->text, want == NULL ? "none" : want->text);
        return;
    }
}

static void compare(struct seat *seat, const char *person)
{
    proof.caches++;
    for (int table = 0; table < ROW_TABLES && !run_failed(); table++)
        compare_table(seat, person, (enum row_table)table);
}

void prove_cache(struct seat *seat)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct seat_view view;
    if (proof.db == NULL || !seat_is_up(seat) || disk_is_off(seat_node(seat)))
        return;
    seat_look(seat, &arena, &view);
    if (view.person != NULL && view.up_to_date && view.cursor == server_head(proof.db))
        compare(seat, view.person);
}

// The end ---------------------------------------------------------------------------------------------------------

static void prove_seat_at_rest(struct seat *seat)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct seat_view view;
    seat_look(seat, &arena, &view);
    if (!view.online || !view.up_to_date)
        fail_run("%s does not come up to date", seat_name(seat));
    else if (view.waiting > 0)
        fail_run("%s still has %d operations in its outbox", seat_name(seat), (int)view.waiting);
    else
        compare(seat, view.person);
    if (!run_failed())
        texts_prove_replicas(seat);
}

void prove_end(void)
{
    prove_everything();
    ops_read_audit(false);
    ops_prove_told();
    ops_prove_effects();
    ops_prove_promises();
    texts_prove_told();
    texts_prove_lines();
    for (size_t i = 0; i < seat_count() && !run_failed(); i++)
        prove_seat_at_rest(seat_at(i));
}

struct prove_counts prove_counts(void)
{
    struct prove_counts counts = { .caches = proof.caches };
    ops_counts(&counts);
    texts_counts(&counts);
    return counts;
}
