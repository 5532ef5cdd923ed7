#include "shared/wire/args_consultation.h"

#include "shared/wire/op.h"

#define ALL_PARTIES ROLE_ANYONE_SIGNED_IN
#define HOST        (ROLE_CONSULTANT | ROLE_ADMIN)
#define BOOKER      (ROLE_CLIENT | ROLE_ADMIN)

const char *const action_assignee_words[] = { "client", "consultant", NULL };
const char *const action_priority_words[] = { "low", "medium", "high", NULL };

#define LINES(...) .kind = FIELD_TEXTS, .max = 4000, .flags = FIELD_MULTILINE, __VA_ARGS__
#define ID_IN_PATH                                                                                           \
    .kind = FIELD_TEXT, .min = 1, .max = 64, .flags = FIELD_PATH | FIELD_REQUIRED,                           \
    .help = "Id or code (CONS-...)"
#define HAS(type, member) .has = offsetof(struct type, has_##member)

static const struct field schedule_fields[] = {
    { FIELD(struct args_schedule, scheduledStart), .kind = FIELD_TIME, .flags = FIELD_REQUIRED },
    { FIELD(struct args_schedule, scheduledEnd), .kind = FIELD_TIME, .flags = FIELD_REQUIRED },
    { FIELD(struct args_schedule, timezone), .kind = FIELD_TEXT, .min = 1, .max = 64,
      .help = "IANA zone of the caller" },
};
const struct shape shape_schedule = SHAPE(struct args_schedule, "Schedule", schedule_fields);

static const struct field book_fields[] = {
    { FIELD(struct args_book, id), .kind = FIELD_ID,
      .help = "Made by the caller; retries with it are recognised" },
    { FIELD(struct args_book, clientId), .kind = FIELD_ID,
      .help = "Administrators name the client; others may, when they belong to several" },
    { FIELD(struct args_book, consultantId), .kind = FIELD_ID,
      .help = "Left out: any consultant who is free" },
    { FIELD(struct args_book, schedule), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED,
      .sub = &shape_schedule },
    { FIELD(struct args_book, purpose), .kind = FIELD_TEXT, .max = 2000, .flags = FIELD_MULTILINE },
    { FIELD(struct args_book, notes), .kind = FIELD_TEXT, .max = 8000,
      .flags = FIELD_MULTILINE | FIELD_PRIVATE },
    { FIELD(struct args_book, useCredits), .kind = FIELD_BOOL, HAS(args_book, useCredits) },
    { FIELD(struct args_book, useFreeTrialCredit), .kind = FIELD_BOOL },
    { FIELD(struct args_book, type), .kind = FIELD_TEXT, .max = 64 },
};
const struct shape shape_book = SHAPE(struct args_book, "BookConsultation", book_fields);

static const struct field mine_fields[] = {
    { FIELD(struct args_mine, status), .kind = FIELD_TEXT, .max = 200, .flags = FIELD_QUERY,
      .help = "Comma separated states" },
    { FIELD(struct args_mine, from), .kind = FIELD_TIME, .flags = FIELD_QUERY },
    { FIELD(struct args_mine, to), .kind = FIELD_TIME, .flags = FIELD_QUERY },
    { FIELD(struct args_mine, consultantId), .kind = FIELD_ID, .flags = FIELD_QUERY },
    { FIELD(struct args_mine, clientId), .kind = FIELD_ID, .flags = FIELD_QUERY },
    { FIELD(struct args_mine, sortBy), .kind = FIELD_TEXT, .max = 32, .flags = FIELD_QUERY,
      .help = "scheduledStart or -scheduledStart" },
    { FIELD(struct args_mine, limit), .kind = FIELD_INT, .min = 1, .max = 200, .flags = FIELD_QUERY },
    { FIELD(struct args_mine, cursor), .kind = FIELD_TEXT, .max = 200, .flags = FIELD_QUERY,
      .help = "nextCursor of the page before" },
};
const struct shape shape_mine = SHAPE(struct args_mine, "MyConsultations", mine_fields);

