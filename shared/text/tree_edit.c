// Changing the tree: new spans in, units dead or live again; neighbours that say the same are one span.
#include "shared/text/inner.h"

static bool fits(const struct span *left, const struct span *right)
{
    return right->joined && left->agent == right->agent && left->seq + left->len == right->seq &&
           left->dead == right->dead;
}

static void open_slots(struct leaf *leaf, uint32_t slot, uint32_t slots)
{
    memmove(&leaf->spans[slot + slots], &leaf->spans[slot], (leaf->count - slot) * sizeof leaf->spans[0]);
    leaf->count += slots;
}

static void close_slot(struct leaf *leaf, uint32_t slot)
{
    leaf->count--;
    memmove(&leaf->spans[slot], &leaf->spans[slot + 1], (leaf->count - slot) * sizeof leaf->spans[0]);
}

// Makes the place a border of spans, with room for one more span there; the leaf may be split on the way.
static void make_border(struct text *text, struct place *place)
{
    while (LEAF(text, place->leaf)->count + 2 > LEAF_SPANS)
        tree_split_leaf(text, place);
    struct leaf *leaf = LEAF(text, place->leaf);
    if (place->slot == leaf->count || place->offset == 0)
        return;
    struct span *span = &leaf->spans[place->slot];
    if (place->offset < span->len) {
        open_slots(leaf, place->slot, 1);
        span[0].len = place->offset;
        span[1].seq += place->offset;
        span[1].len -= place->offset;
        span[1].joined = true;
    }
    place->slot++;
    place->offset = 0;
}

static void note(struct text *text, const struct span *span, uint32_t leaf)
{
    uint32_t *where = AGENT(text, span->agent)->where + span->seq;
    for (uint32_t i = 0; i < span->len; i++)
        where[i] = leaf;
}

// The span that new units at this place would go on with.
static struct span *span_before(struct text *text, struct place place)
{
    struct leaf *leaf = LEAF(text, place.leaf);
    if (place.slot < leaf->count && place.offset == leaf->spans[place.slot].len)
        return &leaf->spans[place.slot];
    return place.offset == 0 && place.slot > 0 ? &leaf->spans[place.slot - 1] : NULL;
}

void tree_insert(struct text *text, struct place place, struct span span)
{
    struct span *before = span_before(text, place);
    if (before != NULL && fits(before, &span)) {
        before->len += span.len;
    } else {
        make_border(text, &place);
        struct leaf *leaf = LEAF(text, place.leaf);
        open_slots(leaf, place.slot, 1);
        leaf->spans[place.slot] = span;
    }
    note(text, &span, place.leaf);
    tree_add_up(text, place.leaf, span.dead ? 0 : span.len, span.len);
}

// The first `len` units of a span go to the span before, when they fit there.
static bool give_left(struct leaf *leaf, uint32_t slot, uint32_t len, bool dead)
{
    struct span *span = &leaf->spans[slot];
    struct span marked = { span->seq, len, span->agent, dead, span->joined };
    if (slot == 0 || !fits(span - 1, &marked))
        return false;
    span[-1].len += len;
    span->seq += len;
    span->len -= len;
    span->joined = true;
    if (span->len > 0)
        return true;
    close_slot(leaf, slot);
    if (slot < leaf->count && fits(&leaf->spans[slot - 1], &leaf->spans[slot])) {
        leaf->spans[slot - 1].len += leaf->spans[slot].len;
        close_slot(leaf, slot);
    }
    return true;
}

// The last `len` units of a span go to the span behind, when they fit there.
static bool give_right(struct leaf *leaf, uint32_t slot, uint32_t len, bool dead)
{
    struct span *span = &leaf->spans[slot];
    bool whole = len == span->len;
    struct span marked = { span->seq + span->len - len, len, span->agent, dead, !whole || span->joined };
    if (slot + 1 >= leaf->count || !fits(&marked, span + 1))
        return false;
    span[1].seq -= len;
    span[1].len += len;
    span[1].joined = marked.joined;
    span->len -= len;
    if (whole)
        close_slot(leaf, slot);
    return true;
}

void tree_mark(struct text *text, struct place place, uint32_t len, bool dead)
{
    struct leaf *leaf = LEAF(text, place.leaf);
    const struct span *span = &leaf->spans[place.slot];
    bool at_end = place.offset + len == span->len;
    if (!(place.offset == 0 && give_left(leaf, place.slot, len, dead)) &&
        !(at_end && give_right(leaf, place.slot, len, dead))) {
        make_border(text, &place);
        struct place end = { place.leaf, place.slot, len };
        make_border(text, &end);
        // a leaf that was split at the second border may have taken the span along
        end.slot--;
        LEAF(text, end.leaf)->spans[end.slot].dead = dead;
        place.leaf = end.leaf;
    }
    tree_add_up(text, place.leaf, dead ? -len : len, 0);
}
