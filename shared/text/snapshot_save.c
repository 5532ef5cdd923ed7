#include "shared/text/snapshot.h"

#include <stdlib.h>

#include <zlib.h>

// Two parts in a hundred longer than at the usual level, and written in half the time.
enum { DEFLATE_MIN = 256, DEFLATE_LEVEL = 4 };

struct saving {
    const struct text *text;
    struct buf columns[COLUMN_COUNT];
    uint32_t *index;     // by agent: its place among those that did anything
    uint32_t *first_run; // by agent: how many runs come before its own
    uint32_t *insertion; // by run: its number among the insertions
    uint32_t *age;       // by run
    struct array pieces;
};

static void *zeroes(size_t count)
{
    void *items = calloc(count + 1, sizeof(uint32_t));
    CHECK(items != NULL);
    return items;
}

static void save_agents(struct saving *saving)
{
    const struct text *text = saving->text;
    uint32_t agents = 0, runs = 0;
    saving->index = zeroes(text->agents.count);
    saving->first_run = zeroes(text->agents.count);
    for (uint32_t i = 0; i < text->agents.count; i++) {
        const struct agent *agent = AGENT(text, i);
        saving->index[i] = agents;
        saving->first_run[i] = runs;
        runs += agent->runs.count;
        if (agent->next == 0)
            continue;
        agents++;
        put_fixed(&saving->columns[COLUMN_AGENTS], agent->id, 8);
        put_varint(&saving->columns[COLUMN_AGENTS], agent->runs.count);
        put_varint(&saving->columns[COLUMN_AGENTS], agent->next);
    }
    saving->insertion = zeroes(runs);
    saving->age = zeroes(runs);
}

static void save_run(struct saving *saving, uint32_t owner, uint32_t index)
{
    const struct agent *agent = AGENT(saving->text, owner);
    const struct run *run = run_at(agent, index);
    struct buf *out = &saving->columns[COLUMN_RUNS];
    bool deletes = run->kind != RUN_INSERT;
    put_varint(out, (uint64_t)(run_end(agent, index) - run->seq) << 1 | (deletes ? RUN_IS_DELETION : 0));
    if (!deletes)
        return;
    bool other = run->left.agent != owner;
    uint64_t flags = (run->kind == RUN_DELETE_BACK ? TARGET_GOES_BACK : 0) | (other ? TARGET_OF_OTHER : 0);
    put_varint(out, (uint64_t)(other ? run->left.seq : run->seq - 1 - run->left.seq) << 2 | flags);
    if (other)
        put_varint(out, saving->index[run->left.agent]);
}

static void save_runs(struct saving *saving)
{
    uint32_t insertions = 0;
    for (uint32_t i = 0; i < saving->text->agents.count; i++) {
        const struct agent *agent = AGENT(saving->text, i);
        for (uint32_t j = 0; j < agent->runs.count; j++) {
            saving->insertion[saving->first_run[i] + j] = insertions;
            insertions += run_at(agent, j)->kind == RUN_INSERT;
            save_run(saving, i, j);
        }
    }
}

static void save_order(struct saving *saving)
{
    struct causal causal;
    causal_begin(&causal, saving->text);
    uint32_t *told = zeroes(saving->text->agents.count);
    struct op op;
    uint32_t agent = NONE, count = 0, age = 0;
    while (true) {
        bool more = causal_next(&causal, &op);
        if (count > 0 && (!more || op.agent != agent)) {
            put_varint(&saving->columns[COLUMN_ORDER], saving->index[agent]);
            put_varint(&saving->columns[COLUMN_ORDER], count);
            count = 0;
        }
        if (!more)
            break;
        agent = op.agent;
        count++;
        saving->age[saving->first_run[agent] + told[agent]++] = age++;
    }
    free(told);
    causal_free(&causal);
}

static void find_pieces(struct saving *saving)
{
    const struct text *text = saving->text;
    struct text_walk walk = { 0 };
    struct text_span seen;
    while (text_next(text, &walk, &seen)) {
        const struct span *span = &LEAF(text, walk.leaf)->spans[walk.slot - 1];
        struct piece *last =
            saving->pieces.count == 0 ? NULL : AT(saving->pieces, struct piece, saving->pieces.count - 1);
        if (last != NULL && span->joined && last->agent == span->agent &&
            last->seq + last->len == span->seq) {
            last->len += span->len;
            continue;
        }
        uint32_t run = saving->first_run[span->agent] + run_index(AGENT(text, span->agent), span->seq);
        struct piece *piece = array_add(&saving->pieces, sizeof *piece);
        *piece = (struct piece){
            .run = run, .agent = span->agent, .seq = span->seq, .len = span->len, .age = saving->age[run]
        };
    }
    pieces_find_neighbours(saving->pieces.items, saving->pieces.count);
}