static const struct field upcoming_fields[] = {
    { FIELD(struct args_upcoming, days), .kind = FIELD_INT, .min = 1, .max = 90, .flags = FIELD_QUERY },
};
const struct shape shape_upcoming = SHAPE(struct args_upcoming, "Upcoming", upcoming_fields);

static const struct field consultation_id_fields[] = {
    { FIELD(struct args_consultation_id, id), ID_IN_PATH },
};
const struct shape shape_consultation_id =
    SHAPE(struct args_consultation_id, "ConsultationId", consultation_id_fields);

static const struct field notes_fields[] = {
    { FIELD(struct args_notes, client), .kind = FIELD_TEXT, .max = 8000,
      .flags = FIELD_MULTILINE | FIELD_PRIVATE, HAS(args_notes, client) },
    { FIELD(struct args_notes, consultant), .kind = FIELD_TEXT, .max = 32768,
      .flags = FIELD_MULTILINE | FIELD_PRIVATE, HAS(args_notes, consultant),
      .help = "Private to the consultant" },
    { FIELD(struct args_notes, internal), .kind = FIELD_TEXT, .max = 32768,
      .flags = FIELD_MULTILINE | FIELD_PRIVATE, HAS(args_notes, internal) },
};
static const struct shape shape_notes = SHAPE(struct args_notes, "Notes", notes_fields);

static const struct field live_notes_fields[] = {
    { FIELD(struct args_live_notes, keyDiscussionPoints), LINES(HAS(args_live_notes, keyDiscussionPoints)) },
    { FIELD(struct args_live_notes, opportunitiesIdentified),
      LINES(HAS(args_live_notes, opportunitiesIdentified)) },
    { FIELD(struct args_live_notes, text), .kind = FIELD_TEXT, .max = 32768,
      .flags = FIELD_MULTILINE | FIELD_PRIVATE, HAS(args_live_notes, text) },
};
static const struct shape shape_live_notes = SHAPE(struct args_live_notes, "LiveNotes", live_notes_fields);

static const struct field material_fields[] = {
    { FIELD(struct args_material, type), .kind = FIELD_TEXT, .max = 64 },
    { FIELD(struct args_material, name), .kind = FIELD_TEXT, .min = 1, .max = 300, .flags = FIELD_REQUIRED },
    { FIELD(struct args_material, url), .kind = FIELD_TEXT, .max = 2000 },
};
const struct shape shape_material = SHAPE(struct args_material, "Material", material_fields);

static const struct field patch_fields[] = {
    { FIELD(struct args_patch, id), ID_IN_PATH },
    { FIELD(struct args_patch, baseRev), .kind = FIELD_INT,
      .help = "Revision of the note that the writer saw" },
    { FIELD(struct args_patch, notes), .kind = FIELD_OBJECT, .sub = &shape_notes, HAS(args_patch, notes) },
    { FIELD(struct args_patch, liveNotes), .kind = FIELD_OBJECT, .sub = &shape_live_notes,
      HAS(args_patch, liveNotes) },
    { FIELD(struct args_patch, preparationMaterials), .kind = FIELD_OBJECTS, .max = 100,
      .sub = &shape_material, HAS(args_patch, preparationMaterials) },
    { FIELD(struct args_patch, preparationNotes), .kind = FIELD_TEXT, .max = 32768,
      .flags = FIELD_MULTILINE | FIELD_PRIVATE, HAS(args_patch, preparationNotes) },
    { FIELD(struct args_patch, purpose), .kind = FIELD_TEXT, .max = 2000, .flags = FIELD_MULTILINE,
      HAS(args_patch, purpose) },
    { FIELD(struct args_patch, objectives), LINES(HAS(args_patch, objectives)) },
};
const struct shape shape_patch = SHAPE(struct args_patch, "PatchConsultation", patch_fields);

static const struct field confirm_fields[] = {
    { FIELD(struct args_confirm, id), ID_IN_PATH },
    { FIELD(struct args_confirm, preparationNotes), .kind = FIELD_TEXT, .max = 32768,
      .flags = FIELD_MULTILINE | FIELD_PRIVATE },
};
const struct shape shape_confirm = SHAPE(struct args_confirm, "ConfirmConsultation", confirm_fields);

