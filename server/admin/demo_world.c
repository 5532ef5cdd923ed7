#include "server/admin/demo_world.h"

#include "shared/base/asset.h"
#include "shared/wire/args_consultation.h"

#include <string.h>

extern const struct asset demo_assets[]; // made from assets/demo

static const char *const state_words[] = { "scheduled", "confirmed", "completed", "cancelled", NULL };

#define TEXT  .kind = FIELD_TEXT, .flags = FIELD_REQUIRED
#define MAYBE .kind = FIELD_TEXT
#define TEXTS .kind = FIELD_TEXTS
#define COUNT .kind = FIELD_INT

#define PERSON(type)                                                                                         \
    { FIELD(type, email), TEXT }, { FIELD(type, firstName), TEXT }, { FIELD(type, lastName), TEXT },         \
        { FIELD(type, title), TEXT },                                                                        \
    {                                                                                                        \
        FIELD(type, timezone), TEXT                                                                          \
    }

static const struct field admin_fields[] = { PERSON(struct demo_admin) };
static const struct shape admin_shape = SHAPE(struct demo_admin, "DemoAdmin", admin_fields);

static const struct field slot_fields[] = {
    { FIELD(struct args_time_slot, startTime), TEXT },
    { FIELD(struct args_time_slot, endTime), TEXT },
    { FIELD(struct args_time_slot, timezone), TEXT },
};
static const struct shape slot_shape = SHAPE(struct args_time_slot, "DemoTimeSlot", slot_fields);

static const struct field consultant_fields[] = {
    PERSON(struct demo_consultant),
    { FIELD(struct demo_consultant, level), TEXT },
    { FIELD(struct demo_consultant, employmentType), TEXT },
    { FIELD(struct demo_consultant, specialization), TEXT },
    { FIELD(struct demo_consultant, bio), TEXT },
    { FIELD(struct demo_consultant, yearsOfExperience), COUNT },
    { FIELD(struct demo_consultant, skills), TEXTS },
    { FIELD(struct demo_consultant, languages), TEXTS },
    { FIELD(struct demo_consultant, rate), .kind = FIELD_MONEY, .flags = FIELD_REQUIRED },
    { FIELD(struct demo_consultant, cost), .kind = FIELD_MONEY, .flags = FIELD_REQUIRED },
    { FIELD(struct demo_consultant, daysOfWeek), .kind = FIELD_INTS, .flags = FIELD_REQUIRED },
    { FIELD(struct demo_consultant, timeSlots), .kind = FIELD_OBJECTS, .flags = FIELD_REQUIRED,
      .sub = &slot_shape },
    { FIELD(struct demo_consultant, maxSessionsPerDay), COUNT },
    { FIELD(struct demo_consultant, bufferBetweenSessions), COUNT },
    { FIELD(struct demo_consultant, awayInDays), COUNT },
    { FIELD(struct demo_consultant, extraInDays), COUNT },
};
static const struct shape consultant_shape =
    SHAPE(struct demo_consultant, "DemoConsultant", consultant_fields);

static const struct field purchase_fields[] = {
    { FIELD(struct demo_purchase, packageId), TEXT },
    { FIELD(struct demo_purchase, daysAgo), COUNT },
};
static const struct shape purchase_shape = SHAPE(struct demo_purchase, "DemoPurchase", purchase_fields);

static const struct field client_fields[] = {
    PERSON(struct demo_client),
    { FIELD(struct demo_client, organization), TEXT },
    { FIELD(struct demo_client, type), TEXT },
    { FIELD(struct demo_client, industry), TEXT },
    { FIELD(struct demo_client, companySize), TEXT },
    { FIELD(struct demo_client, revenue), TEXT },
    { FIELD(struct demo_client, registeredDaysAgo), COUNT, .flags = FIELD_REQUIRED },
    { FIELD(struct demo_client, purchases), .kind = FIELD_OBJECTS, .sub = &purchase_shape },
};
static const struct shape client_shape = SHAPE(struct demo_client, "DemoClient", client_fields);

static const struct field item_fields[] = {
    { FIELD(struct demo_action_item, description), TEXT },
    { FIELD(struct demo_action_item, assignedTo), .kind = FIELD_ENUM, .flags = FIELD_REQUIRED,
      .words = action_assignee_words },
    { FIELD(struct demo_action_item, priority), .kind = FIELD_ENUM, .flags = FIELD_REQUIRED,
      .words = action_priority_words },
    { FIELD(struct demo_action_item, dueInDays), COUNT },
};
static const struct shape item_shape = SHAPE(struct demo_action_item, "DemoActionItem", item_fields);

