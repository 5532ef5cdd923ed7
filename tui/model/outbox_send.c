// The half of the outbox that the sync session drives: what goes out, and what comes back.

#include "tui/model/outbox.h"

#include "shared/sync/lanes.h"
#include "shared/wire/args_consultation.h"

#include <string.h>

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

enum {
    REV_BEFORE_ALL = 1
}; // to the server 0 says nothing: "saw no note" is a revision that every note is above

// The revision that an edit goes on from: what its editor had loaded, or what this device's own edits of that made. An
// edit that the server merged does not count: the editor has not seen the text that came of it.
static int64_t base_of(struct store *store, const struct outbox_op *op)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store,
        "SELECT max(seq) FROM operation WHERE note = ?1 AND state = 2 AND origin_rev = ?2 AND merged = 0");
    bind_text(query, 1, op->note);
    bind_int(query, 2, op->origin_rev);
    int64_t own = store_row(store, query) ? sqlite3_column_int64(query, 0) : 0;
    int64_t base = own > op->origin_rev ? own : op->origin_rev;
    return base > REV_BEFORE_ALL ? base : REV_BEFORE_ALL;
}

// The arguments of a note's edit with its base revision written in, which is known only now.
static void fix_base(struct store *store, struct outbox_op *op, struct arena *arena)
{
    struct err err;
    struct args_patch patch;
    CLEANUP(json_free) cJSON *json = json_parse(op->args, strlen(op->args), &err);
    if (json == NULL || !shape_read(&shape_patch, json, arena, &patch, &err))
        return; // the server will say what is wrong with it
    CLEANUP(buf_free) struct buf text = { 0 };
    patch.baseRev = base_of(store, op);
    shape_write(&shape_patch, &patch, &text);
    op->args = arena_strdup(arena, buf_text(&text));
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

static void take(struct store *store, const struct list *numbers, size_t bytes, struct arena *arena,
                 struct list *ret)
{
    size_t total = 0;
    for (size_t i = 0; i < numbers->count; i++) {
        struct outbox_op op;
        if (!outbox_get(store, *LIST_AT(numbers, int64_t, i), arena, &op))
            continue;
        if (op.state == OUTBOX_WAITING && op.note != NULL)
            fix_base(store, &op, arena);
        total += strlen(op.args);
        if (ret->count > 0 && total > bytes)
            return;
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
        " details = ?8, answered_at = ?9, merged = ?10 WHERE n = ?1");
    bind_int(query, 1, answer->n);
    bind_int(query, 2, answer->state);
    bind_int(query, 3, answer->seq);
    bind_int(query, 4, answer->retry_at);
    bind_text(query, 5, answer->code);
    bind_text(query, 6, answer->message);
    bind_text(query, 7, answer->field);
    bind_text(query, 8, answer->details);
    bind_int(query, 9, now);
    bind_int(query, 10, answer->merged);
    store_run(store, query);
}

// Later edits of a refused note join it, so that the inbox holds all that was typed and nothing is refused again and
// again.
static void gather_edits(struct store *store, const struct outbox_op *op)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        store, "UPDATE operation SET args = coalesce((SELECT l.args FROM operation l WHERE l.note = ?2 AND"
               " l.state = 0 ORDER BY l.n DESC LIMIT 1), args) WHERE n = ?1");
    bind_int(query, 1, op->n);
    bind_text(query, 2, op->note);
    store_run(store, query);
    CLEANUP(query_end)
    sqlite3_stmt *rest = store_query(store, "DELETE FROM operation WHERE note = ?1 AND state = 0");
    bind_text(rest, 1, op->note);
    store_run(store, rest);
}

// What needed the refused operation can no longer be done: it is refused here, naming it.
static void refuse_dependents(struct store *store, const struct outbox_op *op, int64_t now)
{
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
    if (answer->state != OUTBOX_REFUSED)
        return;
    const struct op_spec *spec = op_spec_find(op.name);
    if (op.note != NULL)
        gather_edits(store, &op);
    if (spec != NULL && op_others_need(spec) && op.thing != NULL)
        refuse_dependents(store, &op, now);
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
