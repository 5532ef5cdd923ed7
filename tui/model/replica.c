#include "tui/model/replica.h"

#include "shared/base/id.h"
#include "shared/host/host.h"

#include <stdio.h>
#include <string.h>

const char replica_ddl[] =
    "CREATE TABLE replica (note TEXT PRIMARY KEY, epoch INTEGER NOT NULL, head INTEGER NOT NULL,"
    " agent INTEGER NOT NULL, acked INTEGER NOT NULL, base INTEGER NOT NULL, generation INTEGER NOT NULL,"
    " snapshot BLOB, purged INTEGER NOT NULL DEFAULT 0);"
    // op: NULL came from the server, 0 typed here and not taken by an operation yet, else the operation's number;
    // used: own ids after a typed row
    "CREATE TABLE replica_log (note TEXT NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL, op INTEGER,"
    " used INTEGER NOT NULL, PRIMARY KEY (note, n)) WITHOUT ROWID;"
    "CREATE INDEX replica_log_typed ON replica_log (note, n) WHERE op = 0;";

char *replica_id(const char *consultation_id, enum note_kind kind, char buffer[REPLICA_NOTE_SIZE])
{
    snprintf(buffer, REPLICA_NOTE_SIZE, "%s:%s", consultation_id, note_kind_words[kind]);
    return buffer;
}

bool replica_id_parse(const char *note, char *ret_consultation, enum note_kind *ret_kind)
{
    char id[ID_SIZE];
    if (strlen(note) < ID_SIZE || note[ID_LEN] != ':')
        return false;
    memcpy(id, note, ID_LEN);
    id[ID_LEN] = '\0';
    for (int kind = 0; kind < NOTE_KINDS && id_valid(id); kind++)
        if (strcmp(note_kind_words[kind], note + ID_SIZE) == 0) {
            memcpy(ret_consultation, id, ID_SIZE);
            *ret_kind = (enum note_kind)kind;
            return true;
        }
    return false;
}

static uint64_t new_agent(void)
{
    uint64_t agent = 0;
    while ((uint32_t)agent == 0)
        host_random(&agent, sizeof agent);
    return agent;
}

static int64_t new_generation(void)
{
    uint32_t random;
    host_random(&random, sizeof random);
    return (int64_t)random + 1;
}

bool batch_apply(struct text *text, const void *batch, size_t size, bool *ret_waits, struct err *err)
{
    const uint8_t *first = size == 0 ? (const uint8_t *)"" : batch; // an empty blob is NULL
    struct text_batch rest = { first, first + size, false };
    const void *update;
    size_t length;
    while (text_batch_next(&rest, &update, &length)) {
        enum text_applied applied;
        if (!text_apply(text, update, length, &applied, err))
            return false;
        if (applied == TEXT_WAITING && ret_waits != NULL)
            *ret_waits = true;
    }
    return !rest.bad || err_set(err, ERR_BAD_REQUEST, "a batch of updates is damaged");
}

// --- loading -------------------------------------------------------------------------------------------------------

// The record and its text up to the snapshot. False: it is damaged.
static bool read_record(struct replica *replica, struct store *store)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "SELECT epoch, head, agent, acked, base, generation, snapshot FROM replica WHERE note = ?1");
    bind_text(query, 1, replica->note);
    replica->stored = store_row(store, query);
    if (!replica->stored) {
        replica->text = text_create(new_agent());
        return true;
    }
    uint64_t agent = (uint64_t)sqlite3_column_int64(query, 2);
    replica->epoch = sqlite3_column_int64(query, 0);
    replica->head = sqlite3_column_int64(query, 1);
    replica->acked = (uint32_t)sqlite3_column_int64(query, 3);
    replica->base = replica->last = sqlite3_column_int64(query, 4);
    replica->generation = sqlite3_column_int64(query, 5);
    size_t size = (size_t)sqlite3_column_bytes(query, 6);
    struct err ignored;
    replica->text =
        size == 0 ? text_create(agent) : text_load(agent, sqlite3_column_blob(query, 6), size, &ignored);
    return replica->text != NULL;
}

