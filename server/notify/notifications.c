// Notifications: rows that only their person sees.
#include "server/core/row_page.h"
#include "server/notify/notify.h"
#include "shared/base/id.h"

enum { PAGE_DEFAULT = 50 };

// In the order of struct row_notification.
#define COLUMNS "id, rev, person_id, kind, title, body, consultation_id, at, read_at"

struct view_notification {
    const char *id, *kind, *title, *body, *consultationId;
    int64_t at, readAt;
};

static const struct field view_fields[] = {
    { FIELD(struct view_notification, id), .kind = FIELD_ID },
    { FIELD(struct view_notification, kind), .kind = FIELD_TEXT },
    { FIELD(struct view_notification, title), .kind = FIELD_TEXT },
    { FIELD(struct view_notification, body), .kind = FIELD_TEXT },
    { FIELD(struct view_notification, consultationId), .kind = FIELD_ID },
    { FIELD(struct view_notification, at), .kind = FIELD_TIME },
    { FIELD(struct view_notification, readAt), .kind = FIELD_TIME },
};
static const struct shape view_shape = SHAPE(struct view_notification, "Notification", view_fields);

static struct view_notification view_of(const struct row_notification *row)
{
    return (struct view_notification){ row->id, row->kind,  row->title, row->body, row->consultationId,
                                       row->at, row->readAt };
}

static const char *audience_of(const char *person_id, struct arena *arena)
{
    return arena_printf(arena, "u:%s", person_id);
}

bool notify_person(struct op_ctx *ctx, const char *person_id, const char *kind, const char *title,
                   const char *body, const char *consultation_id)
{
    int64_t rev;
    const char *id = op_new_id(ctx), *audience = audience_of(person_id, ctx->arena);
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "INSERT INTO notification (id, tenant, rev, audience, person_id, kind, title, body, "
                  "consultation_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                  DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(audience),
                          db_text(person_id), db_text(kind), db_text(title), db_text(body),
                          db_text(consultation_id), db_int(ctx->now)),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_NOTIFICATION, id, CHANGE_PUT, "", audience);
}

static bool load_page(struct op_ctx *ctx, const char *before, int64_t limit, struct list *ret_rows)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT " COLUMNS
                  " FROM notification WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
                  DB_ARGS(db_text(ctx->actor.user_id), db_text(before), db_int(limit)), ctx->err))
        return false;
    while (db_next(&rows))
        if (!db_load(&rows, row_shapes[ROW_NOTIFICATION], ctx->arena,
                     LIST_ADD(ret_rows, ctx->arena, struct row_notification)))
            return false;
    return db_ok(&rows);
}

static bool reply_counts(struct op_ctx *ctx)
{
    int64_t total = 0, unread = 0;
    if (!db_one_int(ctx->db, "SELECT count(*) FROM notification WHERE person_id = $1",
                    DB_ARGS(db_text(ctx->actor.user_id)), &total, NULL, ctx->err) ||
        !db_one_int(ctx->db, "SELECT count(*) FROM notification WHERE person_id = $1 AND read_at IS NULL",
                    DB_ARGS(db_text(ctx->actor.user_id)), &unread, NULL, ctx->err))
        return false;
    reply_int(ctx, "total", total);
    reply_int(ctx, "unread", unread);
    return true;
}

static bool run_list(struct op_ctx *ctx, const void *in)
{
    const struct args_page *args = in;
    size_t limit = args->limit == 0 ? PAGE_DEFAULT : (size_t)args->limit;
    struct list rows = { 0 }, views = { 0 };
    if (args->skill != NULL || args->language != NULL)
        return err_field(ctx->err, args->skill != NULL ? "skill" : "language",
                         "Notifications cannot be filtered by that.");
    if (args->cursor != NULL && !id_valid(args->cursor))
        return err_field(ctx->err, "cursor", "This cursor is none of ours.");
    // One more than asked for tells whether there is a next page. 'g' sorts behind every id.
    if (!load_page(ctx, args->cursor == NULL ? "g" : args->cursor, (int64_t)limit + 1, &rows))
        return false;
    for (size_t i = 0; i < rows.count && i < limit; i++)
        *LIST_ADD(&views, ctx->arena, struct view_notification) =
            view_of(LIST_AT(&rows, struct row_notification, i));
    bool more = rows.count > limit;
    reply_shapes(ctx, "notifications", &view_shape, &views);
    reply_text(ctx, "nextCursor", more ? LIST_AT(&views, struct view_notification, limit - 1)->id : NULL);
    return reply_counts(ctx);
}

