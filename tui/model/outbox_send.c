// The half of the outbox that the sync session drives: what goes out, and what comes back.

#include "tui/model/outbox.h"

#include "shared/base/id.h"
#include "shared/sync/lanes.h"
#include "shared/wire/args_notes.h"
#include "tui/model/replica.h"

#include <string.h>

enum { CARRIED_MAX = 12 * 1024 }; // bytes of typed updates in one operation

static bool holds(const struct list *numbers, int64_t n)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (*LIST_AT(numbers, int64_t, i) == n)
            return true;
    return false;
}

static void select_ready(struct store *store, const struct list *in_flight, size_t limit, int64_t now,
                         struct arena *arena, struct list *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "SELECT o.n FROM (SELECT min(n) AS n FROM operation WHERE state < 2 GROUP BY lane) f"
               " JOIN operation o ON o.n = f.n WHERE o.retry_at <= ?1 ORDER BY o.n LIMIT ?2");
    bind_int(query, 1, now);
    bind_int(query, 2, (int64_t)(limit + in_flight->count));
    while (ret->count < limit && store_row(store, query)) {
        int64_t n = sqlite3_column_int64(query, 0);
        if (!holds(in_flight, n))
            *LIST_ADD(ret, arena, int64_t) = n;
    }
}

static void mark_sent(struct store *store, const struct outbox_op *op)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "UPDATE operation SET state = 1, args = ?2, retry_at = 0 WHERE n = ?1");
    bind_int(query, 1, op->n);
    bind_text(query, 2, op->args);
    store_run(store, query);
}

// --- what was typed into a note: the operation takes along what its log holds ---

static bool is_full(const struct buf *updates, sqlite3_stmt *query)
{
    return updates->len > 0 && updates->len + (size_t)sqlite3_column_bytes(query, 1) > CARRIED_MAX;
}

// The batches typed and not taken yet, up to row *ret_last; *ret_more: some stay behind.
static void gather_typed(struct store *store, const char *note, struct buf *updates, int64_t *ret_last,
                         int64_t *ret_used, bool *ret_more)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "SELECT n, bytes, used FROM replica_log WHERE note = ?1 AND op = 0 ORDER BY n");
    bind_text(query, 1, note);
    while (store_row(store, query)) {
        if (is_full(updates, query)) {
            *ret_more = true;
            return;
        }
        buf_add(updates, sqlite3_column_blob(query, 1), (size_t)sqlite3_column_bytes(query, 1));
        *ret_last = sqlite3_column_int64(query, 0);
        *ret_used = sqlite3_column_int64(query, 2);
    }
}

static void mark_taken(struct store *store, const struct outbox_op *op, int64_t last, int64_t used)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "UPDATE replica_log SET op = ?2 WHERE note = ?1 AND op = 0 AND n <= ?3");
    bind_text(query, 1, op->note);
    bind_int(query, 2, op->n);
    bind_int(query, 3, last);
    store_run(store, query);
    CLEANUP(query_end)
    sqlite3_stmt *mark = store_query(store, "UPDATE operation SET used = ?2 WHERE n = ?1");
    bind_int(mark, 1, op->n);
    bind_int(mark, 2, used);
    store_run(store, mark);
}

static int64_t epoch_of(struct store *store, const char *note)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, "SELECT epoch FROM replica WHERE note = ?1");
    bind_text(query, 1, note);
    return store_row(store, query) ? sqlite3_column_int64(query, 0) : 0;
}

static void write_edit(const char *note, int64_t epoch, const struct buf *updates, struct buf *out)
{
    char consultation[ID_SIZE];
    enum note_kind kind = NOTE_SHARED;
    if (!replica_id_parse(note, consultation, &kind))
        return; // nobody typed into such a note
    struct args_note_edit args = {
        .id = consultation, .kind = kind, .epoch = epoch, .updates = { updates->data, updates->len }
    };
    shape_write(&shape_note_edit, &args, out);
}

// False: there is nothing to carry, the operation is over.
static bool fill_edit(struct store *store, struct outbox_op *op, struct arena *arena)
{
    CLEANUP(buf_free) struct buf updates = { 0 };
    CLEANUP(buf_free) struct buf args = { 0 };
    int64_t last = 0, used = 0;
    bool more = false;
    gather_typed(store, op->note, &updates, &last, &used, &more);
    if (updates.len == 0)
        return false;
    write_edit(op->note, epoch_of(store, op->note), &updates, &args);
    op->args = arena_strdup(arena, buf_text(&args));
    mark_taken(store, op, last, used);
    mark_sent(store, op);
    if (more)
        outbox_note_edit(store, op->note, op->thing, op->at);
    return true;
}

