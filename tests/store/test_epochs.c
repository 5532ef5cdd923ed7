// server/core/epoch.h: what a store can say about cursors of other days, whichever file was put in its place.
#include "server/core/epoch.h"
#include "server/db/migrations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64], store[96], copy[96];
    struct err err;
    struct arena arena;
};

static void run(struct place *place, const char *sql, const struct db_value *args, size_t count)
{
    struct db *db = NULL;
    assert_true(db_open(&db, place->store, DB_WRITER, &place->err) && db_begin(db, &place->err));
    assert_true(db_run(db, sql, args, count, NULL, &place->err) && db_commit(db, &place->err));
    db_close(db);
}

static void begin(struct place *place)
{
    assert_true(epoch_begin(place->store, 1000, &place->err));
}

static void work_up_to(struct place *place, int64_t seq)
{
    run(place, "UPDATE tenant SET seq = $1", DB_ARGS(db_int(seq)));
}

static const char *epoch_of(struct place *place)
{
    struct db *db = NULL;
    const char *epoch = NULL;
    assert_true(db_open(&db, place->store, DB_READER, &place->err));
    {
        CLEANUP(db_done) struct db_rows rows = { 0 };
        assert_true(db_query(db, &rows, "SELECT epoch FROM tenant", DB_NO_ARGS, &place->err) &&
                    db_next(&rows));
        epoch = db_col_copy(&rows, 0, &place->arena);
    }
    db_close(db);
    return epoch;
}

static int64_t number(struct place *place, const char *sql)
{
    struct db *db = NULL;
    int64_t value = 0;
    assert_true(db_open(&db, place->store, DB_READER, &place->err));
    assert_true(db_one_int(db, sql, DB_NO_ARGS, &value, NULL, &place->err));
    db_close(db);
    return value;
}

static int64_t reach(struct place *place, const char *epoch)
{
    struct db *db = NULL;
    int64_t seq = 0;
    assert_true(db_open(&db, place->store, DB_READER, &place->err));
    assert_true(epoch_reach(db, "t", epoch, &seq, &place->err));
    db_close(db);
    return seq;
}

// As a snapshot of the disk has it: nothing says that it is a copy.
static void copy_file(const char *from, const char *to)
{
    char command[256];
    snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
}

static int open_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    snprintf(place->folder, sizeof place->folder, "/tmp/serenity-epochs-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->store, sizeof place->store, "%s/store.db", place->folder);
    snprintf(place->copy, sizeof place->copy, "%s/copy.db", place->folder);
    assert_true(store_prepare(place->store, 1, &place->err));
    run(place, "INSERT INTO tenant (id, name, epoch, created_at) VALUES ('t', 'Test', 'first', 1)",
        DB_NO_ARGS);
    *state = place;
    return 0;
}

static int close_place(void **state)
{
    struct place *place = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    assert_int_equal(system(command), 0);
    arena_free(&place->arena);
    free(place);
    return 0;
}

static void test_each_start_begins_one_and_knows_those_before(void **state)
{
    struct place *place = *state;
    work_up_to(place, 10);
    begin(place);
    const char *second = epoch_of(place);
    assert_string_not_equal(second, "first");
    assert_int_equal(reach(place, "first"), 10);
    work_up_to(place, 15);
    assert_int_equal(reach(place, second), 15); // it goes on
    begin(place);
    work_up_to(place, 30);
    assert_int_equal(reach(place, "first"), 10);
    assert_int_equal(reach(place, second), 15);
    assert_int_equal(reach(place, "another"), -1);
    assert_int_equal(number(place, "SELECT restored_at FROM tenant"), 0);
}

// However far the old copy has come since: that is not what the clients heard.
static void test_an_old_copy_knows_what_it_does_not_hold(void **state)
{
    struct place *place = *state;
    begin(place);
    const char *before = epoch_of(place);
    work_up_to(place, 100);
    copy_file(place->store, place->copy);
    work_up_to(place, 150);
    begin(place);
    const char *after = epoch_of(place);
    work_up_to(place, 170);
    copy_file(place->copy, place->store);
    begin(place);
    work_up_to(place, 400);
    assert_int_equal(reach(place, before), 100);
    assert_int_equal(reach(place, after), -1);
    assert_string_not_equal(epoch_of(place), after);
}

static void test_a_marked_copy_is_known_as_one_once(void **state)
{
    struct place *place = *state;
    work_up_to(place, 10);
    assert_true(db_backup(place->store, place->copy, &place->err));
    copy_file(place->copy, place->store);
    begin(place);
    assert_int_equal(number(place, "SELECT restored_at FROM tenant"), 1000);
    run(place, "UPDATE tenant SET restored_at = 0", DB_NO_ARGS);
    begin(place);
    assert_int_equal(number(place, "SELECT restored_at FROM tenant"), 0);
}

static void test_epochs_go_with_the_entries_of_the_log(void **state)
{
    struct place *place = *state;
    struct db *db = NULL;
    work_up_to(place, 10);
    begin(place);
    const char *second = epoch_of(place);
    work_up_to(place, 20);
    begin(place);
    run(place, "UPDATE tenant SET log_floor = 20", DB_NO_ARGS);
    assert_true(db_open(&db, place->store, DB_WRITER, &place->err) && db_begin(db, &place->err) &&
                epoch_forget(db, "t", &place->err) && db_commit(db, &place->err));
    db_close(db);
    assert_int_equal(reach(place, "first"), -1);
    assert_int_equal(reach(place, second), 20); // a cursor at the floor goes on
    begin(place);                               // and their numbers do not come again
    assert_int_equal(number(place, "SELECT COUNT(*) FROM past_epoch"), 2);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, open_place, close_place)
    const struct CMUnitTest tests[] = {
        TEST(test_each_start_begins_one_and_knows_those_before),
        TEST(test_an_old_copy_knows_what_it_does_not_hold),
        TEST(test_a_marked_copy_is_known_as_one_once),
        TEST(test_epochs_go_with_the_entries_of_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
