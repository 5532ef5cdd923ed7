#include "server/scheduling/children.h"

#include "server/scheduling/notes.h"

#define OPT FIELD_OMIT_EMPTY

static const struct field history_fields[] = {
    { FIELD_AS(struct child_history, status, "status"), .kind = FIELD_ENUM, .words = booking_status_words },
    { FIELD(struct child_history, changedAt), .kind = FIELD_TIME },
    { FIELD(struct child_history, changedBy), .kind = FIELD_TEXT },
    { FIELD(struct child_history, reason), .kind = FIELD_TEXT, .flags = OPT },
};
const struct shape shape_child_history = SHAPE(struct child_history, "StatusChange", history_fields);

static const struct field attendee_fields[] = {
    { FIELD(struct child_attendee, id), .kind = FIELD_TEXT },
    { FIELD(struct child_attendee, name), .kind = FIELD_TEXT },
    { FIELD(struct child_attendee, role), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_attendee, email), .kind = FIELD_TEXT, .flags = OPT },
};
const struct shape shape_child_attendee = SHAPE(struct child_attendee, "AdditionalAttendee", attendee_fields);

static const struct field file_fields[] = {
    { FIELD(struct child_file, name), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_file, url), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_file, size), .kind = FIELD_TEXT, .flags = OPT },
};
static const struct shape file_shape = SHAPE(struct child_file, "DeliverableFile", file_fields);

static const struct field deliverable_fields[] = {
    { FIELD(struct child_deliverable, id), .kind = FIELD_TEXT },
    { FIELD(struct child_deliverable, type), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_deliverable, name), .kind = FIELD_TEXT },
    { FIELD(struct child_deliverable, description), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_deliverable, status), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_deliverable, dueDate), .kind = FIELD_DATE, .flags = OPT },
    // flat in its table: name, url and size are three columns
    { FIELD_AS(struct child_deliverable, file.name, "fileName"), .kind = FIELD_TEXT },
    { FIELD_AS(struct child_deliverable, file.url, "fileUrl"), .kind = FIELD_TEXT },
    { FIELD_AS(struct child_deliverable, file.size, "fileSize"), .kind = FIELD_TEXT },
};
static const struct shape deliverable_columns =
    SHAPE(struct child_deliverable, "deliverable columns", deliverable_fields);

static const struct field deliverable_view_fields[] = {
    { FIELD(struct child_deliverable, id), .kind = FIELD_TEXT },
    { FIELD(struct child_deliverable, type), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_deliverable, name), .kind = FIELD_TEXT },
    { FIELD(struct child_deliverable, description), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_deliverable, status), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_deliverable, dueDate), .kind = FIELD_DATE, .flags = OPT },
    { FIELD(struct child_deliverable, file), .kind = FIELD_OBJECT, .flags = OPT, .sub = &file_shape },
};
const struct shape shape_child_deliverable =
    SHAPE(struct child_deliverable, "ConsultationDeliverable", deliverable_view_fields);

static const struct field action_item_fields[] = {
    { FIELD(struct child_action_item, id), .kind = FIELD_TEXT },
    { FIELD(struct child_action_item, description), .kind = FIELD_TEXT },
    { FIELD(struct child_action_item, assignedTo), .kind = FIELD_ENUM, .words = action_assignee_words },
    { FIELD(struct child_action_item, priority), .kind = FIELD_ENUM, .words = action_priority_words },
    { FIELD(struct child_action_item, dueDate), .kind = FIELD_DATE, .flags = OPT },
    { FIELD(struct child_action_item, status), .kind = FIELD_TEXT },
};
const struct shape shape_child_action_item =
    SHAPE(struct child_action_item, "ConsultationActionItem", action_item_fields);

static const struct field outcomes_fields[] = {
    { FIELD(struct child_outcomes, summary), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct child_outcomes, keyPoints), .kind = FIELD_JSON, .flags = OPT },
    { FIELD(struct child_outcomes, recommendations), .kind = FIELD_JSON, .flags = OPT },
    { FIELD(struct child_outcomes, decisionsMade), .kind = FIELD_JSON, .flags = OPT },
};
const struct shape shape_child_outcomes =
    SHAPE(struct child_outcomes, "ConsultationOutcomes", outcomes_fields);

