// Keeping sums, and splitting nodes that are full.
#include "shared/text/inner.h"

#include <stdlib.h>

// Sums are unsigned: what is taken away is added as its complement.
void tree_add_up(struct text *text, uint32_t leaf, uint32_t live, uint32_t total)
{
    text->live += live;
    text->total += total;
    uint32_t child = leaf;
    for (uint32_t parent = LEAF(text, leaf)->parent; parent != NONE; parent = BRANCH(text, parent)->parent) {
        struct branch *branch = BRANCH(text, parent);
        uint32_t slot = tree_slot_of(branch, child);
        branch->live[slot] += live;
        branch->total[slot] += total;
        child = parent;
    }
}

static uint32_t *parent_of(struct text *text, uint32_t node, bool is_leaf)
{
    return is_leaf ? &LEAF(text, node)->parent : &BRANCH(text, node)->parent;
}

static void branch_put(struct branch *branch, uint32_t slot, uint32_t child, uint32_t live, uint32_t total)
{
    size_t behind = branch->count - slot;
    memmove(&branch->child[slot + 1], &branch->child[slot], behind * sizeof branch->child[0]);
    memmove(&branch->live[slot + 1], &branch->live[slot], behind * sizeof branch->live[0]);
    memmove(&branch->total[slot + 1], &branch->total[slot], behind * sizeof branch->total[0]);
    branch->child[slot] = child;
    branch->live[slot] = live;
    branch->total[slot] = total;
    branch->count++;
}

static void grow_root(struct text *text)
{
    uint32_t old = text->root;
    bool over_leaves = text->depth == 0;
    uint32_t root = text->branches.count;
    struct branch *branch = array_add(&text->branches, sizeof *branch);
    branch->parent = NONE;
    branch->over_leaves = over_leaves;
    branch_put(branch, 0, old, text->live, text->total);
    *parent_of(text, old, over_leaves) = root;
    text->root = root;
    text->depth++;
    CHECK(text->depth < TREE_DEPTH_MAX);
}

static void move_half(struct text *text, uint32_t from, uint32_t to)
{
    struct branch *left = BRANCH(text, from);
    struct branch *right = BRANCH(text, to);
    uint32_t half = left->count / 2;
    right->over_leaves = left->over_leaves;
    right->count = left->count - half;
    memcpy(right->child, left->child + half, right->count * sizeof right->child[0]);
    memcpy(right->live, left->live + half, right->count * sizeof right->live[0]);
    memcpy(right->total, left->total + half, right->count * sizeof right->total[0]);
    left->count = half;
    for (uint32_t i = 0; i < right->count; i++)
        *parent_of(text, right->child[i], right->over_leaves) = to;
}

static void put_sibling(struct text *text, uint32_t node, bool is_leaf, uint32_t sibling, uint32_t live,
                        uint32_t total);

static void split_branch(struct text *text, uint32_t node)
{
    uint32_t sibling = text->branches.count;
    array_add(&text->branches, sizeof(struct branch));
    move_half(text, node, sibling);
    uint32_t live = 0, total = 0;
    const struct branch *right = BRANCH(text, sibling);
    for (uint32_t i = 0; i < right->count; i++) {
        live += right->live[i];
        total += right->total[i];
    }
    put_sibling(text, node, false, sibling, live, total);
}

// Hangs a new node in, to the right of the one that gave it `live` and `total` units. It goes up as far as nodes are
// full: at most the depth of the tree.
static void put_sibling(struct text *text, uint32_t node, bool is_leaf, uint32_t sibling, uint32_t live,
                        uint32_t total)
{
    if (*parent_of(text, node, is_leaf) == NONE)
        grow_root(text);
    if (BRANCH(text, *parent_of(text, node, is_leaf))->count == BRANCH_CHILDREN)
        split_branch(text, *parent_of(text, node, is_leaf));
    uint32_t parent = *parent_of(text, node, is_leaf);
    struct branch *branch = BRANCH(text, parent);
    uint32_t slot = tree_slot_of(branch, node);
    branch->live[slot] -= live;
    branch->total[slot] -= total;
    branch_put(branch, slot + 1, sibling, live, total);
    *parent_of(text, sibling, is_leaf) = parent;
}

