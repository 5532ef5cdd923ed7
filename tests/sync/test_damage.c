// A cache that is no longer what it was made as is thrown away when a program opens it; the outbox never is.
#include "tests/sync/home.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void spoil(const char *folder, const char *file, const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, file);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int64_t waiting(const struct home *home)
{
    struct outbox_counts counts;
    model_outbox_counts(home->model, &counts);
    return counts.waiting;
}

static size_t shown(struct home *home)
{
    struct list list = { 0 };
    model_consultations(home->model, HOME_BASE - 1, HOME_BASE + INT64_C(1000000000), &home->arena, &list);
    return list.count;
}

static void cache_is_thrown_away(const char *sql)
{
    struct home home;
    struct err err;
    char folder[sizeof home.folder];
    home_open(&home, false);
    snprintf(folder, sizeof folder, "%s", home.folder);
    assert_true(model_confirm(home.model, home_id(&home, CONSULTATIONS, 0), NULL, NULL, &err));
    assert_true(shown(&home) > 0);
    int64_t waited = waiting(&home);
    assert_true(waited > 0);
    home_close(&home);
    spoil(folder, "cache.db", sql);
    home_open_at(&home, folder);
    assert_int_equal(shown(&home), 0);
    assert_int_equal(waiting(&home), waited);
    home_snapshot(&home, 3);
    assert_int_equal(shown(&home), 3);
    home_close(&home);
    home_remove(folder);
}

static void without_its_state(void **state)
{
    (void)state;
    cache_is_thrown_away("DELETE FROM state");
}

static void with_a_column_of_another_name(void **state)
{
    (void)state;
    cache_is_thrown_away("ALTER TABLE state RENAME COLUMN sum TO smu");
}

// Found while it is open: this program goes on as well as it can, the next one starts anew.
static void damage_found_later_is_mended_by_the_next_program(void **state)
{
    struct home home;
    char folder[sizeof home.folder];
    (void)state;
    home_open(&home, false);
    snprintf(folder, sizeof folder, "%s", home.folder);
    home_close(&home);
    spoil(folder, "cache.db", "ALTER TABLE consultation RENAME COLUMN purpose TO propose");
    home_open_at(&home, folder);
    assert_int_equal(shown(&home), 0);
    home_close(&home);
    home_open_at(&home, folder);
    home_snapshot(&home, 3);
    assert_int_equal(shown(&home), 3);
    home_close(&home);
    home_remove(folder);
}

static void an_outbox_of_a_newer_program_is_refused_and_kept(void **state)
{
    struct home home;
    struct err err = { 0 };
    struct model *model = NULL;
    char folder[sizeof home.folder];
    (void)state;
    home_open(&home, false);
    snprintf(folder, sizeof folder, "%s", home.folder);
    assert_true(model_confirm(home.model, home_id(&home, CONSULTATIONS, 0), NULL, NULL, &err));
    int64_t waited = waiting(&home);
    home_close(&home);
    spoil(folder, "outbox.db", "PRAGMA user_version=99");
    struct model_options options = { .home = folder, .now = home_clock };
    assert_false(model_open(&model, &options, &err));
    assert_non_null(strstr(err.message, "the outbox was made by a newer version"));
    char back[128];
    sqlite3 *db = NULL;
    snprintf(back, sizeof back, "%s/outbox.db", folder);
    assert_int_equal(sqlite3_open(back, &db), SQLITE_OK);
    sqlite3_stmt *query = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT count(*) FROM operation WHERE state = 0", -1, &query, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int64(query, 0), waited);
    sqlite3_finalize(query);
    sqlite3_close(db);
    home_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_its_state),
        cmocka_unit_test(with_a_column_of_another_name),
        cmocka_unit_test(damage_found_later_is_mended_by_the_next_program),
        cmocka_unit_test(an_outbox_of_a_newer_program_is_refused_and_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