// Lists of rows: one statement each, read by the columns' shape ---------------------------------------------------

struct part {
    const char *sql; // the columns in the shape's order, WHERE consultation_id = $1
    const struct shape *shape;
    size_t list; // offset in struct children
};
static const struct part parts[] = {
    { "SELECT status, changed_at, changed_by, reason FROM consultation_history WHERE consultation_id = $1 "
      "ORDER BY ord",
      &shape_child_history, offsetof(struct children, history) },
    { "SELECT id, name, role, email FROM attendee WHERE consultation_id = $1 ORDER BY id",
      &shape_child_attendee, offsetof(struct children, attendees) },
    { "SELECT id, type, name, description, status, due_date, file_name, file_url, file_size FROM deliverable "
      "WHERE consultation_id = $1 ORDER BY created_at, id",
      &deliverable_columns, offsetof(struct children, deliverables) },
    { "SELECT id, description, assigned_to, priority, due_date, "
      "CASE WHEN done = 1 THEN 'completed' ELSE 'open' END FROM action_item WHERE consultation_id = $1 "
      "ORDER BY created_at, id",
      &shape_child_action_item, offsetof(struct children, actionItems) },
    { "SELECT type, name, url FROM material WHERE consultation_id = $1 ORDER BY id", &shape_material,
      offsetof(struct children, materials) },
};

static bool load_part(struct op_ctx *ctx, const char *consultation_id, const struct part *part,
                      struct children *children)
{
    struct list *list = (struct list *)((char *)children + part->list);
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, part->sql, DB_ARGS(db_text(consultation_id)), ctx->err))
        return false;
    while (db_next(&rows))
        if (!db_load(&rows, part->shape, ctx->arena, list_add(list, ctx->arena, part->shape->size)))
            return false;
    return db_ok(&rows);
}

static bool load_outcome(struct op_ctx *ctx, const char *consultation_id, struct children *children)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT summary, key_points, recommendations, decisions_made, next_steps FROM outcome "
                  "WHERE id = $1",
                  DB_ARGS(db_text(consultation_id)), ctx->err))
        return false;
    if (db_next(&rows)) {
        if (!db_load(&rows, &shape_child_outcomes, ctx->arena, &children->outcomes))
            return false;
        children->nextSteps = db_col_copy(&rows, 4, ctx->arena);
    }
    return db_ok(&rows);
}

static bool load_note_rows(struct op_ctx *ctx, const char *consultation_id, struct children *children)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            ctx->db, &rows,
            "SELECT kind, rev, key_points, opportunities, updated_at FROM note WHERE consultation_id = $1",
            DB_ARGS(db_text(consultation_id)), ctx->err))
        return false;
    while (db_next(&rows)) {
        int64_t kind = db_col_int(&rows, 0);
        CHECK(kind >= 0 && kind < NOTE_KINDS);
        children->notes[kind] = (struct child_note){
            .rev = db_col_int(&rows, 1),
            .keyPoints = db_col_copy(&rows, 2, ctx->arena),
            .opportunities = db_col_copy(&rows, 3, ctx->arena),
            .updatedAt = db_col_int(&rows, 4),
        };
    }
    return db_ok(&rows);
}

static bool load_notes(struct op_ctx *ctx, const struct consultation *c, unsigned roles,
                       struct children *children)
{
    if (!load_note_rows(ctx, c->id, children))
        return false;
    for (enum note_kind kind = 0; kind < NOTE_KINDS; kind++) {
        struct child_note *note = &children->notes[kind];
        if (note->rev != 0 && (note_readers(kind) & roles) != 0 &&
            !texts_content(ctx, note_id(ctx, c, kind), &note->text))
            return false;
    }
    return true;
}

bool children_load(struct op_ctx *ctx, const struct consultation *consultation, unsigned roles,
                   struct children *ret)
{
    *ret = (struct children){ 0 };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (!load_part(ctx, consultation->id, &parts[i], ret))
            return false;
    return load_outcome(ctx, consultation->id, ret) && load_notes(ctx, consultation, roles, ret);
}
