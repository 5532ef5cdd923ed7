#include "tests/sim/rows.h"

#include "shared/wire/json.h"
#include "tui/model/internal.h"

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