static void drop(struct store *store, int64_t n)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(store, "DELETE FROM operation WHERE n = ?1");
    bind_int(query, 1, n);
    store_run(store, query);
}

static void take(struct store *store, const struct list *numbers, size_t bytes, struct arena *arena,
                 struct list *ret)
{
    size_t total = 0;
    for (size_t i = 0; i < numbers->count; i++) {
        struct outbox_op op;
        if (!outbox_get(store, *LIST_AT(numbers, int64_t, i), arena, &op))
            continue;
        bool edit = op.state == OUTBOX_WAITING && op.note != NULL;
        total += edit ? (size_t)CARRIED_MAX * 4 / 3 : strlen(op.args);
        if (ret->count > 0 && total > bytes)
            return;
        if (edit && !fill_edit(store, &op, arena)) {
            drop(store, op.n);
            continue;
        }
        if (op.state == OUTBOX_WAITING || op.retry_at != 0)
            mark_sent(store, &op);
        op.state = OUTBOX_SENT;
        *LIST_ADD(ret, arena, struct outbox_op) = op;
    }
}

bool outbox_take(struct store *store, const struct list *in_flight, size_t limit, size_t bytes, int64_t now,
                 struct arena *arena, struct list *ret_ops, struct err *err)
{
    struct list ready = { 0 }, taken = { 0 };
    select_ready(store, in_flight, limit, now, arena, &ready);
    if (ready.count == 0)
        return !store_failed(store, err);
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    take(store, &ready, bytes, arena, &taken);
    if (!store_commit(store, err))
        return false;
    *ret_ops = taken;
    return true;
}

int64_t outbox_next_retry(struct store *store)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(store, "SELECT min(retry_at) FROM operation WHERE state < 2 AND retry_at > 0");
    return store_row(store, query) ? sqlite3_column_int64(query, 0) : 0;
}

// --- answers -------------------------------------------------------------------------------------------------------

static void store_answer(struct store *store, const struct outbox_answer *answer, int64_t now)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store,
        "UPDATE operation SET state = ?2, seq = ?3, retry_at = ?4, code = ?5, message = ?6, field = ?7,"
        " details = ?8, answered_at = ?9 WHERE n = ?1");
    bind_int(query, 1, answer->n);
    bind_int(query, 2, answer->state);
    bind_int(query, 3, answer->seq);
    bind_int(query, 4, answer->retry_at);
    bind_text(query, 5, answer->code);
    bind_text(query, 6, answer->message);
    bind_text(query, 7, answer->field);
    bind_text(query, 8, answer->details);
    bind_int(query, 9, now);
    store_run(store, query);
}

// The server has what the operation carried.
static void note_acked(struct store *store, const struct outbox_op *op)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store,
        "UPDATE replica SET acked = max(acked, (SELECT used FROM operation WHERE n = ?2)) WHERE note = ?1");
    bind_text(query, 1, op->note);
    bind_int(query, 2, op->n);
    store_run(store, query);
}

// After those that are kept already: the note may have gone out of sight while the operation was under way.
static void keep_words(struct store *store, int64_t n, const char *words)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store,
        "UPDATE operation SET typed = coalesce(rtrim(typed, char(10)) || char(10), '') || ?2 WHERE n = ?1");
    bind_int(query, 1, n);
    bind_text(query, 2, words);
    store_run(store, query);
}

void outbox_note_undone(struct store *store, const char *note, int64_t n)
{
    CLEANUP(buf_free) struct buf words = { 0 };
    struct replica replica;
    replica_open(&replica, store, note);
    replica_typed(&replica, &words);
    replica_close(&replica);
    if (words.len > 0)
        keep_words(store, n, buf_text(&words));
    CLEANUP(query_end)
    sqlite3_stmt *rest =
        store_query(store, "DELETE FROM operation WHERE note = ?1 AND state = 0 AND n <> ?2");
    bind_text(rest, 1, note);
    bind_int(rest, 2, n);
    store_run(store, rest);
    replica_delete(store, note);
}

