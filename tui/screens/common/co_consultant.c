// Who else gives a session: adding somebody, removing somebody, leaving.
#include "tui/screens/common/acts.h"

#include "shared/domain/part.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct person {
    char id[ID_SIZE], name[64];
};

struct people { // to choose from; freed by the popup
    char consultation_id[ID_SIZE];
    int count;
    struct person list[];
};

static struct people *people_new(const struct consultation *consultation, size_t room)
{
    struct people *people = calloc(1, sizeof(*people) + room * sizeof(struct person));
    CHECK(people != NULL);
    snprintf(people->consultation_id, sizeof(people->consultation_id), "%s", consultation->row.id);
    return people;
}

static void add_person(struct people *people, const char *id, const char *name)
{
    struct person *person = &people->list[people->count++];
    snprintf(person->id, sizeof(person->id), "%s", id);
    snprintf(person->name, sizeof(person->name), "%s", name ? name : "");
}

static const char *session_name(struct app *app, const struct consultation *consultation)
{
    return app_printf(app, "%s, %s", booking_with(desk_of_app(app), consultation),
                      format_when(&app->frame, zone_of_app(app), consultation->row.start, app->now));
}

// --- adding --------------------------------------------------------------------------------------------------------

static void added(struct app *app, int index, void *data)
{
    const struct people *people = data;
    const struct person *person = &people->list[index];
    struct err err;
    int64_t n;
    if (model_add_co_consultant(desk_of_app(app)->model, people->consultation_id, person->id, &n, &err))
        desk_did(app, app_printf(app, "%s joins", person->name), n);
    else
        desk_failed(app, "Nobody was added", &err);
}

// Their own sessions at that time are not on this device: the server says whether they have it.
void act_add_co_consultant(struct app *app, const struct consultation *consultation)
{
    const struct row_consultation *row = &consultation->row;
    struct list consultants = { 0 };
    if (row->coConsultantIds.count >= CO_CONSULTANTS_MAX) {
        app_toast(app, TOAST_INFO, "Nobody was added", "a session has four co-consultants at most");
        return;
    }
    model_consultants(desk_of_app(app)->model, &app->frame, &consultants);
    struct people *people = people_new(consultation, consultants.count);
    struct choice_item *items = ARENA_ARRAY(&app->frame, struct choice_item, consultants.count);
    for (size_t i = 0; i < consultants.count; i++) {
        const struct row_consultant *one = LIST_AT(&consultants, struct row_consultant, i);
        bool leads = row->consultantId && strcmp(one->id, row->consultantId) == 0;
        bool joins = part_is_listed(&row->coConsultantIds, one->id);
        items[people->count] = (struct choice_item){
            .text = one->name,
            .detail = one->title,
            .reason = leads   ? "leads it"
                      : joins ? "joins it already"
                              : NULL,
        };
        add_person(people, one->id, one->name);
    }
    popup_choose(app, &(struct choice){
                          .title = app_printf(app, "Who joins? · %s", session_name(app, consultation)),
                          .items = items,
                          .count = people->count,
                          .chosen = added,
                          .data = people,
                      });
}

// --- removing ------------------------------------------------------------------------------------------------------

static void removed(struct app *app, int index, void *data)
{
    const struct people *people = data;
    const struct person *person = &people->list[index];
    struct err err;
    int64_t n;
    if (model_remove_co_consultant(desk_of_app(app)->model, people->consultation_id, person->id, &n, &err))
        desk_did(app, app_printf(app, "%s no longer joins", person->name), n);
    else
        desk_failed(app, "Nobody was removed", &err);
}

static void left(struct app *app, void *data)
{
    removed(app, 0, data);
}

static void ask_leaving(struct app *app, const struct consultation *consultation)
{
    const struct row_me *me = &desk_of_app(app)->me;
    struct people *people = people_new(consultation, 1);
    add_person(people, me->consultantId ? me->consultantId : "", me->firstName);
    popup_ask(app,
              &(struct question){
                  .title = app_printf(app, "Leave · %s", session_name(app, consultation)),
                  .text = app_printf(app,
                                     "You no longer join %s. The session and its notes leave this device, "
                                     "and your time is free again.",
                                     consultation->row.consultantName),
                  .yes = "Leave the session",
                  .no = "Stay",
                  .act = left,
                  .data = people,
              });
}

void act_remove_co_consultant(struct app *app, const struct consultation *consultation)
{
    const struct row_consultation *row = &consultation->row;
    if (booking_joins(consultation)) {
        ask_leaving(app, consultation);
        return;
    }
    size_t count = row->coConsultantIds.count;
    struct people *people = people_new(consultation, count);
    struct choice_item *items = ARENA_ARRAY(&app->frame, struct choice_item, count);
    for (size_t i = 0; i < count; i++) {
        const char *name = *LIST_AT(&row->coConsultantNames, const char *, i);
        items[people->count] = (struct choice_item){ .text = name, .detail = "sees nothing of it any more" };
        add_person(people, *LIST_AT(&row->coConsultantIds, const char *, i), name);
    }
    popup_choose(app,
                 &(struct choice){
                     .title = app_printf(app, "Who no longer joins? · %s", session_name(app, consultation)),
                     .items = items,
                     .count = people->count,
                     .chosen = removed,
                     .data = people,
                 });
}
