#include "tui/model/outbox.h"

#include "shared/host/host.h"
#include "shared/sync/lanes.h"
#include "shared/wire/args_consultation.h"
#include "shared/wire/args_notes.h"
#include "tui/model/replica.h"

#include <stdio.h>
#include <string.h>

enum { OUTBOX_VERSION = 3 };

static const char ddl[] =
    "CREATE TABLE device (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, account INTEGER NOT "
    "NULL,"
    " server TEXT, email TEXT, user_id TEXT, access TEXT, refresh TEXT, access_until INTEGER NOT NULL,"
    " epoch TEXT NOT NULL, flushed INTEGER NOT NULL);"
    "CREATE TABLE operation (n INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, args TEXT NOT NULL,"
    " lane TEXT NOT NULL, thing TEXT, note TEXT, state INTEGER NOT NULL,"
    " at INTEGER NOT NULL, seq INTEGER NOT NULL, retry_at INTEGER NOT NULL, code TEXT, message TEXT, field "
    "TEXT,"
    " details TEXT, answered_at INTEGER NOT NULL, because_of INTEGER NOT NULL, typed TEXT, used INTEGER NOT "
    "NULL "
    "DEFAULT 0);"
    "CREATE INDEX operation_open ON operation (lane, n) WHERE state < 2;"
    "CREATE INDEX operation_answered ON operation (state, seq);"
    "CREATE INDEX operation_by_note ON operation (note, state) WHERE note IS NOT NULL;"
    "CREATE INDEX operation_by_thing ON operation (thing, state) WHERE thing IS NOT NULL;";

#define COLUMNS                                                                                              \
    "n, name, args, lane, thing, note, typed, state, at, seq, retry_at, code, message, field, details,"      \
    " answered_at, because_of"

static int64_t one_int(struct store *store, const char *sql, int64_t arg)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, sql);
    if (strchr(sql, '?') != NULL)
        bind_int(query, 1, arg);
    return store_row(store, query) ? sqlite3_column_int64(query, 0) : 0;
}

static void make_tables(struct store *store)
{
    struct id device;
    host_new_id(&device, host_now_ms());
    store_exec(store, ddl);
    store_exec(store, replica_ddl);
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "INSERT INTO device VALUES (1, ?1, 1, NULL, NULL, NULL, NULL, NULL, 0, '', 0)");
    bind_text(query, 1, device.text);
    store_run(store, query);
}

// Version 1 kept whole texts of notes as operations; those are sent as they stand.
static void upgrade(struct store *store)
{
    store_exec(store, "ALTER TABLE operation DROP COLUMN origin_rev;"
                      "ALTER TABLE operation DROP COLUMN merged;"
                      "ALTER TABLE operation ADD COLUMN typed TEXT;"
                      "ALTER TABLE operation ADD COLUMN used INTEGER NOT NULL DEFAULT 0;"
                      "UPDATE operation SET note = NULL, retry_at = 0 WHERE note IS NOT NULL AND state < 2;");
    store_exec(store, replica_ddl);
}

bool outbox_prepare(struct store *store, struct err *err)
{
    int64_t version = one_int(store, "PRAGMA user_version", 0);
    if (version > OUTBOX_VERSION)
        return err_set(err, ERR_INTERNAL, "the outbox was made by a newer version of this program");
    if (version == OUTBOX_VERSION)
        return true;
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    switch (one_int(store, "PRAGMA user_version", 0)) {
    case 0:
        make_tables(store);
        break;
    case 1:
        upgrade(store);
        break;
    case 2:
        store_exec(store, "ALTER TABLE replica ADD COLUMN purged INTEGER NOT NULL DEFAULT 0");
        break;
    default: // another program was quicker
        break;
    }
    store_exec(store, "PRAGMA user_version=3");
    return store_commit(store, err);
}

// --- adding --------------------------------------------------------------------------------------------------------

static int64_t insert(struct store *store, const struct outbox_op *op)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "INSERT INTO operation (name, args, lane, thing, note, state, at, seq, retry_at, answered_at,"
               " because_of) VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, 0, 0, 0, 0) RETURNING n");
    bind_text(query, 1, op->name);
    bind_text(query, 2, op->args);
    bind_text(query, 3, op->lane);
    bind_text(query, 4, op->thing);
    bind_text(query, 5, op->note);
    bind_int(query, 6, op->at);
    int64_t n = store_row(store, query) ? sqlite3_column_int64(query, 0) : 0;
    return n;
}

bool outbox_add(struct store *store, const struct outbox_op *op, int64_t *ret_n, struct err *err)
{
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    int64_t n = insert(store, op);
    if (!store_commit(store, err))
        return false;
    *ret_n = n;
    return true;
}

// --- what is typed into notes ---------------------------------------------------------------------------------------

static bool has_note_in(struct store *store, const char *note, const char *sql)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, sql);
    bind_text(query, 1, note);
    return store_row(store, query);
}

