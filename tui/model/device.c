#include "tui/model/device.h"

#include <string.h>

bool device_get(struct store *store, struct arena *arena, struct device *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "SELECT id, account, server, email, user_id, access, refresh, access_until FROM device");
    if (!store_row(store, query))
        return false;
    *ret = (struct device){
        .id = arena_strdup(arena, column_word(query, 0)),
        .account = sqlite3_column_int64(query, 1),
        .server = arena_strdup(arena, column_text(query, 2)),
        .email = arena_strdup(arena, column_text(query, 3)),
        .user_id = arena_strdup(arena, column_text(query, 4)),
        .access = arena_strdup(arena, column_text(query, 5)),
        .refresh = arena_strdup(arena, column_text(query, 6)),
        .access_until = sqlite3_column_int64(query, 7),
    };
    return true;
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static int64_t open_operations(struct store *store)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "SELECT count(*) FROM operation WHERE state < 2");
    return store_row(store, query) ? sqlite3_column_int64(query, 0) : 0;
}

// The next person starts with nothing of the one before.
static void forget_person(struct store *store)
{
    store_exec(store,
               "DELETE FROM operation; DELETE FROM replica; DELETE FROM replica_log; UPDATE device SET "
               "account = account + 1,"
               " email = NULL, user_id = NULL, access = NULL, refresh = NULL, access_until = 0, epoch = ''");
}

static void write_person(struct store *store, const char *server, const char *email, const char *user_id,
                         const char *access, const char *refresh, int64_t access_until)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "UPDATE device SET server = ?1, email = ?2, user_id = ?3, access = ?4, refresh = ?5,"
               " access_until = ?6");
    bind_text(query, 1, server);
    bind_text(query, 2, email);
    bind_text(query, 3, user_id);
    bind_text(query, 4, access);
    bind_text(query, 5, refresh);
    bind_int(query, 6, access_until);
    store_run(store, query);
}

bool device_sign_in(struct store *store, const char *server, const char *email, const char *user_id,
                    const char *access, const char *refresh, int64_t access_until, struct err *err)
{
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    struct arena arena = { 0 };
    struct device before = { 0 };
    device_get(store, &arena, &before);
    bool same_person = same(before.server, server) && same(before.user_id, user_id);
    bool nobody = before.user_id == NULL;
    int64_t waiting = same_person || nobody ? 0 : open_operations(store);
    if (waiting > 0) {
        store_rollback(store);
        err_set(err, ERR_CONFLICT,
                "%lld changes of %s still wait here: sign in as them, or sign out and discard them",
                (long long)waiting, before.email != NULL ? before.email : "somebody else");
        arena_free(&arena);
        return false;
    }
    if (!same_person)
        forget_person(store);
    write_person(store, server, email, user_id, access, refresh, access_until);
    arena_free(&arena);
    return store_commit(store, err);
}

bool device_renew(struct store *store, const char *old_refresh, const char *access, const char *refresh,
                  int64_t access_until, struct err *err)
{
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "UPDATE device SET access = ?2, refresh = ?3, access_until = ?4"
                                             " WHERE refresh = ?1");
    bind_text(query, 1, old_refresh);
    bind_text(query, 2, access);
    bind_text(query, 3, refresh);
    bind_int(query, 4, access_until);
    store_run(store, query);
    return store_commit(store, err);
}

bool device_drop_tokens(struct store *store, const char *refresh, struct err *err)
{
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "UPDATE device SET access = NULL, refresh = NULL, access_until = 0 WHERE refresh = ?1");
    bind_text(query, 1, refresh);
    store_run(store, query);
    return store_commit(store, err);
}

bool device_sign_out(struct store *store, bool discard, struct err *err)
{
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    int64_t waiting = discard ? 0 : open_operations(store);
    if (waiting > 0) {
        store_rollback(store);
        return err_set(err, ERR_CONFLICT, "%lld change%s still wait%s to be sent", (long long)waiting,
                       waiting == 1 ? "" : "s", waiting == 1 ? "s" : "");
    }
    forget_person(store);
    return store_commit(store, err);
}