static const struct field attendee_fields[] = {
    { FIELD(struct args_attendee, name), .kind = FIELD_TEXT, .min = 1, .max = 200, .flags = FIELD_REQUIRED },
    { FIELD(struct args_attendee, role), .kind = FIELD_TEXT, .max = 200 },
    { FIELD(struct args_attendee, email), .kind = FIELD_TEXT, .max = 254 },
};
const struct shape shape_attendee = SHAPE(struct args_attendee, "Attendee", attendee_fields);

static const struct field attendees_fields[] = {
    { FIELD(struct args_attendees, additional), .kind = FIELD_OBJECTS, .max = 50, .sub = &shape_attendee },
};
static const struct shape shape_attendees = SHAPE(struct args_attendees, "Attendees", attendees_fields);

static const struct field start_fields[] = {
    { FIELD(struct args_start, id), ID_IN_PATH },
    { FIELD(struct args_start, actualStartTime), .kind = FIELD_TIME },
    { FIELD(struct args_start, attendees), .kind = FIELD_OBJECT, .sub = &shape_attendees },
};
const struct shape shape_start = SHAPE(struct args_start, "StartConsultation", start_fields);

static const struct field outcomes_fields[] = {
    { FIELD(struct args_outcomes, summary), .kind = FIELD_TEXT, .max = 8000, .flags = FIELD_MULTILINE },
    { FIELD(struct args_outcomes, keyPoints), LINES(.min = 1) },
    { FIELD(struct args_outcomes, recommendations), LINES(.min = 1) },
    { FIELD(struct args_outcomes, decisionsMade), LINES(.min = 1) },
};
static const struct shape shape_outcomes = SHAPE(struct args_outcomes, "Outcomes", outcomes_fields);

static const struct field file_fields[] = {
    { FIELD(struct args_file, name), .kind = FIELD_TEXT, .max = 300 },
    { FIELD(struct args_file, url), .kind = FIELD_TEXT, .max = 2000 },
    { FIELD(struct args_file, size), .kind = FIELD_TEXT, .max = 32 },
};
static const struct shape shape_file = SHAPE(struct args_file, "File", file_fields);

#define DELIVERABLE_FIELDS                                                                                   \
    { FIELD(struct args_deliverable, type), .kind = FIELD_TEXT, .max = 64 },                                 \
        { FIELD(struct args_deliverable, name), .kind = FIELD_TEXT, .min = 1, .max = 300,                    \
          .flags = FIELD_REQUIRED },                                                                         \
        { FIELD(struct args_deliverable, description), .kind = FIELD_TEXT, .max = 4000,                      \
          .flags = FIELD_MULTILINE },                                                                        \
        { FIELD(struct args_deliverable, status), .kind = FIELD_TEXT, .max = 32 },                           \
        { FIELD(struct args_deliverable, dueDate), .kind = FIELD_DATE },                                     \
    {                                                                                                        \
        FIELD(struct args_deliverable, file), .kind = FIELD_OBJECT, .sub = &shape_file                       \
    }

static const struct field deliverable_fields[] = {
    { FIELD(struct args_deliverable, id), .kind = FIELD_ID },
    DELIVERABLE_FIELDS,
};
static const struct shape shape_deliverable =
    SHAPE(struct args_deliverable, "Deliverable", deliverable_fields);

static const struct field add_deliverable_fields[] = {
    { FIELD_AS(struct args_deliverable, consultationId, "id"), ID_IN_PATH },
    { FIELD_AS(struct args_deliverable, id, "deliverableId"), .kind = FIELD_ID },
    DELIVERABLE_FIELDS,
};
const struct shape shape_add_deliverable =
    SHAPE(struct args_deliverable, "AddDeliverable", add_deliverable_fields);

