#include "tests/sim/rows.h"

#include "shared/wire/json.h"
#include "tui/model/internal.h"
#include "tui/model/replica.h"

#include <string.h>

void seat_rows(struct seat *seat, enum row_table table, struct arena *arena, struct list *ret)
{
    struct model *model = seat_model(seat);
    const struct shape *shape = row_shapes[table];
    void *row = arena_alloc(arena, shape->size);
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(model->cache, table_select(table, "ORDER BY \"id\""));
    while (table_next(model->cache, query, table, arena, row)) {
        CLEANUP(buf_free) struct buf text = { 0 };
        shape_write(shape, row, &text);
        LIST_ADD(ret, arena, struct plain_row)->text = arena_strdup(arena, buf_text(&text));
    }
}

static void look_at_cache(struct store *cache, int64_t account, struct seat_view *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(cache, "SELECT account, cursor, next_gen FROM state");
    if (!store_row(cache, query))
        return;
    ret->cursor = sqlite3_column_int64(query, 1);
    ret->up_to_date =
        sqlite3_column_int64(query, 0) == account && ret->cursor > 0 && sqlite3_column_int64(query, 2) == 0;
}

void seat_look(struct seat *seat, struct arena *arena, struct seat_view *ret)
{
    struct model *model = seat_model(seat);
    struct device device = { 0 };
    struct outbox_totals totals = { 0 };
    struct connection connection;
    device_get(model->outbox, arena, &device);
    outbox_totals(model->outbox, &totals);
    model_connection(model, &connection);
    *ret = (struct seat_view){
        .device = device.id,
        .person = device.user_id,
        .online = connection.state == LINK_ONLINE,
        .waiting = totals.waiting,
    };
    look_at_cache(model->cache, device.account, ret);
}

bool seat_has_refused(struct seat *seat, int64_t n)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct outbox_op op;
    return outbox_get(seat_model(seat)->outbox, n, &arena, &op) && op.state == OUTBOX_REFUSED;
}

static struct seat_replica *replica_named(struct list *replicas, struct arena *arena, const char *note)
{
    for (size_t i = 0; i < replicas->count; i++)
        if (strcmp(LIST_AT(replicas, struct seat_replica, i)->note, note) == 0)
            return LIST_AT(replicas, struct seat_replica, i);
    struct seat_replica *replica = LIST_ADD(replicas, arena, struct seat_replica);
    replica->note = arena_strdup(arena, note);
    return replica;
}

static void read_replica(struct store *outbox, struct seat_replica *ret)
{
    struct replica replica;
    replica_open(&replica, outbox, ret->note);
    ret->there = true;
    ret->epoch = replica.epoch;
    text_content(replica.text, &ret->content);
    text_version(replica.text, &ret->version);
    replica_close(&replica);
}

void seat_replicas(struct seat *seat, struct arena *arena, struct list *ret)
{
    struct model *model = seat_model(seat);
    struct row_note row;
    CLEANUP(query_end)
    sqlite3_stmt *rows = store_query(model->cache, table_select(ROW_NOTE, "AND head > 0"));
    while (table_next(model->cache, rows, ROW_NOTE, arena, &row))
        replica_named(ret, arena, row.id)->in_sight = true;
    CLEANUP(query_end)
    sqlite3_stmt *replicas =
        store_query(model->outbox, "SELECT note FROM replica UNION SELECT note FROM replica_log");
    while (store_row(model->outbox, replicas))
        replica_named(ret, arena, column_text(replicas, 0))->there = true;
    query_end(&replicas);
    for (size_t i = 0; i < ret->count; i++)
        if (LIST_AT(ret, struct seat_replica, i)->there)
            read_replica(model->outbox, LIST_AT(ret, struct seat_replica, i));
}
