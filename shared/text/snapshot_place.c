// The text's units in its order, in one pass: which insertion they are of, what they say, what stands around them.
#include "shared/text/snapshot_load.h"

#include "shared/base/utf8.h"

#include <stdlib.h>

// What stands to the left of the place that has been come to, the youngest last.
struct neighbour {
    uint32_t age;
    struct id last;
    struct run
        *run; // whose right origin is yet to come; NULL: it is told, or the piece does not begin its run
};

struct placing {
    struct loading *loading;
    int64_t expected;  // the insertion that most likely begins next
    struct array open; // insertions that are not complete
    struct neighbour *neighbours;
    uint32_t depth;
    uint32_t pieces;      // so far
    uint64_t told;        // the piece whose origins are told next
    uint64_t told_flags;  // 0: none are
    const char *bytes[2]; // what comes next of what lives, of what is deleted
    bool ascii;
};

// Units of one insertion that stand side by side.
struct part {
    struct run *run;
    struct id first;
    uint32_t len;
    uint32_t age;
    bool begins;
};

// The run that a piece begins or goes on with.
static bool find_run(struct placing *placing, uint64_t code, uint32_t *ret_run)
{
    const struct loading *loading = placing->loading;
    if (code & PIECE_GOES_ON) {
        if (placing->open.count == 0)
            return false;
        *ret_run = *AT(placing->open, uint32_t, placing->open.count - 1);
        return true;
    }
    uint64_t folded = code >> 2;
    if (folded > (uint64_t)NONE * 2)
        return false;
    int64_t run = placing->expected + (folded & 1 ? -(int64_t)(folded / 2) - 1 : (int64_t)(folded / 2));
    if (run < 0 || run >= loading->insertions.count ||
        AT(loading->insertions, struct insertion, run)->placed > 0)
        return false;
    placing->expected = run + 1;
    *ret_run = (uint32_t)run;
    *(uint32_t *)array_add(&placing->open, sizeof(uint32_t)) = (uint32_t)run;
    return true;
}

// A unit that is told outright must be an insertion that is older.
static bool load_origin(struct loading *loading, uint32_t age, struct id *ret_id)
{
    struct reader *in = &loading->columns[COLUMN_ORIGINS];
    uint32_t agent = get_u32(in);
    if (agent == 0) {
        *ret_id = EDGE;
        return !in->bad;
    }
    struct id id = { agent - 1, get_u32(in) };
    if (in->bad || id.agent >= loading->text->agents.count || id.seq >= AGENT(loading->text, id.agent)->next)
        return false;
    uint32_t run = run_index(AGENT(loading->text, id.agent), id.seq);
    *ret_id = id;
    return run_at(AGENT(loading->text, id.agent), run)->kind == RUN_INSERT &&
           loading->age[loading->first_run[id.agent] + run] < age;
}

static bool next_told(struct placing *placing)
{
    struct reader *in = &placing->loading->columns[COLUMN_ORIGINS];
    placing->told_flags = 0;
    if (in->at == in->end)
        return true;
    uint64_t code = get_varint(in);
    placing->told += code >> 2;
    placing->told_flags = code & (ORIGIN_LEFT | ORIGIN_RIGHT);
    return !in->bad && (code >> 2) <= NONE && placing->told_flags != 0;
}

// What is told of the origins of the piece that was just put in.
static bool load_told(struct placing *placing, const struct part *part)
{
    struct neighbour *own = &placing->neighbours[placing->depth - 1];
    while (placing->told_flags != 0 && placing->told == placing->pieces) {
        uint64_t flags = placing->told_flags;
        if (!part->begins)
            return false;
        if ((flags & ORIGIN_LEFT) && !load_origin(placing->loading, part->age, &part->run->left))
            return false;
        if ((flags & ORIGIN_RIGHT) && !load_origin(placing->loading, part->age, &part->run->right))
            return false;
        if (flags & ORIGIN_RIGHT)
            own->run = NULL;
        if (!next_told(placing))
            return false;
    }
    return true;
}

// The nearest older units are a piece's origins, unless others are told (snapshot_order.c).
static void meet_neighbours(struct placing *placing, const struct part *part)
{
    struct neighbour *top = placing->neighbours + placing->depth;
    for (; top > placing->neighbours && top[-1].age > part->age; top--)
        if (top[-1].run != NULL)
            top[-1].run->right = part->first;
    if (part->begins) {
        part->run->left = top > placing->neighbours ? top[-1].last : EDGE;
        part->run->right = EDGE;
    }
    *top = (struct neighbour){ .age = part->age,
                               .last = { part->first.agent, part->first.seq + part->len - 1 },
                               .run = part->begins ? part->run : NULL };
    placing->depth = (uint32_t)(top - placing->neighbours) + 1;
}