#define ACTION_ITEM_FIELDS                                                                                   \
    { FIELD(struct args_action_item, itemId), .kind = FIELD_ID },                                            \
        { FIELD(struct args_action_item, description), .kind = FIELD_TEXT, .min = 1, .max = 4000,            \
          .flags = FIELD_REQUIRED | FIELD_MULTILINE },                                                       \
        { FIELD(struct args_action_item, assignedTo), .kind = FIELD_ENUM, .words = action_assignee_words },  \
        { FIELD(struct args_action_item, dueDate), .kind = FIELD_DATE },                                     \
    {                                                                                                        \
        FIELD(struct args_action_item, priority), .kind = FIELD_ENUM, .words = action_priority_words         \
    }

static const struct field action_item_fields[] = {
    ACTION_ITEM_FIELDS,
};
static const struct shape shape_action_item =
    SHAPE(struct args_action_item, "ActionItem", action_item_fields);

static const struct field add_action_item_fields[] = {
    { FIELD(struct args_action_item, id), ID_IN_PATH },
    ACTION_ITEM_FIELDS,
};
const struct shape shape_add_action_item =
    SHAPE(struct args_action_item, "AddActionItem", add_action_item_fields);

static const struct field complete_fields[] = {
    { FIELD(struct args_complete, id), ID_IN_PATH },
    { FIELD(struct args_complete, actualEndTime), .kind = FIELD_TIME },
    { FIELD(struct args_complete, outcomes), .kind = FIELD_OBJECT, .sub = &shape_outcomes },
    { FIELD(struct args_complete, deliverables), .kind = FIELD_OBJECTS, .max = 50,
      .sub = &shape_deliverable },
    { FIELD(struct args_complete, actionItems), .kind = FIELD_OBJECTS, .max = 100,
      .sub = &shape_action_item },
    { FIELD(struct args_complete, nextSteps), .kind = FIELD_TEXT, .max = 8000, .flags = FIELD_MULTILINE },
    { FIELD(struct args_complete, internalNotes), .kind = FIELD_TEXT, .max = 32768,
      .flags = FIELD_MULTILINE | FIELD_PRIVATE },
};
const struct shape shape_complete = SHAPE(struct args_complete, "CompleteConsultation", complete_fields);