static const struct field deliverable_fields[] = {
    { FIELD(struct demo_deliverable, type), TEXT },        { FIELD(struct demo_deliverable, name), TEXT },
    { FIELD(struct demo_deliverable, description), TEXT }, { FIELD(struct demo_deliverable, status), TEXT },
    { FIELD(struct demo_deliverable, fileName), TEXT },    { FIELD(struct demo_deliverable, fileSize), TEXT },
};
static const struct shape deliverable_shape =
    SHAPE(struct demo_deliverable, "DemoDeliverable", deliverable_fields);

static const struct field topic_fields[] = {
    { FIELD(struct demo_topic, name), TEXT },
    { FIELD(struct demo_topic, type), TEXT },
    { FIELD(struct demo_topic, purpose), TEXT },
    { FIELD(struct demo_topic, notes), MAYBE },
    { FIELD(struct demo_topic, preparation), MAYBE },
    { FIELD(struct demo_topic, summary), TEXT },
    { FIELD(struct demo_topic, nextSteps), MAYBE },
    { FIELD(struct demo_topic, internalNotes), MAYBE },
    { FIELD(struct demo_topic, liveNotes), TEXTS },
    { FIELD(struct demo_topic, opportunities), TEXTS },
    { FIELD(struct demo_topic, keyPoints), TEXTS },
    { FIELD(struct demo_topic, recommendations), TEXTS },
    { FIELD(struct demo_topic, actionItems), .kind = FIELD_OBJECTS, .sub = &item_shape },
    { FIELD(struct demo_topic, deliverables), .kind = FIELD_OBJECTS, .sub = &deliverable_shape },
};
static const struct shape topic_shape = SHAPE(struct demo_topic, "DemoTopic", topic_fields);

static const struct field session_fields[] = {
    { FIELD(struct demo_session, client), TEXT },
    { FIELD(struct demo_session, consultant), TEXT },
    { FIELD(struct demo_session, day), COUNT, .flags = FIELD_REQUIRED },
    { FIELD(struct demo_session, at), TEXT },
    { FIELD(struct demo_session, minutes), COUNT, .flags = FIELD_REQUIRED },
    { FIELD(struct demo_session, topic), TEXT },
    { FIELD(struct demo_session, reason), MAYBE },
    { FIELD(struct demo_session, joinedBy), MAYBE },
    { FIELD(struct demo_session, state), .kind = FIELD_ENUM, .flags = FIELD_REQUIRED, .words = state_words },
    { FIELD(struct demo_session, trial), .kind = FIELD_BOOL },
    { FIELD(struct demo_session, overrunMinutes), COUNT },
    { FIELD(struct demo_session, movedFromDay), COUNT },
};
static const struct shape session_shape = SHAPE(struct demo_session, "DemoSession", session_fields);

static const struct field world_fields[] = {
    { FIELD(struct demo_world, password), TEXT },
    { FIELD(struct demo_world, admin), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED, .sub = &admin_shape },
    { FIELD(struct demo_world, consultants), .kind = FIELD_OBJECTS, .sub = &consultant_shape },
    { FIELD(struct demo_world, clients), .kind = FIELD_OBJECTS, .sub = &client_shape },
    { FIELD(struct demo_world, topics), .kind = FIELD_OBJECTS, .sub = &topic_shape },
    { FIELD(struct demo_world, sessions), .kind = FIELD_OBJECTS, .sub = &session_shape },
};
static const struct shape world_shape = SHAPE(struct demo_world, "DemoWorld", world_fields);

bool demo_world_read(struct arena *arena, struct demo_world *ret, struct err *err)
{
    const struct asset *asset = asset_find(demo_assets, "world.json");
    CHECK(asset != NULL);
    CLEANUP(json_free) cJSON *json = json_parse(asset->text, asset->size, err);
    return json != NULL && shape_read(&world_shape, json, arena, ret, err);
}

struct demo_consultant *demo_consultant_of(const struct demo_world *world, const char *email)
{
    for (size_t i = 0; i < world->consultants.count; i++)
        if (strcmp(LIST_AT(&world->consultants, struct demo_consultant, i)->email, email) == 0)
            return LIST_AT(&world->consultants, struct demo_consultant, i);
    return NULL;
}

struct demo_client *demo_client_of(const struct demo_world *world, const char *email)
{
    for (size_t i = 0; i < world->clients.count; i++)
        if (strcmp(LIST_AT(&world->clients, struct demo_client, i)->email, email) == 0)
            return LIST_AT(&world->clients, struct demo_client, i);
    return NULL;
}

const struct demo_topic *demo_topic_of(const struct demo_world *world, const char *name)
{
    for (size_t i = 0; i < world->topics.count; i++)
        if (strcmp(LIST_AT(&world->topics, struct demo_topic, i)->name, name) == 0)
            return LIST_AT(&world->topics, struct demo_topic, i);
    return NULL;
}
