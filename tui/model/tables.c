#include "tui/model/tables.h"

#include "shared/wire/json.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// Beyond FIELD_KEY: what the questions of model.h order or filter by.
static const struct {
    enum row_table table;
    const char *name, *columns;
} extra_indexes[] = {
    { ROW_CONSULTATION, "consultation_by_status", "gen, \"status\", \"start\"" },
};

static const char state_ddl[] =
    "CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), account INTEGER NOT NULL, gen INTEGER NOT "
    "NULL,"
    " epoch TEXT NOT NULL, cursor INTEGER NOT NULL, rows INTEGER NOT NULL, sum INTEGER NOT NULL,"
    " next_gen INTEGER NOT NULL, next_at INTEGER NOT NULL, next_table INTEGER NOT NULL, next_after TEXT NOT "
    "NULL,"
    " next_rows INTEGER NOT NULL, next_sum INTEGER NOT NULL, skew INTEGER NOT NULL,"
    " scopes TEXT NOT NULL, next_scopes TEXT NOT NULL);"
    "INSERT INTO state VALUES (1, 0, 1, '', 0, 0, 0, 0, 0, 0, '', 0, 0, 0, '', '');"
    "CREATE TABLE link (one INTEGER PRIMARY KEY CHECK (one = 1), state INTEGER NOT NULL, since INTEGER NOT "
    "NULL,"
    " next_try INTEGER NOT NULL, loading INTEGER NOT NULL, loaded INTEGER NOT NULL, why TEXT NOT NULL);"
    "INSERT INTO link VALUES (1, 0, 0, 0, 0, 0, '');"
    "CREATE TABLE slots (question TEXT PRIMARY KEY, fetched_at INTEGER NOT NULL, slots TEXT NOT NULL);";

static const char *column_type(enum field_kind kind)
{
    switch (kind) {
    case FIELD_REAL:
        return "REAL";
    case FIELD_TEXT:
    case FIELD_ID:
    case FIELD_TEXTS:
    case FIELD_INTS:
    case FIELD_OBJECTS:
    case FIELD_OBJECT:
    case FIELD_JSON:
        return "TEXT";
    case FIELD_BYTES:
        return "BLOB";
    default:
        return "INTEGER";
    }
}

static void add_table(const struct shape *shape, struct buf *out)
{
    buf_addf(out, "CREATE TABLE \"%s\" (gen INTEGER NOT NULL", shape->name);
    for (size_t i = 0; i < shape->count; i++)
        buf_addf(out, ", \"%s\" %s", shape->fields[i].name, column_type(shape->fields[i].kind));
    buf_add_text(out, ", PRIMARY KEY (gen, id)) WITHOUT ROWID;");
}

static void add_indexes(const struct shape *shape, struct buf *out)
{
    for (size_t i = 0; i < shape->count; i++)
        if ((shape->fields[i].flags & FIELD_KEY) != 0)
            buf_addf(out, "CREATE INDEX IF NOT EXISTS \"%s_by_%s\" ON \"%s\" (gen, \"%s\");", shape->name,
                     shape->fields[i].name, shape->name, shape->fields[i].name);
}

static void add_index_ddl(struct buf *out)
{
    for (size_t table = 0; table < ROW_TABLES; table++)
        add_indexes(row_shapes[table], out);
    for (size_t i = 0; i < ARRAY_LEN(extra_indexes); i++)
        buf_addf(out, "CREATE INDEX IF NOT EXISTS %s ON \"%s\" (%s);", extra_indexes[i].name,
                 row_shapes[extra_indexes[i].table]->name, extra_indexes[i].columns);
}

static void add_ddl(struct buf *out)
{
    buf_add_text(out, state_ddl);
    for (size_t table = 0; table < ROW_TABLES; table++)
        add_table(row_shapes[table], out);
}

// A number that changes with every change of the tables (FNV-1a, 31 bits).
static int32_t version_of(const char *ddl)
{
    uint32_t hash = 2166136261u;
    for (; *ddl != '\0'; ddl++)
        hash = (hash ^ (unsigned char)*ddl) * 16777619u;
    return (int32_t)(hash >> 1 | 1);
}

