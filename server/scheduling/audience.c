#include "server/scheduling/audience.h"

#include <string.h>

const char *consultation_audience(struct op_ctx *ctx, const char *client_id, const char *lead_person,
                                  const struct list *co_people)
{
    const char *people = arena_printf(ctx->arena, "u:%s", lead_person);
    for (size_t i = 0; i < co_people->count; i++)
        people = arena_printf(ctx->arena, "%s u:%s", people, *LIST_AT(co_people, const char *, i));
    return arena_printf(ctx->arena, "org:%s %s role:%s:admin", client_id, people, ctx->actor.tenant);
}

// All who give the session: the people among the principals.
static const char *hosts_audience(struct op_ctx *ctx, const struct consultation *c)
{
    const char *first = strstr(c->audience, "u:"), *after = strstr(c->audience, " role:");
    CHECK(first != NULL && after != NULL && first < after);
    return arena_strndup(ctx->arena, first, (size_t)(after - first));
}

const char *consultation_note_audience(struct op_ctx *ctx, const struct consultation *c, enum note_kind kind)
{
    unsigned readers = note_readers(kind);
    if ((readers & ROLE_CLIENT) != 0)
        return c->audience;
    const char *hosts =
        (readers & ROLE_CO_CONSULTANT) != 0 ? hosts_audience(ctx, c) : consultation_host_audience(ctx, c);
    if ((readers & ROLE_ADMIN) == 0)
        return hosts;
    return arena_printf(ctx->arena, "%s role:%s:admin", hosts, ctx->actor.tenant);
}

// What hangs on a consultation ---------------------------------------------------------------------------------------

enum { NO_NOTE = -1 };

static const struct part {
    enum row_table table;
    const char *select; // id, audience, enum note_kind or NO_NOTE
    const char *update; // $1 id, $2 audience, $3 rev
} parts[] = {
    { ROW_OUTCOME, "SELECT id, audience, -1 FROM outcome WHERE id = $1",
      "UPDATE outcome SET audience = $2, rev = $3 WHERE id = $1" },
    { ROW_NOTE, "SELECT id, audience, kind FROM note WHERE consultation_id = $1",
      "UPDATE note SET audience = $2, rev = $3 WHERE id = $1" },
    { ROW_NOTE_REVISION,
      "SELECT r.id, r.audience, n.kind FROM note_revision r JOIN note n ON n.id = r.note_id "
      "WHERE r.consultation_id = $1",
      "UPDATE note_revision SET audience = $2, rev = $3 WHERE id = $1" },
    { ROW_ACTION_ITEM, "SELECT id, audience, -1 FROM action_item WHERE consultation_id = $1",
      "UPDATE action_item SET audience = $2, rev = $3 WHERE id = $1" },
    { ROW_DELIVERABLE, "SELECT id, audience, -1 FROM deliverable WHERE consultation_id = $1",
      "UPDATE deliverable SET audience = $2, rev = $3 WHERE id = $1" },
    { ROW_ATTENDEE, "SELECT id, audience, -1 FROM attendee WHERE consultation_id = $1",
      "UPDATE attendee SET audience = $2, rev = $3 WHERE id = $1" },
};

struct stamped {
    const char *id, *audience;
    int64_t kind;
};

static bool load_stamped(struct op_ctx *ctx, const char *sql, const char *consultation_id, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, sql, DB_ARGS(db_text(consultation_id)), ctx->err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(ret, ctx->arena, struct stamped) = (struct stamped){
            .id = db_col_copy(&rows, 0, ctx->arena),
            .audience = db_col_copy(&rows, 1, ctx->arena),
            .kind = db_col_int(&rows, 2),
        };
    return db_ok(&rows);
}

static bool stamp(struct op_ctx *ctx, const struct consultation *c, const struct part *part,
                  const struct stamped *row)
{
    const char *audience =
        row->kind == NO_NOTE ? c->audience : consultation_note_audience(ctx, c, (enum note_kind)row->kind);
    int64_t rev;
    return strcmp(audience, row->audience) == 0 ||
           (changes_seq(ctx, &rev) &&
            db_run(ctx->db, part->update, DB_ARGS(db_text(row->id), db_text(audience), db_int(rev)), NULL,
                   ctx->err) &&
            changes_add(ctx, part->table, row->id, CHANGE_PUT, row->audience, audience));
}

static bool stamp_part(struct op_ctx *ctx, const struct consultation *c, const struct part *part)
{
    struct list rows = { 0 };
    if (!load_stamped(ctx, part->select, c->id, &rows))
        return false;
    for (size_t i = 0; i < rows.count; i++)
        if (!stamp(ctx, c, part, LIST_AT(&rows, struct stamped, i)))
            return false;
    return true;
}

bool consultation_restamp(struct op_ctx *ctx, struct consultation *c, const char *audience)
{
    const char *before = c->audience;
    c->audience = audience;
    if (!changes_seq(ctx, &c->rev) ||
        !db_run(ctx->db, "UPDATE consultation SET audience = $2, rev = $3 WHERE id = $1",
                DB_ARGS(db_text(c->id), db_text(audience), db_int(c->rev)), NULL, ctx->err) ||
        !changes_add(ctx, ROW_CONSULTATION, c->id, CHANGE_PUT, before, audience))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (!stamp_part(ctx, c, &parts[i]))
            return false;
    return true;
}