static const struct field add_co_consultant_fields[] = {
    { FIELD(struct args_co_consultant, id), ID_IN_PATH },
    { FIELD(struct args_co_consultant, consultantId), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
};
const struct shape shape_add_co_consultant =
    SHAPE(struct args_co_consultant, "AddCoConsultant", add_co_consultant_fields);

static const struct field remove_co_consultant_fields[] = {
    { FIELD(struct args_co_consultant, id), ID_IN_PATH },
    { FIELD(struct args_co_consultant, consultantId), .kind = FIELD_ID,
      .flags = FIELD_PATH | FIELD_REQUIRED },
};
const struct shape shape_remove_co_consultant =
    SHAPE(struct args_co_consultant, "RemoveCoConsultant", remove_co_consultant_fields);

static const struct field cancel_fields[] = {
    { FIELD(struct args_cancel, id), ID_IN_PATH },
    { FIELD(struct args_cancel, reason), .kind = FIELD_TEXT, .max = 2000, .flags = FIELD_MULTILINE },
};
const struct shape shape_cancel = SHAPE(struct args_cancel, "CancelConsultation", cancel_fields);

static const struct field decline_fields[] = {
    { FIELD(struct args_decline, id), ID_IN_PATH },
    { FIELD(struct args_decline, reason), .kind = FIELD_TEXT, .min = 1, .max = 2000,
      .flags = FIELD_REQUIRED | FIELD_MULTILINE },
};
const struct shape shape_decline = SHAPE(struct args_decline, "DeclineConsultation", decline_fields);

static const struct field reschedule_fields[] = {
    { FIELD(struct args_reschedule, id), ID_IN_PATH },
    { FIELD(struct args_reschedule, schedule), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED,
      .sub = &shape_schedule },
    { FIELD(struct args_reschedule, reason), .kind = FIELD_TEXT, .max = 2000, .flags = FIELD_MULTILINE },
};
const struct shape shape_reschedule =
    SHAPE(struct args_reschedule, "RescheduleConsultation", reschedule_fields);

const struct op_spec op_consultation_add_action_item = {
    .name = "consultation.add_action_item",
    .method = "POST",
    .path = "/api/consultations/:id/action-items",
    .roles = HOST,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 201,
    .in = &shape_add_action_item,
    .help = "Adds an action item to a consultation.",
};
const struct op_spec op_consultation_add_co_consultant = {
    .name = "consultation.add_co_consultant",
    .method = "POST",
    .path = "/api/consultations/:id/co-consultants",
    .roles = HOST,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 201,
    .in = &shape_add_co_consultant,
    .help = "Adds a consultant who gives the session beside its lead, if they have that time.",
};
const struct op_spec op_consultation_add_deliverable = {
    .name = "consultation.add_deliverable",
    .method = "POST",
    .path = "/api/consultations/:id/deliverables",
    .roles = HOST,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 201,
    .in = &shape_add_deliverable,
    .help = "Adds a deliverable to a consultation.",
};
const struct op_spec op_consultation_book = {
    .name = "consultation.book",
    .method = "POST",
    .path = "/api/consultations/book",
    .roles = BOOKER,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 201,
    .in = &shape_book,
    .help = "Books a session with a given consultant or any free one, paid by credits or the free trial.",
};
const struct op_spec op_consultation_cancel = {
    .name = "consultation.cancel",
    .method = "POST",
    .path = "/api/consultations/:id/cancel",
    .roles = ALL_PARTIES,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_cancel,
    .help = "Cancels a session; whether its credit returns depends on who cancels and when.",
};
const struct op_spec op_consultation_complete = {
    .name = "consultation.complete",
    .method = "POST",
    .path = "/api/consultations/:id/complete",
    .roles = HOST,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_complete,
    .help = "Completes a session with its outcomes, deliverables and action items; its credit is consumed.",
};
const struct op_spec op_consultation_confirm = {
    .name = "consultation.confirm",
    .method = "POST",
    .path = "/api/consultations/:id/confirm",
    .roles = HOST,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_confirm,
    .help = "Confirms a booked session.",
};
const struct op_spec op_consultation_decline = {
    .name = "consultation.decline",
    .method = "POST",
    .path = "/api/consultations/:id/decline",
    .roles = HOST,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_decline,
    .help = "Declines a session not confirmed yet; its credit returns and the client is told of free times "
            "near it.",
};
const struct op_spec op_consultation_get = {
    .name = "consultation.get",
    .method = "GET",
    .path = "/api/consultations/:id",
    .roles = ALL_PARTIES,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_consultation_id,
    .help = "One consultation, by id or code, with what the caller may see of it.",
};
const struct op_spec op_consultation_mine = {
    .name = "consultation.mine",
    .method = "GET",
    .path = "/api/consultations/me",
    .roles = ALL_PARTIES,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_mine,
    .help = "The caller's consultations, filtered and in pages.",
};
const struct op_spec op_consultation_patch = {
    .name = "consultation.patch",
    .method = "PATCH",
    .path = "/api/consultations/:id",
    .roles = ALL_PARTIES,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_patch,
    .help = "Changes notes, live notes, preparation, purpose or objectives: only what is given.",
};
const struct op_spec op_consultation_remove_co_consultant = {
    .name = "consultation.remove_co_consultant",
    .method = "DELETE",
    .path = "/api/consultations/:id/co-consultants/:consultantId",
    .roles = HOST,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_remove_co_consultant,
    .help = "Removes a co-consultant from a session; nothing of it stays visible to them.",
};
const struct op_spec op_consultation_reschedule = {
    .name = "consultation.reschedule",
    .method = "PATCH",
    .path = "/api/consultations/:id/reschedule",
    .roles = ALL_PARTIES,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_reschedule,
    .help = "Moves a session to another time; the old one is freed only when the new one is won.",
};
const struct op_spec op_consultation_start = {
    .name = "consultation.start",
    .method = "POST",
    .path = "/api/consultations/:id/start",
    .roles = HOST,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_start,
    .help = "Starts a session.",
};
const struct op_spec op_consultation_upcoming = {
    .name = "consultation.upcoming",
    .method = "GET",
    .path = "/api/consultations/upcoming",
    .roles = ALL_PARTIES,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_upcoming,
    .help = "The caller's consultations of the next days, day by day.",
};
