#include "tui/model/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void ring(const struct model *model)
{
    uint64_t one = 1;
    ssize_t put = write(model->event_fd, &one, sizeof one);
    (void)put; // full means that it is readable already
}

static void wake_net(struct model *model)
{
    pthread_mutex_lock(&model->lock);
    if (model->wake != NULL)
        model->wake(model->wake_user);
    pthread_mutex_unlock(&model->lock);
}

void port_signal(struct model *model, unsigned changed)
{
    pthread_mutex_lock(&model->lock);
    model->changed |= changed;
    pthread_mutex_unlock(&model->lock);
    if (changed != 0)
        ring(model);
}

void signal_own(struct model *model, unsigned changed)
{
    port_signal(model, changed);
    wake_net(model);
}

// --- events --------------------------------------------------------------------------------------------------------

static struct queued_event *copy_event(const struct model_event *event)
{
    struct queued_event *copy = calloc(1, sizeof *copy);
    CHECK(copy != NULL);
    copy->event = *event;
    copy->event.err.details = NULL;
    snprintf(copy->title, sizeof copy->title, "%s", event->title != NULL ? event->title : "");
    snprintf(copy->body, sizeof copy->body, "%s", event->body != NULL ? event->body : "");
    snprintf(copy->consultation_id, sizeof copy->consultation_id, "%s",
             event->consultation_id != NULL ? event->consultation_id : "");
    return copy;
}

// When nobody takes them, the oldest go.
void port_event(struct model *model, const struct model_event *event)
{
    struct queued_event *copy = copy_event(event);
    pthread_mutex_lock(&model->lock);
    if (model->event_count == EVENTS_MAX) {
        free(model->events[0]);
        memmove(model->events, model->events + 1, (EVENTS_MAX - 1) * sizeof model->events[0]);
        model->event_count--;
    }
    model->events[model->event_count++] = copy;
    pthread_mutex_unlock(&model->lock);
    ring(model);
}

bool connection_same(const struct connection *a, const struct connection *b)
{
    return a->state == b->state && a->since == b->since && a->next_try == b->next_try &&
           a->loading == b->loading && a->loaded == b->loaded && strcmp(a->why, b->why) == 0;
}

void port_set_connection(struct model *model, const struct connection *connection)
{
    pthread_mutex_lock(&model->lock);
    bool same = connection_same(&model->connection, connection);
    model->connection = *connection;
    if (!same)
        model->changed |= MODEL_CONNECTION;
    pthread_mutex_unlock(&model->lock);
    if (!same)
        ring(model);
}

// --- requests --------------------------------------------------------------------------------------------------------

void add_request(struct model *model, struct request *request)
{
    pthread_mutex_lock(&model->lock);
    *model->requests_end = request;
    model->requests_end = &request->next;
    pthread_mutex_unlock(&model->lock);
    wake_net(model);
}

struct request *port_take_request(struct model *model)
{
    pthread_mutex_lock(&model->lock);
    struct request *request = model->requests;
    if (request != NULL) {
        model->requests = request->next;
        if (model->requests == NULL)
            model->requests_end = &model->requests;
        request->next = NULL;
    }
    pthread_mutex_unlock(&model->lock);
    return request;
}

void request_free(struct request *request)
{
    if (request == NULL)
        return;
    if (request->secret != NULL)
        explicit_bzero(request->secret, strlen(request->secret));
    free(request->server);
    free(request->email);
    free(request->secret);
    free(request->id);
    free(request);
}

void port_set_wake(struct model *model, void (*wake)(void *user), void *user)
{
    pthread_mutex_lock(&model->lock);
    model->wake = wake;
    model->wake_user = user;
    pthread_mutex_unlock(&model->lock);
}

// --- presence ----------------------------------------------------------------------------------------------------------