static int64_t file_version(struct store *store)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, "PRAGMA user_version");
    return store_row(store, query) ? sqlite3_column_int64(query, 0) : -1;
}

// Everything begins with the state row, so a cache that has lost it is of no use.
static bool has_state(struct store *store, struct err *err)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "SELECT epoch, next_after, why, scopes, next_scopes, account, gen, cursor, rows, sum,"
               " next_gen, next_at, next_table, next_rows, next_sum, skew, since, next_try, loading,"
               " loaded, link.state FROM state, link");
    bool whole = store_row(store, query);
    for (int text = 0; whole && text < 5; text++)
        whole = column_text(query, text) != NULL;
    if (whole || store_failed(store, err))
        return whole;
    return err_set(err, ERR_INTERNAL, "the cache has no state");
}

bool tables_prepare(struct store *store, struct err *err)
{
    CLEANUP(buf_free) struct buf ddl = { 0 };
    CLEANUP(buf_free) struct buf whole = { 0 };
    add_ddl(&ddl);
    buf_add(&whole, ddl.data, ddl.len);
    add_index_ddl(&whole);
    int32_t version = version_of(whole.data);
    int64_t found = file_version(store);
    if (found == version)
        return has_state(store, err);
    if (found != 0)
        return err_set(err, ERR_INTERNAL, "the cache was made by another version");
    if (!store_begin(store, STORE_SOFT, err))
        return false;
    if (file_version(store) == 0) { // nobody else made them meanwhile
        buf_addf(&ddl, "PRAGMA user_version=%d;", version);
        store_exec(store, ddl.data);
    }
    return store_commit(store, err);
}

bool tables_index(struct store *store)
{
    CLEANUP(buf_free) struct buf ddl = { 0 };
    add_index_ddl(&ddl);
    return store_exec(store, ddl.data);
}

// --- generated statements, one set a program -------------------------------------------------------------------

static struct {
    char *columns, *add, *put, *delete, *clear, *rev, *sweep;
} sql[ROW_TABLES];

static char *keep_text(struct buf *text)
{
    char *kept = strdup(buf_text(text));
    CHECK(kept != NULL);
    buf_clear(text);
    return kept;
}

static void add_insert(struct buf *out, const char *instead, size_t table)
{
    const struct shape *shape = row_shapes[table];
    buf_addf(out, "INSERT OR %s INTO \"%s\" (gen, %s) VALUES (?1", instead, shape->name, sql[table].columns);
    for (size_t i = 0; i < shape->count; i++)
        buf_addf(out, ", ?%zu", i + 2);
    buf_add_char(out, ')');
}

static void make_statements(void)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    for (size_t t = 0; t < ROW_TABLES; t++) {
        const struct shape *shape = row_shapes[t];
        for (size_t i = 0; i < shape->count; i++)
            buf_addf(&text, "%s\"%s\"", i == 0 ? "" : ", ", shape->fields[i].name);
        sql[t].columns = keep_text(&text);
        add_insert(&text, "IGNORE", t);
        sql[t].add = keep_text(&text);
        add_insert(&text, "REPLACE", t);
        sql[t].put = keep_text(&text);
        buf_addf(&text, "DELETE FROM \"%s\" WHERE gen = ?1 AND id = ?2", shape->name);
        sql[t].delete = keep_text(&text);
        buf_addf(&text, "DELETE FROM \"%s\" WHERE gen = ?1", shape->name);
        sql[t].clear = keep_text(&text);
        buf_addf(&text, "SELECT rev FROM \"%s\" WHERE gen = ?1 AND id = ?2", shape->name);
        sql[t].rev = keep_text(&text);
        buf_addf(&text,
                 "DELETE FROM \"%s\" WHERE (gen, id) IN (SELECT gen, id FROM \"%s\""
                 " WHERE gen < ?1 OR (gen > ?1 AND gen <> ?2) LIMIT ?3) RETURNING 1",
                 shape->name, shape->name);
        sql[t].sweep = keep_text(&text);
    }
}

static void need_statements(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_statements);
}

struct selected {
    enum row_table table;
    const char *rest;
    char *text;
    struct selected *next;
};

