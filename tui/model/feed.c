// The feed's own affairs: opening, the session lock, the state row, housekeeping.

#include "tui/model/feed_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
    FLUSH_MS = 500, // what was typed is durable within a second
    FORGET_EVERY_MS = 60 * 60 * 1000,
    LOG_PAGES = 500, // of the write-ahead log, before it is written back
    SWEEP_ROWS = 500,
};

static int open_session_lock(const char *home)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/sync.lock", home);
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

bool feed_open(struct feed **ret_feed, struct model *model, struct err *err)
{
    struct feed *feed = calloc(1, sizeof *feed);
    CHECK(feed != NULL);
    feed->model = model;
    feed->wanted_end = &feed->wanted;
    feed->session = open_session_lock(model->home);
    bool good = feed->session >= 0 || err_set(err, ERR_INTERNAL, "cannot open the lock of %s: %s",
                                              model->home, strerrordesc_np(errno));
    if (!good || !home_open_outbox(model->home, &feed->outbox, err) ||
        !home_open_cache(model->home, &feed->cache, err) || !feed_load_state(feed, err)) {
        feed_close(feed);
        return false;
    }
    *ret_feed = feed;
    return true;
}

void feed_close(struct feed *feed)
{
    if (feed == NULL)
        return;
    struct err err;
    if (feed->outbox != NULL && (feed->soft_since != 0 || port_take_soft(feed->model)))
        outbox_flush(feed->outbox, &err);
    feed_texts_close(feed);
    store_close(feed->cache);
    store_close(feed->outbox);
    if (feed->session >= 0)
        close(feed->session);
    arena_free(&feed->in_flight_arena);
    free(feed);
}

// --- the session lock ------------------------------------------------------------------------------------------------

bool feed_take_session(struct feed *feed)
{
    if (!feed->holds_session)
        feed->holds_session = flock(feed->session, LOCK_EX | LOCK_NB) == 0;
    return feed->holds_session;
}

void feed_leave_session(struct feed *feed)
{
    if (feed->holds_session)
        flock(feed->session, LOCK_UN);
    feed->holds_session = false;
}

bool feed_session_taken(struct feed *feed)
{
    if (feed->holds_session)
        return true;
    if (flock(feed->session, LOCK_SH | LOCK_NB) != 0)
        return true;
    flock(feed->session, LOCK_UN);
    return false;
}

struct store *feed_outbox(struct feed *feed)
{
    return feed->outbox;
}

bool feed_device(struct feed *feed, struct arena *arena, struct device *ret)
{
    return device_get(feed->outbox, arena, ret);
}

int64_t feed_cursor(const struct feed *feed)
{
    return feed->cursor;
}

// --- the connection, said to all -------------------------------------------------------------------------------------

static void write_link(struct feed *feed, const struct connection *connection)
{
    struct err err;
    if (!store_begin(feed->cache, STORE_SOFT, &err))
        return;
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(feed->cache, "UPDATE link SET state = ?1, since = ?2, next_try = ?3,"
                                                   " loading = ?4, loaded = ?5, why = ?6");
    bind_int(query, 1, connection->state);
    bind_int(query, 2, connection->since);
    bind_int(query, 3, connection->next_try);
    bind_int(query, 4, connection->loading);
    bind_int(query, 5, connection->loaded);
    bind_text(query, 6, connection->why);
    store_run(feed->cache, query);
    store_commit(feed->cache, &err);
}

void feed_connection(struct feed *feed, const struct connection *connection)
{
    if (feed->holds_session)
        write_link(feed, connection);
    port_set_connection(feed->model, connection);
}

bool feed_connection_elsewhere(struct feed *feed, struct connection *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(feed->cache, "SELECT state, since, next_try, loading, loaded, why FROM link");
    if (!store_row(feed->cache, query) || sqlite3_column_int64(query, 1) == 0)
        return false;
    *ret = (struct connection){
        .state = (enum link_state)sqlite3_column_int(query, 0),
        .since = sqlite3_column_int64(query, 1),
        .next_try = sqlite3_column_int64(query, 2),
        .loading = sqlite3_column_int(query, 3) != 0,
        .loaded = sqlite3_column_int64(query, 4),
    };
    snprintf(ret->why, sizeof ret->why, "%s", column_word(query, 5));
    return true;
}

// --- the state row ------------------------------------------------------------------------------------------------------

bool feed_load_state(struct feed *feed, struct err *err)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        feed->cache, "SELECT account, gen, epoch, cursor, rows, sum, next_gen, next_at, next_rows, next_sum,"
                     " scopes, next_scopes FROM state");
    if (!store_row(feed->cache, query))
        return store_failed(feed->cache, err) ? false : err_set(err, ERR_INTERNAL, "the cache has no state");
    feed->account = sqlite3_column_int64(query, 0);
    feed->gen = sqlite3_column_int64(query, 1);
    snprintf(feed->epoch, sizeof feed->epoch, "%s", column_word(query, 2));
    feed->cursor = sqlite3_column_int64(query, 3);
    feed->rows = sqlite3_column_int64(query, 4);
    feed->sum = (uint64_t)sqlite3_column_int64(query, 5);
    feed->next_gen = sqlite3_column_int64(query, 6);
    feed->next_at = sqlite3_column_int64(query, 7);
    feed->next_rows = sqlite3_column_int64(query, 8);
    feed->next_sum = (uint64_t)sqlite3_column_int64(query, 9);
    snprintf(feed->scopes, sizeof feed->scopes, "%s", column_word(query, 10));
    snprintf(feed->next_scopes, sizeof feed->next_scopes, "%s", column_word(query, 11));
    return true;
}

