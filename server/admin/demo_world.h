// The demo world as assets/demo/world.json describes it: people, what they bought, their sessions. Days are relative to
// the day on which it is made, so that there is always a past and a future.
#pragma once

#include "shared/wire/args_people.h"

struct demo_admin {
    const char *email, *firstName, *lastName, *title, *timezone;
};

struct demo_consultant {
    const char *email, *firstName, *lastName, *title, *timezone;
    const char *level, *employmentType, *specialization, *bio;
    int64_t yearsOfExperience;
    struct list skills, languages; // const char *
    int64_t rate, cost;            // minor units an hour
    struct list daysOfWeek;        // int64_t
    struct list timeSlots;         // struct args_time_slot
    int64_t maxSessionsPerDay, bufferBetweenSessions;
    int64_t awayInDays;         // a week off starts then; 0 none
    int64_t extraInDays;        // hours on the first Saturday from then on; 0 none
    const char *person_id, *id; // once made
};

struct demo_purchase {
    const char *packageId;
    int64_t daysAgo;
};

struct demo_client {
    const char *email, *firstName, *lastName, *title, *timezone;
    const char *organization, *type, *industry, *companySize, *revenue;
    int64_t registeredDaysAgo;
    struct list purchases;      // struct demo_purchase
    const char *person_id, *id; // once made
};

struct demo_action_item {
    const char *description;
    int assignedTo, priority; // action_assignee_words, action_priority_words
    int64_t dueInDays;
};

struct demo_deliverable {
    const char *type, *name, *description, *status, *fileName, *fileSize;
};

struct demo_topic { // what a session was about and what came of it
    const char *name, *type, *purpose, *notes, *preparation, *summary, *nextSteps, *internalNotes;
    struct list liveNotes, opportunities, keyPoints, recommendations; // const char *
    struct list actionItems;                                          // struct demo_action_item
    struct list deliverables;                                         // struct demo_deliverable
};

enum demo_state { DEMO_SCHEDULED, DEMO_CONFIRMED, DEMO_COMPLETED, DEMO_CANCELLED };

struct demo_session {
    const char *client, *consultant; // e-mail addresses
    int64_t day;                     // the consultant's working days from today; negative: past
    const char *at;                  // HH:MM of the consultant's clock
    int64_t minutes;
    const char *topic, *reason;
    const char *joinedBy; // the co-consultant's e-mail address, or NULL
    int state;            // enum demo_state
    bool trial;
    int64_t overrunMinutes;
    int64_t movedFromDay; // booked for that day first; 0 none
    // once planned and made
    int64_t start, first_start;
    const char *id;
};

struct demo_world {
    const char *password;
    struct demo_admin admin;
    struct list consultants, clients, topics, sessions;
};

bool demo_world_read(struct arena *arena, struct demo_world *ret, struct err *err);
struct demo_consultant *demo_consultant_of(const struct demo_world *world, const char *email);
struct demo_client *demo_client_of(const struct demo_world *world, const char *email);
const struct demo_topic *demo_topic_of(const struct demo_world *world, const char *name);