const char *table_select(enum row_table table, const char *rest)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct selected *all;
    need_statements();
    pthread_mutex_lock(&lock);
    struct selected *found = all;
    while (found != NULL && (found->table != table || found->rest != rest))
        found = found->next;
    if (found == NULL) {
        found = malloc(sizeof *found);
        CHECK(found != NULL);
        struct buf text = { 0 };
        buf_addf(&text, "SELECT %s FROM \"%s\" WHERE gen = (SELECT gen FROM state) %s", sql[table].columns,
                 row_shapes[table]->name, rest);
        *found = (struct selected){ table, rest, text.data, all };
        all = found;
    }
    pthread_mutex_unlock(&lock);
    return found->text;
}

// --- structs to columns and back ---------------------------------------------------------------------------------

static void bind_list(sqlite3_stmt *query, int index, const struct list *list)
{
    struct buf text = { 0 };
    buf_add_char(&text, '[');
    for (size_t i = 0; i < list->count; i++) {
        json_add_comma(&text);
        json_add_text(&text, *LIST_AT(list, const char *, i));
    }
    buf_add_char(&text, ']');
    sqlite3_bind_text(query, index, text.data, (int)text.len, free);
}

static void bind_bytes(sqlite3_stmt *query, int index, const struct bytes *bytes)
{
    if (bytes->data == NULL)
        sqlite3_bind_null(query, index);
    else
        sqlite3_bind_blob64(query, index, bytes->data, bytes->size, SQLITE_STATIC);
}

static void bind_field(sqlite3_stmt *query, int index, const struct field *field, const void *row)
{
    const void *at = field_at(field, row);
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_ID:
    case FIELD_JSON:
        bind_text(query, index, *(const char *const *)at);
        break;
    case FIELD_BOOL:
        bind_int(query, index, *(const bool *)at);
        break;
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_TIME:
        bind_int(query, index, *(const int64_t *)at);
        break;
    case FIELD_DATE:
        bind_int(query, index, *(const int32_t *)at);
        break;
    case FIELD_ENUM:
        bind_int(query, index, *(const int *)at);
        break;
    case FIELD_REAL:
        sqlite3_bind_double(query, index, *(const double *)at);
        break;
    case FIELD_BYTES:
        bind_bytes(query, index, at);
        break;
    case FIELD_TEXTS:
        bind_list(query, index, at);
        break;
    case FIELD_INTS:
    case FIELD_OBJECT:
    case FIELD_OBJECTS:
        check_fail(__FILE__, __LINE__, "rows are flat");
    }
}

static void read_list(sqlite3_stmt *query, int index, struct arena *arena, struct list *ret)
{
    const char *text = column_text(query, index);
    if (text == NULL || strcmp(text, "[]") == 0)
        return;
    CLEANUP(json_free) cJSON *json = cJSON_Parse(text);
    const cJSON *item;
    cJSON_ArrayForEach(item, json)
    {
        if (cJSON_IsString(item))
            *LIST_ADD(ret, arena, const char *) = arena_strdup(arena, item->valuestring);
    }
}

static void read_bytes(sqlite3_stmt *query, int index, struct arena *arena, struct bytes *ret)
{
    size_t size = (size_t)sqlite3_column_bytes(query, index);
    if (sqlite3_column_type(query, index) != SQLITE_NULL)
        *ret = (struct bytes){ size == 0 ? "" : arena_copy(arena, sqlite3_column_blob(query, index), size),
                               size };
}

static void read_field(sqlite3_stmt *query, int index, const struct field *field, struct arena *arena,
                       void *row)
{
    void *at = field_at(field, row);
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_ID:
    case FIELD_JSON:
        *(const char **)at = arena_strdup(arena, column_text(query, index));
        break;
    case FIELD_BOOL:
        *(bool *)at = sqlite3_column_int(query, index) != 0;
        break;
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_TIME:
        *(int64_t *)at = sqlite3_column_int64(query, index);
        break;
    case FIELD_DATE:
        *(int32_t *)at = sqlite3_column_int(query, index);
        break;
    case FIELD_ENUM:
        *(int *)at = sqlite3_column_int(query, index);
        break;
    case FIELD_REAL:
        *(double *)at = sqlite3_column_double(query, index);
        break;
    case FIELD_BYTES:
        read_bytes(query, index, arena, at);
        break;
    case FIELD_TEXTS:
        read_list(query, index, arena, at);
        break;
    case FIELD_INTS:
    case FIELD_OBJECT:
    case FIELD_OBJECTS:
        check_fail(__FILE__, __LINE__, "rows are flat");
    }
}

