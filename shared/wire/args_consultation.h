// Arguments of the consultation.* operations: the payloads of the specification (client journey 3 and 4, consultant
// journey 3 to 5). Members are named as their JSON fields.
#pragma once

#include "shared/wire/shape.h"

struct args_schedule {
    int64_t scheduledStart; // UTC ms
    int64_t scheduledEnd;
    const char *timezone; // IANA zone the client spoke in, for messages; NULL: the consultant's
};

// consultation.book (3.1, 3.2)
struct args_book {
    const char *id;           // made by the client program; NULL: the server makes one
    const char *clientId;     // for whom: administrators say it, and who belongs to several
    const char *consultantId; // NULL: any free one (RULES 17)
    struct args_schedule schedule;
    const char *purpose;
    const char *notes; // the client's
    bool useCredits;
    bool has_useCredits;
    bool useFreeTrialCredit;
    const char
        *type; // free_trial, strategic_planning, executive_coaching, assessment, ...; NULL: from the package
};

// consultation.mine (5.2, 3.1 of the consultant): list filters
struct args_mine {
    const char *status; // comma separated
    int64_t from, to;   // of the start, UTC ms
    const char *consultantId;
    const char *clientId;
    const char *sortBy; // scheduledStart (default) or -scheduledStart
    int64_t limit;      // 1 to 200, default 50
    const char *cursor; // nextCursor of the page before
};

struct args_upcoming {
    int64_t days; // 1 to 90, default 7
};

struct args_consultation_id {
    const char *id; // uuid or code (CONS-...)
};

struct args_notes {
    const char *client;     // written by the client, seen by both
    const char *consultant; // private to the consultant
    const char *internal;   // administrators and the consultant
    bool has_client, has_consultant, has_internal;
};

struct args_live_notes {                 // seen by both
    struct list keyDiscussionPoints;     // const char *
    struct list opportunitiesIdentified; // const char *
    const char *text;                    // free text of the workbench
    bool has_keyDiscussionPoints, has_opportunitiesIdentified, has_text;
};

struct args_material {
    const char *type;
    const char *name;
    const char *url;
};

// consultation.patch (3.2, 4.2, 5.2): only what is given changes
struct args_patch {
    const char *id;
    int64_t baseRev; // the revision of the notes that the writer saw; 0: not said
    struct args_notes notes;
    struct args_live_notes liveNotes;
    struct list preparationMaterials; // struct args_material
    const char *preparationNotes;     // the consultant's, private
    const char *purpose;
    struct list objectives; // const char *
    bool has_notes, has_liveNotes, has_preparationMaterials, has_preparationNotes, has_purpose,
        has_objectives;
};

// consultation.confirm (3.3)
struct args_confirm {
    const char *id;
    const char *preparationNotes;
};

struct args_attendee {
    const char *name;
    const char *role;
    const char *email;
};

struct args_attendees {
    struct list additional; // struct args_attendee
};

// consultation.start (5.1)
struct args_start {
    const char *id;
    int64_t actualStartTime; // 0: the server's now
    struct args_attendees attendees;
};

struct args_outcomes {
    const char *summary;
    struct list keyPoints, recommendations, decisionsMade; // const char *
};

struct args_file {
    const char *name;
    const char *url;
    const char *size; // as the specification writes it: "2.3 MB"
};

struct args_deliverable {
    const char *id;             // client-made, may be NULL
    const char *consultationId; // path argument of consultation.add_deliverable; unused inside complete
    const char *type, *name, *description, *status;
    int32_t dueDate; // civil_day, 0 none
    struct args_file file;
};

struct args_action_item {
    const char *itemId; // client-made, may be NULL
    const char *id;     // path argument of consultation.add_action_item; unused inside complete
    const char *description;
    int assignedTo; // action_assignee_words
    int32_t dueDate;
    int priority; // action_priority_words
};

// consultation.complete (4.3, 5.3)
struct args_complete {
    const char *id;
    int64_t actualEndTime; // 0: the server's now
    struct args_outcomes outcomes;
    struct list deliverables; // struct args_deliverable
    struct list actionItems;  // struct args_action_item
    const char *nextSteps;
    const char *internalNotes;
};

// consultation.add_co_consultant, consultation.remove_co_consultant
struct args_co_consultant {
    const char *id;
    const char *consultantId;
};

// consultation.cancel
struct args_cancel {
    const char *id;
    const char *reason;
};

// consultation.decline
struct args_decline {
    const char *id;
    const char *reason;
};

// consultation.reschedule
struct args_reschedule {
    const char *id;
    struct args_schedule schedule;
    const char *reason;
};

extern const char *const action_assignee_words[]; // client, consultant
extern const char *const action_priority_words[]; // low, medium, high

extern const struct shape shape_schedule, shape_book, shape_mine, shape_upcoming, shape_consultation_id,
    shape_patch, shape_confirm, shape_start, shape_complete, shape_cancel, shape_reschedule,
    shape_add_action_item, shape_add_co_consultant, shape_add_deliverable, shape_remove_co_consultant,
    shape_decline, shape_material, shape_attendee;

extern const struct op_spec op_consultation_add_action_item, op_consultation_add_co_consultant,
    op_consultation_add_deliverable, op_consultation_remove_co_consultant, op_consultation_book,
    op_consultation_cancel, op_consultation_complete, op_consultation_confirm, op_consultation_decline,
    op_consultation_get, op_consultation_mine, op_consultation_patch, op_consultation_reschedule,
    op_consultation_start, op_consultation_upcoming;
