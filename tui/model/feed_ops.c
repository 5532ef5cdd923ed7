// A connection's beginning, and operations out and answers in.

#include "tui/model/feed_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { RETRY_MIN_MS = 100, RETRY_MAX_MS = 10 * 60 * 1000, OP_OVERHEAD = 128 };

// The epoch of the rows; without any, that of the answers to operations.
static const char *known_epoch(struct feed *feed, struct arena *arena)
{
    bool rows = feed->cursor > 0 || feed->next_gen != 0;
    return rows ? arena_strdup(arena, feed->epoch) : outbox_epoch_known(feed->outbox, arena);
}

bool feed_hello(struct feed *feed, struct arena *arena, struct feed_hello *ret, struct err *err)
{
    struct device device = { 0 };
    arena_free(&feed->in_flight_arena);
    feed->in_flight = (struct list){ 0 };
    feed_texts_forget(feed);
    if (!cache_match_account(feed->cache, feed->outbox, err) || !feed_load_state(feed, err))
        return false;
    if (!feed_device(feed, arena, &device))
        return store_failed(feed->outbox, err) ? false
                                               : err_set(err, ERR_INTERNAL, "the outbox has no device");
    feed->heard = feed->cursor > 0 ? feed->cursor : feed->next_gen != 0 ? feed->next_at : 0;
    *ret = (struct feed_hello){
        .device = device.id,
        .epoch = known_epoch(feed, arena),
        .cursor = feed->cursor,
        .scopes = arena_strdup(arena, feed->cursor > 0      ? feed->scopes
                                      : feed->next_gen != 0 ? feed->next_scopes
                                                            : ""),
        .next_op = outbox_next_n(feed->outbox),
        .resume_at = feed->next_gen != 0 ? feed->next_at : 0,
    };
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(feed->cache, "SELECT next_table, next_after FROM state");
    if (ret->resume_at != 0 && store_row(feed->cache, query)) {
        int table = sqlite3_column_int(query, 0);
        ret->resume_table = row_shapes[table >= 0 && table < ROW_TABLES ? table : 0]->name;
        ret->resume_after = arena_strdup(arena, column_word(query, 1));
    }
    return true;
}

// Rows of an epoch that is over are good as far as the server has the same ones.
static void enter_epoch(struct feed *feed, const struct feed_welcome *welcome)
{
    if (strcmp(feed->epoch, welcome->epoch) == 0)
        return;
    snprintf(feed->epoch, sizeof feed->epoch, "%s", welcome->epoch);
    if (feed->next_gen == 0 || feed->next_at <= welcome->restored_to)
        return;
    feed->next_gen = 0;
    feed->sweep = true;
}

// Nor any of a snapshot of other scopes.
static void enter_scopes(struct feed *feed, const char *scopes)
{
    if (strcmp(feed->next_scopes, scopes) == 0)
        return;
    snprintf(feed->next_scopes, sizeof feed->next_scopes, "%s", scopes);
    feed->next_gen = 0;
    feed->sweep = true;
}

static void note_skew(struct feed *feed, int64_t server_now)
{
    if (server_now <= 0)
        return;
    int64_t skew = server_now - port_machine_now(feed->model);
    port_set_skew(feed->model, skew);
    CLEANUP(query_end) sqlite3_stmt *query = store_query(feed->cache, "UPDATE state SET skew = ?1");
    bind_int(query, 1, skew);
    store_run(feed->cache, query);
}

