// Free slots: asked of the server in the background, the answers kept in the cache.

#include "tui/model/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_AGAIN_MS = 10 * 1000, GIVE_UP_MS = 30 * 1000 };

char *slots_question(const char *consultant_id, int64_t from, int64_t to, int64_t minutes, char *buffer,
                     size_t size)
{
    snprintf(buffer, size, "%.40s %lld %lld %lld", consultant_id, (long long)from, (long long)to,
             (long long)minutes);
    return buffer;
}

// The entry of a question, or the oldest one to take over. Holds the lock.
static struct asked *entry_of(struct model *model, const char *question)
{
    struct asked *oldest = &model->asked[0];
    for (size_t i = 0; i < ASKED_MAX; i++) {
        if (strcmp(model->asked[i].question, question) == 0)
            return &model->asked[i];
        if (model->asked[i].at < oldest->at)
            oldest = &model->asked[i];
    }
    *oldest = (struct asked){ 0 };
    snprintf(oldest->question, sizeof oldest->question, "%s", question);
    return oldest;
}

void port_slots(struct model *model, const char *question, enum slots_state state, const char *why)
{
    pthread_mutex_lock(&model->lock);
    struct asked *asked = entry_of(model, question);
    asked->state = state;
    asked->at = model->machine_now();
    snprintf(asked->why, sizeof asked->why, "%s", why != NULL ? why : "");
    pthread_mutex_unlock(&model->lock);
    port_signal(model, MODEL_SLOTS);
}

static bool worth_asking(struct model *model, const char *question)
{
    int64_t now = model->machine_now();
    pthread_mutex_lock(&model->lock);
    struct asked *asked = entry_of(model, question);
    int64_t age = now - asked->at;
    int64_t patience = asked->state == SLOTS_LOADING ? GIVE_UP_MS : ASK_AGAIN_MS;
    bool worth = asked->state == SLOTS_UNKNOWN || age < 0 || age > patience;
    if (worth) {
        asked->state = SLOTS_LOADING;
        asked->at = now;
        asked->why[0] = '\0';
    }
    pthread_mutex_unlock(&model->lock);
    return worth;
}

void model_slots_want(struct model *model, const char *consultant_id, int64_t from, int64_t to,
                      int64_t minutes)
{
    char question[128];
    slots_question(consultant_id, from, to, minutes, question, sizeof question);
    if (!worth_asking(model, question))
        return;
    struct request *request = calloc(1, sizeof *request);
    CHECK(request != NULL);
    request->kind = REQUEST_SLOTS;
    request->id = strdup(consultant_id);
    request->from = from;
    request->to = to;
    request->minutes = minutes;
    add_request(model, request);
}

static void read_answer(struct model *model, const char *question, struct arena *arena,
                        struct slots_view *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(model->cache, "SELECT fetched_at, slots FROM slots WHERE question = ?1");
    bind_text(query, 1, question);
    if (!store_row(model->cache, query))
        return;
    ret->fetched_at = sqlite3_column_int64(query, 0);
    CLEANUP(json_free) cJSON *json = cJSON_Parse(column_text(query, 1));
    const cJSON *pair;
    cJSON_ArrayForEach(pair, json)
    {
        const cJSON *start = cJSON_GetArrayItem(pair, 0), *end = cJSON_GetArrayItem(pair, 1);
        if (cJSON_IsNumber(start) && cJSON_IsNumber(end))
            *LIST_ADD(&ret->slots, arena, struct slot) =
                (struct slot){ (int64_t)start->valuedouble, (int64_t)end->valuedouble };
    }
}

void model_slots(struct model *model, const char *consultant_id, int64_t from, int64_t to, int64_t minutes,
                 struct arena *arena, struct slots_view *ret)
{
    char question[128];
    struct slots_view view = { 0 };
    slots_question(consultant_id, from, to, minutes, question, sizeof question);
    pthread_mutex_lock(&model->lock);
    const struct asked *asked = entry_of(model, question);
    view.state = asked->state;
    memcpy(view.why, asked->why, sizeof view.why);
    pthread_mutex_unlock(&model->lock);
    reader_begin(model);
    read_answer(model, question, arena, &view);
    reader_end(model);
    if (view.state == SLOTS_UNKNOWN && view.fetched_at > 0)
        view.state = SLOTS_READY; // of an earlier run
    *ret = view;
}
