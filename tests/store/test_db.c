// The store's interface, and its history: migrations run whole or not at all, in order, and never backward.
#include "server/db/db.h"
#include "server/db/migrations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64], path[96];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    strcpy(place->folder, "/tmp/serenity-test-XXXXXX");
    if (mkdtemp(place->folder) == NULL)
        return -1;
    snprintf(place->path, sizeof(place->path), "%s/store.db", place->folder);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", place->folder);
    int ignored = system(command);
    (void)ignored;
    free(place);
    return 0;
}

static struct db *open_store(void **state, enum db_mode mode)
{
    struct err err = { 0 };
    struct db *db = NULL;
    if (!db_open(&db, ((struct place *)*state)->path, mode, &err))
        fail_msg("%s", err.message);
    return db;
}

static void script(struct db *db, const char *sql)
{
    struct err err = { 0 };
    if (!db_script(db, sql, &err))
        fail_msg("%s", err.message);
}

static int64_t one(struct db *db, const char *sql)
{
    struct err err = { 0 };
    int64_t value = -1;
    if (!db_one_int(db, sql, DB_NO_ARGS, &value, NULL, &err))
        fail_msg("%s", err.message);
    return value;
}

// Statements ------------------------------------------------------------------------------------------------------

static void test_values_come_back_as_they_went_in(void **state)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    CLEANUP(arena_free) struct arena arena = { 0 };
    CLEANUP(db_done) struct db_rows rows = { 0 };
    script(db, "CREATE TABLE t (a BIGINT, b DOUBLE PRECISION, c TEXT, d BLOB, e TEXT)");
    assert_true(
        db_run(db, "INSERT INTO t VALUES ($1, $2, $3, $4, $5)",
               DB_ARGS(db_int(INT64_MAX), db_real(1.5), db_text("caf\xc3\xa9"), db_blob("\0x", 2), db_null()),
               NULL, &err));
    assert_true(db_query(db, &rows, "SELECT a, b, c, d, e FROM t", DB_NO_ARGS, &err));
    assert_true(db_next(&rows));
    size_t size = 0;
    assert_true(db_col_int(&rows, 0) == INT64_MAX);
    assert_true(db_col_real(&rows, 1) > 1.4 && db_col_real(&rows, 1) < 1.6);
    assert_string_equal(db_col_copy(&rows, 2, &arena), "caf\xc3\xa9");
    assert_memory_equal(db_col_blob(&rows, 3, &size), "\0x", 2);
    assert_int_equal(size, 2);
    assert_true(db_col_null(&rows, 4));
    assert_null(db_col_copy(&rows, 4, &arena));
    assert_false(db_next(&rows));
    assert_true(db_ok(&rows));
}

static void test_parameters_count_by_their_number(void **state)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    int64_t value = 0;
    assert_true(
        db_one_int(db, "SELECT $2 * 100 + $1 * 10 + $2", DB_ARGS(db_int(1), db_int(2)), &value, NULL, &err));
    assert_int_equal(value, 212);
    assert_false(
        db_one_int(db, "SELECT $3", DB_ARGS(db_int(1)), &value, NULL, &err)); // one that was not given
    assert_false(db_one_int(db, "SELECT ?", DB_ARGS(db_int(1)), &value, NULL, &err));
}

static void test_a_query_inside_itself(void **state)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    static const char sql[] = "SELECT n FROM t WHERE n > $1 ORDER BY n";
    script(db, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (1), (2), (3)");
    int64_t sum = 0;
    CLEANUP(db_done) struct db_rows outer = { 0 };
    assert_true(db_query(db, &outer, sql, DB_ARGS(db_int(0)), &err));
    while (db_next(&outer)) {
        CLEANUP(db_done) struct db_rows inner = { 0 };
        assert_true(db_query(db, &inner, sql, DB_ARGS(db_int(db_col_int(&outer, 0))), &err));
        while (db_next(&inner))
            sum += 10 * db_col_int(&outer, 0) + db_col_int(&inner, 0);
    }
    assert_int_equal(sum, 12 + 13 + 23);
}

static void test_one_address_with_another_text(void **state)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    char sql[32];
    int64_t value = 0;
    for (int i = 0; i < 5; i++) {
        snprintf(sql, sizeof(sql), "SELECT %d", i);
        assert_true(db_one_int(db, sql, DB_NO_ARGS, &value, NULL, &err));
        assert_int_equal(value, i);
    }
}