bool feed_welcome(struct feed *feed, const struct feed_welcome *welcome, struct err *err)
{
    size_t length = strlen(welcome->epoch);
    if (length == 0 || length >= sizeof feed->epoch || welcome->head < 0 ||
        strlen(welcome->scopes) >= sizeof feed->scopes)
        return err_set(err, ERR_BAD_REQUEST, "the server broke the protocol: a welcome without an epoch");
    bool continues = feed->cursor > 0 && feed->cursor <= welcome->head &&
                     (strcmp(feed->epoch, welcome->epoch) == 0 || feed->cursor <= welcome->restored_to);
    if (!welcome->snapshot && !welcome->outbox && !continues)
        return err_set(err, ERR_BAD_REQUEST, "the server broke the protocol: it goes on from nowhere");
    if (welcome->snapshot &&
        feed->cursor != 0) // a reset comes first, and what it says about who may see what
        return err_set(err, ERR_BAD_REQUEST, "the server broke the protocol: it begins anew without a word");
    const struct outbox_epoch epoch = { welcome->epoch, welcome->restored_to, feed->heard,
                                        feed_keeps_since(feed) };
    if (!outbox_enter_epoch(feed->outbox, &epoch, err) ||
        !outbox_skip_to(feed->outbox, welcome->op_floor, err) || !feed_begin(feed, err))
        return false;
    if (!welcome->outbox)
        enter_epoch(feed, welcome);
    if (welcome->snapshot)
        enter_scopes(feed, welcome->scopes);
    note_skew(feed, welcome->server_now);
    feed->loading = welcome->snapshot;
    feed->ops_limit = welcome->ops > 0 && welcome->ops < SYNC_OPS_MAX ? (size_t)welcome->ops : SYNC_OPS_MAX;
    feed->frame_limit =
        welcome->frame >= 1024 && welcome->frame < SYNC_FRAME_MAX ? (size_t)welcome->frame : SYNC_FRAME_MAX;
    return feed_commit(feed, err) && (welcome->snapshot || feed_texts_scan(feed, err));
}

// --- out -----------------------------------------------------------------------------------------------------------------

static void write_op(const struct outbox_op *op, struct buf *out)
{
    json_add_comma(out);
    buf_addf(out, "{\"n\":%" PRId64 ",\"name\":", op->n);
    json_add_text(out, op->name);
    buf_addf(out, ",\"args\":%s}", op->args);
}

bool feed_take_ops(struct feed *feed, struct buf *out, size_t *ret_count, struct err *err)
{
    struct arena arena = { 0 };
    struct list ops = { 0 };
    *ret_count = 0;
    size_t room =
        feed->ops_limit - (feed->in_flight.count < feed->ops_limit ? feed->in_flight.count : feed->ops_limit);
    if (room == 0)
        return true;
    size_t bytes = feed->frame_limit / 2 - OP_OVERHEAD;
    bool good = outbox_take(feed->outbox, &feed->in_flight, room, bytes, port_machine_now(feed->model),
                            &arena, &ops, err);
    if (good && ops.count > 0) {
        buf_add_text(out, "{\"t\":\"op\",\"ops\":[");
        for (size_t i = 0; i < ops.count; i++) {
            write_op(LIST_AT(&ops, struct outbox_op, i), out);
            *LIST_ADD(&feed->in_flight, &feed->in_flight_arena, int64_t) =
                LIST_AT(&ops, struct outbox_op, i)->n;
        }
        buf_add_text(out, "]}");
        *ret_count = ops.count;
        port_signal(feed->model, MODEL_OUTBOX);
    }
    arena_free(&arena);
    return good;
}

int64_t feed_next_retry(struct feed *feed)
{
    return outbox_next_retry(feed->outbox);
}

void feed_hurry(struct feed *feed)
{
    struct err err;
    if (outbox_flush(feed->outbox, &err))
        feed->soft_since = 0;
}

// --- in ------------------------------------------------------------------------------------------------------------------

static void land(struct feed *feed, int64_t n)
{
    struct list rest = { 0 };
    struct arena arena = { 0 };
    for (size_t i = 0; i < feed->in_flight.count; i++)
        if (*LIST_AT(&feed->in_flight, int64_t, i) != n)
            *LIST_ADD(&rest, &arena, int64_t) = *LIST_AT(&feed->in_flight, int64_t, i);
    arena_free(&feed->in_flight_arena);
    feed->in_flight_arena = arena;
    feed->in_flight = rest;
}