// How many units from here on share a fate, looked at eight at a time.
static uint32_t same_fate(const char *units, uint32_t len)
{
    uint32_t same = 1;
    uint64_t eight, wanted = EIGHT_OF(units[0]);
    for (; same + sizeof eight <= len; same += sizeof eight) {
        memcpy(&eight, units + same, sizeof eight);
        if (eight != wanted)
            break;
    }
    while (same < len && units[same] == units[0])
        same++;
    return same;
}

// Units that share a fate are a span.
static bool place_units(struct placing *placing, const struct part *part)
{
    struct text *text = placing->loading->text;
    char *units = AGENT(text, part->first.agent)->bytes + part->first.seq;
    struct span span = { .agent = (uint16_t)part->first.agent,
                         .seq = part->first.seq,
                         .joined = !part->begins };
    for (uint32_t from = 0; from < part->len; from += span.len) {
        span.len = same_fate(units + from, part->len - from);
        span.dead = units[from] == UNIT_DEAD;
        const char **bytes = &placing->bytes[span.dead];
        if (!placing->ascii && !utf8_valid(*bytes, span.len))
            return false;
        memcpy(units + from, *bytes, span.len);
        *bytes += span.len;
        tree_append(text, span);
        span.seq += span.len;
        span.joined = true;
    }
    return true;
}

static bool load_piece(struct placing *placing)
{
    struct loading *loading = placing->loading;
    uint64_t code = get_varint(&loading->columns[COLUMN_PIECES]);
    uint32_t index = 0;
    if (!find_run(placing, code, &index))
        return false;
    struct insertion *insertion = AT(loading->insertions, struct insertion, index);
    uint32_t rest = insertion->len - insertion->placed;
    bool completes = (code & PIECE_COMPLETES) != 0;
    uint32_t len = completes ? rest : get_u32(&loading->columns[COLUMN_LENGTHS]);
    if (len == 0 || (!completes && len >= rest))
        return false;
    struct part part = { .run = insertion->run,
                         .first = { insertion->agent, insertion->run->seq + insertion->placed },
                         .len = len,
                         .age = insertion->age,
                         .begins = insertion->placed == 0 };
    insertion->placed += len;
    placing->open.count -= completes;
    meet_neighbours(placing, &part);
    if (!load_told(placing, &part) || !place_units(placing, &part))
        return false;
    placing->pieces++;
    return true;
}

static bool is_ascii(const char *bytes, size_t size)
{
    uint64_t all = 0, eight;
    size_t i = 0;
    for (; i + sizeof eight <= size; i += sizeof eight) {
        memcpy(&eight, bytes + i, sizeof eight);
        all |= eight;
    }
    for (; i < size; i++)
        all |= (unsigned char)bytes[i];
    return (all & EIGHT_OF(0x80)) == 0;
}

// Origins lie between code points too; those that are not told do so anyway.
static bool check_borders(const struct loading *loading)
{
    const struct text *text = loading->text;
    for (uint32_t i = 0; i < loading->insertions.count; i++) {
        const struct run *run = AT(loading->insertions, struct insertion, i)->run;
        if ((run->left.agent != NONE && !id_ends_point(text, run->left)) ||
            (run->right.agent != NONE && !id_starts_point(text, run->right)))
            return false;
    }
    return true;
}

// Nothing may be left over; all units have been met when all insertions have begun and none is open.
static bool is_complete(const struct placing *placing)
{
    const struct loading *loading = placing->loading;
    const struct reader *lengths = &loading->columns[COLUMN_LENGTHS];
    for (uint32_t i = 0; i < loading->insertions.count; i++)
        if (AT(loading->insertions, struct insertion, i)->placed == 0)
            return false;
    return placing->open.count == 0 && placing->told_flags == 0 && !loading->columns[COLUMN_PIECES].bad &&
           lengths->at == lengths->end;
}

bool load_pieces(struct loading *loading)
{
    const struct reader *in = &loading->columns[COLUMN_PIECES];
    const char *bytes = loading->parts[1];
    if (loading->sizes[1] != loading->inserted)
        return false;
    size_t most = (size_t)(in->end - in->at); // pieces: each has a byte or more
    struct placing placing = { .loading = loading,
                               .bytes = { bytes, bytes + (loading->inserted - loading->dead) },
                               .ascii = is_ascii(bytes, loading->inserted) };
    placing.neighbours = malloc((most + 1) * sizeof *placing.neighbours);
    CHECK(placing.neighbours != NULL);
    array_reserve(&loading->text->leaves, sizeof(struct leaf), (uint32_t)(most / LEAF_SPANS + 1));
    bool ok = next_told(&placing);
    while (ok && in->at < in->end)
        ok = load_piece(&placing);
    ok = ok && is_complete(&placing) && (placing.ascii || check_borders(loading));
    array_free(&placing.open);
    free(placing.neighbours);
    return ok;
}
