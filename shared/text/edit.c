// Local edits: performed like those of others, and written out as one update.
#include "shared/text/inner.h"

#include "shared/base/utf8.h"

void edit_begin(const struct text *text, struct edit *edit)
{
    *edit = (struct edit){ .from = AGENT(text, text->self)->next };
}

static void edit_add(struct text *text, struct edit *edit, struct op op)
{
    struct err err = { 0 };
    bool ok = integrate(text, &op, &err);
    CHECK(ok);
    *(struct op *)array_add(&edit->ops, sizeof op) = op;
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

void edit_delete(struct text *text, struct edit *edit, struct place place, uint32_t len)
{
    const struct span *span = tree_span(text, place);
    const struct agent *self = AGENT(text, text->self);
    struct op op = { .kind = RUN_DELETE,
                     .agent = text->self,
                     .seq = self->next,
                     .len = len,
                     .left = { span->agent, span->seq + place.offset },
                     .right = EDGE };
    if (goes_back(self, op.left, len)) {
        op.kind = RUN_DELETE_BACK;
        op.left.seq += len - 1;
    }
    edit_add(text, edit, op);
}

void edit_insert(struct text *text, struct edit *edit, struct id left, struct id right, const char *bytes,
                 uint32_t len)
{
    edit_add(text, edit,
             (struct op){ .kind = RUN_INSERT,
                          .agent = text->self,
                          .seq = AGENT(text, text->self)->next,
                          .len = len,
                          .left = left,
                          .right = right,
                          .bytes = bytes });
}

void edit_finish(struct text *text, struct edit *edit, struct buf *ret_update)
{
    update_write(text, edit->ops.items, edit->ops.count, ret_update);
    array_free(&edit->ops);
}

static bool check_border(const struct text *text, size_t at, struct err *err)
{
    if (at > text->live)
        return err_set(err, ERR_BAD_REQUEST, "The position is beyond the end of the text.");
    if (at == text->live)
        return true;
    struct place place = tree_find_live(text, (uint32_t)at);
    if (!id_starts_point(text, tree_unit_at(text, place)))
        return err_set(err, ERR_BAD_REQUEST, "The position is within a character.");
    return true;
}

static bool finish_step(struct text *text, struct edit *edit, struct buf *ret_update)
{
    edit_finish(text, edit, ret_update);
    undo_note(text, edit->from);
    return true;
}

bool text_insert(struct text *text, size_t at, const char *bytes, size_t size, struct buf *ret_update,
                 struct err *err)
{
    if (!check_border(text, at, err))
        return false;
    if (size == 0)
        return true;
    if (!utf8_valid(bytes, size))
        return err_set(err, ERR_BAD_REQUEST, "The text is not UTF-8.");
    if (size > TEXT_UNITS_MAX || !agent_reserve(text, text->self, (uint32_t)size, err))
        return err_set(err, ERR_TOO_LARGE, "The text is too long.");
    struct id left = EDGE;
    struct place place = { 0 };
    if (at > 0) {
        place = tree_find_live(text, (uint32_t)at - 1);
        left = tree_unit_at(text, place);
        place.offset++;
    }
    struct edit edit;
    edit_begin(text, &edit);
    edit_insert(text, &edit, left, tree_unit_at(text, place), bytes, (uint32_t)size);
    return finish_step(text, &edit, ret_update);
}

bool text_delete(struct text *text, size_t at, size_t size, struct buf *ret_update, struct err *err)
{
    if (size > text->live || at > text->live - size)
        return err_set(err, ERR_BAD_REQUEST, "The deletion goes beyond the end of the text.");
    if (size == 0)
        return true;
    if (!check_border(text, at, err) || !check_border(text, at + size, err) ||
        !agent_reserve(text, text->self, (uint32_t)size, err))
        return false;
    struct edit edit;
    edit_begin(text, &edit);
    for (uint32_t left = (uint32_t)size; left > 0;) {
        struct place place = tree_find_live(text, (uint32_t)at);
        uint32_t part = tree_span(text, place)->len - place.offset;
        if (part > left)
            part = left;
        edit_delete(text, &edit, place, part);
        left -= part;
    }
    return finish_step(text, &edit, ret_update);
}
