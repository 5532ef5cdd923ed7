// The struct behind shape_consultation_view and shape_consultation_summary. Private to view*.c.
#pragma once

#include "server/scheduling/view.h"

struct view_party {
    const char *userId, *consultantId, *name, *email;
    bool confirmed;
};
struct view_primary {
    struct view_party client, consultant;
};
struct view_co_consultant {
    const char *consultantId, *name;
};
struct view_attendees {
    struct view_primary primary;
    struct list coConsultants; // struct view_co_consultant
    struct list additional;    // struct child_attendee
};
struct view_client {
    const char *name, *contact, *email;
};
struct view_consultant {
    const char *id, *name;
};
struct view_duration {
    int64_t scheduled;  // minutes
    const char *actual; // the same, NULL before it is over
};
struct view_schedule {
    int64_t scheduledStart, scheduledEnd, actualStart, actualEnd;
    struct view_duration duration;
    const char *timezone;
};
struct view_status {
    int current;
    struct list history; // struct child_history
};
struct view_billing {
    bool billable;
    const char *rateType;
    int64_t creditsUsed; // hundredths of credits
    const char *packageId;
    int64_t estimatedCost, actualCost;
    const char *currency;
    bool creditConsumed;
    int64_t overrunMinutes;
    bool invoiced;
};
struct view_notes {
    const char *client, *consultant, *internal;
};
struct view_live_notes {
    const char *keyDiscussionPoints, *opportunitiesIdentified, *text;
    int64_t updatedAt;
};
struct view_revisions { // what a writer names as baseRev
    int64_t client, consultant, internal, live, preparation;
};
struct view {
    const char *id;
    int64_t rev;
    const char *consultationCode, *clientId, *consultantId;
    struct view_client client;
    struct view_consultant consultant;
    const char *type, *package;
    struct view_schedule schedule;
    struct view_status status;
    struct view_attendees attendees;
    struct view_billing billing;
    const char *purpose, *objectives;
    struct view_notes notes;
    const char *preparationNotes;
    struct list preparationMaterials; // struct args_material
    struct view_live_notes liveNotes;
    struct view_revisions noteRevisions;
    struct child_outcomes outcomes;
    struct list deliverables, actionItems;
    const char *nextSteps;
    const char *assignmentReason, *cancelReason;
    int64_t reschedules, sequence;
    int64_t createdAt, confirmedAt, cancelledAt;
};
