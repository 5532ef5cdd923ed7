// Undo of one's own edits: what one typed and still stands goes, what one deleted comes back beside its tombstone, as
// new edits. What came back has new ids; text->moves leads from the old ones to them.
#include "shared/text/inner.h"

void undo_note(struct text *text, uint32_t from)
{
    uint32_t to = AGENT(text, text->self)->next;
    text->redo.count = 0;
    if (text->undo.count == 0)
        text->moves.count = 0;
    struct step *last = text->undo.count == 0 ? NULL : AT(text->undo, struct step, text->undo.count - 1);
    if (text->join && last != NULL && last->to == from) {
        last->to = to;
    } else {
        if (text->undo.count >= TEXT_UNDO_STEPS_MAX)
            array_drop_first(&text->undo, sizeof(struct step), TEXT_UNDO_STEPS_MAX / 4);
        *(struct step *)array_add(&text->undo, sizeof(struct step)) = (struct step){ from, to };
    }
    text->join = false;
}

void text_undo_join(struct text *text)
{
    text->join = true;
}

// Where a unit last came back, and for how many units behind it that holds too; false: it never did.
static bool find_move(const struct text *text, struct id id, uint32_t *len, struct id *ret_to)
{
    for (uint32_t i = text->moves.count; i > 0; i--) {
        const struct move *move = AT(text->moves, struct move, i - 1);
        if (move->from.agent == id.agent && id.seq - move->from.seq < move->len) {
            uint32_t past = id.seq - move->from.seq;
            if (*len > move->len - past)
                *len = move->len - past;
            *ret_to = (struct id){ text->self, move->to + past };
            return true;
        }
    }
    return false;
}

// The units of one code point from here on, at most `len`.
static uint32_t point_len(const struct text *text, struct id id, uint32_t len)
{
    uint32_t size = 1;
    while (size < len && !id_ends_point(text, (struct id){ id.agent, id.seq + size - 1 }))
        size++;
    return size;
}

// Deletes what lives of these units, or of what they came back as.
static void take_away(struct text *text, struct id id, uint32_t len)
{
    while (len > 0) {
        struct place place = tree_find(text, id);
        const struct span *span = tree_span(text, place);
        uint32_t part = span->len - place.offset < len ? span->len - place.offset : len;
        struct id to = id;
        if (!span->dead) {
            local_delete(text, place, part);
        } else {
            part = point_len(text, id, len);
            while (find_move(text, to, &part, &to))
                continue;
            place = tree_find(text, to);
            if (!tree_span(text, place)->dead)
                local_delete(text, place, part);
        }
        id.seq += part;
        len -= part;
    }
}

static bool run_covers(const struct run *run, uint32_t len, struct id id)
{
    if (run->kind == RUN_INSERT || run->left.agent != id.agent)
        return false;
    return run->kind == RUN_DELETE ? id.seq - run->left.seq < len : run->left.seq - id.seq < len;
}

// Somebody else deleted it too, so that it stays deleted.
static bool others_deleted(const struct text *text, struct id id)
{
    for (uint32_t i = 0; i < text->agents.count; i++) {
        const struct agent *agent = AGENT(text, i);
        for (uint32_t j = 0; i != text->self && j < agent->runs.count; j++)
            if (run_covers(run_at(agent, j), run_end(agent, j) - run_at(agent, j)->seq, id))
                return true;
    }
    return false;
}

// One piece of deleted text comes back behind its last tombstone.
static void bring_back(struct text *text, struct id id, uint32_t len)
{
    struct id last = { id.agent, id.seq + len - 1 };
    struct place place = tree_find(text, last);
    place.offset++;
    if (text->moves.count >= UNDO_MOVES_MAX)
        array_drop_first(&text->moves, sizeof(struct move), UNDO_MOVES_MAX / 4);
    *(struct move *)array_add(&text->moves, sizeof(struct move)) =
        (struct move){ id, AGENT(text, text->self)->next, len };
    local_insert(text, place, last, AGENT(text, id.agent)->bytes + id.seq, len);
}

// How many of these dead units stand together and come back: whole code points that nobody else deleted.
static uint32_t coming_back(const struct text *text, struct id id, uint32_t len)
{
    struct place place = tree_find(text, id);
    uint32_t room = tree_span(text, place)->len - place.offset;
    uint32_t size = 0;
    while (size < len && size < room) {
        struct id next = { id.agent, id.seq + size };
        if (others_deleted(text, next))
            break;
        size += point_len(text, next, len - size);
    }
    return size;
}

static void give_back(struct text *text, struct id id, uint32_t len)
{
    while (len > 0) {
        uint32_t part = coming_back(text, id, len);
        if (part > 0)
            bring_back(text, id, part);
        else
            part = point_len(text, id, len);
        id.seq += part;
        len -= part;
    }
}

// Undoes the own operations from..to - 1 that are in one run. What was purged is not
// given back.
static void invert_run(struct text *text, const struct run *run, uint32_t from, uint32_t to)
{
    if (run->kind == RUN_INSERT) {
        take_away(text, (struct id){ text->self, from }, to - from);
        return;
    }
    if (from < text->purged)
        from = to < text->purged ? to : text->purged;
    uint32_t first = from - run->seq, last = to - 1 - run->seq;
    if (run->kind == RUN_DELETE)
        give_back(text, (struct id){ run->left.agent, run->left.seq + first }, to - from);
    else
        give_back(text, (struct id){ run->left.agent, run->left.seq - last }, to - from);
}

static void invert(struct text *text, struct step step)
{
    while (step.to > step.from) {
        const struct agent *self = AGENT(text, text->self);
        const struct run run = *run_at(self, run_index(self, step.to - 1));
        uint32_t from = run.seq > step.from ? run.seq : step.from;
        invert_run(text, &run, from, step.to);
        step.to = from;
    }
}

static bool undo_last(struct text *text, struct array *from, struct array *to, struct buf *ret_update,
                      struct err *err)
{
    text->join = false;
    if (from->count == 0)
        return true;
    struct step step = *AT(*from, struct step, from->count - 1);
    if (!agent_reserve(text, text->self, step.to - step.from, err))
        return false;
    from->count--;
    local_begin(text);
    invert(text, step);
    uint32_t begun = local_finish(text, ret_update);
    *(struct step *)array_add(to, sizeof step) = (struct step){ begun, AGENT(text, text->self)->next };
    return true;
}

bool text_undo(struct text *text, struct buf *ret_update, struct err *err)
{
    return undo_last(text, &text->undo, &text->redo, ret_update, err);
}

bool text_redo(struct text *text, struct buf *ret_update, struct err *err)
{
    return undo_last(text, &text->redo, &text->undo, ret_update, err);
}

bool text_can_undo(const struct text *text)
{
    return text->undo.count > 0;
}

bool text_can_redo(const struct text *text)
{
    return text->redo.count > 0;
}
