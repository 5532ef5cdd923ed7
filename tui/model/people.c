// Questions about people, packages and notifications.

#include "tui/model/internal.h"

#include <string.h>

// Every row of a table in that order, as structs of its shape.
static void read_rows(struct model *model, enum row_table table, const char *order, int64_t limit,
                      struct arena *arena, struct list *ret)
{
    size_t size = row_shapes[table]->size;
    struct list rows = { 0 };
    reader_begin(model);
    CLEANUP(query_end) sqlite3_stmt *query = store_query(model->cache, table_select(table, order));
    if (limit > 0)
        bind_int(query, 1, limit);
    while (store_row(model->cache, query))
        table_read(query, table, arena, list_add(&rows, arena, size));
    query_end(&query);
    reader_end(model);
    *ret = rows;
}

bool model_me(struct model *model, struct arena *arena, struct row_me *ret)
{
    struct list rows = { 0 };
    read_rows(model, ROW_ME, "LIMIT ?1", 1, arena, &rows);
    if (rows.count > 0)
        *ret = *LIST_AT(&rows, struct row_me, 0);
    return rows.count > 0;
}

unsigned model_roles(struct model *model)
{
    struct arena arena = { 0 };
    struct row_me me;
    unsigned roles = ROLE_PUBLIC;
    if (model_me(model, &arena, &me) && me.roles != NULL)
        roles |= roles_parse(me.roles);
    arena_free(&arena);
    return roles;
}

const struct zone *model_zone(const struct model *model)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(model->cache, "SELECT timezone FROM me WHERE gen = (SELECT gen FROM state) LIMIT 1");
    const char *own = store_row(model->cache, query) ? column_text(query, 0) : NULL;
    const struct zone *zone = zone_db_get(model->zones, own);
    if (zone == NULL)
        zone = zone_db_get(model->zones, zone_db_local_name());
    if (zone == NULL)
        zone = zone_db_get(model->zones, "UTC");
    CHECK(zone != NULL); // tzdata is installed with the program
    return zone;
}

void model_policy(struct model *model, struct booking_policy *ret)
{
    *ret = booking_policy_default;
    struct arena arena = { 0 };
    struct row_policy row;
    CLEANUP(query_end) sqlite3_stmt *query = store_query(model->cache, table_select(ROW_POLICY, "LIMIT 1"));
    if (table_next(model->cache, query, ROW_POLICY, &arena, &row)) {
        ret->notice_minutes = row.noticeMinutes;
        ret->window_days = row.windowDays;
        ret->buffer_minutes = row.bufferMinutes;
        ret->step_minutes = row.stepMinutes > 0 ? row.stepMinutes : ret->step_minutes;
        ret->cancel_minutes = row.cancelMinutes;
        ret->grace_minutes = row.graceMinutes;
        ret->reschedule_limit = row.rescheduleLimit;
        ret->return_days = row.returnDays;
    }
    arena_free(&arena);
}

void model_packages(struct model *model, struct arena *arena, struct list *ret)
{
    read_rows(model, ROW_PACKAGE, "ORDER BY displayOrder, name", 0, arena, ret);
}

void model_consultants(struct model *model, struct arena *arena, struct list *ret)
{
    read_rows(model, ROW_CONSULTANT, "ORDER BY name, id", 0, arena, ret);
}

bool model_consultant(struct model *model, const char *id, struct arena *arena, struct row_consultant *ret)
{
    reader_begin(model);
    bool found = row_get(model, ROW_CONSULTANT, id, arena, ret);
    reader_end(model);
    return found;
}

void model_statement(struct model *model, size_t limit, struct arena *arena, struct list *ret)
{
    struct list rows = { 0 };
    reader_begin(model);
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(model->cache, table_select(ROW_STATEMENT, "AND (?2 IS NULL OR clientId = ?2)"
                                                              " ORDER BY \"at\" DESC, id DESC LIMIT ?1"));
    bind_int(query, 1, (int64_t)limit);
    bind_text(query, 2, organization_chosen(model, arena));
    struct row_statement row;
    while (table_next(model->cache, query, ROW_STATEMENT, arena, &row))
        *LIST_ADD(&rows, arena, struct row_statement) = row;
    query_end(&query);
    reader_end(model);
    *ret = rows;
}

// --- notifications -------------------------------------------------------------------------------------------------------

static bool read_waits(const struct model *model, const char *id, int64_t *ret_at)
{
    for (const struct pending *p = NULL; (p = pending_next(model, p)) != NULL;) {
        if (p->op.spec != &op_notification_read)
            continue;
        const struct args_id *args = p->op.args;
        if (args->id != NULL && strcmp(args->id, id) == 0) {
            *ret_at = p->op.at;
            return true;
        }
    }
    return false;
}

void model_notifications(struct model *model, size_t limit, struct arena *arena, struct list *ret)
{
    struct list rows = { 0 }, views = { 0 };
    read_rows(model, ROW_NOTIFICATION, "ORDER BY \"at\" DESC, id DESC LIMIT ?1", (int64_t)limit, arena,
              &rows);
    for (size_t i = 0; i < rows.count; i++) {
        struct notification_view *view = LIST_ADD(&views, arena, struct notification_view);
        int64_t at;
        view->row = *LIST_AT(&rows, struct row_notification, i);
        view->waits = read_waits(model, view->row.id, &at);
        if (view->waits && view->row.readAt == 0)
            view->row.readAt = at;
    }
    *ret = views;
}

int64_t model_unread(struct model *model)
{
    int64_t count = 0;
    reader_begin(model);
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        model->cache, "SELECT id FROM notification WHERE gen = (SELECT gen FROM state) AND readAt = 0");
    int64_t at;
    while (store_row(model->cache, query))
        if (!read_waits(model, column_word(query, 0), &at))
            count++;
    query_end(&query);
    reader_end(model);
    return count;
}
