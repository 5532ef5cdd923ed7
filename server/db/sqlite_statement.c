// Statements: prepared once per SQL text and connection, bound by number, stepped, read.
#include "server/db/sqlite_driver.h"

#include <stdlib.h>
#include <string.h>

// SQLite numbers $-parameters as they first appear; which $n each one is must be asked.
static bool map_parameters(struct sqlite_statement *statement, struct err *err)
{
    int count = sqlite3_bind_parameter_count(statement->handle);
    if (count > SQLITE_ARGS_MAX)
        return err_set(err, ERR_INTERNAL, "A statement has %d parameters, more than %d.", count,
                       SQLITE_ARGS_MAX);
    for (int i = 0; i < count; i++) {
        const char *name = sqlite3_bind_parameter_name(statement->handle, i + 1);
        long number = name != NULL && name[0] == '$' ? strtol(name + 1, NULL, 10) : 0;
        if (number < 1 || number > SQLITE_ARGS_MAX)
            return err_set(err, ERR_INTERNAL, "Parameter %d of a statement is no $n.", i + 1);
        statement->number[i] = (unsigned char)number;
    }
    statement->parameters = (unsigned char)count;
    return true;
}

bool sqlite_prepare(struct sqlite_db *db, const char *sql, struct sqlite_statement *statement,
                    struct err *err)
{
    int code = sqlite3_prepare_v3(db->handle, sql, -1, statement->cached ? SQLITE_PREPARE_PERSISTENT : 0,
                                  &statement->handle, NULL);
    if (code != SQLITE_OK)
        return sqlite_fail(db->handle, code, err);
    statement->sql = sql;
    if (map_parameters(statement, err))
        return true;
    sqlite3_finalize(statement->handle);
    statement->handle = NULL;
    return false;
}

static void statement_free(struct sqlite_statement *statement)
{
    if (statement == NULL)
        return;
    sqlite3_finalize(statement->handle);
    free(statement);
}

void sqlite_cache_clear(struct sqlite_db *db)
{
    for (size_t i = 0; i < SQLITE_CACHE_SLOTS; i++) {
        statement_free(db->cache[i]);
        db->cache[i] = NULL;
    }
}

static size_t home_of(const char *sql)
{
    uintptr_t address = (uintptr_t)sql;
    return (size_t)((address >> 3) * 0x9E3779B97F4A7C15u >> 40);
}

// The slot that holds this text, else a free one, else one whose statement can go. NULL: all are in use.
// The text is compared too: an address may have been given to another text since.
static struct sqlite_statement **find_slot(struct sqlite_db *db, const char *sql)
{
    size_t home = home_of(sql);
    struct sqlite_statement **spare = NULL;
    for (size_t probe = 0; probe < SQLITE_CACHE_PROBES; probe++) {
        struct sqlite_statement **slot = &db->cache[(home + probe) & (SQLITE_CACHE_SLOTS - 1)];
        if (*slot != NULL && (*slot)->sql == sql) {
            if (strcmp(sqlite3_sql((*slot)->handle), sql) == 0)
                return slot;
            return (*slot)->in_use ? NULL : slot;
        }
        bool better = *slot == NULL ? spare == NULL || *spare != NULL : spare == NULL && !(*slot)->in_use;
        if (better)
            spare = slot;
    }
    return spare;
}

static struct sqlite_statement *prepare_new(struct sqlite_db *db, const char *sql, bool cached,
                                            struct err *err)
{
    struct sqlite_statement *statement = calloc(1, sizeof(*statement));
    CHECK(statement != NULL);
    statement->cached = cached;
    if (sqlite_prepare(db, sql, statement, err))
        return statement;
    free(statement);
    return NULL;
}

