#include "tests/sim/rows.h"

#include "server/core/changes.h"
#include "shared/wire/json.h"
#include "tests/sim/trace.h"

#include <string.h>

enum { PAGE = 100 };

static bool read_actor(struct db *db, const char *person_id, struct arena *arena, struct actor *ret)
{
    struct err err = { 0 };
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, "SELECT tenant, client_id, consultant_id, roles FROM person WHERE id = $1",
                  DB_ARGS(db_text(person_id)), &err) ||
        !db_next(&rows))
        return false;
    *ret = (struct actor){
        .tenant = db_col_copy(&rows, 0, arena),
        .user_id = person_id,
        .client_id = db_col_copy(&rows, 1, arena),
        .consultant_id = db_col_copy(&rows, 2, arena),
        .roles = (unsigned)db_col_int(&rows, 3) | ROLE_PUBLIC,
    };
    return true;
}

static void add_plain(const struct shape *shape, const cJSON *json, struct arena *arena, struct list *ret)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf text = { 0 };
    void *row = arena_alloc(arena, shape->size);
    if (!shape_read_lenient(shape, json, arena, row, &err))
        fail_run("the server's own row of %s cannot be read: %s", shape->name, err.message);
    shape_write(shape, row, &text);
    LIST_ADD(ret, arena, struct plain_row)->text = arena_strdup(arena, buf_text(&text));
}

static bool read_page(struct db *db, const struct actor *actor, enum row_table table, const char **after,
                      struct arena *arena, struct list *ret)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf text = { 0 };
    int count = 0;
    buf_add_char(&text, '[');
    if (!row_sources[table]->page(db, actor->tenant, principals_of(actor, arena), *after, PAGE, arena, &text,
                                  after, &count, &err)) {
        fail_run("rows of %s cannot be read: %s", row_shapes[table]->name, err.message);
        return false;
    }
    buf_add_char(&text, ']');
    CLEANUP(json_free) cJSON *rows = json_parse(buf_text(&text), text.len, &err);
    const cJSON *row;
    cJSON_ArrayForEach(row, rows) add_plain(row_shapes[table], row, arena, ret);
    return count == PAGE;
}

void server_rows(struct db *db, const char *person_id, enum row_table table, struct arena *arena,
                 struct list *ret)
{
    struct actor actor;
    const char *after = "";
    if (!read_actor(db, person_id, arena, &actor)) {
        fail_run("there is no person %s", person_id);
        return;
    }
    while (read_page(db, &actor, table, &after, arena, ret)) {
    }
}

int64_t server_head(struct db *db)
{
    struct err err = { 0 };
    int64_t head = -1;
    if (!db_one_int(db, "SELECT seq FROM tenant WHERE id = $1", DB_ARGS(db_text(TENANT_DEFAULT)), &head, NULL,
                    &err))
        fail_run("the head cannot be read: %s", err.message);
    return head;
}
