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

static uint32_t piece_end(const struct text *text, const struct op *op, uint32_t from, size_t piece)
{
    const struct agent *agent = AGENT(text, op->agent);
    uint32_t end = from + piece < op->len ? from + (uint32_t)piece : op->len;
    while (end < op->len && !op_starts_point(text, agent, op->seq + end))
        end++;
    return end;
}

static void add_pieces(const struct text *text, const struct op *op, size_t piece, struct buf *batch)
{
    CLEANUP(buf_free) struct buf update = { 0 };
    for (uint32_t at = 0, end; at < op->len; at = end) {
        struct op part = *op;
        end = piece_end(text, op, at, piece);
        part.seq += at;
        part.len = end - at;
        if (op->kind != RUN_INSERT)
            part.left.seq += op->kind == RUN_DELETE ? at : -at;
        else if (at > 0)
            part.follows = true;
        if (part.follows)
            part.left = (struct id){ op->agent, part.seq - 1 };
        buf_clear(&update);
        update_write(text, &part, 1, &update);
        text_batch_add(batch, update.data, update.len);
    }
}

void text_own_batch(const struct text *text, uint32_t from, size_t piece, struct buf *ret_batch)
{
    struct causal causal;
    struct op op;
    causal_begin(&causal, text);
    for (uint32_t i = 0; i < text->agents.count; i++)
        causal.next[i] = i == text->self ? from : AGENT(text, i)->next;
    while (causal_next(&causal, &op))
        add_pieces(text, &op, piece, ret_batch);
    causal_free(&causal);
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
