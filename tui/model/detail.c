// Everything about one consultation: its parts as the server said them and what is pending over each.

#include "tui/model/texts_internal.h"

#include <stdio.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static sqlite3_stmt *parts_of(struct model *model, enum row_table table, const char *rest, const char *id)
{
    sqlite3_stmt *query = store_query(model->cache, table_select(table, rest));
    bind_text(query, 1, id);
    return query;
}

// --- lists: base rows, then pending ones that are not among them -----------------------------------------------------

static void read_items(struct model *model, const char *id, struct arena *arena, struct list *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        parts_of(model, ROW_ACTION_ITEM, "AND consultationId = ?1 ORDER BY createdAt, id", id);
    struct row_action_item row;
    while (table_next(model->cache, query, ROW_ACTION_ITEM, arena, &row))
        LIST_ADD(ret, arena, struct action_item_view)->row = row;
}

static void add_pending_items(const struct overlay_op *op, struct arena *arena, struct list *ret)
{
    struct list rows = { 0 };
    overlay_action_items(op, arena, &rows);
    for (size_t i = 0; i < rows.count; i++) {
        struct row_action_item *row = LIST_AT(&rows, struct row_action_item, i);
        bool there = false;
        for (size_t j = 0; j < ret->count && !there; j++)
            there = same(LIST_AT(ret, struct action_item_view, j)->row.id, row->id);
        if (there)
            continue;
        table_own(ROW_ACTION_ITEM, row, arena);
        *LIST_ADD(ret, arena, struct action_item_view) = (struct action_item_view){ *row, true };
    }
}

static void read_deliverables(struct model *model, const char *id, struct arena *arena, struct list *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        parts_of(model, ROW_DELIVERABLE, "AND consultationId = ?1 ORDER BY createdAt, id", id);
    struct row_deliverable row;
    while (table_next(model->cache, query, ROW_DELIVERABLE, arena, &row))
        LIST_ADD(ret, arena, struct deliverable_view)->row = row;
}

static void add_pending_deliverables(const struct overlay_op *op, struct arena *arena, struct list *ret)
{
    struct list rows = { 0 };
    overlay_deliverables(op, arena, &rows);
    for (size_t i = 0; i < rows.count; i++) {
        struct row_deliverable *row = LIST_AT(&rows, struct row_deliverable, i);
        bool there = false;
        for (size_t j = 0; j < ret->count && !there; j++)
            there = same(LIST_AT(ret, struct deliverable_view, j)->row.id, row->id);
        if (there)
            continue;
        table_own(ROW_DELIVERABLE, row, arena);
        *LIST_ADD(ret, arena, struct deliverable_view) = (struct deliverable_view){ *row, true };
    }
}

static void read_attendees(struct model *model, const char *id, struct arena *arena, struct list *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = parts_of(model, ROW_ATTENDEE, "AND consultationId = ?1 ORDER BY id", id);
    struct row_attendee row;
    while (table_next(model->cache, query, ROW_ATTENDEE, arena, &row))
        LIST_ADD(ret, arena, struct attendee_view)->row = row;
}

// Attendees get their ids from the server, so the same name and address are taken for the same person.
static void add_pending_attendees(const struct overlay_op *op, struct arena *arena, struct list *ret)
{
    struct list rows = { 0 };
    overlay_attendees(op, arena, &rows);
    for (size_t i = 0; i < rows.count; i++) {
        struct row_attendee *row = LIST_AT(&rows, struct row_attendee, i);
        bool there = false;
        for (size_t j = 0; j < ret->count && !there; j++) {
            const struct row_attendee *known = &LIST_AT(ret, struct attendee_view, j)->row;
            there = same(known->name, row->name) && (row->email == NULL || same(known->email, row->email));
        }
        if (there)
            continue;
        table_own(ROW_ATTENDEE, row, arena);
        *LIST_ADD(ret, arena, struct attendee_view) = (struct attendee_view){ *row, true };
    }
}

