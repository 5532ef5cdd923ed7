// Agents, and what each has done: its units by seq, its operations in runs.
#include "shared/text/inner.h"

#include <stdlib.h>

uint32_t agent_find(const struct text *text, uint64_t id)
{
    for (uint32_t i = 0; i < text->agents.count; i++)
        if (AGENT(text, i)->id == id)
            return i;
    return NONE;
}

uint32_t agent_find_tag(const struct text *text, uint32_t tag)
{
    for (uint32_t i = 0; i < text->agents.count; i++)
        if ((uint32_t)AGENT(text, i)->id == tag)
            return i;
    return NONE;
}

uint32_t agent_add(struct text *text, uint64_t id, struct err *err)
{
    uint32_t found = agent_find_tag(text, (uint32_t)id);
    if (found != NONE && AGENT(text, found)->id == id)
        return found;
    if (found != NONE)
        err_set(err, ERR_CONFLICT, "Another agent of this text has the same tag.");
    else if (text->agents.count >= TEXT_AGENTS_MAX)
        err_set(err, ERR_TOO_LARGE, "The text has too many agents.");
    else {
        struct agent *agent = array_add(&text->agents, sizeof *agent);
        agent->id = id;
        return text->agents.count - 1;
    }
    return NONE;
}

void agent_free(struct agent *agent)
{
    free(agent->bytes);
    free(agent->where);
    array_free(&agent->runs);
}

void agents_trim(struct text *text, uint32_t count)
{
    while (text->agents.count > count && AGENT(text, text->agents.count - 1)->next == 0)
        agent_free(AGENT(text, --text->agents.count));
}

bool agent_reserve(struct text *text, uint32_t agent, uint32_t len, struct err *err)
{
    if (len > TEXT_UNITS_MAX - text->units)
        return err_set(err, ERR_TOO_LARGE, "The text is too long.");
    struct agent *owner = AGENT(text, agent);
    if (owner->cap - owner->next >= len)
        return true;
    uint32_t cap = owner->cap < 128 ? 128 : owner->cap * 2;
    owner->cap = cap < owner->next + len ? owner->next + len : cap;
    owner->bytes = realloc(owner->bytes, owner->cap);
    CHECK(owner->bytes != NULL);
    if (text->placed) {
        owner->where = realloc(owner->where, owner->cap * sizeof owner->where[0]);
        CHECK(owner->where != NULL);
    }
    return true;
}

uint32_t run_index(const struct agent *agent, uint32_t seq)
{
    uint32_t low = 0, high = agent->runs.count;
    if (high > 0 && run_at(agent, high - 1)->seq <= seq)
        return high - 1;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (run_at(agent, middle)->seq <= seq)
            low = middle;
        else
            high = middle;
    }
    return low;
}

// A deletion goes on with the run before when its targets do; a run of one unit has no direction yet.
static bool deletion_goes_on(struct run *last, uint32_t len, const struct op *op)
{
    if (last->kind == RUN_INSERT || last->left.agent != op->left.agent)
        return false;
    bool up = (last->kind == RUN_DELETE || len == 1) && op->left.seq == last->left.seq + len &&
              (op->kind == RUN_DELETE || op->len == 1);
    bool back = (last->kind == RUN_DELETE_BACK || len == 1) && op->left.seq + len == last->left.seq &&
                (op->kind == RUN_DELETE_BACK || op->len == 1);
    if (up || back)
        last->kind = up ? RUN_DELETE : RUN_DELETE_BACK;
    return up || back;
}

static bool goes_on(const struct agent *agent, const struct op *op)
{
    if (agent->runs.count == 0)
        return false;
    struct run *last = AT(agent->runs, struct run, agent->runs.count - 1);
    if (op->kind != RUN_INSERT)
        return deletion_goes_on(last, agent->next - last->seq, op);
    return last->kind == RUN_INSERT && op->left.agent == op->agent && op->left.seq + 1 == op->seq &&
           id_same(last->right, op->right);
}

bool run_append(struct text *text, const struct op *op)
{
    struct agent *agent = AGENT(text, op->agent);
    CHECK(op->seq == agent->next && agent->cap - agent->next >= op->len);
    bool follows = goes_on(agent, op);
    if (!follows)
        *(struct run *)array_add(&agent->runs, sizeof(struct run)) =
            (struct run){ op->seq, op->kind, op->left, op->right };
    if (op->kind == RUN_INSERT) {
        memcpy(agent->bytes + op->seq, op->bytes, op->len);
    } else {
        memset(agent->bytes + op->seq, 0, op->len);
        memset(agent->where + op->seq, 0xff, op->len * sizeof agent->where[0]);
    }
    agent->next += op->len;
    text->units += op->len;
    return follows;
}

struct id origin_left(const struct text *text, struct id id)
{
    const struct agent *agent = AGENT(text, id.agent);
    const struct run *run = run_at(agent, run_index(agent, id.seq));
    return run->seq == id.seq ? run->left : (struct id){ id.agent, id.seq - 1 };
}

struct id origin_right(const struct text *text, struct id id)
{
    const struct agent *agent = AGENT(text, id.agent);
    return run_at(agent, run_index(agent, id.seq))->right;
}

bool id_is_unit(const struct text *text, struct id id)
{
    const struct agent *agent = AGENT(text, id.agent);
    if (id.seq >= agent->next)
        return false;
    return text->placed ? agent->where[id.seq] != NONE
                        : run_at(agent, run_index(agent, id.seq))->kind == RUN_INSERT;
}

bool id_starts_point(const struct text *text, struct id id)
{
    return byte_is_lead(AGENT(text, id.agent)->bytes[id.seq]);
}

// The bytes of a code point have consecutive seqs, and deletions note a byte that starts one.
bool id_ends_point(const struct text *text, struct id id)
{
    const struct agent *agent = AGENT(text, id.agent);
    return id.seq + 1 >= agent->next || byte_is_lead(agent->bytes[id.seq + 1]);
}