static void test_more_statements_than_the_cache_holds(void **state)
{
    enum { MANY = 5000, LENGTH = 16 };
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    char(*texts)[LENGTH] = calloc(MANY, LENGTH);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < MANY; i++) {
            int64_t value = -1;
            snprintf(texts[i], LENGTH, "SELECT %d", i);
            assert_true(db_one_int(db, texts[i], DB_NO_ARGS, &value, NULL, &err));
            assert_int_equal(value, i);
        }
    free(texts);
}

static void test_constraints_name_themselves(void **state)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    script(db,
           "CREATE TABLE p (id TEXT PRIMARY KEY, n BIGINT CHECK (n >= 0));"
           "CREATE TABLE c (p TEXT REFERENCES p (id));"
           "INSERT INTO p VALUES ('a', 1);"
           "CREATE TRIGGER x BEFORE UPDATE ON p WHEN NEW.n = 7 BEGIN SELECT RAISE(ABORT, 'SLOT_TAKEN'); END;"
           "CREATE TRIGGER y BEFORE DELETE ON p BEGIN SELECT RAISE(ABORT, 'APPEND_ONLY'); END;");
    static const struct {
        const char *sql;
        enum err_code code;
        const char *word;
    } cases[] = {
        { "INSERT INTO p VALUES ('a', 2)", ERR_ALREADY_EXISTS, "" },
        { "UPDATE p SET n = 7", ERR_SLOT_TAKEN, "" },
        { "DELETE FROM p", ERR_CONFLICT, "APPEND_ONLY" },
        { "UPDATE p SET n = -1", ERR_CONFLICT, "" },
        { "INSERT INTO c VALUES ('nobody')", ERR_CONFLICT, "FOREIGN KEY" },
        { "INSERT INTO missing VALUES (1)", ERR_INTERNAL, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_false(db_run(db, cases[i].sql, DB_NO_ARGS, NULL, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_non_null(strstr(err.message, cases[i].word));
    }
    assert_int_equal(one(db, "SELECT n FROM p"), 1);
}

static void test_savepoints_undo_their_own(void **state)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    script(db, "CREATE TABLE t (n BIGINT)");
    assert_true(db_begin(db, &err));
    for (int i = 0; i < 3; i++) {
        assert_true(db_savepoint(db, &err));
        assert_true(db_run(db, "INSERT INTO t VALUES ($1)", DB_ARGS(db_int(i)), NULL, &err));
        if (i == 1)
            db_rollback_to(db);
        else
            assert_true(db_release(db, &err));
    }
    assert_true(db_commit(db, &err));
    assert_int_equal(one(db, "SELECT sum(n) * 10 + count(*) FROM t"), 22);
}

static void test_reader_sees_one_moment_and_cannot_write(void **state)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *writer = open_store(state, DB_WRITER);
    script(writer, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (1)");
    CLEANUP(db_closep) struct db *reader = open_store(state, DB_READER);
    assert_true(db_snapshot_begin(reader, &err));
    assert_int_equal(one(reader, "SELECT count(*) FROM t"), 1);
    script(writer, "INSERT INTO t VALUES (2)");
    assert_int_equal(one(reader, "SELECT count(*) FROM t"), 1);
    db_snapshot_end(reader);
    assert_int_equal(one(reader, "SELECT count(*) FROM t"), 2);
    assert_false(db_run(reader, "INSERT INTO t VALUES (3)", DB_NO_ARGS, NULL, &err));
}

static void test_the_file_is_its_owners_alone(void **state)
{
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    script(db, "CREATE TABLE t (n BIGINT)");
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        char path[128];
        struct stat info;
        snprintf(path, sizeof(path), "%s%s", ((struct place *)*state)->path, suffixes[i]);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
}

static void test_backup_of_a_store_in_use(void **state)
{
    struct err err = { 0 };
    struct place *place = *state;
    char to[128];
    snprintf(to, sizeof(to), "%s/copy.db", place->folder);
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    script(db, "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (41), (1)");
    assert_true(db_begin(db, &err));
    script(db, "INSERT INTO t VALUES (1000)"); // not committed: not in the copy
    if (!db_backup(place->path, to, &err))
        fail_msg("%s", err.message);
    assert_true(db_commit(db, &err));
    CLEANUP(db_closep) struct db *copy = NULL;
    assert_true(db_open(&copy, to, DB_READER, &err));
    assert_int_equal(one(copy, "SELECT sum(n) FROM t"), 42);
    CLEANUP(buf_free) struct buf out = { 0 };
    assert_true(db_integrity(copy, &out, &err));
    assert_string_equal(buf_text(&out), "");
    assert_true(db_backup(place->path, to, &err)); // over the old one
}

// Migrations ------------------------------------------------------------------------------------------------------

#define FILE_OF(name, text)                                                                                  \
    {                                                                                                        \
        name, text, sizeof(text) - 1                                                                         \
    }

static const struct asset first_files[] = {
    FILE_OF("0001_one.sql", "CREATE TABLE a (n BIGINT); INSERT INTO a VALUES (1);"),
    FILE_OF("0002_two.postgres.sql", "THIS IS NOT FOR SQLITE;"),
    { 0 },
};
static const struct asset second_files[] = {
    FILE_OF("0001_one.sql", "CREATE TABLE a (n BIGINT); INSERT INTO a VALUES (1);"),
    FILE_OF("0002_two.postgres.sql", "THIS IS NOT FOR SQLITE;"),
    FILE_OF("0002_two.sqlite.sql",
            "ALTER TABLE a ADD COLUMN m BIGINT; UPDATE a SET m = 2; CREATE TABLE b (n BIGINT);"),
    { 0 },
};

static void test_migrations_run_once_and_in_order(void **state)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    assert_true(migrations_run(db, first_files, 1, &err));
    assert_true(migrations_run(db, second_files, 2, &err));
    assert_true(migrations_run(db, second_files, 3, &err));
    assert_int_equal(one(db, "SELECT m FROM a"), 2);
    assert_int_equal(one(db, "SELECT sum(at * 10 + version) FROM schema_migration"), 11 + 22);
}

