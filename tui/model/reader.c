// One consistent look at outbox and cache: what is pending, and the rows it lies over.

#include "shared/wire/args_notes.h"
#include "tui/model/internal.h"

#include <string.h>

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool parse_args(const char *name, const char *text, struct arena *arena,
                       const struct op_spec **ret_spec, const void **ret_args)
{
    struct err err;
    const struct op_spec *spec = op_spec_find(name);
    if (spec == NULL || spec->in == NULL)
        return false;
    CLEANUP(json_free) cJSON *json = json_parse(text, strlen(text), &err);
    void *args = arena_alloc(arena, spec->in->size);
    if (json == NULL || !shape_read(spec->in, json, arena, args, &err))
        return false;
    *ret_spec = spec;
    *ret_args = args;
    return true;
}

static void add_pending(struct model *model, const struct outbox_op *op)
{
    struct pending pending = {
        .op = { .n = op->n, .at = op->at },
        .state = op->state,
        .seq = op->seq,
        .thing = op->thing,
        .note = op->note,
    };
    if (op->note != NULL) { // the words stand in the note
        pending.op.spec = &op_note_edit;
        *LIST_ADD(&model->pending, &model->pending_arena, struct pending) = pending;
        return;
    }
    if (parse_args(op->name, op->args, &model->pending_arena, &pending.op.spec, &pending.op.args))
        *LIST_ADD(&model->pending, &model->pending_arena, struct pending) = pending;
}

static struct overlay_op booking_of(const struct outbox_op *op, struct arena *arena)
{
    struct overlay_op booking = { .n = op->n, .at = op->at };
    bool books = strcmp(op->name, op_consultation_book.name) == 0 &&
                 parse_args(op->name, op->args, arena, &booking.spec, &booking.args);
    return books ? booking : (struct overlay_op){ 0 };
}

static void load_refused(struct model *model)
{
    struct arena *arena = &model->pending_arena;
    struct list refused = { 0 };
    outbox_refused(model->outbox, arena, &refused);
    model->refused_things = (struct list){ 0 };
    for (size_t i = 0; i < refused.count; i++) {
        const struct outbox_op *op = LIST_AT(&refused, struct outbox_op, i);
        *LIST_ADD(&model->refused_things, arena, struct refused_thing) = (struct refused_thing){
            .thing = op->thing,
            .n = op->n,
            .booking = booking_of(op, arena),
        };
    }
}

// What each queued booking will cost and from which lot, in the order in which they will be made.
static void quote_bookings(struct model *model)
{
    struct arena *arena = &model->pending_arena;
    struct list lots = { 0 };
    bool loaded = false;
    for (size_t i = 0; i < model->pending.count; i++) {
        struct pending *pending = LIST_AT(&model->pending, struct pending, i);
        if (pending->op.spec != &op_consultation_book)
            continue;
        if (!loaded) {
            CLEANUP(query_end)
            sqlite3_stmt *query =
                store_query(model->cache, table_select(ROW_LOT, "ORDER BY expiresAt, purchasedAt"));
            struct row_lot row;
            while (table_next(model->cache, query, ROW_LOT, arena, &row))
                LIST_ADD(&lots, arena, struct overlay_lot)->row = row;
            loaded = true;
        }
        struct list slices = { 0 };
        overlay_reserve(&lots, &pending->op, arena, &slices);
        for (size_t s = 0; s < slices.count; s++)
            pending->minutes += LIST_AT(&slices, struct slice, s)->minutes;
        for (size_t l = 0; l < lots.count && slices.count > 0; l++)
            if (same(LIST_AT(&lots, struct overlay_lot, l)->row.id,
                     LIST_AT(&slices, struct slice, 0)->lot_id))
                pending->package_name = LIST_AT(&lots, struct overlay_lot, l)->row.packageName;
    }
}

static void load_pending(struct model *model)
{
    arena_free(&model->pending_arena);
    model->pending = (struct list){ 0 };
    struct list ops = { 0 };
    outbox_pending(model->outbox, model->cursor, &model->pending_arena, &ops);
    for (size_t i = 0; i < ops.count; i++)
        add_pending(model, LIST_AT(&ops, struct outbox_op, i));
    load_refused(model);
    quote_bookings(model);
    model->pending_known = true;
}

void pending_changed(struct model *model)
{
    model->pending_known = false;
}

// The outbox is looked at before the cache: an operation that the cache shows meanwhile is applied once more, which
// changes nothing; the other way round it would be missed.
void reader_begin(struct model *model)
{
    if (store_changed_elsewhere(model->outbox) || !model->pending_known)
        load_pending(model);
    store_read_begin(model->cache);
    CLEANUP(query_end) sqlite3_stmt *query = store_query(model->cache, "SELECT cursor, skew FROM state");
    if (store_row(model->cache, query)) {
        model->cursor = sqlite3_column_int64(query, 0);
        atomic_store(&model->skew, sqlite3_column_int64(query, 1)); // perhaps another program learned it
    }
}

void reader_end(struct model *model)
{
    store_read_end(model->cache);
    struct model_event event = { .kind = MODEL_TROUBLE, .at = model_now(model) };
    if (store_failed(model->cache, &event.err) || store_failed(model->outbox, &event.err))
        port_event(model, &event);
}

const struct pending *pending_next(const struct model *model, const struct pending *after)
{
    const struct pending *first = model->pending.items;
    size_t at = after == NULL ? 0 : (size_t)(after - first) + 1;
    for (; at < model->pending.count; at++)
        if (first[at].state != OUTBOX_DONE || first[at].seq > model->cursor)
            return &first[at];
    return NULL;
}

const struct pending *pending_about(const struct model *model, const char *thing, const struct pending *after)
{
    const struct pending *pending = after;
    while ((pending = pending_next(model, pending)) != NULL)
        if (same(pending->thing, thing))
            return pending;
    return NULL;
}

const struct refused_thing *refused_about(const struct model *model, const char *thing)
{
    for (size_t i = 0; i < model->refused_things.count; i++)
        if (same(LIST_AT(&model->refused_things, struct refused_thing, i)->thing, thing))
            return LIST_AT(&model->refused_things, struct refused_thing, i);
    return NULL;
}

const struct refused_thing *refused_booking(const struct model *model, const char *thing)
{
    for (size_t i = 0; i < model->refused_things.count; i++) {
        const struct refused_thing *refused = LIST_AT(&model->refused_things, struct refused_thing, i);
        if (refused->booking.spec != NULL && same(refused->thing, thing))
            return refused;
    }
    return NULL;
}

bool row_get(struct model *model, enum row_table table, const char *id, struct arena *arena, void *ret)
{
    CLEANUP(query_end) sqlite3_stmt *query = store_query(model->cache, table_select(table, "AND id = ?1"));
    bind_text(query, 1, id);
    return table_next(model->cache, query, table, arena, ret);
}

void model_who(struct model *model, struct arena *arena, struct overlay_who *ret)
{
    struct row_me *me = ARENA_NEW(arena, struct row_me);
    struct booking_policy *policy = ARENA_NEW(arena, struct booking_policy);
    CLEANUP(query_end) sqlite3_stmt *query = store_query(model->cache, table_select(ROW_ME, "LIMIT 1"));
    bool known = table_next(model->cache, query, ROW_ME, arena, me);
    model_policy(model, policy);
    *ret = (struct overlay_who){
        .roles = ROLE_PUBLIC | (known && me->roles != NULL ? roles_parse(me->roles) : 0),
        .arena = arena,
        .me = me,
        .policy = policy,
    };
}