// A statement that is running already (a query inside a query over the same text) gets a second, passing one.
static struct sqlite_statement *take(struct sqlite_db *db, const char *sql, struct err *err)
{
    struct sqlite_statement **slot = find_slot(db, sql);
    if (slot != NULL && *slot != NULL && (*slot)->sql == sql && !(*slot)->in_use &&
        strcmp(sqlite3_sql((*slot)->handle), sql) == 0)
        return *slot;
    bool cached = slot != NULL && (*slot == NULL || !(*slot)->in_use);
    struct sqlite_statement *statement = prepare_new(db, sql, cached, err);
    if (statement != NULL && cached) {
        statement_free(*slot);
        *slot = statement;
    }
    return statement;
}

static int bind_value(sqlite3_stmt *handle, int index, const struct db_value *value)
{
    switch (value->type) {
    case DB_NULL:
        return sqlite3_bind_null(handle, index);
    case DB_INT:
        return sqlite3_bind_int64(handle, index, value->i);
    case DB_REAL:
        return sqlite3_bind_double(handle, index, value->r);
    case DB_TEXT:
        return sqlite3_bind_text(handle, index, value->p, -1, SQLITE_STATIC);
    case DB_BLOB:
        return sqlite3_bind_blob64(handle, index, value->p, value->size, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

static bool bind(struct sqlite_db *db, struct sqlite_statement *statement, const struct db_value *args,
                 size_t count, struct err *err)
{
    for (int i = 0; i < statement->parameters; i++) {
        size_t number = statement->number[i];
        if (number > count)
            return err_set(err, ERR_INTERNAL, "A statement asks for $%zu and was given %zu values.", number,
                           count);
        int code = bind_value(statement->handle, i + 1, &args[number - 1]);
        if (code != SQLITE_OK)
            return sqlite_fail(db->handle, code, err);
    }
    return true;
}

bool sqlite_start(struct db *base, const char *sql, const struct db_value *args, size_t count,
                  void **ret_statement, struct err *err)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct sqlite_statement *statement = take(db, sql, err);
    if (statement == NULL)
        return false;
    statement->in_use = true;
    if (!bind(db, statement, args, count, err)) {
        sqlite_finish(base, statement);
        return false;
    }
    *ret_statement = statement;
    return true;
}

enum db_step sqlite_step_row(struct db *base, void *pointer, struct err *err)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct sqlite_statement *statement = pointer;
    int code = sqlite3_step(statement->handle);
    if (code == SQLITE_ROW)
        return DB_STEP_ROW;
    if (code == SQLITE_DONE) {
        db->changes = sqlite3_changes64(db->handle);
        return DB_STEP_DONE;
    }
    sqlite_fail(db->handle, code, err);
    return DB_STEP_FAILED;
}

void sqlite_finish(struct db *base, void *pointer)
{
    (void)base;
    struct sqlite_statement *statement = pointer;
    sqlite3_reset(statement->handle);
    statement->in_use = false;
    if (!statement->cached)
        statement_free(statement);
}

// Columns ---------------------------------------------------------------------------------------------------------

static sqlite3_stmt *handle_of(void *pointer)
{
    return ((struct sqlite_statement *)pointer)->handle;
}

enum db_type sqlite_col_type(void *statement, int column)
{
    switch (sqlite3_column_type(handle_of(statement), column)) {
    case SQLITE_INTEGER:
        return DB_INT;
    case SQLITE_FLOAT:
        return DB_REAL;
    case SQLITE_TEXT:
        return DB_TEXT;
    case SQLITE_BLOB:
        return DB_BLOB;
    }
    return DB_NULL;
}

int64_t sqlite_col_int(void *statement, int column)
{
    return sqlite3_column_int64(handle_of(statement), column);
}

double sqlite_col_real(void *statement, int column)
{
    return sqlite3_column_double(handle_of(statement), column);
}

const char *sqlite_col_text(void *statement, int column)
{
    return (const char *)sqlite3_column_text(handle_of(statement), column);
}

const void *sqlite_col_blob(void *statement, int column, size_t *ret_size)
{
    const void *data = sqlite3_column_blob(handle_of(statement), column);
    *ret_size = (size_t)sqlite3_column_bytes(handle_of(statement), column);
    return data;
}