void tree_note_where(struct text *text, uint32_t leaf)
{
    const struct leaf *noted = LEAF(text, leaf);
    for (uint32_t i = 0; i < noted->count; i++) {
        const struct span *span = &noted->spans[i];
        uint32_t *where = AGENT(text, span->agent)->where + span->seq;
        for (uint32_t unit = 0; unit < span->len; unit++)
            where[unit] = leaf;
    }
}

void tree_place(struct text *text)
{
    if (text->placed)
        return;
    for (uint32_t i = 0; i < text->agents.count; i++) {
        struct agent *agent = AGENT(text, i);
        if (agent->cap == 0)
            continue;
        agent->where = malloc(agent->cap * sizeof agent->where[0]);
        CHECK(agent->where != NULL);
        memset(agent->where, 0xff, agent->next * sizeof agent->where[0]);
    }
    for (uint32_t i = 0; i < text->leaves.count; i++)
        tree_note_where(text, i);
    text->placed = true;
}

void tree_split_leaf(struct text *text, struct place *place)
{
    uint32_t sibling = text->leaves.count;
    struct leaf *right = array_add(&text->leaves, sizeof *right);
    struct leaf *left = LEAF(text, place->leaf);
    uint32_t half = left->count / 2;
    right->count = left->count - half;
    right->next = left->next;
    left->next = sibling;
    left->count = half;
    memcpy(right->spans, left->spans + half, right->count * sizeof right->spans[0]);
    uint32_t live = 0, total = 0;
    for (uint32_t i = 0; i < right->count; i++) {
        live += right->spans[i].dead ? 0 : right->spans[i].len;
        total += right->spans[i].len;
    }
    put_sibling(text, place->leaf, true, sibling, live, total);
    tree_note_where(text, sibling);
    if (place->slot >= half)
        *place = (struct place){ sibling, place->slot - half, place->offset };
}

static void build_level(struct text *text, uint32_t first, uint32_t count, bool over_leaves, uint32_t *live,
                        uint32_t *total)
{
    enum { FILL = BRANCH_CHILDREN * 3 / 4 };
    uint32_t made = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i % FILL == 0) {
            struct branch *fresh = array_add(&text->branches, sizeof *fresh);
            *fresh = (struct branch){ .parent = NONE, .over_leaves = over_leaves };
            made++;
        }
        uint32_t index = text->branches.count - 1;
        branch_put(BRANCH(text, index), i % FILL, first + i, live[i], total[i]);
        *parent_of(text, first + i, over_leaves) = index;
        uint32_t low = live[i], all = total[i];
        if (i % FILL == 0)
            live[made - 1] = total[made - 1] = 0;
        live[made - 1] += low;
        total[made - 1] += all;
    }
}

// Leaves in a row and their sums become a tree.
static void build_branches(struct text *text, uint32_t *live, uint32_t *total)
{
    uint32_t first = 0, count = text->leaves.count;
    while (count > 1) {
        uint32_t made = text->branches.count;
        build_level(text, first, count, text->depth == 0, live, total);
        first = made;
        count = text->branches.count - made;
        text->depth++;
        text->root = first;
    }
}

static struct leaf *add_leaf(struct text *text)
{
    LEAF(text, text->leaves.count - 1)->next = text->leaves.count;
    struct leaf *leaf = array_add(&text->leaves, sizeof *leaf);
    leaf->parent = NONE;
    leaf->next = NONE;
    return leaf;
}

void tree_append(struct text *text, struct span span)
{
    enum { FILL = LEAF_SPANS * 7 / 8 };
    struct leaf *leaf = LEAF(text, text->leaves.count - 1);
    if (leaf->count == FILL)
        leaf = add_leaf(text);
    leaf->spans[leaf->count++] = span;
}

void tree_finish(struct text *text)
{
    uint32_t *live = calloc(text->leaves.count, sizeof *live);
    uint32_t *total = calloc(text->leaves.count, sizeof *total);
    CHECK(live != NULL && total != NULL);
    for (uint32_t i = 0; i < text->leaves.count; i++) {
        const struct leaf *leaf = LEAF(text, i);
        for (uint32_t j = 0; j < leaf->count; j++) {
            live[i] += leaf->spans[j].dead ? 0 : leaf->spans[j].len;
            total[i] += leaf->spans[j].len;
        }
        text->live += live[i];
        text->total += total[i];
    }
    build_branches(text, live, total);
    free(live);
    free(total);
}
