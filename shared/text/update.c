#include "shared/text/update.h"

#include "shared/text/inner.h"

#include <stdlib.h>

struct writer {
    const struct text *text;
    struct buf *out;
    uint32_t *index; // of several operations: by agent, its place in the table; else NULL
};

static void put_agent(const struct writer *writer, uint32_t agent)
{
    if (writer->index != NULL)
        put_varint(writer->out, writer->index[agent]);
    else
        put_fixed(writer->out, AGENT(writer->text, agent)->id, 4);
}

static void put_id(const struct writer *writer, const struct op *op, struct id id)
{
    if (id.agent == op->agent) {
        put_varint(writer->out, op->seq - 1 - id.seq);
        return;
    }
    put_agent(writer, id.agent);
    put_varint(writer->out, id.seq);
}

static int left_mode(const struct op *op)
{
    if (op->follows)
        return LEFT_FOLLOWS;
    if (op->left.agent == NONE)
        return LEFT_START;
    return op->left.agent == op->agent ? LEFT_OWN : LEFT_OTHER;
}

static int right_mode(const struct op *op)
{
    if (op->follows || op->right.agent == NONE)
        return RIGHT_END;
    if (op->right.agent == op->left.agent && op->right.seq == op->left.seq + 1)
        return RIGHT_NEXT;
    return op->right.agent == op->agent ? RIGHT_OWN : RIGHT_OTHER;
}

static int head_of(const struct op *op, bool several)
{
    if (op->kind == RUN_INSERT)
        return left_mode(op) | right_mode(op);
    int target = op->left.agent == op->agent ? TARGET_OWN : TARGET_OTHER;
    if (op->follows && !several)
        target = TARGET_FOLLOWS;
    return HEAD_DELETE | target | (op->kind == RUN_DELETE_BACK ? DELETE_BACK : 0) |
           (op->len == 1 ? DELETE_ONE : 0);
}

static void put_rest(const struct writer *writer, const struct op *op, int head)
{
    if (head & HEAD_DELETE) {
        if ((head & TARGET_MASK) != TARGET_FOLLOWS)
            put_id(writer, op, op->left);
        if (!(head & DELETE_ONE))
            put_varint(writer->out, op->len);
        return;
    }
    int left = head & LEFT_MASK, right = head & RIGHT_MASK;
    if (left == LEFT_OWN || left == LEFT_OTHER)
        put_id(writer, op, op->left);
    if (right == RIGHT_OWN || right == RIGHT_OTHER)
        put_id(writer, op, op->right);
    if (writer->index != NULL)
        put_varint(writer->out, op->len);
    buf_add(writer->out, AGENT(writer->text, op->agent)->bytes + op->seq, op->len);
}

static void write_one(const struct text *text, const struct op *op, struct buf *out)
{
    struct writer writer = { text, out, NULL };
    int head = head_of(op, false);
    bool full = op->seq == 0;
    buf_add_char(out, (char)(head | (full ? HEAD_AGENT : 0)));
    put_fixed(out, AGENT(text, op->agent)->id, full ? 8 : 4);
    if (!full)
        put_varint(out, op->seq);
    put_rest(&writer, op, head);
}

enum { TABLE_NOT, TABLE_TAG, TABLE_FULL };

static void want(uint32_t *wanted, uint32_t agent, uint32_t how)
{
    if (agent != NONE && wanted[agent] < how)
        wanted[agent] = how;
}

static void write_table(const struct text *text, uint32_t *wanted, struct buf *out)
{
    uint32_t index = 0;
    uint32_t *places = calloc(text->agents.count + 1, sizeof *places);
    CHECK(places != NULL);
    for (uint32_t how = TABLE_FULL; how >= TABLE_TAG; how--) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < text->agents.count; i++)
            count += wanted[i] == how;
        put_varint(out, count);
        for (uint32_t i = 0; i < text->agents.count; i++)
            if (wanted[i] == how) {
                put_fixed(out, AGENT(text, i)->id, how == TABLE_FULL ? 8 : 4);
                places[i] = index++;
            }
    }
    memcpy(wanted, places, text->agents.count * sizeof *places);
    free(places);
}

static void write_several(const struct text *text, const struct op *ops, size_t count, struct buf *out)
{
    uint32_t *index = calloc(text->agents.count, sizeof *index);
    bool *started = calloc(text->agents.count, sizeof *started);
    CHECK(index != NULL && started != NULL);
    for (size_t i = 0; i < count; i++) {
        want(index, ops[i].agent, ops[i].seq == 0 ? TABLE_FULL : TABLE_TAG);
        want(index, ops[i].left.agent, TABLE_TAG);
        if (ops[i].kind == RUN_INSERT)
            want(index, ops[i].right.agent, TABLE_TAG);
    }
    buf_add_char(out, (char)UPDATE_SEVERAL);
    write_table(text, index, out);
    struct writer writer = { text, out, index };
    uint32_t author = NONE;
    for (size_t i = 0; i < count; i++) {
        const struct op *op = &ops[i];
        int head = head_of(op, true);
        buf_add_char(out, (char)(head | (op->agent != author ? HEAD_AGENT : 0)));
        if (op->agent != author)
            put_varint(out, index[op->agent]);
        if (!started[op->agent])
            put_varint(out, op->seq);
        started[op->agent] = true;
        author = op->agent;
        put_rest(&writer, op, head);
    }
    free(index);
    free(started);
}

void update_write(const struct text *text, const struct op *ops, size_t count, struct buf *ret_update)
{
    if (count == 1)
        write_one(text, ops, ret_update);
    else if (count > 1)
        write_several(text, ops, count, ret_update);
}