static bool load_own(struct op_ctx *ctx, const char *id, struct row_notification *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, "SELECT " COLUMNS " FROM notification WHERE id = $1 AND person_id = $2",
                  DB_ARGS(db_text(id), db_text(ctx->actor.user_id)), ctx->err))
        return false;
    if (db_next(&rows))
        return db_load(&rows, row_shapes[ROW_NOTIFICATION], ctx->arena, ret);
    return db_ok(&rows) && err_set(ctx->err, ERR_NOT_FOUND, "There is no such notification.");
}

static bool mark_read(struct op_ctx *ctx, struct row_notification *row)
{
    const char *audience = audience_of(row->userId, ctx->arena);
    row->readAt = ctx->now;
    return changes_seq(ctx, &row->rev) &&
           db_run(ctx->db, "UPDATE notification SET rev = $2, read_at = $3 WHERE id = $1",
                  DB_ARGS(db_text(row->id), db_int(row->rev), db_int(row->readAt)), NULL, ctx->err) &&
           changes_add(ctx, ROW_NOTIFICATION, row->id, CHANGE_PUT, audience, audience);
}

static bool load_unread(struct op_ctx *ctx, const char *person_id, int64_t until, struct list *ret_rows)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT " COLUMNS
                  " FROM notification WHERE person_id = $1 AND read_at IS NULL AND at <= $2",
                  DB_ARGS(db_text(person_id), db_int(until)), ctx->err))
        return false;
    while (db_next(&rows))
        if (!db_load(&rows, row_shapes[ROW_NOTIFICATION], ctx->arena,
                     LIST_ADD(ret_rows, ctx->arena, struct row_notification)))
            return false;
    return db_ok(&rows);
}

bool notifications_read_until(struct op_ctx *ctx, const char *person_id, int64_t until)
{
    struct list rows = { 0 };
    if (!load_unread(ctx, person_id, until, &rows))
        return false;
    for (size_t i = 0; i < rows.count; i++)
        if (!mark_read(ctx, LIST_AT(&rows, struct row_notification, i)))
            return false;
    return true;
}

// Reading it twice is reading it once.
static bool run_read(struct op_ctx *ctx, const void *in)
{
    const struct args_id *args = in;
    struct row_notification row;
    if (!load_own(ctx, args->id, &row) || (row.readAt == 0 && !mark_read(ctx, &row)))
        return false;
    ctx->target = row.id;
    struct view_notification view = view_of(&row);
    reply_shape(ctx, "notification", &view_shape, &view);
    return true;
}

const struct op op_run_notification_list = {
    .spec = &op_notification_list,
    .run = run_list,
    .reply_name = "notifications",
    .reply_shape = &view_shape,
    .reply_list = true,
};
const struct op op_run_notification_read = {
    .spec = &op_notification_read,
    .run = run_read,
    .reply_name = "notification",
    .reply_shape = &view_shape,
};

static bool row_read(struct db *db, const char *tenant, const char *id, struct arena *arena, struct buf *out,
                     bool *ret_found, struct err *err)
{
    return row_read_one(db, "SELECT " COLUMNS " FROM notification WHERE tenant = $1 AND id = $2",
                        row_shapes[ROW_NOTIFICATION], tenant, id, arena, out, ret_found, err);
}

static bool row_page(struct db *db, const char *tenant, const char *principals, const char *after, int limit,
                     struct arena *arena, struct buf *out, const char **ret_last, int *ret_count,
                     struct err *err)
{
    const char *person = principals_person(principals, arena);
    (void)tenant; // implied by the person
    *ret_last = after;
    *ret_count = 0;
    return person == NULL ||
           row_read_page(db,
                         "SELECT " COLUMNS
                         ", audience FROM notification WHERE person_id = $1 AND id > $2 ORDER BY id",
                         row_shapes[ROW_NOTIFICATION], person, principals, after, limit, arena, out, ret_last,
                         ret_count, err);
}

const struct row_source row_source_notification = { row_read, row_page };
