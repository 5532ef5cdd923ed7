// Local edits: their places are known, so they are performed right there.
#include "shared/text/inner.h"

#include "shared/base/utf8.h"

void local_begin(struct text *text)
{
    tree_place(text);
    text->edit.count = 0;
    text->edit_from = AGENT(text, text->self)->next;
}

uint32_t local_finish(struct text *text, struct buf *ret_update)
{
    update_write(text, text->edit.items, text->edit.count, ret_update);
    return text->edit_from;
}

// Deleting backwards several bytes at a time goes on with a run that goes back.
static bool goes_back(const struct agent *agent, struct id first, uint32_t len)
{
    if (agent->runs.count == 0)
        return false;
    const struct run *last = run_at(agent, agent->runs.count - 1);
    uint32_t length = agent->next - last->seq;
    return (last->kind == RUN_DELETE_BACK || (last->kind == RUN_DELETE && length == 1)) &&
           last->left.agent == first.agent && first.seq + len + length - 1 == last->left.seq;
}

// A deletion of one unit has the direction of the run it goes on with.
static void settle_direction(const struct agent *agent, struct op *op)
{
    if (op->follows && op->len == 1)
        op->kind = run_at(agent, agent->runs.count - 1)->kind;
}

void local_delete(struct text *text, struct place place, uint32_t len)
{
    const struct span *span = tree_span(text, place);
    const struct agent *self = AGENT(text, text->self);
    struct op *op = array_add(&text->edit, sizeof *op);
    *op = (struct op){ .kind = RUN_DELETE,
                       .agent = text->self,
                       .seq = self->next,
                       .len = len,
                       .left = { span->agent, span->seq + place.offset },
                       .right = EDGE };
    if (goes_back(self, op->left, len)) {
        op->kind = RUN_DELETE_BACK;
        op->left.seq += len - 1;
    }
    integrate_at(text, op, place);
    settle_direction(self, op);
}

void local_insert(struct text *text, struct place place, struct id left, const char *bytes, uint32_t len)
{
    struct op *op = array_add(&text->edit, sizeof *op);
    *op = (struct op){ .kind = RUN_INSERT,
                       .agent = text->self,
                       .seq = AGENT(text, text->self)->next,
                       .len = len,
                       .left = left,
                       .right = tree_unit_at(text, place),
                       .bytes = bytes };
    integrate_at(text, op, place);
}

static bool finish_step(struct text *text, struct buf *ret_update)
{
    undo_note(text, local_finish(text, ret_update));
    return true;
}

bool text_insert(struct text *text, size_t at, const char *bytes, size_t size, struct buf *ret_update,
                 struct err *err)
{
    if (at > text->live)
        return err_set(err, ERR_BAD_REQUEST, "The position is beyond the end of the text.");
    if (size == 0)
        return true;
    if (size > TEXT_UNITS_MAX)
        return err_set(err, ERR_TOO_LARGE, "The text is too long.");
    if (!utf8_valid(bytes, size))
        return err_set(err, ERR_BAD_REQUEST, "The text is not UTF-8.");
    struct id left = EDGE;
    struct place place = { 0 };
    if (at > 0) {
        place = tree_find_live(text, (uint32_t)at - 1);
        left = tree_unit_at(text, place);
        place.offset++;
        if (!id_ends_point(text, left))
            return err_set(err, ERR_BAD_REQUEST, "The position is within a character.");
    }
    if (!agent_reserve(text, text->self, (uint32_t)size, err))
        return false;
    local_begin(text);
    local_insert(text, place, left, bytes, (uint32_t)size);
    return finish_step(text, ret_update);
}

static bool check_deletion(const struct text *text, size_t at, size_t size, struct err *err)
{
    struct place place = tree_find_live(text, (uint32_t)at);
    struct id first = tree_unit_at(text, place);
    struct id last = { first.agent, first.seq + (uint32_t)size - 1 };
    if (size > tree_span(text, place)->len - place.offset)
        last = tree_unit_at(text, tree_find_live(text, (uint32_t)(at + size - 1)));
    if (!id_starts_point(text, first) || !id_ends_point(text, last))
        return err_set(err, ERR_BAD_REQUEST, "The deletion cuts a character.");
    return true;
}

bool text_delete(struct text *text, size_t at, size_t size, struct buf *ret_update, struct err *err)
{
    if (size > text->live || at > text->live - size)
        return err_set(err, ERR_BAD_REQUEST, "The deletion goes beyond the end of the text.");
    if (size == 0)
        return true;
    if (!check_deletion(text, at, size, err) || !agent_reserve(text, text->self, (uint32_t)size, err))
        return false;
    local_begin(text);
    for (uint32_t left = (uint32_t)size; left > 0;) {
        struct place place = tree_find_live(text, (uint32_t)at);
        uint32_t part = tree_span(text, place)->len - place.offset;
        if (part > left)
            part = left;
        local_delete(text, place, part);
        left -= part;
    }
    return finish_step(text, ret_update);
}