// Notes go their own way, but not before the booking that they belong to.
static const char *note_lane(struct store *store, const char *note, const char *thing, char buffer[96])
{
    bool booking = has_note_in(store, thing,
                               "SELECT 1 FROM operation WHERE thing = ?1 AND state < 2 AND name = "
                               "'consultation.book'");
    snprintf(buffer, 96, "%s:%s", booking ? "consultation" : "note", booking ? thing : note);
    return buffer;
}

void outbox_note_edit(struct store *store, const char *note, const char *consultation_id, int64_t now)
{
    char lane[96];
    if (has_note_in(store, note, "SELECT 1 FROM operation WHERE note = ?1 AND state = 0"))
        return;
    struct outbox_op op = {
        .name = op_note_edit.name,
        .args = "{}", // filled in when it is sent
        .lane = note_lane(store, note, consultation_id, lane),
        .thing = consultation_id,
        .note = note,
        .at = now,
    };
    insert(store, &op);
}

bool outbox_note_waits(struct store *store, const char *note)
{
    return has_note_in(store, note, "SELECT 1 FROM operation WHERE note = ?1 AND state IN (0, 1) LIMIT 1");
}

int64_t outbox_note_refused(struct store *store, const char *note)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "SELECT n FROM operation WHERE note = ?1 AND state = 3 ORDER BY n DESC LIMIT 1");
    bind_text(query, 1, note);
    return store_row(store, query) ? sqlite3_column_int64(query, 0) : 0;
}

bool outbox_flush(struct store *store, struct err *err)
{
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    store_exec(store, "UPDATE device SET flushed = flushed + 1");
    return store_commit(store, err);
}

// --- taking back -----------------------------------------------------------------------------------------------------

// What carries typed words is not withdrawn: they stand in the note.
static int state_of(struct store *store, int64_t n, bool *ret_typed)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "SELECT state, note IS NOT NULL FROM operation WHERE n = ?1");
    bind_int(query, 1, n);
    bool found = store_row(store, query);
    *ret_typed = found && sqlite3_column_int(query, 1) != 0;
    return found ? sqlite3_column_int(query, 0) : -1;
}

static void delete_op(struct store *store, int64_t n)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, "DELETE FROM operation WHERE n = ?1");
    bind_int(query, 1, n);
    store_run(store, query);
}

// Removes operation n if it is in that state.
static bool remove_in_state(struct store *store, int64_t n, enum outbox_state wanted, struct err *err)
{
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    bool typed;
    int state = state_of(store, n, &typed);
    if (state != (int)wanted || (typed && wanted == OUTBOX_WAITING)) {
        store_rollback(store);
        if (typed && state == OUTBOX_WAITING)
            return err_set(err, ERR_CONFLICT, "it stands in the note; undo it there");
        if (state == OUTBOX_SENT || state == OUTBOX_DONE)
            return err_set(err, ERR_CONFLICT, "it was already sent");
        return err_set(err, ERR_NOT_FOUND, "there is no such change");
    }
    delete_op(store, n);
    return store_commit(store, err);
}

bool outbox_withdraw(struct store *store, int64_t n, struct err *err)
{
    return remove_in_state(store, n, OUTBOX_WAITING, err);
}

bool outbox_discard(struct store *store, int64_t n, struct err *err)
{
    return remove_in_state(store, n, OUTBOX_REFUSED, err);
}

bool outbox_resend(struct store *store, int64_t n, const char *args, int64_t now, int64_t *ret_n,
                   struct err *err)
{
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    struct arena arena = { 0 };
    struct outbox_op op;
    bool found = outbox_get(store, n, &arena, &op) && op.state == OUTBOX_REFUSED;
    int64_t again = 0;
    if (found) {
        delete_op(store, n);
        op.args = args;
        op.at = now;
        op.retry_at = 0;
        again = insert(store, &op);
    }
    bool good = store_commit(store, err);
    arena_free(&arena);
    if (!found)
        return err_set(err, ERR_NOT_FOUND, "there is no such refusal");
    if (good)
        *ret_n = again;
    return good;
}

// --- reading -----------------------------------------------------------------------------------------------------------

static void read_op(sqlite3_stmt *query, struct arena *arena, struct outbox_op *ret)
{
    *ret = (struct outbox_op){
        .n = sqlite3_column_int64(query, 0),
        .name = arena_strdup(arena, column_word(query, 1)),
        .args = arena_strdup(arena, column_word(query, 2)),
        .lane = arena_strdup(arena, column_word(query, 3)),
        .thing = arena_strdup(arena, column_text(query, 4)),
        .note = arena_strdup(arena, column_text(query, 5)),
        .typed = arena_strdup(arena, column_text(query, 6)),
        .state = (enum outbox_state)sqlite3_column_int(query, 7),
        .at = sqlite3_column_int64(query, 8),
        .seq = sqlite3_column_int64(query, 9),
        .retry_at = sqlite3_column_int64(query, 10),
        .code = arena_strdup(arena, column_text(query, 11)),
        .message = arena_strdup(arena, column_text(query, 12)),
        .field = arena_strdup(arena, column_text(query, 13)),
        .details = arena_strdup(arena, column_text(query, 14)),
        .answered_at = sqlite3_column_int64(query, 15),
        .because_of = sqlite3_column_int64(query, 16),
    };
}

