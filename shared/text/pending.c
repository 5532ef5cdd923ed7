// Updates that arrived before what they build on.
#include "shared/text/inner.h"

#include <stdlib.h>

static bool is_there(const struct text *text, const void *update, size_t size)
{
    for (uint32_t i = 0; i < text->waiting.count; i++) {
        const struct waiting *waiting = AT(text->waiting, struct waiting, i);
        if (waiting->size == size && memcmp(waiting->bytes, update, size) == 0)
            return true;
    }
    return false;
}

bool pending_add(struct text *text, const void *update, size_t size, uint32_t tag, uint32_t seq,
                 struct err *err)
{
    if (is_there(text, update, size))
        return true;
    if (text->waiting.count >= TEXT_PENDING_MAX || size > TEXT_PENDING_BYTES_MAX - text->waiting_bytes)
        return err_set(err, ERR_UNAVAILABLE, "Too many updates wait for others.");
    struct waiting *waiting = array_add(&text->waiting, sizeof *waiting);
    *waiting = (struct waiting){ malloc(size), size, tag, seq };
    CHECK(waiting->bytes != NULL);
    memcpy(waiting->bytes, update, size);
    text->waiting_bytes += size;
    return true;
}

static void pending_remove(struct text *text, uint32_t index)
{
    struct waiting *waiting = AT(text->waiting, struct waiting, index);
    text->waiting_bytes -= waiting->size;
    free(waiting->bytes);
    *waiting = *AT(text->waiting, struct waiting, --text->waiting.count);
}

static bool is_due(const struct text *text, const struct waiting *waiting)
{
    uint32_t agent = agent_find_tag(text, waiting->tag);
    return agent != NONE && AGENT(text, agent)->next > waiting->seq;
}

// True when the text changed.
static bool retry_one(struct text *text, uint32_t index)
{
    struct waiting *waiting = AT(text->waiting, struct waiting, index);
    struct err err = { 0 };
    enum text_applied applied = TEXT_KNOWN;
    bool ok = update_apply(text, waiting->bytes, waiting->size, &applied, &waiting->tag, &waiting->seq, &err);
    if (ok && applied == TEXT_WAITING)
        return false;
    text->dropped += !ok;
    pending_remove(text, index);
    return ok && applied == TEXT_APPLIED;
}

void pending_retry(struct text *text)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (uint32_t i = text->waiting.count; i > 0; i--)
            if (is_due(text, AT(text->waiting, struct waiting, i - 1)))
                changed |= retry_one(text, i - 1);
    }
}

void pending_free(struct text *text)
{
    while (text->waiting.count > 0)
        pending_remove(text, text->waiting.count - 1);
    array_free(&text->waiting);
}