// Rows behind those that the text holds. False: one is damaged.
static bool read_rows(struct replica *replica, struct store *store, bool *ret_any)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "SELECT n, bytes FROM replica_log WHERE note = ?1 AND n > ?2 ORDER BY n");
    bind_text(query, 1, replica->note);
    bind_int(query, 2, replica->last);
    struct err ignored;
    while (store_row(store, query)) {
        size_t size = (size_t)sqlite3_column_bytes(query, 1);
        if (!batch_apply(replica->text, sqlite3_column_blob(query, 1), size, NULL, &ignored))
            return false;
        replica->last = sqlite3_column_int64(query, 0);
        *ret_any = true;
    }
    return true;
}

static void run_on(struct store *store, const char *sql, const char *note)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, sql);
    bind_text(query, 1, note);
    store_run(store, query);
}

// The server has what is lost, but for what was typed and not sent: that goes out as it stands.
static void forget_damaged(struct replica *replica, struct store *store)
{
    struct err ignored;
    bool within = store_is_writing(store);
    if (!within && !store_begin(store, STORE_DURABLE, &ignored))
        return;
    run_on(store, "DELETE FROM replica WHERE note = ?1", replica->note);
    run_on(store, "DELETE FROM replica_log WHERE note = ?1 AND (op IS NULL OR op > 0)", replica->note);
    if (!within)
        store_commit(store, &ignored);
}

static void forget_picture(struct replica *replica)
{
    char note[REPLICA_NOTE_SIZE];
    memcpy(note, replica->note, sizeof note);
    text_free(replica->text);
    *replica = (struct replica){ 0 };
    memcpy(replica->note, note, sizeof note);
}

static bool load(struct replica *replica, struct store *store)
{
    bool any = false;
    return read_record(replica, store) && read_rows(replica, store, &any);
}

void replica_open(struct replica *ret, struct store *store, const char *note)
{
    *ret = (struct replica){ 0 };
    snprintf(ret->note, sizeof ret->note, "%s", note);
    if (load(ret, store))
        return;
    forget_picture(ret);
    forget_damaged(ret, store);
    ret->text = text_create(new_agent());
}

void replica_close(struct replica *replica)
{
    text_free(replica->text);
    *replica = (struct replica){ 0 };
}

// --- following -----------------------------------------------------------------------------------------------------

static bool is_same_text(struct replica *replica, struct store *store)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "SELECT generation, base, epoch, head, acked, agent FROM replica WHERE note = ?1");
    bind_text(query, 1, replica->note);
    if (!store_row(store, query))
        return !replica->stored;
    if (!replica->stored || sqlite3_column_int64(query, 0) != replica->generation ||
        sqlite3_column_int64(query, 1) > replica->last)
        return false;
    replica->base = sqlite3_column_int64(query, 1);
    replica->epoch = sqlite3_column_int64(query, 2);
    replica->head = sqlite3_column_int64(query, 3);
    replica->acked = (uint32_t)sqlite3_column_int64(query, 4);
    uint64_t agent = (uint64_t)sqlite3_column_int64(query, 5);
    struct err ignored;
    return text_agent(replica->text) == agent || text_set_agent(replica->text, agent, &ignored);
}

bool replica_follow(struct replica *replica, struct store *store, bool *ret_anew)
{
    bool any = false;
    if (ret_anew != NULL)
        *ret_anew = false;
    if (is_same_text(replica, store) && read_rows(replica, store, &any))
        return any;
    char note[REPLICA_NOTE_SIZE];
    memcpy(note, replica->note, sizeof note);
    replica_close(replica);
    replica_open(replica, store, note);
    if (ret_anew != NULL)
        *ret_anew = true;
    return true;
}