static void keep_dependent_words(struct store *store, const struct outbox_op *op, struct arena *arena)
{
    struct list waiting = { 0 };
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "SELECT n FROM operation WHERE thing = ?1 AND state = 0 AND note IS NOT NULL ORDER BY n");
    bind_text(query, 1, op->thing);
    while (store_row(store, query))
        *LIST_ADD(&waiting, arena, int64_t) = sqlite3_column_int64(query, 0);
    query_end(&query);
    for (size_t i = 0; i < waiting.count; i++) {
        struct outbox_op edit;
        if (outbox_get(store, *LIST_AT(&waiting, int64_t, i), arena, &edit))
            outbox_note_undone(store, edit.note, edit.n);
    }
}

static int64_t open_edit(struct store *store, const char *note, int *ret_state)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "SELECT n, state FROM operation WHERE note = ?1 AND state < 2 ORDER BY state, n DESC LIMIT 1");
    bind_text(query, 1, note);
    if (!store_row(store, query))
        return 0;
    *ret_state = sqlite3_column_int(query, 1);
    return sqlite3_column_int64(query, 0);
}

bool outbox_note_lost(struct store *store, const char *note, enum err_code code, const char *why, int64_t now)
{
    int state = OUTBOX_SENT; // then the server answers it
    int64_t n = open_edit(store, note, &state);
    outbox_note_undone(store, note, n);
    if (n == 0 || state != OUTBOX_WAITING)
        return false;
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "UPDATE operation SET state = 3, code = ?2, message = ?3, answered_at = ?4 WHERE n = ?1");
    bind_int(query, 1, n);
    bind_text(query, 2, err_name(code));
    bind_text(query, 3, why);
    bind_int(query, 4, now);
    return store_run(store, query);
}

// What needed the refused operation can no longer be done: it is refused here, naming it.
static void refuse_dependents(struct store *store, const struct outbox_op *op, int64_t now,
                              struct arena *arena)
{
    keep_dependent_words(store, op, arena);
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "UPDATE operation SET state = 3, code = 'CONFLICT', message = 'The booking it belongs to was"
               " refused.', because_of = ?1, answered_at = ?3 WHERE thing = ?2 AND state = 0");
    bind_int(query, 1, op->n);
    bind_text(query, 2, op->thing);
    bind_int(query, 3, now);
    store_run(store, query);
}

static void add_refused(struct store *store, int64_t n, struct arena *arena, struct list *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "SELECT n FROM operation WHERE n = ?1 OR (because_of = ?1 AND state = 3) ORDER BY n");
    struct list numbers = { 0 };
    bind_int(query, 1, n);
    while (store_row(store, query))
        *LIST_ADD(&numbers, arena, int64_t) = sqlite3_column_int64(query, 0);
    for (size_t i = 0; i < numbers.count; i++)
        outbox_get(store, *LIST_AT(&numbers, int64_t, i), arena, LIST_ADD(ret, arena, struct outbox_op));
}

static void answer_one(struct store *store, const struct outbox_answer *answer, int64_t now,
                       struct list *ret_refused, struct arena *arena)
{
    struct outbox_op op;
    if (!outbox_get(store, answer->n, arena, &op) || op.state != OUTBOX_SENT)
        return;
    store_answer(store, answer, now);
    if (op.note != NULL && answer->state == OUTBOX_DONE)
        note_acked(store, &op);
    if (answer->state != OUTBOX_REFUSED)
        return;
    const struct op_spec *spec = op_spec_find(op.name);
    if (op.note != NULL)
        outbox_note_undone(store, op.note, op.n);
    if (spec != NULL && op_others_need(spec) && op.thing != NULL)
        refuse_dependents(store, &op, now, arena);
    add_refused(store, op.n, arena, ret_refused);
}

bool outbox_answer(struct store *store, const struct list *answers, int64_t now, struct list *ret_refused,
                   struct arena *arena, struct err *err)
{
    struct list refused = { 0 };
    if (!store_begin(store, STORE_DURABLE, err))
        return false;
    for (size_t i = 0; i < answers->count; i++)
        answer_one(store, LIST_AT(answers, struct outbox_answer, i), now, &refused, arena);
    if (!store_commit(store, err))
        return false;
    *ret_refused = refused;
    return true;
}
