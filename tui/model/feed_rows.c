// Rows from the server into the cache: snapshots and changes, each checked before it is believed.

#include "tui/model/feed_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t INT_SAFE = (INT64_C(1) << 53) - 1;

static bool broken(struct err *err, const char *what)
{
    return err_set(err, ERR_BAD_REQUEST, "the server broke the protocol: %s", what);
}

static bool whole(const cJSON *json, int64_t *ret)
{
    if (!cJSON_IsNumber(json) || json->valuedouble < 0 || json->valuedouble > (double)INT_SAFE)
        return false;
    *ret = (int64_t)json->valuedouble;
    return true;
}

// One row of a table checked and written; count and sum go with it.
struct target {
    bool fresh; // a generation that is being filled
    int64_t gen;
    int64_t *rows;
    uint64_t *sum;
    struct feed_sum *sums; // by table, or NULL
};

static int64_t row_rev(enum row_table table, const void *row)
{
    return *(const int64_t *)field_at(shape_find(row_shapes[table], "rev"), row);
}

static const char *row_id(enum row_table table, const void *row)
{
    return *(const char *const *)field_at(shape_find(row_shapes[table], "id"), row);
}

static void account_for(const struct target *target, enum row_table table, const char *id, int64_t old_rev,
                        int64_t new_rev)
{
    uint64_t sum =
        (new_rev >= 0 ? row_sum(table, id, new_rev) : 0) - (old_rev >= 0 ? row_sum(table, id, old_rev) : 0);
    int64_t rows = (new_rev >= 0) - (old_rev >= 0);
    *target->sum += sum;
    *target->rows += rows;
    if (target->sums != NULL) {
        target->sums[table].sum += sum;
        target->sums[table].rows += rows;
    }
}

static bool bad_row(enum row_table table, const struct err *why, struct err *err)
{
    return err_set(err, ERR_BAD_REQUEST, "the server sent a bad row of %s: %.150s", row_shapes[table]->name,
                   why->message);
}

static bool put_row(struct feed *feed, const struct target *target, enum row_table table, const void *row,
                    struct err *err)
{
    int64_t rev = row_rev(table, row), old_rev;
    if (rev < 0)
        return broken(err, "a row without a revision");
    bool written = target->fresh ? table_add(feed->cache, table, target->gen, row, &old_rev)
                                 : table_put(feed->cache, table, target->gen, row, &old_rev);
    if (!written)
        return true; // the commit will say
    account_for(target, table, row_id(table, row), old_rev, rev);
    return true;
}

static void remove_row(struct feed *feed, const struct target *target, enum row_table table, const char *id)
{
    int64_t old_rev;
    if (table_delete(feed->cache, table, target->gen, id, &old_rev))
        account_for(target, table, id, old_rev, -1);
}

// --- snapshots -----------------------------------------------------------------------------------------------------------

static void start_snapshot(struct feed *feed, int64_t at)
{
    feed->next_gen = (feed->gen > feed->next_gen ? feed->gen : feed->next_gen) + 1;
    feed->next_at = at;
    feed->next_rows = 0;
    feed->next_sum = 0;
    memset(feed->next_sums, 0, sizeof feed->next_sums);
    feed->again = false;
    feed->sweep = true;
    for (int table = 0; table < ROW_TABLES;
         table++) // what was abandoned under this number may not be swept yet
        table_clear(feed->cache, (enum row_table)table, feed->next_gen);
}

static void note_resume(struct feed *feed, enum row_table table, const char *after)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(feed->cache, "UPDATE state SET next_table = ?1, next_after = ?2");
    bind_int(query, 1, table);
    bind_text(query, 2, after);
    store_run(feed->cache, query);
}