void port_set_present(struct model *model, const char *room, const struct port_person *people, size_t count)
{
    pthread_mutex_lock(&model->lock);
    snprintf(model->present_room, sizeof model->present_room, "%s", room);
    model->present_count = count < PRESENT_MAX ? count : PRESENT_MAX;
    memcpy(model->present, people, model->present_count * sizeof *people);
    pthread_mutex_unlock(&model->lock);
    port_signal(model, MODEL_PRESENCE | MODEL_TEXTS);
}

size_t port_present(struct model *model, const char *room, struct port_person ret[PRESENT_MAX])
{
    pthread_mutex_lock(&model->lock);
    size_t count = strcmp(model->present_room, room) == 0 ? model->present_count : 0;
    memcpy(ret, model->present, count * sizeof *ret);
    pthread_mutex_unlock(&model->lock);
    return count;
}

// The caret counts in the consultation that the person is in.
static bool caret_is_here(const struct model *model)
{
    size_t length = strlen(model->place.room);
    return length > 0 && strncmp(model->caret_note, model->place.room, length) == 0 &&
           model->caret_note[length] == ':';
}

static int kind_of_note(const char *note)
{
    const char *word = strchr(note, ':');
    for (int kind = 0; word != NULL && kind < NOTE_KINDS; kind++)
        if (strcmp(note_kind_words[kind], word + 1) == 0)
            return kind;
    return -1;
}

void port_place(struct model *model, struct port_place *ret)
{
    pthread_mutex_lock(&model->lock);
    *ret = model->place;
    ret->note = caret_is_here(model) ? kind_of_note(model->caret_note) : -1;
    pthread_mutex_unlock(&model->lock);
}

static void ask_for_presence(struct model *model)
{
    struct request *request = calloc(1, sizeof *request);
    CHECK(request != NULL);
    request->kind = REQUEST_PRESENCE;
    add_request(model, request);
}

void port_set_caret(struct model *model, const char *note, const struct text_anchor *caret)
{
    pthread_mutex_lock(&model->lock);
    bool in_it = strcmp(model->caret_note, note) == 0;
    bool changed = caret != NULL ? !in_it || model->place.caret.agent != caret->agent ||
                                       model->place.caret.seq != caret->seq
                                 : in_it;
    if (changed) {
        snprintf(model->caret_note, sizeof model->caret_note, "%s", caret != NULL ? note : "");
        model->place.caret = caret != NULL ? *caret : (struct text_anchor){ 0 };
        model->place.version++;
    }
    pthread_mutex_unlock(&model->lock);
    if (changed)
        ask_for_presence(model);
}

void model_presence_enter(struct model *model, const char *consultation_id, enum presence_state state)
{
    const char *room = consultation_id != NULL ? consultation_id : "";
    pthread_mutex_lock(&model->lock);
    bool same = strcmp(model->place.room, room) == 0 && model->place.state == state;
    snprintf(model->place.room, sizeof model->place.room, "%s", room);
    model->place.state = state;
    model->place.version += !same;
    pthread_mutex_unlock(&model->lock);
    if (!same)
        ask_for_presence(model);
}

void model_presence(struct model *model, const char *consultation_id, struct arena *arena, struct list *ret)
{
    struct port_person people[PRESENT_MAX];
    size_t count = port_present(model, consultation_id, people);
    for (size_t i = 0; i < count; i++)
        *LIST_ADD(ret, arena, struct present) = (struct present){
            .user_id = arena_strdup(arena, people[i].user_id),
            .name = arena_strdup(arena, people[i].name),
            .state = people[i].state,
        };
}

// --- small facts -------------------------------------------------------------------------------------------------------

void port_set_skew(struct model *model, int64_t skew)
{
    atomic_store(&model->skew, skew);
}

int64_t port_machine_now(const struct model *model)
{
    return model->machine_now();
}

const char *port_server(const struct model *model)
{
    return model->server;
}

const char *port_home(const struct model *model)
{
    return model->home;
}

bool port_take_soft(struct model *model)
{
    return atomic_exchange(&model->soft, false);
}
