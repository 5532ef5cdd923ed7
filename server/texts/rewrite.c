// From one content to another by few edits.
#include "server/texts/inner.h"
#include "shared/text/difference.h"

static void add(struct buf *batch, const struct buf *update)
{
    if (update->len > 0)
        text_batch_add(batch, update->data, update->len);
}

static bool replace(struct text *text, size_t at, const struct text_hunk *hunk, struct buf *batch,
                    struct err *err)
{
    CLEANUP(buf_free) struct buf deletion = { 0 }, insertion = { 0 };
    if (!text_delete(text, at, hunk->old.size, &deletion, err) ||
        !text_insert(text, at, hunk->new.at, hunk->new.size, &insertion, err))
        return false;
    add(batch, &deletion);
    add(batch, &insertion);
    return true;
}

bool text_rewrite(struct text *text, const char *content, size_t size, struct buf *batch, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    CLEANUP(buf_free) struct buf old = { 0 };
    struct list hunks = { 0 };
    text_content(text, &old);
    const char *start = buf_text(&old);
    text_differences(start, old.len, content, size, &arena, &hunks);
    bool ok = true;
    for (size_t i = hunks.count; ok && i-- > 0;) { // from the end, so that places stay what they are
        const struct text_hunk *hunk = LIST_AT(&hunks, struct text_hunk, i);
        ok = replace(text, (size_t)(hunk->old.at - start), hunk, batch, err);
    }
    return ok;
}
