// FugueMax: where an insertion goes among those made at the same place without knowing of each other (SYNC;
// Weidner and Kleppmann, arXiv 2305.00583). What is checked here depends on nothing but what the operation builds on,
// so every replica accepts and refuses the same.
#include "shared/text/inner.h"

#include "shared/base/utf8.h"

static bool at_edge(struct id id)
{
    return id.agent == NONE;
}

// The right origin when it is a sibling's: only then it binds.
static struct id right_parent(const struct text *text, struct id left, struct id right)
{
    return !at_edge(right) && id_same(origin_left(text, right), left) ? right : EDGE;
}

static uint32_t rank_right(const struct text *text, struct id id)
{
    return at_edge(id) ? NONE : tree_rank(text, tree_find(text, id));
}

static bool is_before(const struct text *text, struct id a, struct id b)
{
    if (at_edge(a))
        return !at_edge(b);
    return !at_edge(b) && tree_rank(text, tree_find(text, a)) < tree_rank(text, tree_find(text, b));
}

static bool agent_is_less(const struct text *text, const struct op *op, struct id other)
{
    return AGENT(text, op->agent)->id < AGENT(text, other.agent)->id ||
           (op->agent == other.agent && op->seq < other.seq);
}

struct scan {
    struct place best; // where it would go now
    uint32_t rank;     // of its right parent
    bool undecided;    // the place is kept while those passed bind further left
};

// One item on the way; false: the scan is over.
static bool scan_item(const struct text *text, const struct op *op, struct scan *scan, struct id item)
{
    struct id left = origin_left(text, item);
    if (!id_same(left, op->left))
        return !is_before(text, left, op->left);
    uint32_t rank = rank_right(text, right_parent(text, left, origin_right(text, item)));
    if (rank == scan->rank && agent_is_less(text, op, item))
        return false;
    scan->undecided = rank < scan->rank;
    return true;
}

// Items are passed a span at a time: units after a span's first are tied to the one before.
static void pass_span(const struct text *text, const struct op *op, struct place *place)
{
    const struct span *span = tree_span(text, *place);
    uint32_t at = span->seq + place->offset;
    bool right_within =
        span->agent == op->right.agent && op->right.seq > at && op->right.seq - span->seq < span->len;
    place->offset = right_within ? op->right.seq - span->seq : span->len;
}

static struct place find_place(const struct text *text, const struct op *op, struct place place)
{
    struct scan scan = { .best = place };
    struct id item = tree_unit_at(text, place);
    if (id_same(item, op->right))
        return place;
    scan.rank = rank_right(text, right_parent(text, op->left, op->right));
    while (!at_edge(item) && !id_same(item, op->right) && scan_item(text, op, &scan, item)) {
        tree_settle(text, &place);
        pass_span(text, op, &place);
        if (!scan.undecided)
            scan.best = place;
        item = tree_unit_at(text, place);
    }
    return scan.best;
}

static bool check_origins(const struct text *text, const struct op *op, struct err *err)
{
    if (!at_edge(op->left) && (!id_is_unit(text, op->left) || !id_ends_point(text, op->left)))
        return err_set(err, ERR_BAD_REQUEST, "An insertion names what is no character to its left.");
    if (!at_edge(op->right) && (!id_is_unit(text, op->right) || !id_starts_point(text, op->right)))
        return err_set(err, ERR_BAD_REQUEST, "An insertion names what is no character to its right.");
    if (!utf8_valid(op->bytes, op->len))
        return err_set(err, ERR_BAD_REQUEST, "An insertion is not UTF-8.");
    return true;
}

static bool insert(struct text *text, struct op *op, struct err *err)
{
    if (!check_origins(text, op, err))
        return false;
    struct place place = { 0 };
    if (!at_edge(op->left)) {
        place = tree_find(text, op->left);
        place.offset++;
    }
    if (!id_same(tree_unit_at(text, place), op->right) && !at_edge(op->left) && !at_edge(op->right) &&
        !is_before(text, op->left, op->right))
        return err_set(err, ERR_BAD_REQUEST, "An insertion names its neighbours the wrong way round.");
    integrate_at(text, op, find_place(text, op, place));
    return true;
}

void integrate_at(struct text *text, struct op *op, struct place place)
{
    op->follows = run_append(text, op);
    if (op->kind == RUN_INSERT)
        tree_insert(text, place, (struct span){ op->seq, op->len, (uint16_t)op->agent, false, op->follows });
    else
        tree_mark(text, place, op->len, true);
}

void integrate_deletion(struct text *text, struct id first, uint32_t len)
{
    while (len > 0) {
        struct place place = tree_find(text, first);
        const struct span *span = tree_span(text, place);
        uint32_t part = span->len - place.offset;
        if (part > len)
            part = len;
        if (!span->dead)
            tree_mark(text, place, part, true);
        first.seq += part;
        len -= part;
    }
}

static bool delete (struct text *text, struct op *op, struct err *err)
{
    bool back = op->kind == RUN_DELETE_BACK;
    if (back && op->left.seq + 1 < op->len)
        return err_set(err, ERR_BAD_REQUEST, "A deletion goes back beyond the first character.");
    struct id first = { op->left.agent, back ? op->left.seq + 1 - op->len : op->left.seq };
    for (uint32_t i = 0; i < op->len; i++)
        if (!id_is_unit(text, (struct id){ first.agent, first.seq + i }))
            return err_set(err, ERR_BAD_REQUEST, "A deletion names what is no character.");
    if (!id_starts_point(text, first) ||
        !id_ends_point(text, (struct id){ first.agent, first.seq + op->len - 1 }))
        return err_set(err, ERR_BAD_REQUEST, "A deletion cuts a character.");
    op->follows = run_append(text, op);
    integrate_deletion(text, first, op->len);
    return true;
}

bool integrate(struct text *text, struct op *op, struct err *err)
{
    if (!agent_reserve(text, op->agent, op->len, err))
        return false;
    return op->kind == RUN_INSERT ? insert(text, op, err) : delete (text, op, err);
}
