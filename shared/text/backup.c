#include "shared/text/inner.h"

void backup_take(struct backup *backup, const struct text *text)
{
    *backup = (struct backup){ .root = text->root,
                               .depth = text->depth,
                               .live = text->live,
                               .total = text->total,
                               .units = text->units };
    array_copy(&backup->leaves, &text->leaves, sizeof(struct leaf));
    array_copy(&backup->branches, &text->branches, sizeof(struct branch));
    for (uint32_t i = 0; i < text->agents.count; i++) {
        const struct agent *agent = AGENT(text, i);
        struct backup_agent *was = array_add(&backup->agents, sizeof *was);
        was->next = agent->next;
        was->runs = agent->runs.count;
        if (agent->runs.count > 0)
            was->last = *run_at(agent, agent->runs.count - 1);
    }
}

void backup_restore(struct backup *backup, struct text *text)
{
    array_free(&text->leaves);
    array_free(&text->branches);
    text->leaves = backup->leaves;
    text->branches = backup->branches;
    backup->leaves = backup->branches = (struct array){ 0 };
    text->root = backup->root;
    text->depth = backup->depth;
    text->live = backup->live;
    text->total = backup->total;
    text->units = backup->units;
    for (uint32_t i = 0; i < text->agents.count; i++) {
        struct agent *agent = AGENT(text, i);
        const struct backup_agent *was = AT(backup->agents, struct backup_agent, i);
        agent->next = was->next;
        agent->runs.count = was->runs;
        if (was->runs > 0)
            *AT(agent->runs, struct run, was->runs - 1) = was->last;
    }
    for (uint32_t i = 0; i < text->leaves.count; i++)
        tree_note_where(text, i);
}

void backup_free(struct backup *backup)
{
    array_free(&backup->leaves);
    array_free(&backup->branches);
    array_free(&backup->agents);
}