static int64_t account_of(struct store *store, const char *sql)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, sql);
    return store_row(store, query) ? sqlite3_column_int64(query, 0) : -1;
}

bool feed_begin(struct feed *feed, struct err *err)
{
    if (!store_begin(feed->cache, STORE_SOFT, err))
        return false;
    int64_t its = account_of(feed->cache, "SELECT account FROM state");
    int64_t now = account_of(feed->outbox, "SELECT account FROM device");
    if (its == feed->account && now == feed->account)
        return true;
    store_rollback(feed->cache);
    return err_set(err, ERR_CONFLICT, "somebody signed in or out meanwhile");
}

bool feed_commit(struct feed *feed, struct err *err)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        feed->cache, "UPDATE state SET gen = ?1, epoch = ?2, cursor = ?3, rows = ?4, sum = ?5, next_gen = ?6,"
                     " next_at = ?7, next_rows = ?8, next_sum = ?9, scopes = ?10, next_scopes = ?11");
    bind_int(query, 1, feed->gen);
    bind_text(query, 2, feed->epoch);
    bind_int(query, 3, feed->cursor);
    bind_int(query, 4, feed->rows);
    bind_int(query, 5, (int64_t)feed->sum);
    bind_int(query, 6, feed->next_gen);
    bind_int(query, 7, feed->next_at);
    bind_int(query, 8, feed->next_rows);
    bind_int(query, 9, (int64_t)feed->next_sum);
    bind_text(query, 10, feed->scopes);
    bind_text(query, 11, feed->next_scopes);
    store_run(feed->cache, query);
    if (store_commit(feed->cache, err))
        return true;
    struct err ignored;
    feed_load_state(feed, &ignored); // nothing of it happened
    return false;
}

// --- housekeeping -------------------------------------------------------------------------------------------------------

static void flush_soft(struct feed *feed, int64_t now)
{
    struct err err;
    if (port_take_soft(feed->model) && feed->soft_since == 0)
        feed->soft_since = now;
    bool due = feed->soft_since != 0 && (now - feed->soft_since >= FLUSH_MS || now < feed->soft_since);
    if (due && outbox_flush(feed->outbox, &err))
        feed->soft_since = 0;
}

// Old generations go a little at a time, so that nobody waits for it.
static void sweep(struct feed *feed)
{
    struct err err;
    int64_t left = SWEEP_ROWS;
    if (!feed->sweep || !feed_begin(feed, &err))
        return;
    for (int table = 0; table < ROW_TABLES && left > 0; table++)
        left -= table_sweep(feed->cache, (enum row_table)table, feed->gen, feed->next_gen, left);
    feed->sweep = left <= 0;
    feed_commit(feed, &err);
}

int64_t feed_keeps_since(const struct feed *feed)
{
    return model_now(feed->model) - INT64_C(7) * DAY_MS;
}

static void forget(struct feed *feed, int64_t now)
{
    struct err err;
    if (now < feed->forget_at)
        return;
    feed->forget_at = now + FORGET_EVERY_MS;
    outbox_forget(feed->outbox, feed_keeps_since(feed), &err);
}

void feed_idle(struct feed *feed, bool *ret_outbox)
{
    int64_t now = port_machine_now(feed->model);
    *ret_outbox = store_changed_elsewhere(feed->outbox);
    if (*ret_outbox)
        port_signal(feed->model, MODEL_OUTBOX | MODEL_REFUSALS | MODEL_ACCOUNT | MODEL_TEXTS);
    if (!feed->holds_session && store_changed_elsewhere(feed->cache))
        port_signal(feed->model, MODEL_EVERYTHING);
    flush_soft(feed, now);
    if (feed->holds_session) {
        sweep(feed);
        forget(feed, now);
        if (!feed->loading)
            feed_purge(feed, now);
    }
}

void feed_fold(struct feed *feed)
{
    store_checkpoint(feed->outbox, LOG_PAGES);
    if (!feed->loading) // a snapshot's pages are written back once, behind it
        store_checkpoint(feed->cache, LOG_PAGES);
}

bool feed_slots(struct feed *feed, const char *question, const char *slots, struct err *err)
{
    if (!feed_begin(feed, err))
        return false;
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        feed->cache, "INSERT OR REPLACE INTO slots (question, fetched_at, slots) VALUES (?1, ?2, ?3)");
    bind_text(query, 1, question);
    bind_int(query, 2, model_now(feed->model));
    bind_text(query, 3, slots);
    store_run(feed->cache, query);
    store_exec(feed->cache, "DELETE FROM slots WHERE question NOT IN"
                            " (SELECT question FROM slots ORDER BY fetched_at DESC LIMIT 200)");
    return store_commit(feed->cache, err);
}
