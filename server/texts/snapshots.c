// Snapshots: so that loading stays quick, and what they hold can go. Two generations are kept, each with the updates
// after it: when the younger one cannot be read, the older one can. What is older goes only after the older of the two
// has come back from the store, long after its own commit, and leads to the very text that is in memory.
#include "server/texts/inner.h"

#include "server/core/log.h"

#include <string.h>

static bool same_text(const struct text *a, const struct text *b)
{
    CLEANUP(buf_free) struct buf a_version = { 0 }, b_version = { 0 }, a_content = { 0 }, b_content = { 0 };
    text_version(a, &a_version);
    text_version(b, &b_version);
    text_content(a, &a_content);
    text_content(b, &b_content);
    return a_version.len == b_version.len && memcmp(a_version.data, b_version.data, a_version.len) == 0 &&
           a_content.len == b_content.len &&
           memcmp(buf_text(&a_content), buf_text(&b_content), a_content.len) == 0;
}

bool text_is_stored(struct op_ctx *ctx, const char *id, int64_t snapshot, int64_t head,
                    const struct text *text)
{
    struct err why = { 0 };
    struct text *read = NULL;
    if (!stored_text_from(ctx->db, id, snapshot, head, &read, &why)) {
        log_event(LOG_LEVEL_ERROR, "a snapshot cannot be read back; what it holds is kept",
                  LOG_TEXT("text", id), LOG_TEXT("why", why.message), LOG_INT("snapshot", snapshot));
        return false;
    }
    bool sound = same_text(read, text);
    text_free(read);
    if (!sound)
        log_event(LOG_LEVEL_ERROR, "a snapshot is another text; what it holds is kept", LOG_TEXT("text", id),
                  LOG_INT("snapshot", snapshot));
    return sound;
}

bool text_snapshot_insert(struct op_ctx *ctx, const char *id, int64_t n, const struct buf *bytes)
{
    return db_run(ctx->db, "INSERT INTO text_snapshot (doc, n, bytes) VALUES ($1, $2, $3)",
                  DB_ARGS(db_text(id), db_int(n), db_blob(bytes->data, bytes->len)), NULL, ctx->err);
}

static bool remove_snapshot(struct op_ctx *ctx, const char *id, int64_t n)
{
    return db_run(ctx->db, "DELETE FROM text_snapshot WHERE doc = $1 AND n = $2",
                  DB_ARGS(db_text(id), db_int(n)), NULL, ctx->err);
}

// What the snapshot before the newest makes superfluous.
static bool give_up_older(struct op_ctx *ctx, const char *id, int64_t snapshot)
{
    const struct db_value args[] = { db_text(id), db_int(snapshot) };
    return db_run(ctx->db, "DELETE FROM text_update WHERE doc = $1 AND n <= $2", args, 2, NULL, ctx->err) &&
           db_run(ctx->db, "DELETE FROM text_snapshot WHERE doc = $1 AND n < $2", args, 2, NULL, ctx->err);
}

static bool is_due(const struct text_row *row)
{
    return row->head - row->snapshot_head >= TEXTS_SNAPSHOT_UPDATES ||
           row->update_bytes >= TEXTS_SNAPSHOT_BYTES;
}

bool text_snapshot_if_due(struct op_ctx *ctx, const char *id, const struct text *text, struct text_row *row)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    int64_t before = row->snapshot_head;
    if (!is_due(row))
        return true;
    text_save(text, &bytes);
    if (!text_snapshot_insert(ctx, id, row->head, &bytes))
        return false;
    if (!text_is_stored(ctx, id, row->head, row->head, text))
        return remove_snapshot(ctx, id, row->head);
    row->snapshot_head = row->head;
    row->snapshot_bytes = (int64_t)bytes.len;
    row->update_bytes = 0;
    return before == 0 || !text_is_stored(ctx, id, before, row->head, text) || give_up_older(ctx, id, before);
}
