// Words that were deleted long ago go for good, from the text and from everything that it is kept in.
#include "server/texts/inner.h"

#include <string.h>

// The last update that was stored before then.
static bool last_before(struct op_ctx *ctx, const char *id, int64_t before, int64_t *ret)
{
    *ret = 0;
    return db_one_int(ctx->db, "SELECT COALESCE(MAX(n), 0) FROM text_update WHERE doc = $1 AND at < $2",
                      DB_ARGS(db_text(id), db_int(before)), ret, NULL, ctx->err);
}

static bool oldest_snapshot(struct op_ctx *ctx, const char *id, int64_t *ret)
{
    *ret = 0;
    return db_one_int(ctx->db, "SELECT n FROM text_snapshot WHERE doc = $1 ORDER BY n LIMIT 1",
                      DB_ARGS(db_text(id)), ret, NULL, ctx->err);
}

// The text as early as it is still kept, but not earlier than it was then: what came after holds none of the words.
static bool load_base(struct op_ctx *ctx, const char *id, int64_t before, int64_t *ret_base,
                      struct text **ret)
{
    int64_t base, kept;
    if (!last_before(ctx, id, before, &base) || !oldest_snapshot(ctx, id, &kept))
        return false;
    if (base > 0 && stored_text_at(ctx->db, id, base, ret, ctx->err)) {
        *ret_base = base;
        return true;
    }
    if (base > 0 && ctx->err->code != ERR_NOT_FOUND)
        return false;
    err_clear(ctx->err);
    *ret_base = kept;
    return kept == 0 || stored_text_at(ctx->db, id, kept, ret, ctx->err);
}

static bool replace_all(struct op_ctx *ctx, const char *id, int64_t base, const struct buf *snapshot)
{
    return db_run(ctx->db, "DELETE FROM text_snapshot WHERE doc = $1", DB_ARGS(db_text(id)), NULL,
                  ctx->err) &&
           db_run(ctx->db, "DELETE FROM text_update WHERE doc = $1 AND n <= $2",
                  DB_ARGS(db_text(id), db_int(base)), NULL, ctx->err) &&
           text_snapshot_insert(ctx, id, base, snapshot);
}

static bool update_bytes(struct op_ctx *ctx, const char *id, int64_t *ret)
{
    *ret = 0;
    return db_one_int(ctx->db, "SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM text_update WHERE doc = $1",
                      DB_ARGS(db_text(id)), ret, NULL, ctx->err);
}

// What is stored now gives the text that is in memory, which still has the words.
static bool check(struct op_ctx *ctx, const char *id, const struct text_row *row, int64_t base)
{
    struct loaded *loaded = loaded_take(ctx, id, row);
    if (loaded == NULL)
        return false;
    bool sound = text_is_stored(ctx, id, base, row->head, loaded->text);
    loaded_drop(ctx, loaded);
    return sound || err_set(ctx->err, ERR_INTERNAL, "The text %.64s cannot be purged.", id);
}

static bool purge(struct op_ctx *ctx, const char *id, struct text_row *row, int64_t base, struct text *text)
{
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    struct loaded *loaded = loaded_take(ctx, id, row); // before what it can be loaded from goes
    text_save(text, &snapshot);
    if (loaded == NULL || !replace_all(ctx, id, base, &snapshot) || !check(ctx, id, row, base))
        return false;
    row->snapshot_head = base;
    row->snapshot_bytes = (int64_t)snapshot.len;
    row->stamp = text_random_number();
    return update_bytes(ctx, id, &row->update_bytes) && text_row_save(ctx, id, row, false);
}

// One that is damaged is left as it is: what can be read of it may be needed.
static bool load(struct op_ctx *ctx, const char *id, int64_t before, struct text **ret,
                 struct text_purged *purged)
{
    if (load_base(ctx, id, before, &purged->base, ret))
        return true;
    purged->unreadable = ctx->err->code == ERR_INTERNAL;
    if (purged->unreadable)
        err_clear(ctx->err);
    return purged->unreadable;
}

bool texts_purge(struct op_ctx *ctx, const char *id, struct bytes version, int64_t before,
                 struct text_purged *ret)
{
    struct text_row row;
    struct text *text = NULL;
    *ret = (struct text_purged){ 0 };
    if (!text_row_find(ctx->db, id, &row, ctx->err))
        return false;
    if (row.head == 0)
        return true;
    bool ok = load(ctx, id, before, &text, ret) &&
              (text == NULL || text_purge(text, version.data, version.size, &ret->bytes, ctx->err)) &&
              (ret->bytes == 0 || purge(ctx, id, &row, ret->base, text));
    text_free(text);
    return ok;
}
