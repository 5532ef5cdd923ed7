// Finding places: down by visible position, up from a unit's leaf for its rank.
#include "shared/text/inner.h"

#include <stdlib.h>

void tree_init(struct text *text)
{
    struct leaf *leaf = array_add(&text->leaves, sizeof *leaf);
    leaf->parent = NONE;
    leaf->next = NONE;
    text->root = 0;
    text->depth = 0;
    text->placed = true;
}

struct place tree_find_live(const struct text *text, uint32_t at)
{
    uint32_t node = text->root;
    for (uint32_t level = 0; level < text->depth; level++) {
        const struct branch *branch = BRANCH(text, node);
        uint32_t i = 0;
        while (at >= branch->live[i])
            at -= branch->live[i++];
        node = branch->child[i];
    }
    const struct leaf *leaf = LEAF(text, node);
    for (uint32_t slot = 0;; slot++) {
        const struct span *span = &leaf->spans[slot];
        if (span->dead)
            continue;
        if (at < span->len)
            return (struct place){ node, slot, at };
        at -= span->len;
    }
}

static inline bool find_in_leaf(const struct text *text, uint32_t at, struct id id, struct place *ret_place)
{
    const struct leaf *leaf = LEAF(text, at);
    for (uint32_t slot = 0; slot < leaf->count; slot++) {
        const struct span *span = &leaf->spans[slot];
        if (id.seq - span->seq < span->len && span->agent == id.agent) {
            *ret_place = (struct place){ at, slot, id.seq - span->seq };
            return true;
        }
    }
    return false;
}

struct place tree_find(const struct text *text, struct id id)
{
    struct place place = { 0 };
    if (text->placed) {
        uint32_t where = AGENT(text, id.agent)->where[id.seq];
        if (find_in_leaf(text, where, id, &place))
            return place;
    } else {
        for (uint32_t leaf = 0; leaf != NONE; leaf = LEAF(text, leaf)->next)
            if (find_in_leaf(text, leaf, id, &place))
                return place;
    }
    check_fail(__FILE__, __LINE__, "a unit is where it was noted");
}

uint32_t tree_slot_of(const struct branch *branch, uint32_t child)
{
    uint32_t slot = 0;
    while (branch->child[slot] != child)
        slot++;
    return slot;
}

static uint32_t sum_before(const struct text *text, uint32_t leaf, bool live)
{
    uint32_t sum = 0;
    uint32_t child = leaf;
    for (uint32_t parent = LEAF(text, leaf)->parent; parent != NONE; parent = BRANCH(text, parent)->parent) {
        const struct branch *branch = BRANCH(text, parent);
        const uint32_t *sums = live ? branch->live : branch->total;
        for (uint32_t i = 0; branch->child[i] != child; i++)
            sum += sums[i];
        child = parent;
    }
    return sum;
}

uint32_t tree_rank(const struct text *text, struct place place)
{
    const struct leaf *leaf = LEAF(text, place.leaf);
    uint32_t sum = sum_before(text, place.leaf, false) + place.offset;
    for (uint32_t i = 0; i < place.slot; i++)
        sum += leaf->spans[i].len;
    return sum;
}

uint32_t tree_live_rank(const struct text *text, struct place place)
{
    const struct leaf *leaf = LEAF(text, place.leaf);
    uint32_t sum = sum_before(text, place.leaf, true);
    for (uint32_t i = 0; i < place.slot; i++)
        sum += leaf->spans[i].dead ? 0 : leaf->spans[i].len;
    return sum + (place.slot < leaf->count && !leaf->spans[place.slot].dead ? place.offset : 0);
}

bool tree_settle(const struct text *text, struct place *place)
{
    const struct leaf *leaf = LEAF(text, place->leaf);
    if (place->slot < leaf->count && place->offset < leaf->spans[place->slot].len)
        return true;
    if (place->slot + 1 < leaf->count) {
        *place = (struct place){ place->leaf, place->slot + 1, 0 };
        return true;
    }
    if (leaf->next == NONE)
        return false;
    *place = (struct place){ leaf->next, 0, 0 };
    return true;
}

struct id tree_unit_at(const struct text *text, struct place place)
{
    if (!tree_settle(text, &place))
        return EDGE;
    const struct span *span = tree_span(text, place);
    return (struct id){ span->agent, span->seq + place.offset };
}
