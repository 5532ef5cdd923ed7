// What a snapshot tells of each agent: runs of operations, in which order they came about, what they deleted.
#include "shared/text/snapshot_load.h"

#include <stdlib.h>

bool load_agents(struct loading *loading, struct err *err)
{
    struct text *text = loading->text;
    struct reader *in = &loading->columns[COLUMN_AGENTS];
    struct array counts = { 0 };
    uint64_t runs = 0;
    while (in->at < in->end) {
        uint64_t id = get_fixed(in, 8);
        uint32_t count = get_u32(in), units = get_u32(in);
        uint32_t known = text->agents.count;
        if (in->bad || count == 0 || runs + count > loading->sizes[0] || agent_add(text, id, err) != known)
            break;
        if (!agent_reserve(text, known, units, err))
            break;
        array_reserve(&AGENT(text, known)->runs, sizeof(struct run), count);
        *(uint32_t *)array_add(&counts, sizeof(uint32_t)) = (uint32_t)runs;
        runs += count;
    }
    bool ok = in->at == in->end && !in->bad && counts.count == text->agents.count;
    *(uint32_t *)array_add(&counts, sizeof(uint32_t)) = (uint32_t)runs;
    loading->first_run = counts.items;
    loading->age = malloc((runs + 1) * sizeof *loading->age);
    CHECK(loading->age != NULL);
    array_reserve(&loading->insertions, sizeof(struct insertion), (uint32_t)runs);
    return ok;
}

static uint32_t runs_of(const struct loading *loading, uint32_t agent)
{
    return loading->first_run[agent + 1] - loading->first_run[agent];
}

static bool load_target(struct loading *loading, uint32_t owner, struct run *run)
{
    struct reader *in = &loading->columns[COLUMN_RUNS];
    uint64_t value = get_varint(in);
    uint64_t seq = value >> 2;
    run->kind = value & TARGET_GOES_BACK ? RUN_DELETE_BACK : RUN_DELETE;
    run->right = EDGE;
    if (!(value & TARGET_OF_OTHER)) {
        run->left = (struct id){ owner, run->seq - 1 - (uint32_t)seq };
        return !in->bad && seq < run->seq;
    }
    run->left = (struct id){ get_u32(in), (uint32_t)seq };
    return !in->bad && seq < TEXT_UNITS_MAX && run->left.agent < loading->text->agents.count &&
           run->left.agent != owner;
}

static void add_insertion(struct loading *loading, uint32_t owner, struct run *run, uint32_t len)
{
    struct insertion *insertion = AT(loading->insertions, struct insertion, loading->insertions.count++);
    *insertion = (struct insertion){ .run = run, .agent = owner, .len = len };
    loading->inserted += len;
}

static bool load_run(struct loading *loading, uint32_t owner, struct run *run, struct err *err)
{
    struct text *text = loading->text;
    struct agent *agent = AGENT(text, owner);
    struct reader *in = &loading->columns[COLUMN_RUNS];
    uint64_t value = get_varint(in), len = value >> 1;
    *run = (struct run){ .seq = agent->next, .kind = RUN_INSERT };
    if (in->bad || len == 0 || len > TEXT_UNITS_MAX || !agent_reserve(text, owner, (uint32_t)len, err))
        return false;
    bool deletes = value & RUN_IS_DELETION;
    if (!deletes)
        add_insertion(loading, owner, run, (uint32_t)len);
    else if (!load_target(loading, owner, run))
        return false;
    memset(agent->bytes + agent->next, deletes ? UNIT_NONE : UNIT_LIVE, (size_t)len);
    agent->next += (uint32_t)len;
    text->units += (uint32_t)len;
    return true;
}

// Runs stay where they are: their insertions point to them.
bool load_runs(struct loading *loading, struct err *err)
{
    for (uint32_t i = 0; i < loading->text->agents.count; i++) {
        struct array *runs = &AGENT(loading->text, i)->runs;
        for (uint32_t count = runs_of(loading, i); runs->count < count; runs->count++)
            if (!load_run(loading, i, AT(*runs, struct run, runs->count), err))
                return false;
    }
    return loading->columns[COLUMN_RUNS].at == loading->columns[COLUMN_RUNS].end;
}

static void note_ages(struct loading *loading)
{
    struct insertion *insertion = loading->insertions.items;
    const struct text *text = loading->text;
    for (uint32_t i = 0, run = 0; i < text->agents.count; i++)
        for (uint32_t j = 0; j < AGENT(text, i)->runs.count; j++, run++)
            if (run_at(AGENT(text, i), j)->kind == RUN_INSERT)
                insertion++->age = loading->age[run];
}

bool load_order(struct loading *loading)
{
    struct reader *in = &loading->columns[COLUMN_ORDER];
    uint32_t agents = loading->text->agents.count;
    uint32_t *told = calloc(agents + 1, sizeof *told);
    CHECK(told != NULL);
    uint32_t age = 0;
    bool ok = true;
    while (ok && in->at < in->end) {
        uint32_t agent = get_u32(in), count = get_u32(in);
        ok = !in->bad && agent < agents && count > 0 && count <= runs_of(loading, agent) - told[agent];
        for (uint32_t i = 0; ok && i < count; i++)
            loading->age[loading->first_run[agent] + told[agent]++] = age++;
    }
    free(told);
    if (!ok || age != loading->first_run[agents])
        return false;
    note_ages(loading);
    return true;
}

// A deletion must be younger than all it deletes; of its own agent it is.
static bool is_younger(const struct loading *loading, uint32_t owner, uint32_t run, struct id first,
                       uint32_t len)
{
    if (first.agent == owner)
        return true;
    const struct agent *other = AGENT(loading->text, first.agent);
    uint32_t last = loading->first_run[first.agent] + run_index(other, first.seq + len - 1);
    return loading->age[last] < loading->age[loading->first_run[owner] + run];
}

// False when not all of them are units. Mostly all live; they are looked at eight at a time.
static bool kill_units(struct loading *loading, char *units, uint32_t len)
{
    bool all = true;
    uint32_t i = 0;
    for (uint64_t eight; i + sizeof eight <= len; i += sizeof eight) {
        memcpy(&eight, units + i, sizeof eight);
        if (eight != EIGHT_OF(UNIT_LIVE))
            break;
        eight = EIGHT_OF(UNIT_DEAD);
        memcpy(units + i, &eight, sizeof eight);
    }
    loading->dead += i;
    for (; i < len; i++) {
        all = all && units[i] != UNIT_NONE;
        loading->dead += units[i] == UNIT_LIVE;
        units[i] = UNIT_DEAD;
    }
    return all;
}

static bool kill_run(struct loading *loading, uint32_t owner, uint32_t index)
{
    const struct agent *agent = AGENT(loading->text, owner);
    const struct run *run = run_at(agent, index);
    uint32_t len = run_end(agent, index) - run->seq;
    if (run->kind == RUN_DELETE_BACK && run->left.seq + 1 < len)
        return false;
    struct id first = { run->left.agent, run->kind == RUN_DELETE ? run->left.seq : run->left.seq + 1 - len };
    struct agent *other = AGENT(loading->text, first.agent);
    return first.seq + len <= other->next && is_younger(loading, owner, index, first, len) &&
           kill_units(loading, other->bytes + first.seq, len);
}

bool load_deaths(struct loading *loading)
{
    const struct text *text = loading->text;
    for (uint32_t i = 0; i < text->agents.count; i++)
        for (uint32_t j = 0; j < AGENT(text, i)->runs.count; j++)
            if (run_at(AGENT(text, i), j)->kind != RUN_INSERT && !kill_run(loading, i, j))
                return false;
    return true;
}