// --- notes -------------------------------------------------------------------------------------------------------------

// What the client wrote with a booking that the server has not seen.
static const char *booking_notes(struct model *model, const char *id)
{
    for (const struct pending *p = NULL; (p = pending_about(model, id, p)) != NULL;)
        if (p->op.spec == &op_consultation_book)
            return ((const struct args_book *)p->op.args)->notes;
    return NULL;
}

static const char *words_of(const struct text *text, struct arena *arena)
{
    CLEANUP(buf_free) struct buf words = { 0 };
    text_content(text, &words);
    return words.len == 0 ? NULL : arena_strdup(arena, buf_text(&words));
}

// An open text has it in memory already, as its editor shows it.
static const char *replica_words(struct model *model, const char *note, struct arena *arena)
{
    for (const struct model_text *text = model->texts; text != NULL; text = text->next)
        if (strcmp(text->replica.note, note) == 0)
            return words_of(text->replica.text, arena);
    struct replica replica;
    replica_open(&replica, model->outbox, note);
    const char *words = words_of(replica.text, arena);
    replica_close(&replica);
    return words;
}

static void read_note(struct model *model, const char *id, enum note_kind kind, struct arena *arena,
                      struct list *notes)
{
    char note[REPLICA_NOTE_SIZE];
    struct row_note row = { 0 };
    replica_id(id, kind, note);
    bool known = row_get(model, ROW_NOTE, note, arena, &row);
    struct note_view view = {
        .kind = kind,
        .text = replica_words(model, note, arena),
        .author_name = row.authorName,
        .updated_at = row.updatedAt,
        .waits = outbox_note_waits(model->outbox, note),
    };
    if (view.text == NULL && kind == NOTE_CLIENT && (view.text = booking_notes(model, id)) != NULL) {
        view.text = arena_strdup(arena, view.text);
        view.waits = true;
    }
    if (view.text == NULL && !known)
        return;
    if (view.text == NULL)
        view.text = "";
    *LIST_ADD(notes, arena, struct note_view) = view;
}

// --- the question ------------------------------------------------------------------------------------------------------

static void read_outcome(struct model *model, const char *id, struct arena *arena,
                         struct consultation_detail *ret)
{
    ret->has_outcome = row_get(model, ROW_OUTCOME, id, arena, &ret->outcome);
    for (const struct pending *p = NULL; (p = pending_about(model, id, p)) != NULL;)
        if (overlay_outcome(&ret->outcome, &p->op))
            ret->has_outcome = ret->outcome_waits = true;
    if (ret->outcome_waits)
        table_own(ROW_OUTCOME, &ret->outcome, arena);
}

static void read_parts(struct model *model, const char *id, struct arena *arena,
                       struct consultation_detail *ret)
{
    for (int kind = 0; kind < NOTE_KINDS; kind++)
        read_note(model, id, (enum note_kind)kind, arena, &ret->notes);
    read_items(model, id, arena, &ret->action_items);
    read_deliverables(model, id, arena, &ret->deliverables);
    read_attendees(model, id, arena, &ret->attendees);
    for (const struct pending *p = NULL; (p = pending_about(model, id, p)) != NULL;) {
        add_pending_items(&p->op, arena, &ret->action_items);
        add_pending_deliverables(&p->op, arena, &ret->deliverables);
        add_pending_attendees(&p->op, arena, &ret->attendees);
    }
    read_outcome(model, id, arena, ret);
}

bool model_consultation(struct model *model, const char *id_or_code, struct arena *arena,
                        struct consultation_detail *ret)
{
    struct consultation_detail detail = { 0 };
    reader_begin(model);
    bool found = consultation_get(model, id_or_code, arena, &detail.head);
    if (found)
        read_parts(model, detail.head.row.id, arena, &detail);
    reader_end(model);
    if (found)
        *ret = detail;
    return found;
}