void table_read(sqlite3_stmt *query, enum row_table table, struct arena *arena, void *ret)
{
    const struct shape *shape = row_shapes[table];
    memset(ret, 0, shape->size);
    for (size_t i = 0; i < shape->count; i++)
        read_field(query, (int)i, &shape->fields[i], arena, ret);
}

bool table_next(struct store *store, sqlite3_stmt *query, enum row_table table, struct arena *arena,
                void *ret)
{
    if (!store_row(store, query))
        return false;
    table_read(query, table, arena, ret);
    return true;
}

static const char *id_of(enum row_table table, const void *row)
{
    return *(const char *const *)field_at(shape_find(row_shapes[table], "id"), row);
}

static int64_t rev_of(struct store *store, enum row_table table, int64_t gen, const char *id)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, sql[table].rev);
    bind_int(query, 1, gen);
    bind_text(query, 2, id);
    return store_row(store, query) ? sqlite3_column_int64(query, 0) : -1;
}

static bool insert(struct store *store, const char *statement, enum row_table table, int64_t gen,
                   const void *row)
{
    const struct shape *shape = row_shapes[table];
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, statement);
    bind_int(query, 1, gen);
    for (size_t i = 0; i < shape->count && query != NULL; i++)
        bind_field(query, (int)i + 2, &shape->fields[i], row);
    return store_run(store, query);
}

bool table_put(struct store *store, enum row_table table, int64_t gen, const void *row, int64_t *ret_old_rev)
{
    need_statements();
    *ret_old_rev = rev_of(store, table, gen, id_of(table, row));
    return insert(store, sql[table].put, table, gen, row);
}

bool table_add(struct store *store, enum row_table table, int64_t gen, const void *row, int64_t *ret_old_rev)
{
    need_statements();
    *ret_old_rev = -1;
    if (!insert(store, sql[table].add, table, gen, row))
        return false;
    return store_changes(store) > 0 || table_put(store, table, gen, row, ret_old_rev);
}

bool table_delete(struct store *store, enum row_table table, int64_t gen, const char *id,
                  int64_t *ret_old_rev)
{
    need_statements();
    *ret_old_rev = rev_of(store, table, gen, id);
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, sql[table].delete);
    bind_int(query, 1, gen);
    bind_text(query, 2, id);
    return store_run(store, query);
}

void table_clear(struct store *store, enum row_table table, int64_t gen)
{
    need_statements();
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, sql[table].clear);
    bind_int(query, 1, gen);
    store_run(store, query);
}

int64_t table_sweep(struct store *store, enum row_table table, int64_t keep, int64_t next, int64_t limit)
{
    need_statements();
    int64_t count = 0;
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, sql[table].sweep);
    bind_int(query, 1, keep);
    bind_int(query, 2, next);
    bind_int(query, 3, limit);
    while (store_row(store, query))
        count++;
    return count;
}

static void own_texts(struct list *texts, struct arena *arena)
{
    struct list copy = { 0 };
    for (size_t i = 0; i < texts->count; i++)
        *LIST_ADD(&copy, arena, const char *) = arena_strdup(arena, *LIST_AT(texts, const char *, i));
    *texts = copy;
}

static void own_bytes(struct bytes *bytes, struct arena *arena)
{
    if (bytes->size > 0)
        bytes->data = arena_copy(arena, bytes->data, bytes->size);
}

void table_own(enum row_table table, void *row, struct arena *arena)
{
    const struct shape *shape = row_shapes[table];
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        void *at = field_at(field, row);
        if (field->kind == FIELD_TEXTS)
            own_texts(at, arena);
        else if (field->kind == FIELD_BYTES)
            own_bytes(at, arena);
        else if (field->kind == FIELD_TEXT || field->kind == FIELD_ID || field->kind == FIELD_JSON)
            *(const char **)at = arena_strdup(arena, *(const char **)at);
    }
}
