// Making and freeing a text, and the door for updates of others.
#include "shared/text/inner.h"

#include <stdlib.h>

struct text *text_create(uint64_t agent)
{
    struct text *text = calloc(1, sizeof *text);
    CHECK(text != NULL);
    tree_init(text);
    struct err err = { 0 };
    text->self = agent_add(text, agent, &err);
    return text;
}

void text_free(struct text *text)
{
    if (text == NULL)
        return;
    for (uint32_t i = 0; i < text->agents.count; i++)
        agent_free(AGENT(text, i));
    array_free(&text->agents);
    array_free(&text->leaves);
    array_free(&text->branches);
    array_free(&text->undo);
    array_free(&text->redo);
    array_free(&text->moves);
    array_free(&text->edit);
    pending_free(text);
    free(text);
}

bool text_set_agent(struct text *text, uint64_t agent, struct err *err)
{
    uint32_t self = agent_add(text, agent, err);
    if (self == NONE)
        return false;
    text->self = self;
    text->undo.count = text->redo.count = text->moves.count = 0;
    text->join = false;
    text->purged = 0;
    return true;
}

uint64_t text_agent(const struct text *text)
{
    return AGENT(text, text->self)->id;
}

bool text_apply(struct text *text, const void *update, size_t size, enum text_applied *ret_applied,
                struct err *err)
{
    enum text_applied applied = TEXT_KNOWN;
    uint32_t tag = 0, seq = 0;
    if (!update_apply(text, update, size, &applied, &tag, &seq, err))
        return false;
    if (applied == TEXT_WAITING && !pending_add(text, update, size, tag, seq, err))
        return false;
    if (applied == TEXT_APPLIED && text->waiting.count > 0)
        pending_retry(text);
    if (ret_applied != NULL)
        *ret_applied = applied;
    return true;
}

size_t text_waiting(const struct text *text)
{
    return text->waiting.count;
}

size_t text_dropped(const struct text *text)
{
    return text->dropped;
}
