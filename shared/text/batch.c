// Batches of updates, and who wrote in a text.
#include "shared/text/inner.h"

void text_batch_add(struct buf *batch, const void *update, size_t size)
{
    put_varint(batch, size);
    buf_add(batch, update, size);
}

bool text_batch_next(struct text_batch *batch, const void **ret_update, size_t *ret_size)
{
    if (batch->at == batch->end || batch->bad)
        return false;
    struct reader in = { batch->at, batch->end, false };
    uint32_t size = get_u32(&in);
    const char *update = get_bytes(&in, size);
    batch->bad = in.bad || size == 0;
    if (batch->bad)
        return false;
    batch->at = in.at;
    *ret_update = update;
    *ret_size = size;
    return true;
}

size_t text_agent_count(const struct text *text)
{
    return text->agents.count;
}

uint64_t text_agent_at(const struct text *text, size_t index, uint32_t *ret_used)
{
    const struct agent *agent = AGENT(text, index);
    *ret_used = agent->next;
    return agent->id;
}

uint32_t text_agent_used(const struct text *text, uint64_t agent)
{
    uint32_t found = agent_find(text, agent);
    return found == NONE ? 0 : AGENT(text, found)->next;
}
