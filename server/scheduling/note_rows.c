// The row of a note: what every reader's replica is told of its text.
#include "server/core/changes.h"
#include "server/scheduling/audience.h"
#include "server/scheduling/notes.h"
#include "shared/base/civil.h"

#include <string.h>

static struct bytes copy_blob(const struct db_rows *rows, int column, struct arena *arena)
{
    struct bytes none = { 0 };
    size_t size;
    const void *data = db_col_blob(rows, column, &size);
    return size == 0 ? none : (struct bytes){ arena_copy(arena, data, size), size };
}

bool note_load(struct op_ctx *ctx, const char *id, struct stored_note *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    struct stored_note note = { .audience = "", .key_points = "[]", .opportunities = "[]" };
    if (!db_query(ctx->db, &rows,
                  "SELECT rev, audience, tail, tail_count, key_points, opportunities FROM note WHERE id = $1",
                  DB_ARGS(db_text(id)), ctx->err))
        return false;
    if (db_next(&rows))
        note = (struct stored_note){
            .rev = db_col_int(&rows, 0),
            .audience = db_col_copy(&rows, 1, ctx->arena),
            .tail = copy_blob(&rows, 2, ctx->arena),
            .tail_count = db_col_int(&rows, 3),
            .key_points = db_col_copy(&rows, 4, ctx->arena),
            .opportunities = db_col_copy(&rows, 5, ctx->arena),
        };
    if (!db_ok(&rows))
        return false;
    *ret = note;
    return true;
}

// The last updates that fit: the new one behind those of before, the oldest of which leave.
static struct bytes next_tail(struct arena *arena, const struct stored_note *note, struct bytes update,
                              int64_t *ret_count)
{
    CLEANUP(buf_free) struct buf tail = { 0 };
    const uint8_t *bytes = note->tail.data;
    struct text_batch before = { bytes, bytes + note->tail.size, false };
    const void *old;
    size_t size;
    text_batch_add(&tail, update.data, update.size);
    size_t own = tail.len;
    *ret_count = own > NOTE_TAIL_MAX ? 0 : note->tail_count + 1;
    if (own > NOTE_TAIL_MAX)
        return (struct bytes){ 0 };
    while ((size_t)((bytes + note->tail.size) - before.at) + own > NOTE_TAIL_MAX &&
           text_batch_next(&before, &old, &size))
        --*ret_count;
    size = (size_t)(bytes + note->tail.size - before.at);
    uint8_t *all = arena_alloc(arena, size + own);
    memcpy(all + size, tail.data, own);
    if (size > 0)
        memcpy(all, before.at, size);
    return (struct bytes){ all, size + own };
}

static bool tell(struct op_ctx *ctx, const char *id, const char *audience, const struct stored_note *before,
                 int64_t rev)
{
    bool again = before->rev != 0 && before->rev != rev && strcmp(before->audience, audience) == 0;
    return (!again || changes_supersede(ctx, ROW_NOTE, id, before->rev, audience)) &&
           changes_add(ctx, ROW_NOTE, id, CHANGE_PUT, before->audience, audience);
}

static bool save_text(struct op_ctx *ctx, const struct consultation *c, enum note_kind kind, const char *id,
                      const char *audience, const struct text_author *author,
                      const struct text_edited *edited)
{
    struct stored_note before;
    int64_t rev, tail_count;
    if (!note_load(ctx, id, &before) || !changes_seq(ctx, &rev))
        return false;
    int64_t purge_at = edited->removed > 0 ? author->at + NOTE_PURGE_DAYS * (int64_t)DAY_MS : 0;
    struct bytes tail = next_tail(ctx->arena, &before, edited->update, &tail_count);
    return db_run(
               ctx->db,
               "INSERT INTO note (id, tenant, rev, audience, consultation_id, kind, text, author_id, "
               "author_name, "
               "updated_at, epoch, head, tail, tail_count, purge_at) "
               "VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10, $11, $12, $13, $14) "
               "ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, audience = excluded.audience, text = '', "
               "author_id = excluded.author_id, author_name = excluded.author_name, "
               "updated_at = excluded.updated_at, epoch = excluded.epoch, head = excluded.head, "
               "tail = excluded.tail, tail_count = excluded.tail_count, "
               "purge_at = CASE WHEN note.purge_at > 0 THEN note.purge_at ELSE excluded.purge_at END",
               DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(audience),
                       db_text(c->id), db_int(kind), db_text(author->person_id), db_text(author->name),
                       db_int(author->at), db_int(edited->epoch), db_int(edited->head),
                       db_blob(tail.data, tail.size), db_int(tail_count), db_int(purge_at)),
               NULL, ctx->err) &&
           tell(ctx, id, audience, &before, rev);
}

bool note_record(struct op_ctx *ctx, const struct consultation *c, enum note_kind kind,
                 const struct text_author *author, const struct text_edited *edited)
{
    const char *id = note_id(ctx, c, kind), *audience = consultation_note_audience(ctx, c, kind);
    return !edited->changed || (save_text(ctx, c, kind, id, audience, author, edited) &&
                                note_revision_add(ctx, c, id, audience, author, edited));
}

bool note_forget_tail(struct op_ctx *ctx, const char *id, int64_t base)
{
    struct stored_note before;
    int64_t head = 0, rev;
    if (!note_load(ctx, id, &before) || !db_one_int(ctx->db, "SELECT head FROM note WHERE id = $1",
                                                    DB_ARGS(db_text(id)), &head, NULL, ctx->err))
        return false;
    if (before.tail.size == 0 || head - before.tail_count >= base)
        return true;
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db, "UPDATE note SET rev = $2, tail = NULL, tail_count = 0 WHERE id = $1",
                  DB_ARGS(db_text(id), db_int(rev)), NULL, ctx->err) &&
           tell(ctx, id, before.audience, &before, rev);
}

bool note_save_lists(struct op_ctx *ctx, const struct consultation *c, enum note_kind kind,
                     const struct stored_note *note)
{
    const char *id = note_id(ctx, c, kind), *audience = consultation_note_audience(ctx, c, kind);
    int64_t rev;
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "INSERT INTO note (id, tenant, rev, audience, consultation_id, kind, text, key_points, "
                  "opportunities, author_id, author_name, updated_at) "
                  "VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10, $11) "
                  "ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, audience = excluded.audience, "
                  "key_points = excluded.key_points, opportunities = excluded.opportunities, "
                  "author_id = excluded.author_id, author_name = excluded.author_name, "
                  "updated_at = excluded.updated_at",
                  DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(audience),
                          db_text(c->id), db_int(kind), db_text(note->key_points),
                          db_text(note->opportunities), db_text(ctx->actor.user_id), db_text(ctx->actor.name),
                          db_int(ctx->now)),
                  NULL, ctx->err) &&
           tell(ctx, id, audience, note, rev);
}