static bool answer_of(struct feed *feed, const struct feed_result *result, struct outbox_answer *ret,
                      struct err *err)
{
    int64_t after = result->after < RETRY_MIN_MS   ? RETRY_MIN_MS
                    : result->after > RETRY_MAX_MS ? RETRY_MAX_MS
                                                   : result->after;
    *ret = (struct outbox_answer){
        .n = result->n,
        .code = result->code,
        .message = result->message,
        .field = result->field,
        .details = result->details,
    };
    if (strcmp(result->status, "ok") == 0) {
        ret->state = OUTBOX_DONE;
        ret->seq = result->seq;
    } else if (strcmp(result->status, "rejected") == 0) {
        ret->state = OUTBOX_REFUSED;
    } else if (strcmp(result->status, "retry") == 0) {
        ret->state = OUTBOX_SENT;
        ret->retry_at = port_machine_now(feed->model) + after;
    } else {
        return err_set(err, ERR_BAD_REQUEST, "the server broke the protocol: an answer that is none");
    }
    return true;
}

static void tell_refused(struct feed *feed, const struct outbox_op *op)
{
    const struct op_spec *spec = op_spec_find(op->name);
    struct model_event event = {
        .kind = MODEL_REFUSED,
        .title = spec != NULL ? spec->help : op->name,
        .body = op->message,
        .consultation_id = op->thing,
        .at = op->answered_at,
        .operation = op->n,
    };
    err_set(&event.err, op->code != NULL ? err_from_name(op->code) : ERR_INTERNAL, "%s",
            op->message != NULL ? op->message : "");
    port_event(feed->model, &event);
}

// What was typed was refused and its replica is gone: the server's text comes again, if there is one to see.
static void fetch_again(struct feed *feed, const struct outbox_op *op, struct arena *arena)
{
    struct row_note row;
    struct err ignored;
    if (op->note == NULL)
        return;
    CLEANUP(query_end) sqlite3_stmt *query = store_query(feed->cache, table_select(ROW_NOTE, "AND id = ?1"));
    bind_text(query, 1, op->note);
    if (table_next(feed->cache, query, ROW_NOTE, arena, &row))
        feed_text_row(feed, &row, &ignored);
}

bool feed_results(struct feed *feed, const struct list *results, struct err *err)
{
    struct arena arena = { 0 };
    struct list answers = { 0 }, refused = { 0 };
    bool good = true;
    for (size_t i = 0; i < results->count && good; i++)
        good = answer_of(feed, LIST_AT(results, struct feed_result, i),
                         LIST_ADD(&answers, &arena, struct outbox_answer), err);
    good = good && outbox_answer(feed->outbox, &answers, model_now(feed->model), &refused, &arena, err);
    for (size_t i = 0; i < answers.count && good; i++)
        land(feed, LIST_AT(&answers, struct outbox_answer, i)->n);
    for (size_t i = 0; i < refused.count && good; i++) {
        tell_refused(feed, LIST_AT(&refused, struct outbox_op, i));
        fetch_again(feed, LIST_AT(&refused, struct outbox_op, i), &arena);
    }
    if (good)
        port_signal(feed->model, (unsigned)(MODEL_OUTBOX | MODEL_TEXTS) |
                                     (refused.count > 0 ? (unsigned)MODEL_REFUSALS : 0));
    arena_free(&arena);
    return good;
}

bool feed_drained(struct feed *feed)
{
    struct outbox_totals totals;
    outbox_totals(feed->outbox, &totals);
    return totals.waiting == 0;
}

bool feed_settled(struct feed *feed)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(feed->outbox, "SELECT count(*) FROM operation WHERE state = 2 AND seq > ?1");
    bind_int(query, 1, feed->cursor);
    bool unseen = store_row(feed->outbox, query) && sqlite3_column_int64(query, 0) > 0;
    return feed_drained(feed) && !unseen && !feed->loading;
}