bool replica_is_behind_own(const struct replica *replica, struct store *store)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "SELECT 1 FROM replica_log WHERE note = ?1 AND n > ?2 AND op IS NOT NULL LIMIT 1");
    bind_text(query, 1, replica->note);
    bind_int(query, 2, replica->last);
    bool behind = store_row(store, query);
    query_end(&query);
    CLEANUP(query_end)
    sqlite3_stmt *record = store_query(store, "SELECT generation FROM replica WHERE note = ?1");
    bind_text(record, 1, replica->note);
    int64_t generation = store_row(store, record) ? sqlite3_column_int64(record, 0) : 0;
    return behind || generation != replica->generation;
}

// --- writing -------------------------------------------------------------------------------------------------------

static void write_record(struct replica *replica, struct store *store)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "UPDATE replica SET epoch = ?2, head = ?3, agent = ?4, acked = ?5, base = ?6,"
                           " generation = ?7 WHERE note = ?1");
    bind_text(query, 1, replica->note);
    bind_int(query, 2, replica->epoch);
    bind_int(query, 3, replica->head);
    bind_int(query, 4, (int64_t)text_agent(replica->text));
    bind_int(query, 5, replica->acked);
    bind_int(query, 6, replica->base);
    bind_int(query, 7, replica->generation);
    store_run(store, query);
}

void replica_keep(struct replica *replica, struct store *store)
{
    if (replica->stored)
        return;
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "INSERT INTO replica (note, epoch, head, agent, acked, base, generation)"
                           " VALUES (?1, ?4, ?5, ?2, 0, 0, ?3) ON CONFLICT DO NOTHING");
    replica->generation = new_generation();
    bind_text(query, 1, replica->note);
    bind_int(query, 2, (int64_t)text_agent(replica->text));
    bind_int(query, 3, replica->generation);
    bind_int(query, 4, replica->epoch);
    bind_int(query, 5, replica->head);
    store_run(store, query);
    replica->stored = true;
}

void replica_append(struct replica *replica, struct store *store, const void *batch, size_t size,
                    int64_t used)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "INSERT INTO replica_log (note, n, bytes, op, used) VALUES (?1,"
               " 1 + max(?2, coalesce((SELECT max(n) FROM replica_log WHERE note = ?1), 0)), ?3, ?4, ?5)");
    bind_text(query, 1, replica->note);
    bind_int(query, 2, replica->base);
    if (query != NULL)
        sqlite3_bind_blob64(query, 3, batch, size, SQLITE_STATIC);
    if (used >= 0)
        bind_int(query, 4, 0);
    bind_int(query, 5, used >= 0 ? used : 0);
    store_run(store, query);
}

void replica_heard(struct replica *replica, struct store *store, int64_t epoch, int64_t head)
{
    bool is_new = !replica->stored;
    replica->epoch = epoch;
    replica->head = head;
    if (is_new)
        replica_keep(replica, store);
    else
        write_record(replica, store);
}

bool replica_new_agent(struct replica *replica, struct store *store, struct err *err)
{
    if (!text_set_agent(replica->text, new_agent(), err))
        return false;
    replica->acked = 0;
    replica_keep(replica, store);
    write_record(replica, store);
    run_on(store, "UPDATE replica_log SET used = 0 WHERE note = ?1", replica->note);
    run_on(store, "UPDATE operation SET used = 0 WHERE note = ?1", replica->note);
    return true;
}

static void write_snapshot(struct replica *replica, struct store *store, const struct buf *snapshot)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "UPDATE replica SET snapshot = ?2 WHERE note = ?1");
    bind_text(query, 1, replica->note);
    if (query != NULL)
        sqlite3_bind_blob64(query, 2, snapshot->data, snapshot->len, SQLITE_STATIC);
    store_run(store, query);
    CLEANUP(query_end)
    sqlite3_stmt *clear =
        store_query(store, "DELETE FROM replica_log WHERE note = ?1 AND n <= ?2 AND (op IS NULL OR op > 0)");
    bind_text(clear, 1, replica->note);
    bind_int(clear, 2, replica->base);
    store_run(store, clear);
}

