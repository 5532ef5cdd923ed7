// What is in a text: its bytes, carets, and who wrote what.
#include "shared/text/inner.h"

size_t text_length(const struct text *text)
{
    return text->live;
}

static void add_span(const struct text *text, const struct span *span, uint32_t from, uint32_t len,
                     struct buf *out)
{
    buf_add(out, AGENT(text, span->agent)->bytes + span->seq + from, len);
}

void text_content(const struct text *text, struct buf *ret_content)
{
    buf_reserve(ret_content, text->live);
    buf_add(ret_content, "", 0);
    for (uint32_t at = 0; at != NONE; at = LEAF(text, at)->next) {
        const struct leaf *leaf = LEAF(text, at);
        for (uint32_t i = 0; i < leaf->count; i++)
            if (!leaf->spans[i].dead)
                add_span(text, &leaf->spans[i], 0, leaf->spans[i].len, ret_content);
    }
}

void text_slice(const struct text *text, size_t from, size_t size, struct buf *ret_content)
{
    if (from >= text->live)
        return;
    uint32_t left = size < text->live - from ? (uint32_t)size : text->live - (uint32_t)from;
    struct place place = left > 0 ? tree_find_live(text, (uint32_t)from) : (struct place){ 0 };
    while (left > 0) {
        const struct span *span = tree_span(text, place);
        uint32_t part = span->len - place.offset;
        part = span->dead ? 0 : part < left ? part : left;
        add_span(text, span, place.offset, part, ret_content);
        left -= part;
        place.offset = span->len;
        tree_settle(text, &place);
    }
}

bool text_anchor_at(const struct text *text, size_t at, struct text_anchor *ret_anchor, struct err *err)
{
    if (at > text->live)
        return err_set(err, ERR_BAD_REQUEST, "The position is beyond the end of the text.");
    if (at == 0) {
        *ret_anchor = (struct text_anchor){ 0 };
        return true;
    }
    struct id id = tree_unit_at(text, tree_find_live(text, (uint32_t)at - 1));
    *ret_anchor = (struct text_anchor){ AGENT(text, id.agent)->id, id.seq + 1 };
    return true;
}

bool text_position(const struct text *text, struct text_anchor anchor, size_t *ret_at, struct err *err)
{
    if (anchor.agent == 0 && anchor.seq == 0) {
        *ret_at = 0;
        return true;
    }
    struct id id = { agent_find(text, anchor.agent), anchor.seq - 1 };
    if (id.agent == NONE || !id_is_unit(text, id))
        return err_set(err, ERR_NOT_FOUND, "The caret is at a character that is not there.");
    struct place place = tree_find(text, id);
    place.offset++;
    *ret_at = tree_live_rank(text, place);
    return true;
}

bool text_next(const struct text *text, struct text_walk *walk, struct text_span *ret_span)
{
    while (walk->leaf != NONE && walk->slot >= LEAF(text, walk->leaf)->count)
        *walk = (struct text_walk){ LEAF(text, walk->leaf)->next, 0 };
    if (walk->leaf == NONE)
        return false;
    const struct span *span = &LEAF(text, walk->leaf)->spans[walk->slot++];
    const struct agent *agent = AGENT(text, span->agent);
    *ret_span = (struct text_span){ .agent = agent->id,
                                    .seq = span->seq,
                                    .size = span->len,
                                    .deleted = span->dead,
                                    .bytes = agent->bytes + span->seq };
    return true;
}
