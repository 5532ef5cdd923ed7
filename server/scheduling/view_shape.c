#include "server/scheduling/view_shape.h"

#define OPT FIELD_OMIT_EMPTY

static const struct field party_fields[] = {
    { FIELD(struct view_party, userId), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct view_party, consultantId), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct view_party, name), .kind = FIELD_TEXT },
    { FIELD(struct view_party, email), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct view_party, confirmed), .kind = FIELD_BOOL },
};
static const struct shape party_shape = SHAPE(struct view_party, "PrimaryAttendee", party_fields);

static const struct field primary_fields[] = {
    { FIELD(struct view_primary, client), .kind = FIELD_OBJECT, .sub = &party_shape },
    { FIELD(struct view_primary, consultant), .kind = FIELD_OBJECT, .sub = &party_shape },
};
static const struct shape primary_shape = SHAPE(struct view_primary, "PrimaryAttendees", primary_fields);

static const struct field co_consultant_fields[] = {
    { FIELD(struct view_co_consultant, consultantId), .kind = FIELD_TEXT },
    { FIELD(struct view_co_consultant, name), .kind = FIELD_TEXT },
};
static const struct shape co_consultant_shape =
    SHAPE(struct view_co_consultant, "CoConsultant", co_consultant_fields);

static const struct field attendees_fields[] = {
    { FIELD(struct view_attendees, primary), .kind = FIELD_OBJECT, .sub = &primary_shape },
    { FIELD(struct view_attendees, coConsultants), .kind = FIELD_OBJECTS, .sub = &co_consultant_shape },
    { FIELD(struct view_attendees, additional), .kind = FIELD_OBJECTS, .sub = &shape_child_attendee },
};
static const struct shape attendees_shape =
    SHAPE(struct view_attendees, "ConsultationAttendees", attendees_fields);

static const struct field client_fields[] = {
    { FIELD(struct view_client, name), .kind = FIELD_TEXT },
    { FIELD(struct view_client, contact), .kind = FIELD_TEXT },
    { FIELD(struct view_client, email), .kind = FIELD_TEXT, .flags = OPT },
};
static const struct shape client_shape = SHAPE(struct view_client, "ConsultationClient", client_fields);

static const struct field consultant_fields[] = {
    { FIELD(struct view_consultant, id), .kind = FIELD_TEXT },
    { FIELD(struct view_consultant, name), .kind = FIELD_TEXT },
};
static const struct shape consultant_shape =
    SHAPE(struct view_consultant, "ConsultationConsultant", consultant_fields);

static const struct field duration_fields[] = {
    { FIELD(struct view_duration, scheduled), .kind = FIELD_INT, .help = "Minutes" },
    { FIELD(struct view_duration, actual), .kind = FIELD_JSON, .flags = OPT,
      .help = "Minutes, once it is over" },
};
static const struct shape duration_shape = SHAPE(struct view_duration, "SessionDuration", duration_fields);

static const struct field schedule_fields[] = {
    { FIELD(struct view_schedule, scheduledStart), .kind = FIELD_TIME },
    { FIELD(struct view_schedule, scheduledEnd), .kind = FIELD_TIME },
    { FIELD(struct view_schedule, actualStart), .kind = FIELD_TIME, .flags = OPT },
    { FIELD(struct view_schedule, actualEnd), .kind = FIELD_TIME, .flags = OPT },
    { FIELD(struct view_schedule, duration), .kind = FIELD_OBJECT, .sub = &duration_shape },
    { FIELD(struct view_schedule, timezone), .kind = FIELD_TEXT },
};
static const struct shape schedule_shape =
    SHAPE(struct view_schedule, "ConsultationSchedule", schedule_fields);

static const struct field status_fields[] = {
    { FIELD(struct view_status, current), .kind = FIELD_ENUM, .words = booking_status_words },
    { FIELD(struct view_status, history), .kind = FIELD_OBJECTS, .flags = OPT, .sub = &shape_child_history },
};
static const struct shape status_shape = SHAPE(struct view_status, "ConsultationStatus", status_fields);

static const struct field billing_fields[] = {
    { FIELD(struct view_billing, billable), .kind = FIELD_BOOL },
    { FIELD(struct view_billing, rateType), .kind = FIELD_TEXT },
    { FIELD(struct view_billing, creditsUsed), .kind = FIELD_MONEY, .help = "Credits, two decimals at most" },
    { FIELD(struct view_billing, packageId), .kind = FIELD_TEXT },
    { FIELD(struct view_billing, estimatedCost), .kind = FIELD_MONEY },
    { FIELD(struct view_billing, actualCost), .kind = FIELD_MONEY, .flags = OPT },
    { FIELD(struct view_billing, currency), .kind = FIELD_TEXT },
    { FIELD(struct view_billing, creditConsumed), .kind = FIELD_BOOL },
    { FIELD(struct view_billing, overrunMinutes), .kind = FIELD_INT, .flags = OPT,
      .help = "Beyond the booked end and its grace, billed by invoice" },
    { FIELD(struct view_billing, invoiced), .kind = FIELD_BOOL },
};
static const struct shape billing_shape = SHAPE(struct view_billing, "ConsultationBilling", billing_fields);

