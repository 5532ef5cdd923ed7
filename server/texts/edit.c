// Updates that replicas made.
#include "server/texts/inner.h"

bool text_apply_batch(struct text *text, struct bytes batch, struct err *err)
{
    const uint8_t *bytes = batch.data;
    struct text_batch updates = { bytes, bytes + batch.size, false };
    const void *update;
    size_t size;
    while (text_batch_next(&updates, &update, &size))
        if (!text_apply(text, update, size, NULL, err))
            return false;
    return !updates.bad || err_set(err, ERR_BAD_REQUEST, "The updates are no batch.");
}

bool texts_edit(struct op_ctx *ctx, const char *id, const struct text_author *author, int64_t epoch,
                struct bytes batch, size_t length_max, struct text_edited *ret)
{
    struct merge merge = {
        .ctx = ctx, .id = id, .author = author, .length_max = length_max, .base = TEXTS_BASE_NOW
    };
    if (!text_row_find(ctx->db, id, &merge.row, ctx->err))
        return false;
    if (epoch != 0 && epoch != merge.row.epoch)
        return err_set(ctx->err, ERR_CONFLICT, "The text was begun anew since this was written.");
    bool ok = merge_start(&merge) && text_apply_batch(merge.loaded->text, batch, ctx->err) &&
              merge_finish(&merge, ret);
    merge_end(&merge, ok);
    return ok;
}
