#include "shared/text/inner.h"

#include <stdlib.h>

void causal_begin(struct causal *causal, const struct text *text)
{
    *causal = (struct causal){ .text = text };
    causal->next = calloc(text->agents.count + 1, sizeof *causal->next);
    causal->stack = calloc(text->agents.count + 1, sizeof *causal->stack);
    CHECK(causal->next != NULL && causal->stack != NULL);
}

void causal_free(struct causal *causal)
{
    free(causal->next);
    free(causal->stack);
}

// The rest of the run that an agent goes on with.
static struct op next_op(const struct causal *causal, uint32_t owner)
{
    const struct agent *agent = AGENT(causal->text, owner);
    uint32_t seq = causal->next[owner];
    uint32_t index = run_index(agent, seq);
    const struct run *run = run_at(agent, index);
    uint32_t past = seq - run->seq;
    struct op op = { .kind = run->kind,
                     .agent = owner,
                     .seq = seq,
                     .len = run_end(agent, index) - seq,
                     .left = run->left,
                     .right = run->right };
    if (run->kind == RUN_INSERT && past > 0) {
        op.left = (struct id){ owner, seq - 1 };
        op.follows = true;
    } else if (run->kind != RUN_INSERT) {
        op.left.seq += run->kind == RUN_DELETE ? past : -past;
    }
    return op;
}

static bool is_told(const struct causal *causal, struct id id)
{
    return id.agent == NONE || id.seq < causal->next[id.agent];
}

// The agent that must go on before this operation; NONE when it may be told.
static uint32_t blocked_by(const struct causal *causal, const struct op *op)
{
    struct id left = op->left;
    if (op->kind == RUN_DELETE)
        left.seq += op->len - 1;
    if (!is_told(causal, left))
        return left.agent;
    return op->kind == RUN_INSERT && !is_told(causal, op->right) ? op->right.agent : NONE;
}

static bool has_more(struct causal *causal)
{
    while (causal->agent < causal->text->agents.count &&
           causal->next[causal->agent] >= AGENT(causal->text, causal->agent)->next)
        causal->agent++;
    return causal->agent < causal->text->agents.count;
}

bool causal_next(struct causal *causal, struct op *ret_op)
{
    if (causal->depth == 0) {
        if (!has_more(causal))
            return false;
        causal->stack[causal->depth++] = causal->agent;
    }
    for (;;) {
        uint32_t owner = causal->stack[causal->depth - 1];
        struct op op = next_op(causal, owner);
        uint32_t blocker = blocked_by(causal, &op);
        if (blocker == NONE) {
            causal->next[owner] = op.seq + op.len;
            causal->depth--;
            *ret_op = op;
            return true;
        }
        // what an operation builds on was made before it, so no agent is wanted twice
        CHECK(causal->depth < causal->text->agents.count);
        causal->stack[causal->depth++] = blocker;
    }
}