static const struct field notes_fields[] = {
    { FIELD(struct view_notes, client), .kind = FIELD_TEXT, .flags = OPT | FIELD_PRIVATE },
    { FIELD(struct view_notes, consultant), .kind = FIELD_TEXT, .flags = OPT | FIELD_PRIVATE },
    { FIELD(struct view_notes, internal), .kind = FIELD_TEXT, .flags = OPT | FIELD_PRIVATE },
};
static const struct shape notes_shape = SHAPE(struct view_notes, "ConsultationNotes", notes_fields);

static const struct field live_notes_fields[] = {
    { FIELD(struct view_live_notes, keyDiscussionPoints), .kind = FIELD_JSON, .flags = OPT },
    { FIELD(struct view_live_notes, opportunitiesIdentified), .kind = FIELD_JSON, .flags = OPT },
    { FIELD(struct view_live_notes, text), .kind = FIELD_TEXT, .flags = OPT | FIELD_PRIVATE },
    { FIELD(struct view_live_notes, updatedAt), .kind = FIELD_TIME, .flags = OPT },
};
static const struct shape live_notes_shape =
    SHAPE(struct view_live_notes, "ConsultationLiveNotes", live_notes_fields);

static const struct field revisions_fields[] = {
    { FIELD(struct view_revisions, client), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct view_revisions, consultant), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct view_revisions, internal), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct view_revisions, live), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct view_revisions, preparation), .kind = FIELD_INT, .flags = OPT },
};
static const struct shape revisions_shape = SHAPE(struct view_revisions, "NoteRevisions", revisions_fields);

// The light part, then what only the whole document has.
static const struct field view_fields[] = {
    { FIELD(struct view, id), .kind = FIELD_TEXT },
    { FIELD(struct view, rev), .kind = FIELD_INT },
    { FIELD(struct view, consultationCode), .kind = FIELD_TEXT },
    { FIELD(struct view, clientId), .kind = FIELD_TEXT },
    { FIELD(struct view, consultantId), .kind = FIELD_TEXT },
    { FIELD(struct view, client), .kind = FIELD_OBJECT, .sub = &client_shape },
    { FIELD(struct view, consultant), .kind = FIELD_OBJECT, .sub = &consultant_shape },
    { FIELD(struct view, type), .kind = FIELD_TEXT },
    { FIELD(struct view, package), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct view, schedule), .kind = FIELD_OBJECT, .sub = &schedule_shape },
    { FIELD(struct view, status), .kind = FIELD_OBJECT, .sub = &status_shape },
    { FIELD(struct view, purpose), .kind = FIELD_TEXT },
    { FIELD(struct view, preparationNotes), .kind = FIELD_TEXT, .flags = OPT | FIELD_PRIVATE },
    { FIELD(struct view, createdAt), .kind = FIELD_TIME },
#define VIEW_LIGHT 14
    { FIELD(struct view, attendees), .kind = FIELD_OBJECT, .sub = &attendees_shape },
    { FIELD(struct view, billing), .kind = FIELD_OBJECT, .sub = &billing_shape },
    { FIELD(struct view, objectives), .kind = FIELD_JSON },
    { FIELD(struct view, notes), .kind = FIELD_OBJECT, .sub = &notes_shape },
    { FIELD(struct view, preparationMaterials), .kind = FIELD_OBJECTS, .flags = OPT, .sub = &shape_material },
    { FIELD(struct view, liveNotes), .kind = FIELD_OBJECT, .sub = &live_notes_shape },
    { FIELD(struct view, noteRevisions), .kind = FIELD_OBJECT, .sub = &revisions_shape },
    { FIELD(struct view, outcomes), .kind = FIELD_OBJECT, .flags = OPT, .sub = &shape_child_outcomes },
    { FIELD(struct view, deliverables), .kind = FIELD_OBJECTS, .sub = &shape_child_deliverable },
    { FIELD(struct view, actionItems), .kind = FIELD_OBJECTS, .sub = &shape_child_action_item },
    { FIELD(struct view, nextSteps), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct view, assignmentReason), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct view, cancelReason), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct view, reschedules), .kind = FIELD_INT },
    { FIELD(struct view, sequence), .kind = FIELD_INT },
    { FIELD(struct view, confirmedAt), .kind = FIELD_TIME, .flags = OPT },
    { FIELD(struct view, cancelledAt), .kind = FIELD_TIME, .flags = OPT },
};
const struct shape shape_consultation_view = SHAPE(struct view, "Consultation", view_fields);
const struct shape shape_consultation_summary = {
    .name = "ConsultationSummary",
    .fields = view_fields,
    .count = VIEW_LIGHT,
    .size = sizeof(struct view),
};
