// What hangs on a consultation: history, attendees, notes, outcome, deliverables, action items, materials. Loading it
// for the answer (children.c), writing it (children_write.c). Private to this folder.
#pragma once

#include "server/scheduling/consultation.h"
#include "shared/domain/notes.h"

struct child_history {
    int status;
    int64_t changedAt;
    const char *changedBy, *reason;
};
struct child_attendee {
    const char *id, *name, *role, *email;
};
struct child_file {
    const char *name, *url, *size;
};
struct child_deliverable {
    const char *id, *type, *name, *description, *status;
    int32_t dueDate;
    struct child_file file;
};
struct child_action_item {
    const char *id, *description;
    int assignedTo, priority;
    int32_t dueDate;
    const char *status; // open, completed
};
struct child_outcomes {
    const char *summary, *keyPoints, *recommendations, *decisionsMade; // the lists as JSON
};
struct child_note {
    int64_t rev;
    const char *text, *keyPoints, *opportunities; // the lists as JSON
    int64_t updatedAt;
};

struct children {
    struct list history;      // struct child_history
    struct list attendees;    // struct child_attendee
    struct list deliverables; // struct child_deliverable
    struct list actionItems;  // struct child_action_item
    struct list materials;    // struct args_material
    struct child_outcomes outcomes;
    const char *nextSteps;
    struct child_note notes[NOTE_KINDS];
};
extern const struct shape shape_child_history, shape_child_attendee, shape_child_deliverable,
    shape_child_action_item, shape_child_outcomes;

// roles: who reads; the texts of notes that they may not read stay NULL.
bool children_load(struct op_ctx *ctx, const struct consultation *consultation, unsigned roles,
                   struct children *ret);

// Each writes its row and change row. Repeating one with the same client-made id changes nothing; the same id on
// another consultation or with other words is ERR_ALREADY_EXISTS.
bool attendee_add(struct op_ctx *ctx, const struct consultation *consultation,
                  const struct args_attendee *args);
bool deliverable_add(struct op_ctx *ctx, const struct consultation *consultation,
                     const struct args_deliverable *args);
bool action_item_add(struct op_ctx *ctx, const struct consultation *consultation,
                     const struct args_action_item *args);
bool outcome_put(struct op_ctx *ctx, const struct consultation *consultation,
                 const struct args_outcomes *args, const char *next_steps);
bool materials_put(struct op_ctx *ctx, const struct consultation *consultation, const struct list *materials);

// A list of texts as a JSON array, in the arena.
const char *texts_to_json(struct op_ctx *ctx, const struct list *texts);
