// What SQLite alone takes to make the same rows durable: the yardstick for the server's bookings.
//
//   bench_commit BEFORE.db AFTER.db BOOKINGS GROUP
//
// Every row that is in AFTER and not in BEFORE (a copy from before the bookings; it is written to) goes into BEFORE,
// in the order it was made, GROUP bookings' share of rows to a transaction, with WAL and synchronous=FULL as the
// server has. Indexes are kept; triggers are dropped, since nobody checks anything here. Prints one JSON object.
#include "tests/bench/socket.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    sqlite3_value **values;
};

struct table {
    char name[128];
    int columns;
    struct row *rows;
    size_t count, done;
    sqlite3_stmt *insert;
};

struct tables {
    struct table list[64];
    size_t count;
};

static void check(sqlite3 *db, int code, const char *what)
{
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
        bench_fail("%s: %s", what, sqlite3_errmsg(db));
}

static void execute(sqlite3 *db, const char *sql)
{
    check(db, sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    check(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL), sql);
    return statement;
}

static void drop_triggers(sqlite3 *db)
{
    sqlite3_stmt *names = prepare(db, "SELECT group_concat('DROP TRIGGER \"' || name || '\"', ';') "
                                      "FROM main.sqlite_master WHERE type = 'trigger'");
    sqlite3_step(names);
    char *drops = sqlite3_mprintf("%s", sqlite3_column_text(names, 0));
    sqlite3_finalize(names);
    execute(db, drops);
    sqlite3_free(drops);
}

static bool has_rowid(sqlite3 *db, const char *name)
{
    sqlite3_stmt *list = prepare(db, "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?1");
    sqlite3_bind_text(list, 1, name, -1, SQLITE_TRANSIENT);
    bool without = sqlite3_step(list) == SQLITE_ROW && sqlite3_column_int(list, 0) != 0;
    sqlite3_finalize(list);
    return !without;
}

// What was added, in its order where there is one.
static void load_rows(sqlite3 *db, struct table *table)
{
    const char *form = has_rowid(db, table->name)
                           ? "SELECT * FROM after.\"%w\" WHERE rowid > "
                             "(SELECT coalesce(max(rowid), 0) FROM main.\"%w\") ORDER BY rowid"
                           : "SELECT * FROM after.\"%w\" EXCEPT SELECT * FROM main.\"%w\"";
    char *sql = sqlite3_mprintf(form, table->name, table->name);
    sqlite3_stmt *select = prepare(db, sql);
    sqlite3_free(sql);
    table->columns = sqlite3_column_count(select);
    size_t cap = 0;
    while (sqlite3_step(select) == SQLITE_ROW) {
        if (table->count == cap) {
            cap = cap == 0 ? 1024 : cap * 2;
            table->rows = realloc(table->rows, cap * sizeof *table->rows);
        }
        sqlite3_value **values = calloc((size_t)table->columns, sizeof *values);
        if (table->rows == NULL || values == NULL)
            bench_fail("out of memory");
        for (int i = 0; i < table->columns; i++)
            values[i] = sqlite3_value_dup(sqlite3_column_value(select, i));
        table->rows[table->count++].values = values;
    }
    sqlite3_finalize(select);
}

static void prepare_insert(sqlite3 *db, struct table *table)
{
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendf(sql, "INSERT INTO main.\"%w\" VALUES (?", table->name);
    for (int i = 1; i < table->columns; i++)
        sqlite3_str_appendall(sql, ", ?");
    sqlite3_str_appendchar(sql, 1, ')');
    char *text = sqlite3_str_finish(sql);
    table->insert = prepare(db, text);
    sqlite3_free(text);
}

static void load_tables(sqlite3 *db, struct tables *tables)
{
    sqlite3_stmt *names = prepare(db, "SELECT name FROM after.sqlite_master WHERE type = 'table' "
                                      "AND name NOT LIKE 'sqlite_%'");
    while (sqlite3_step(names) == SQLITE_ROW) {
        struct table *table = &tables->list[tables->count];
        *table = (struct table){ 0 };
        snprintf(table->name, sizeof table->name, "%s", sqlite3_column_text(names, 0));
        load_rows(db, table);
        if (table->count == 0)
            continue;
        prepare_insert(db, table);
        if (++tables->count == 64)
            bench_fail("more tables than expected");
    }
    sqlite3_finalize(names);
}

// Inserts the table's rows up to the share that belongs to the first `bookings` of `total`.
static size_t insert_share(sqlite3 *db, struct table *table, size_t bookings, size_t total)
{
    size_t until = table->count * bookings / total, before = table->done;
    for (; table->done < until; table->done++) {
        for (int i = 0; i < table->columns; i++)
            sqlite3_bind_value(table->insert, i + 1, table->rows[table->done].values[i]);
        check(db, sqlite3_step(table->insert), table->name);
        sqlite3_reset(table->insert);
    }
    return until - before;
}

static size_t insert_all(sqlite3 *db, struct tables *tables, size_t bookings, size_t group)
{
    size_t rows = 0;
    for (size_t done = 0; done < bookings;) {
        done = done + group > bookings ? bookings : done + group;
        execute(db, "BEGIN IMMEDIATE");
        for (size_t i = 0; i < tables->count; i++)
            rows += insert_share(db, &tables->list[i], done, bookings);
        execute(db, "COMMIT");
    }
    return rows;
}

static void free_tables(struct tables *tables)
{
    for (size_t i = 0; i < tables->count; i++) {
        struct table *table = &tables->list[i];
        for (size_t j = 0; j < table->count; j++) {
            for (int k = 0; k < table->columns; k++)
                sqlite3_value_free(table->rows[j].values[k]);
            free(table->rows[j].values);
        }
        free(table->rows);
        sqlite3_finalize(table->insert);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5)
        bench_fail("usage: bench_commit BEFORE.db AFTER.db BOOKINGS GROUP");
    sqlite3 *db = NULL;
    check(db, sqlite3_open(argv[1], &db), argv[1]);
    execute(db, "PRAGMA journal_mode = WAL");
    execute(db, "PRAGMA synchronous = FULL");
    drop_triggers(db);
    char *attach = sqlite3_mprintf("ATTACH %Q AS after", argv[2]);
    execute(db, attach);
    sqlite3_free(attach);

    static struct tables tables;
    load_tables(db, &tables);
    execute(db, "DETACH after");
    size_t bookings = strtoul(argv[3], NULL, 10), group = strtoul(argv[4], NULL, 10);
    int64_t began = bench_now_us();
    size_t rows = insert_all(db, &tables, bookings, group);
    double seconds = (double)(bench_now_us() - began) / 1e6;
    printf("{\"bookings\": %zu, \"rows\": %zu, \"seconds\": %.3f, \"perSecond\": %.1f}\n", bookings, rows,
           seconds, (double)bookings / seconds);
    free_tables(&tables);
    sqlite3_close(db);
    return 0;
}
