// Notes of stores that are older than texts that merge: plain text stood in the note's row, the client's in the
// consultation. Each becomes a text once, in its last author's name and at its time, and leaves where it stood.
#include "server/scheduling/notes.h"

struct plain {
    const char *consultation_id, *text;
    enum note_kind kind;
    struct text_author author;
};

static bool find_plain(struct op_ctx *ctx, const char *sql, int limit, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, sql, DB_ARGS(db_text(ctx->actor.tenant), db_int(limit)), ctx->err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(ret, ctx->arena, struct plain) = (struct plain){
            .consultation_id = db_col_copy(&rows, 0, ctx->arena),
            .kind = (enum note_kind)db_col_int(&rows, 1),
            .text = db_col_copy(&rows, 2, ctx->arena),
            .author = { db_col_copy(&rows, 3, ctx->arena), db_col_copy(&rows, 4, ctx->arena),
                        db_col_int(&rows, 5) },
        };
    return db_ok(&rows);
}

static bool adopt(struct op_ctx *ctx, const struct plain *plain)
{
    struct consultation c;
    struct text_edited edited;
    unsigned roles;
    if (!consultation_find(ctx, plain->consultation_id, &c, &roles))
        return false;
    const char *id = note_id(ctx, &c, plain->kind);
    int64_t epoch, head;
    if (!texts_head(ctx->db, id, &epoch, &head, ctx->err))
        return false;
    if (head == 0 &&
        (!texts_write(ctx, id, &plain->author, TEXTS_BASE_NOW, plain->text, NOTE_LENGTH_MAX, &edited) ||
         !note_record(ctx, &c, plain->kind, &plain->author, &edited)))
        return false;
    if (plain->kind == NOTE_CLIENT)
        return db_run(ctx->db, "UPDATE consultation SET client_notes = NULL WHERE id = $1",
                      DB_ARGS(db_text(plain->consultation_id)), NULL, ctx->err);
    return db_run(ctx->db, "UPDATE note SET text = '' WHERE id = $1", DB_ARGS(db_text(id)), NULL, ctx->err);
}

bool scheduling_adopt_notes(struct op_ctx *ctx, int limit, bool *ret_left)
{
    struct list found = { 0 };
    if (!find_plain(ctx,
                    "SELECT consultation_id, kind, text, author_id, author_name, updated_at FROM note "
                    "WHERE text <> '' AND tenant = $1 LIMIT $2",
                    limit, &found) ||
        !find_plain(ctx,
                    "SELECT id, 5, client_notes, NULL, contact_name, booked_at FROM consultation "
                    "WHERE client_notes <> '' AND tenant = $1 LIMIT $2",
                    limit, &found))
        return false;
    _Static_assert(NOTE_CLIENT == 5, "the kind's number stands in the statement above");
    for (size_t i = 0; i < found.count; i++)
        if (!adopt(ctx, LIST_AT(&found, struct plain, i)))
            return false;
    *ret_left = found.count >= (size_t)limit;
    return true;
}