static void test_newer_store_is_refused(void **state)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    assert_true(migrations_run(db, second_files, 1, &err));
    assert_false(migrations_run(db, first_files, 2, &err));
    assert_int_equal(err.code, ERR_UPGRADE_REQUIRED);
    assert_non_null(strstr(err.message, "0002_two.sqlite.sql"));
}

static void test_edited_migration_is_refused(void **state)
{
    static const struct asset edited[] = {
        FILE_OF("0001_one.sql", "CREATE TABLE a (n BIGINT, extra TEXT);"),
        { 0 },
    };
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    assert_true(migrations_run(db, first_files, 1, &err));
    assert_false(migrations_run(db, edited, 2, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
}

static void test_migration_that_fails_leaves_the_old_schema(void **state)
{
    static const struct asset broken[] = {
        FILE_OF("0001_one.sql", "CREATE TABLE a (n BIGINT); INSERT INTO a VALUES (1);"),
        FILE_OF("0003_broken.sql",
                "CREATE TABLE c (n BIGINT); UPDATE a SET n = 9; CREATE TABLE c (n BIGINT);"),
        { 0 },
    };
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = open_store(state, DB_WRITER);
    assert_false(migrations_run(db, broken, 1, &err));
    assert_non_null(strstr(err.message, "0003_broken.sql"));
    assert_int_equal(one(db, "SELECT n FROM a"), 1);
    assert_int_equal(one(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'c'"), 0);
    assert_int_equal(one(db, "SELECT count(*) FROM schema_migration"), 1);
}

static void test_the_real_schema_stands(void **state)
{
    struct err err = { 0 };
    if (!store_prepare(((struct place *)*state)->path, 1, &err))
        fail_msg("%s", err.message);
    CLEANUP(db_closep) struct db *db = open_store(state, DB_READER);
    assert_true(
        one(db, "SELECT count(*) FROM sqlite_schema WHERE name IN ('consultation', 'audit_no_update')") == 2);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        TEST(test_values_come_back_as_they_went_in),
        TEST(test_parameters_count_by_their_number),
        TEST(test_a_query_inside_itself),
        TEST(test_one_address_with_another_text),
        TEST(test_more_statements_than_the_cache_holds),
        TEST(test_constraints_name_themselves),
        TEST(test_savepoints_undo_their_own),
        TEST(test_reader_sees_one_moment_and_cannot_write),
        TEST(test_the_file_is_its_owners_alone),
        TEST(test_backup_of_a_store_in_use),
        TEST(test_migrations_run_once_and_in_order),
        TEST(test_newer_store_is_refused),
        TEST(test_edited_migration_is_refused),
        TEST(test_migration_that_fails_leaves_the_old_schema),
        TEST(test_the_real_schema_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
