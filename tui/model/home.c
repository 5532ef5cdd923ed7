// The two files of a home and which account they belong to.

#include "tui/model/internal.h"

#include <stdio.h>
#include <unistd.h>

static const char *mark_path(const char *home, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/cache.bad", home);
    return path;
}

bool home_open_cache(const char *home, struct store **ret, struct err *err)
{
    char path[PATH_MAX], mark[PATH_MAX];
    struct store *store = NULL;
    snprintf(path, sizeof path, "%s/cache.db", home);
    if (!store_open(&store, path, mark_path(home, mark), err))
        return false;
    if (!tables_prepare(store, err)) {
        if (err->code == ERR_INTERNAL)
            store_mark(store);
        store_close(store);
        return false;
    }
    *ret = store;
    return true;
}

bool home_drop_bad_cache(const char *home)
{
    char path[PATH_MAX], mark[PATH_MAX];
    snprintf(path, sizeof path, "%s/cache.db", home);
    if (unlink(mark_path(home, mark)) != 0)
        return false;
    store_remove(path);
    return true;
}

bool home_open_outbox(const char *home, struct store **ret, struct err *err)
{
    char path[PATH_MAX];
    struct store *store = NULL;
    snprintf(path, sizeof path, "%s/outbox.db", home);
    if (!store_open(&store, path, NULL, err))
        return false;
    if (!outbox_prepare(store, err)) {
        store_close(store);
        return false;
    }
    *ret = store;
    return true;
}

bool cache_wipe(struct store *cache, int64_t account, struct err *err)
{
    if (!store_begin(cache, STORE_SOFT, err))
        return false;
    for (size_t table = 0; table < ROW_TABLES; table++) {
        char sql[128];
        snprintf(sql, sizeof sql, "DELETE FROM \"%s\"", row_shapes[table]->name);
        store_exec(cache, sql);
    }
    store_exec(cache,
               "DELETE FROM slots; UPDATE state SET gen = max(gen, next_gen) + 1, epoch = '', cursor = 0,"
               " rows = 0, sum = 0, next_gen = 0, next_at = 0, next_table = 0, next_after = '',"
               " next_rows = 0, next_sum = 0");
    CLEANUP(query_end) sqlite3_stmt *query = store_query(cache, "UPDATE state SET account = ?1");
    bind_int(query, 1, account);
    store_run(cache, query);
    return store_commit(cache, err);
}

bool cache_match_account(struct store *cache, struct store *outbox, struct err *err)
{
    CLEANUP(query_end) sqlite3_stmt *mine = store_query(outbox, "SELECT account FROM device");
    CLEANUP(query_end) sqlite3_stmt *its = store_query(cache, "SELECT account FROM state");
    int64_t account = store_row(outbox, mine) ? sqlite3_column_int64(mine, 0) : 0;
    bool match = store_row(cache, its) && sqlite3_column_int64(its, 0) == account;
    query_end(&mine);
    query_end(&its);
    return match || cache_wipe(cache, account, err);
}