static void read_all(struct store *store, sqlite3_stmt *query, struct arena *arena, struct list *ret)
{
    while (store_row(store, query))
        read_op(query, arena, LIST_ADD(ret, arena, struct outbox_op));
}

void outbox_pending(struct store *store, int64_t cursor, struct arena *arena, struct list *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "SELECT " COLUMNS " FROM operation WHERE n IN"
                                             " (SELECT n FROM operation WHERE state < 2 UNION ALL"
                                             " SELECT n FROM operation WHERE state = 2 AND seq > ?1)"
                                             " ORDER BY n");
    bind_int(query, 1, cursor);
    read_all(store, query, arena, ret);
}

void outbox_refused(struct store *store, struct arena *arena, struct list *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "SELECT " COLUMNS " FROM operation WHERE state = 3 ORDER BY n");
    read_all(store, query, arena, ret);
}

bool outbox_get(struct store *store, int64_t n, struct arena *arena, struct outbox_op *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "SELECT " COLUMNS " FROM operation WHERE n = ?1");
    bind_int(query, 1, n);
    if (!store_row(store, query))
        return false;
    read_op(query, arena, ret);
    return true;
}

// One look: between two of them an operation could leave one count and miss the other.
void outbox_totals(struct store *store, struct outbox_totals *ret)
{
    *ret = (struct outbox_totals){ 0 };
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "SELECT count(*) FILTER (WHERE state < 2), count(*) FILTER (WHERE state = 1),"
                           " count(*) FILTER (WHERE state = 3) FROM operation WHERE state <> 2");
    if (!store_row(store, query))
        return;
    ret->waiting = sqlite3_column_int64(query, 0);
    ret->sent = sqlite3_column_int64(query, 1);
    ret->refused = sqlite3_column_int64(query, 2);
}

int64_t outbox_next_n(struct store *store)
{
    return 1 +
           one_int(store, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'operation'", 0);
}

bool outbox_forget(struct store *store, int64_t before, struct err *err)
{
    if (one_int(store, "SELECT count(*) FROM operation WHERE state = 2 AND answered_at < ?1", before) == 0)
        return true;
    if (!store_begin(store, STORE_SOFT, err))
        return false;
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "DELETE FROM operation WHERE state = 2 AND answered_at < ?1");
    bind_int(query, 1, before);
    store_run(store, query);
    return store_commit(store, err);
}

// Done operations with a greater seq wait to be sent once more.
static void offer_again(struct store *store, int64_t above, int64_t since)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "UPDATE operation SET state = 1, seq = 0, retry_at = 0 WHERE state = 2 AND seq > ?1"
               " AND answered_at >= ?2");
    bind_int(query, 1, above);
    bind_int(query, 2, since);
    store_run(store, query);
}

// Whether the server has gone back behind what this device heard; without rows nobody knows.
static bool is_set_back(struct store *store, const struct outbox_epoch *now)
{
    return now->heard == 0 || now->heard > now->restored_to ||
           one_int(store, "SELECT count(*) FROM operation WHERE state = 2 AND seq > ?1", now->restored_to) >
               0;
}

const char *outbox_epoch_known(struct store *store, struct arena *arena)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, "SELECT epoch FROM device");
    return arena_strdup(arena, store_row(store, query) ? column_word(query, 0) : "");
}

bool outbox_enter_epoch(struct store *store, const struct outbox_epoch *now, struct err *err)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, "SELECT epoch FROM device");
    if (!store_row(store, query))
        return !store_failed(store, err);
    const char *before = column_word(query, 0);
    bool same = strcmp(before, now->epoch) == 0, first = before[0] == '\0';
    query_end(&query);
    if (same)
        return !store_failed(store, err);
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    if (!first && is_set_back(store, now)) {
        offer_again(store, now->restored_to, now->since);
        store_exec(store,
                   "UPDATE replica SET head = 0"); // texts heal by their versions, whatever numbers say now
    }
    CLEANUP(query_end)
    sqlite3_stmt *note = store_query(store, "UPDATE device SET epoch = ?1");
    bind_text(note, 1, now->epoch);
    store_run(store, note);
    return store_commit(store, err);
}

bool outbox_skip_to(struct store *store, int64_t floor, struct err *err)
{
    int64_t next = outbox_next_n(store);
    if (floor < next)
        return true;
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    CLEANUP(query_end)
    sqlite3_stmt *move = store_query(store, "UPDATE operation SET n = n + ?1 WHERE state = 0");
    bind_int(move, 1, floor);
    store_run(store, move);
    CLEANUP(query_end)
    sqlite3_stmt *skip = store_query(
        store,
        "INSERT OR REPLACE INTO sqlite_sequence (rowid, name, seq) VALUES ((SELECT rowid FROM sqlite_sequence"
        " WHERE name = 'operation'), 'operation', ?1)");
    bind_int(skip, 1, floor + next);
    store_run(store, skip);
    return store_commit(store, err);
}