static bool put_page(struct feed *feed, enum row_table table, struct page_rows *rows, struct arena *arena,
                     struct err *err)
{
    struct target target = { true, feed->next_gen, &feed->next_rows, &feed->next_sum, feed->next_sums };
    struct err why = { 0 };
    void *row = arena_alloc(arena, row_shapes[table]->size);
    while (page_next(rows, row_shapes[table], arena, row, &why))
        if (!put_row(feed, &target, table, row, err))
            return false;
    if (why.code != ERR_NONE)
        return bad_row(table, &why, err);
    if (rows->count > 0)
        note_resume(feed, table, row_id(table, row));
    return true;
}

// Abandons what was begun; the reason is in err already.
static bool give_up(struct feed *feed)
{
    struct err ignored;
    store_rollback(feed->cache);
    feed_load_state(feed, &ignored);
    return false;
}

bool feed_snapshot_page(struct feed *feed, int64_t at, const char *table_name, struct page_rows *rows,
                        struct err *err)
{
    enum row_table table = row_table_find(table_name);
    if (table == ROW_TABLES)
        return broken(err, "an unknown table");
    if (at < 0 || !feed->loading)
        return broken(err, "a page that fits nowhere");
    if (!feed_begin(feed, err))
        return false;
    if (feed->next_gen == 0 || feed->next_at != at)
        start_snapshot(feed, at);
    struct arena arena = { 0 };
    bool good = put_page(feed, table, rows, &arena, err) ? feed_commit(feed, err) : give_up(feed);
    arena_free(&arena);
    return good;
}

// --- ready: the sums decide ------------------------------------------------------------------------------------------------

static bool read_sum(const cJSON *pair, struct feed_sum *ret)
{
    const cJSON *hash = cJSON_GetArrayItem(pair, 1);
    char *end;
    if (!whole(cJSON_GetArrayItem(pair, 0), &ret->rows) || !cJSON_IsString(hash) ||
        strlen(hash->valuestring) != 16)
        return false;
    ret->sum = strtoull(hash->valuestring, &end, 16);
    return *end == '\0';
}

// The bits of the tables whose sums differ; tables of a newer server are passed over.
static bool compare_sums(const struct feed *feed, const cJSON *sums, unsigned *ret_differ, struct err *err)
{
    const cJSON *pair;
    unsigned differ = 0;
    cJSON_ArrayForEach(pair, sums)
    {
        struct feed_sum wanted;
        enum row_table table = row_table_find(pair->string != NULL ? pair->string : "");
        if (!read_sum(pair, &wanted))
            return broken(err, "sums that are none");
        if (table != ROW_TABLES &&
            (wanted.rows != feed->next_sums[table].rows || wanted.sum != feed->next_sums[table].sum))
            differ |= 1u << table;
    }
    *ret_differ = differ;
    return true;
}

static bool drop_tables(struct feed *feed, unsigned tables, struct err *err)
{
    if (!feed_begin(feed, err))
        return false;
    for (int table = 0; table < ROW_TABLES; table++) {
        if (!(tables & 1u << table))
            continue;
        table_clear(feed->cache, (enum row_table)table, feed->next_gen);
        feed->next_rows -= feed->next_sums[table].rows;
        feed->next_sum -= feed->next_sums[table].sum;
        feed->next_sums[table] = (struct feed_sum){ 0 };
    }
    feed->again = true;
    note_resume(feed, (enum row_table)0, ""); // there is no one place to go on from
    return feed_commit(feed, err);
}

static bool show_snapshot(struct feed *feed, int64_t at, struct err *err)
{
    if (!feed_begin(feed, err))
        return false;
    if (feed->next_gen == 0)
        start_snapshot(feed, at); // a person who may see nothing at all
    feed->gen = feed->next_gen;
    feed->cursor = at;
    feed->rows = feed->next_rows;
    feed->sum = feed->next_sum;
    memcpy(feed->scopes, feed->next_scopes, sizeof feed->scopes);
    feed->next_gen = feed->next_at = feed->next_rows = 0;
    feed->next_sum = 0;
    feed->sweep = true;
    tables_index(feed->cache); // a failure fails the commit
    if (!feed_commit(feed, err))
        return false;
    feed->loading = false;
    if (!feed_texts_scan(feed, err))
        return false;
    port_signal(feed->model, MODEL_EVERYTHING & ~(unsigned)(MODEL_CONNECTION | MODEL_SLOTS | MODEL_PRESENCE));
    return true;
}