static void save_id(struct saving *saving, struct id id)
{
    struct buf *out = &saving->columns[COLUMN_ORIGINS];
    put_varint(out, id.agent == NONE ? 0 : saving->index[id.agent] + 1);
    if (id.agent != NONE)
        put_varint(out, id.seq);
}

// Told only when the neighbours do not tell it; `gap` pieces since the last one that was told.
static bool save_origins(struct saving *saving, const struct piece *piece, const struct run *run,
                         uint32_t gap)
{
    int flags = (id_same(piece->left, run->left) ? 0 : ORIGIN_LEFT) |
                (id_same(piece->right, run->right) ? 0 : ORIGIN_RIGHT);
    if (flags == 0)
        return false;
    put_varint(&saving->columns[COLUMN_ORIGINS], (uint64_t)gap << 2 | (uint64_t)flags);
    if (flags & ORIGIN_LEFT)
        save_id(saving, run->left);
    if (flags & ORIGIN_RIGHT)
        save_id(saving, run->right);
    return true;
}

static void save_pieces(struct saving *saving)
{
    int64_t expected = 0;
    uint32_t gap = 0;
    for (uint32_t i = 0; i < saving->pieces.count; i++, gap++) {
        const struct piece *piece = AT(saving->pieces, struct piece, i);
        const struct agent *agent = AGENT(saving->text, piece->agent);
        uint32_t index = piece->run - saving->first_run[piece->agent];
        const struct run *run = run_at(agent, index);
        bool completes = piece->seq + piece->len == run_end(agent, index);
        uint64_t flags = completes ? PIECE_COMPLETES : 0;
        if (piece->seq == run->seq) {
            int64_t jump = (int64_t)saving->insertion[piece->run] - expected;
            uint64_t folded = (uint64_t)(jump < 0 ? -jump * 2 - 1 : jump * 2);
            put_varint(&saving->columns[COLUMN_PIECES], folded << 2 | flags);
            expected = (int64_t)saving->insertion[piece->run] + 1;
            if (save_origins(saving, piece, run, gap))
                gap = 0;
        } else {
            put_varint(&saving->columns[COLUMN_PIECES], flags | PIECE_GOES_ON);
        }
        if (!completes)
            put_varint(&saving->columns[COLUMN_LENGTHS], piece->len);
    }
}

static void save_text(const struct text *text, struct buf *out)
{
    for (int deleted = 0; deleted < 2; deleted++) {
        struct text_walk walk = { 0 };
        struct text_span span;
        while (text_next(text, &walk, &span))
            if (span.deleted == (deleted == 1))
                buf_add(out, span.bytes, span.size);
    }
}

// Whether a third is saved; inflating costs more than reading what is only a little longer.
static bool deflate_part(const struct buf *part, Bytef **ret_deflated, uLongf *ret_size)
{
    if (part->len < DEFLATE_MIN)
        return false;
    *ret_size = compressBound(part->len);
    *ret_deflated = malloc(*ret_size);
    CHECK(*ret_deflated != NULL);
    int done = compress2(*ret_deflated, ret_size, (const Bytef *)part->data, part->len, DEFLATE_LEVEL);
    CHECK(done == Z_OK);
    return *ret_size < part->len / 3 * 2;
}

static void save_part(const struct buf *part, struct buf *out)
{
    Bytef *deflated = NULL;
    uLongf size = 0;
    put_varint(out, part->len);
    if (deflate_part(part, &deflated, &size)) {
        put_varint(out, size);
        buf_add(out, deflated, size);
    } else {
        put_varint(out, part->len);
        buf_add(out, buf_text(part), part->len);
    }
    free(deflated);
}

static void save_columns(struct saving *saving, struct buf *out)
{
    CLEANUP(buf_free) struct buf part = { 0 };
    for (int i = 0; i < COLUMN_COUNT; i++) {
        put_varint(&part, saving->columns[i].len);
        buf_add(&part, buf_text(&saving->columns[i]), saving->columns[i].len);
        buf_free(&saving->columns[i]);
    }
    save_part(&part, out);
}

void text_save(const struct text *text, struct buf *ret_snapshot)
{
    struct saving saving = { .text = text };
    save_agents(&saving);
    save_runs(&saving);
    save_order(&saving);
    find_pieces(&saving);
    save_pieces(&saving);
    size_t start = ret_snapshot->len;
    buf_add(ret_snapshot, SNAPSHOT_MAGIC, SNAPSHOT_MAGIC_SIZE);
    save_columns(&saving, ret_snapshot);
    CLEANUP(buf_free) struct buf bytes = { 0 };
    buf_reserve(&bytes, text->total);
    save_text(text, &bytes);
    save_part(&bytes, ret_snapshot);
    const Bytef *saved = (const Bytef *)ret_snapshot->data + start;
    put_fixed(ret_snapshot, crc32_z(0, saved, ret_snapshot->len - start), SNAPSHOT_CRC_SIZE);
    free(saving.index);
    free(saving.first_run);
    free(saving.insertion);
    free(saving.age);
    array_free(&saving.pieces);
}