// What was typed here and is still in the log.
static bool merge_typed(struct text *text, struct replica *replica, struct store *store, struct err *err)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "SELECT bytes FROM replica_log WHERE note = ?1 AND op IS NOT NULL ORDER BY n");
    bind_text(query, 1, replica->note);
    bool good = true;
    while (good && store_row(store, query))
        good = batch_apply(text, sqlite3_column_blob(query, 0), (size_t)sqlite3_column_bytes(query, 0), NULL,
                           err);
    return good;
}

static int64_t last_row(struct replica *replica, struct store *store)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "SELECT max(n) FROM replica_log WHERE note = ?1");
    bind_text(query, 1, replica->note);
    int64_t last = store_row(store, query) ? sqlite3_column_int64(query, 0) : 0;
    return last > replica->base ? last : replica->base;
}

bool replica_replace(struct replica *replica, struct store *store, const void *snapshot, size_t size,
                     int64_t epoch, int64_t head, struct err *err)
{
    struct text *text = text_load(text_agent(replica->text), snapshot, size, err);
    if (text == NULL)
        return false;
    if (!merge_typed(text, replica, store, err) || text_waiting(text) > 0) {
        text_free(text);
        return err->code != ERR_NONE ? false : err_set(err, ERR_CONFLICT, "the note was begun anew");
    }
    text_free(replica->text);
    replica->text = text;
    replica_keep(replica, store);
    replica->epoch = epoch;
    replica->head = head;
    replica->generation = new_generation();
    replica->base = replica->last = last_row(replica, store);
    write_record(replica, store);
    CLEANUP(buf_free) struct buf saved = { 0 };
    text_save(text, &saved);
    write_snapshot(replica, store, &saved);
    return true;
}

// The snapshot says the same as the text that it was made of.
static bool reads_back(const struct text *text, const struct buf *snapshot)
{
    CLEANUP(buf_free) struct buf a = { 0 };
    CLEANUP(buf_free) struct buf b = { 0 };
    struct err ignored;
    struct text *again = text_load(text_agent(text), snapshot->data, snapshot->len, &ignored);
    if (again == NULL)
        return false;
    text_version(text, &a);
    text_content(text, &a);
    text_version(again, &b);
    text_content(again, &b);
    text_free(again);
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static bool fold(struct replica *replica, struct store *store)
{
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    if (text_waiting(replica->text) > 0)
        return false;
    text_save(replica->text, &snapshot);
    if (!reads_back(replica->text, &snapshot))
        return false;
    replica->base = replica->last;
    write_record(replica, store);
    write_snapshot(replica, store, &snapshot);
    return true;
}

void replica_compact(struct replica *replica, struct store *store)
{
    if (replica->last - replica->base >= REPLICA_LOG_MAX)
        fold(replica, store);
}

static void note_purged(struct replica *replica, struct store *store, int64_t before)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(store, "UPDATE replica SET purged = ?2 WHERE note = ?1");
    bind_text(query, 1, replica->note);
    bind_int(query, 2, before);
    store_run(store, query);
}

bool replica_purge(struct replica *replica, struct store *store, const void *version, size_t size,
                   int64_t before)
{
    struct err ignored;
    size_t purged = 0;
    if (!replica->stored || !text_purge(replica->text, version, size, &purged, &ignored))
        return false;
    note_purged(replica, store, before);
    if (purged == 0)
        return true;
    replica->generation = new_generation();
    return fold(replica, store);
}

void replica_delete(struct store *store, const char *note)
{
    run_on(store, "DELETE FROM replica WHERE note = ?1", note);
    run_on(store, "DELETE FROM replica_log WHERE note = ?1", note);
}

void replica_typed(const struct replica *replica, struct buf *out)
{
    struct text_walk walk = { 0 };
    struct text_span span;
    uint64_t agent = text_agent(replica->text);
    while (text_next(replica->text, &walk, &span)) {
        if (span.agent != agent || span.deleted || span.seq + span.size <= replica->acked)
            continue;
        uint32_t skip = span.seq < replica->acked ? replica->acked - span.seq : 0;
        buf_add(out, span.bytes + skip, span.size - skip);
    }
}