bool feed_ready(struct feed *feed, int64_t at, const cJSON *sums, unsigned *ret_again, bool *ret_differs,
                struct err *err)
{
    unsigned differ = 0;
    *ret_again = 0;
    *ret_differs = false;
    if (at < 0 || (feed->loading && feed->next_gen != 0 && at != feed->next_at))
        return broken(err, "a snapshot that ends elsewhere than it began");
    if (!compare_sums(feed, sums, &differ, err))
        return false;
    if (!feed->loading)
        return true;
    if (differ == 0)
        return show_snapshot(feed, at, err);
    *ret_differs = feed->again || feed->next_gen == 0;
    if (*ret_differs)
        return feed_reset(feed, false, err);
    *ret_again = differ;
    return drop_tables(feed, differ, err);
}

static bool start_over(struct feed *feed, struct err *err)
{
    if (!feed_begin(feed, err))
        return false;
    feed->cursor = 0;
    feed->epoch[0] = '\0';
    feed->next_gen = 0;
    feed->sweep = true;
    return feed_commit(feed, err);
}

bool feed_reset(struct feed *feed, bool hide, struct err *err)
{
    feed->loading = false;
    if (!hide)
        return start_over(feed, err);
    if (!cache_wipe(feed->cache, feed->account, err) || !feed_load_state(feed, err))
        return false;
    port_signal(feed->model, MODEL_EVERYTHING & ~(unsigned)MODEL_CONNECTION);
    return true;
}

// --- scopes ------------------------------------------------------------------------------------------------------------

bool feed_scope_valid(const char *scope)
{
    return scope != NULL && scope[0] != '\0' && strpbrk(scope, " \"\\") == NULL;
}

// Takes the word out of the set, and puts it behind when it is to be in.
static bool move_scope(char *scopes, const char *scope, bool in, struct err *err)
{
    CLEANUP(buf_free) struct buf left = { 0 };
    for (const char *at = scopes; *at != '\0';) {
        size_t length = strcspn(at, " ");
        if (length != strlen(scope) || memcmp(at, scope, length) != 0)
            buf_addf(&left, "%s%.*s", left.len == 0 ? "" : " ", (int)length, at);
        at += length + strspn(at + length, " ");
    }
    if (in)
        buf_addf(&left, "%s%s", left.len == 0 ? "" : " ", scope);
    if (left.len >= FEED_SCOPES_MAX)
        return broken(err, "more scopes than anyone has");
    snprintf(scopes, FEED_SCOPES_MAX, "%s", buf_text(&left));
    return true;
}

// Sets *ret_is when the change is about a scope.
static bool apply_scope(struct feed *feed, const cJSON *change, bool *ret_is, struct err *err)
{
    const char *kind = cJSON_GetStringValue(cJSON_GetArrayItem(change, 0));
    const char *scope = cJSON_GetStringValue(cJSON_GetArrayItem(change, 1));
    *ret_is = kind != NULL && strncmp(kind, "scope", 5) == 0;
    if (!*ret_is)
        return true;
    bool in = strcmp(kind, "scope+") == 0;
    if (!feed_scope_valid(scope) || (!in && strcmp(kind, "scope-") != 0))
        return broken(err, "a scope that is none");
    return move_scope(feed->scopes, scope, in, err);
}

// --- changes -----------------------------------------------------------------------------------------------------------

