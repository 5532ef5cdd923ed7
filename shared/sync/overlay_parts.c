// What pending operations add to the parts of a consultation: outcome, action items, deliverables, attendees, notes.

#include "shared/sync/overlay.h"

bool overlay_outcome(struct row_outcome *row, const struct overlay_op *op)
{
    if (op->spec != &op_consultation_complete)
        return false;
    const struct args_complete *args = op->args;
    row->id = args->id;
    row->summary = args->outcomes.summary;
    row->nextSteps = args->nextSteps;
    row->keyPoints = args->outcomes.keyPoints;
    row->recommendations = args->outcomes.recommendations;
    row->decisionsMade = args->outcomes.decisionsMade;
    return true;
}

static void add_item(const struct args_action_item *args, const char *consultation_id, int64_t at,
                     struct arena *arena, struct list *items)
{
    *LIST_ADD(items, arena, struct row_action_item) = (struct row_action_item){
        .id = args->itemId != NULL ? args->itemId : "",
        .consultationId = consultation_id,
        .description = args->description,
        .assignedTo = args->assignedTo,
        .priority = args->priority,
        .dueDate = args->dueDate,
        .createdAt = at,
    };
}

void overlay_action_items(const struct overlay_op *op, struct arena *arena, struct list *items)
{
    if (op->spec == &op_consultation_add_action_item) {
        const struct args_action_item *args = op->args;
        add_item(args, args->id, op->at, arena, items);
    }
    if (op->spec != &op_consultation_complete)
        return;
    const struct args_complete *args = op->args;
    for (size_t i = 0; i < args->actionItems.count; i++)
        add_item(LIST_AT(&args->actionItems, struct args_action_item, i), args->id, op->at, arena, items);
}

static void add_deliverable(const struct args_deliverable *args, const char *consultation_id, int64_t at,
                            struct arena *arena, struct list *deliverables)
{
    *LIST_ADD(deliverables, arena, struct row_deliverable) = (struct row_deliverable){
        .id = args->id != NULL ? args->id : "",
        .consultationId = consultation_id,
        .type = args->type,
        .name = args->name,
        .description = args->description,
        .status = args->status,
        .dueDate = args->dueDate,
        .fileName = args->file.name,
        .fileUrl = args->file.url,
        .fileSize = args->file.size,
        .createdAt = at,
    };
}

void overlay_deliverables(const struct overlay_op *op, struct arena *arena, struct list *deliverables)
{
    if (op->spec == &op_consultation_add_deliverable) {
        const struct args_deliverable *args = op->args;
        add_deliverable(args, args->consultationId, op->at, arena, deliverables);
    }
    if (op->spec != &op_consultation_complete)
        return;
    const struct args_complete *args = op->args;
    for (size_t i = 0; i < args->deliverables.count; i++)
        add_deliverable(LIST_AT(&args->deliverables, struct args_deliverable, i), args->id, op->at, arena,
                        deliverables);
}

void overlay_attendees(const struct overlay_op *op, struct arena *arena, struct list *attendees)
{
    if (op->spec != &op_consultation_start)
        return;
    const struct args_start *args = op->args;
    for (size_t i = 0; i < args->attendees.additional.count; i++) {
        const struct args_attendee *from = LIST_AT(&args->attendees.additional, struct args_attendee, i);
        *LIST_ADD(attendees, arena, struct row_attendee) = (struct row_attendee){
            .id = "", .consultationId = args->id, .name = from->name, .role = from->role, .email = from->email
        };
    }
}
