// Version vectors: how many operations of each agent are known; and what one leaves to send.
#include "shared/text/inner.h"

#include <stdlib.h>

enum { ENTRY_MIN = 9 }; // bytes of an agent and its count

struct entry {
    uint64_t agent;
    uint32_t next;
};

static int by_agent(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    return left->agent < right->agent ? -1 : left->agent > right->agent;
}

void text_version(const struct text *text, struct buf *ret_version)
{
    struct array entries = { 0 };
    for (uint32_t i = 0; i < text->agents.count; i++)
        if (AGENT(text, i)->next > 0)
            *(struct entry *)array_add(&entries, sizeof(struct entry)) =
                (struct entry){ AGENT(text, i)->id, AGENT(text, i)->next };
    if (entries.count > 0)
        qsort(entries.items, entries.count, sizeof(struct entry), by_agent);
    put_varint(ret_version, entries.count);
    for (uint32_t i = 0; i < entries.count; i++) {
        put_fixed(ret_version, AT(entries, struct entry, i)->agent, 8);
        put_varint(ret_version, AT(entries, struct entry, i)->next);
    }
    array_free(&entries);
}

static bool read_version(const void *version, size_t size, struct array *ret_entries, struct err *err)
{
    const uint8_t *bytes = version;
    struct reader in = { bytes, bytes + size, size == 0 };
    uint32_t count = in.bad ? 0 : get_u32(&in);
    in.bad |= count > TEXT_AGENTS_MAX || count * (size_t)ENTRY_MIN > size;
    struct array entries = { 0 };
    for (uint32_t i = 0; i < count && !in.bad; i++) {
        struct entry entry = { .agent = get_fixed(&in, 8) };
        entry.next = get_u32(&in);
        in.bad |= entry.next == 0 || (i > 0 && AT(entries, struct entry, i - 1)->agent >= entry.agent);
        *(struct entry *)array_add(&entries, sizeof entry) = entry;
    }
    if (in.bad || in.at != in.end) {
        array_free(&entries);
        return err_set(err, ERR_BAD_REQUEST, "The version is malformed.");
    }
    *ret_entries = entries;
    return true;
}

bool text_version_valid(const void *version, size_t size, struct err *err)
{
    struct array entries;
    if (!read_version(version, size, &entries, err))
        return false;
    array_free(&entries);
    return true;
}

// The first has seen something that the second has not.
static bool sees_beyond(const struct array *a, const struct array *b)
{
    uint32_t j = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct entry *seen = AT(*a, struct entry, i);
        while (j < b->count && AT(*b, struct entry, j)->agent < seen->agent)
            j++;
        if (j == b->count || AT(*b, struct entry, j)->agent != seen->agent ||
            AT(*b, struct entry, j)->next < seen->next)
            return true;
    }
    return false;
}

bool text_version_compare(const void *a, size_t a_size, const void *b, size_t b_size,
                          enum text_order *ret_order, struct err *err)
{
    struct array left, right;
    if (!read_version(a, a_size, &left, err))
        return false;
    bool ok = read_version(b, b_size, &right, err);
    if (ok) {
        bool more = sees_beyond(&left, &right), less = sees_beyond(&right, &left);
        *ret_order = more ? (less ? TEXT_CONCURRENT : TEXT_AFTER) : less ? TEXT_BEFORE : TEXT_EQUAL;
        array_free(&right);
    }
    array_free(&left);
    return ok;
}

// A version may lie within a code point only when it is not honest.
bool op_starts_point(const struct text *text, const struct agent *agent, uint32_t seq)
{
    const struct run *run = run_at(agent, run_index(agent, seq));
    uint32_t past = seq - run->seq;
    if (run->kind == RUN_INSERT)
        return byte_is_lead(agent->bytes[seq]);
    if (run->kind == RUN_DELETE)
        return id_starts_point(text, (struct id){ run->left.agent, run->left.seq + past });
    return id_ends_point(text, (struct id){ run->left.agent, run->left.seq - past });
}

static void set_seen(const struct text *text, const struct array *entries, uint32_t *next)
{
    for (uint32_t i = 0; i < entries->count; i++) {
        const struct entry *entry = AT(*entries, struct entry, i);
        uint32_t found = agent_find(text, entry->agent);
        if (found == NONE)
            continue;
        const struct agent *agent = AGENT(text, found);
        next[found] = entry->next < agent->next ? entry->next : agent->next;
        while (next[found] < agent->next && !op_starts_point(text, agent, next[found]))
            next[found]--;
    }
}

uint32_t *version_seen(const struct text *text, const void *version, size_t size, struct err *err)
{
    struct array entries;
    if (!read_version(version, size, &entries, err))
        return NULL;
    uint32_t *next = calloc(text->agents.count + 1, sizeof *next);
    CHECK(next != NULL);
    set_seen(text, &entries, next);
    array_free(&entries);
    return next;
}

bool text_diff(const struct text *text, const void *version, size_t size, struct buf *ret_update,
               struct err *err)
{
    struct array entries;
    if (!read_version(version, size, &entries, err))
        return false;
    struct causal causal;
    causal_begin(&causal, text);
    set_seen(text, &entries, causal.next);
    struct array ops = { 0 };
    struct op op;
    while (causal_next(&causal, &op))
        *(struct op *)array_add(&ops, sizeof op) = op;
    update_write(text, ops.items, ops.count, ret_update);
    array_free(&ops);
    causal_free(&causal);
    array_free(&entries);
    return true;
}

// By agent, a bit of each unit: deleted by an operation that the version has seen.
static bool **seen_deletions(const struct text *text, const uint32_t *next)
{
    bool **dead = calloc(text->agents.count, sizeof *dead);
    CHECK(dead != NULL);
    for (uint32_t i = 0; i < text->agents.count; i++) {
        dead[i] = calloc(AGENT(text, i)->next + 1, sizeof **dead);
        CHECK(dead[i] != NULL);
    }
    for (uint32_t i = 0; i < text->agents.count; i++) {
        const struct agent *agent = AGENT(text, i);
        for (uint32_t j = 0; j < agent->runs.count; j++) {
            const struct run *run = run_at(agent, j);
            uint32_t end = run_end(agent, j) < next[i] ? run_end(agent, j) : next[i];
            for (uint32_t seq = run->seq; run->kind != RUN_INSERT && seq < end; seq++) {
                uint32_t past = seq - run->seq;
                dead[run->left.agent][run->kind == RUN_DELETE ? run->left.seq + past : run->left.seq - past] =
                    true;
            }
        }
    }
    return dead;
}

static void write_seen(const struct text *text, const uint32_t *next, bool *const *dead, struct buf *out)
{
    struct text_walk walk = { 0 };
    struct text_span span;
    while (text_next(text, &walk, &span)) {
        uint32_t agent = LEAF(text, walk.leaf)->spans[walk.slot - 1].agent;
        for (uint32_t i = 0; i < span.size && span.seq + i < next[agent]; i++)
            if (!dead[agent][span.seq + i])
                buf_add_char(out, span.bytes[i]);
    }
}

bool text_at_version(const struct text *text, const void *version, size_t size, struct buf *ret_content,
                     struct err *err)
{
    uint32_t *next = version_seen(text, version, size, err);
    if (next == NULL)
        return false;
    bool **dead = seen_deletions(text, next);
    write_seen(text, next, dead, ret_content);
    for (uint32_t i = 0; i < text->agents.count; i++)
        free(dead[i]);
    free(dead);
    free(next);
    return true;
}