static bool put_change(struct feed *feed, const struct target *target, enum row_table table,
                       const cJSON *json, struct arena *arena, struct err *err)
{
    struct err why;
    void *row = arena_alloc(arena, row_shapes[table]->size);
    if (!shape_read_lenient(row_shapes[table], json, arena, row, &why))
        return bad_row(table, &why, err);
    return put_row(feed, target, table, row, err);
}

static bool apply_change(struct feed *feed, const cJSON *change, struct arena *arena, unsigned *ret_changed,
                         struct err *err)
{
    const char *kind = cJSON_GetStringValue(cJSON_GetArrayItem(change, 0));
    const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(change, 1));
    const char *id = cJSON_GetStringValue(cJSON_GetArrayItem(change, 2));
    const cJSON *row = cJSON_GetArrayItem(change, 4);
    struct target target = { false, feed->gen, &feed->rows, &feed->sum, NULL };
    int64_t rev;
    bool is_scope;
    if (!apply_scope(feed, change, &is_scope, err))
        return false;
    if (is_scope)
        return true;
    if (kind == NULL || name == NULL || id == NULL || !whole(cJSON_GetArrayItem(change, 3), &rev))
        return broken(err, "a change that is none");
    enum row_table table = row_table_find(name);
    if (table == ROW_TABLES)
        return broken(err, "an unknown table");
    *ret_changed |= MODEL_ROWS(table);
    if (strcmp(kind, "del") == 0 || strcmp(kind, "hide") == 0) {
        remove_row(feed, &target, table, id);
        return true;
    }
    const char *row_says = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "id"));
    if (strcmp(kind, "put") != 0 || row_says == NULL || strcmp(row_says, id) != 0)
        return broken(err, "a change that contradicts itself");
    return put_change(feed, &target, table, row, arena, err);
}

static bool apply_changes(struct feed *feed, const cJSON *rows, unsigned *ret_changed, struct err *err)
{
    struct arena arena = { 0 };
    const cJSON *change;
    bool good = true;
    cJSON_ArrayForEach(change, rows)
    {
        good = good && apply_change(feed, change, &arena, ret_changed, err);
    }
    arena_free(&arena);
    return good;
}

// The texts of the notes whose rows were among them.
static bool follow_notes(struct feed *feed, const cJSON *rows, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    const cJSON *change;
    struct row_note row;
    cJSON_ArrayForEach(change, rows)
    {
        const char *table = cJSON_GetStringValue(cJSON_GetArrayItem(change, 1));
        const char *id = cJSON_GetStringValue(cJSON_GetArrayItem(change, 2));
        if (strcmp(table, row_shapes[ROW_NOTE]->name) != 0)
            continue;
        CLEANUP(query_end)
        sqlite3_stmt *query = store_query(feed->cache, table_select(ROW_NOTE, "AND id = ?1"));
        bind_text(query, 1, id);
        bool there = table_next(feed->cache, query, ROW_NOTE, &arena, &row);
        query_end(&query);
        if (there ? !feed_text_row(feed, &row, err) : !feed_text_gone(feed, id, err))
            return false;
    }
    return true;
}

bool feed_changes(struct feed *feed, int64_t from, int64_t to, const cJSON *rows, struct err *err)
{
    unsigned changed = 0;
    if (from < 0 || from > feed->cursor || to < from || !cJSON_IsArray(rows) || feed->loading)
        return broken(err, "changes that do not follow what was said");
    if (to < feed->cursor)
        return true; // heard before; the rows may be newer by now
    if (!feed_begin(feed, err))
        return false;
    if (!apply_changes(feed, rows, &changed, err))
        return give_up(feed);
    if (to > feed->cursor)
        feed->cursor = to;
    if (!feed_commit(feed, err) || ((changed & MODEL_ROWS(ROW_NOTE)) != 0 && !follow_notes(feed, rows, err)))
        return false;
    // What was answered may be seen now: the overlay of it goes.
    port_signal(feed->model, changed | (unsigned)MODEL_OUTBOX);
    return true;
}
