// Operations: what was promised to people, what was told to programs, what was done.
#include "tests/sim/prove_internal.h"

#include "shared/wire/json.h"
#include "tests/sim/rows.h"
#include "tests/sim/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = 96, NAME_SIZE = 48, PROMISES_MAX = 1024, TOLD_MAX = 1024, DONE_MAX = 2048 };

struct promise { // a person was told that it is queued
    char key[KEY_SIZE];
    char name[NAME_SIZE];
    bool withdrawn;
};

struct told { // a program was told what became of it
    char key[KEY_SIZE], person[64];
    bool ok;
};

struct done { // an audit entry of an operation that came by sync
    char key[KEY_SIZE];
    char name[NAME_SIZE];
    char *args;
    int count;
};

static struct {
    struct promise promises[PROMISES_MAX];
    struct told told[TOLD_MAX];
    struct done done[DONE_MAX];
    size_t promise_count, told_count, done_count;
    int64_t read_to; // n of the audit
} ops;

void ops_reset(void)
{
    memset(&ops, 0, sizeof ops);
}

static void forget_done(void)
{
    for (size_t i = 0; i < ops.done_count; i++)
        free(ops.done[i].args);
    ops.done_count = 0;
    ops.read_to = 0;
}

void ops_forget(void)
{
    forget_done();
}

// Done ------------------------------------------------------------------------------------------------------------

static struct done *find_done(const char *key)
{
    for (size_t i = 0; i < ops.done_count; i++)
        if (strcmp(ops.done[i].key, key) == 0)
            return &ops.done[i];
    return NULL;
}

static void note_done(const char *key, const char *name, const char *args)
{
    struct done *done = find_done(key);
    if (done != NULL) {
        done->count++;
        fail_run("%s (%s) was done twice", key, name);
        return;
    }
    CHECK(ops.done_count < DONE_MAX);
    done = &ops.done[ops.done_count++];
    snprintf(done->key, sizeof done->key, "%s", key);
    snprintf(done->name, sizeof done->name, "%s", name);
    done->args = args == NULL ? NULL : strdup(args);
    done->count = 1;
}

void ops_read_audit(bool from_start)
{
    struct err err = { 0 };
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (from_start)
        forget_done();
    if (!db_query(prove_db(), &rows, "SELECT n, request_id, op, args FROM audit WHERE n > $1 ORDER BY n",
                  DB_ARGS(db_int(ops.read_to)), &err)) {
        fail_run("the audit cannot be read: %s", err.message);
        return;
    }
    while (db_next(&rows)) {
        const char *request = db_col_text(&rows, 1);
        ops.read_to = db_col_int(&rows, 0);
        if (request != NULL && strncmp(request, "sync-", 5) == 0)
            note_done(request + 5, db_col_text(&rows, 2), db_col_text(&rows, 3));
    }
}

// Told ------------------------------------------------------------------------------------------------------------

static struct told *find_told(const char *key)
{
    for (size_t i = 0; i < ops.told_count; i++)
        if (strcmp(ops.told[i].key, key) == 0)
            return &ops.told[i];
    return NULL;
}

static void prove_one_told(const struct told *told)
{
    const struct done *done = find_done(told->key);
    if (texts_is_edit(told->key))
        return; // no result of it is stored: prove_texts.c
    if (told->ok && done == NULL)
        fail_run("%s was told to be done, and the store does not know it", told->key);
    if (!told->ok && done != NULL)
        fail_run("%s (%s) was told to be refused, and it was done", told->key, done->name);
}

void ops_prove_told(void)
{
    for (size_t i = 0; i < ops.told_count && !run_failed(); i++)
        prove_one_told(&ops.told[i]);
}

static void note_told(const char *device, const char *person, int64_t n, bool ok)
{
    char key[KEY_SIZE];
    snprintf(key, sizeof key, "%s-%" PRId64, device, n);
    struct told *told = find_told(key);
    bool edit = texts_is_edit(key); // may be done, and refused when it comes again
    if (told != NULL && told->ok != ok && !edit)
        fail_run("%s was told to be %s, then to be %s", key, told->ok ? "done" : "refused",
                 ok ? "done" : "refused");
    if (told == NULL) {
        CHECK(ops.told_count < TOLD_MAX);
        told = &ops.told[ops.told_count++];
        snprintf(told->key, sizeof told->key, "%s", key);
        snprintf(told->person, sizeof told->person, "%s", person);
        told->ok = ok;
    }
    ops_read_audit(false);
    const struct done *done = find_done(key);
    trace("told: %s is %s%s", key, ok ? "done: " : "refused", done == NULL ? "" : done->name);
    prove_one_told(told);
    if (edit && ok)
        texts_edit_told(key);
}

static void note_result(const char *device, const char *person, const cJSON *result)
{
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(result, "n");
    const char *status = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(result, "status"));
    if (!cJSON_IsNumber(n) || status == NULL)
        fail_run("the server sent a result that is none");
    else if (strcmp(status, "retry") != 0)
        note_told(device, person, (int64_t)n->valuedouble, strcmp(status, "ok") == 0);
}

void prove_server_says(const char *device, const char *person, const char *text, size_t size)
{
    static const char start[] = "{\"t\":\"res\"";
    struct err err = { 0 };
    if (strncmp(text, start, sizeof start - 1) != 0)
        return;
    CLEANUP(json_free) cJSON *json = json_parse(text, size, &err);
    const cJSON *result;
    cJSON_ArrayForEach(result, cJSON_GetObjectItemCaseSensitive(json, "results"))
        note_result(device, person, result);
}

// Effects ---------------------------------------------------------------------------------------------------------

static const struct {
    const char *op, *id; // the argument with the id that the client made
    const char *sql;
} makers[] = {
    { "consultation.book", "id", "SELECT count(*) FROM consultation WHERE id = $1" },
    { "consultation.add_action_item", "itemId", "SELECT count(*) FROM action_item WHERE id = $1" },
    { "consultation.add_deliverable", "deliverableId", "SELECT count(*) FROM deliverable WHERE id = $1" },
    { "consultant.availability_add", "ruleId", "SELECT count(*) FROM availability WHERE id = $1" },
};

static void prove_effect(const struct done *done, const char *member, const char *sql)
{
    struct err err = { 0 };
    int64_t count = 0;
    CLEANUP(json_free)
    cJSON *args = done->args == NULL ? NULL : json_parse(done->args, strlen(done->args), &err);
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(args, member));
    if (id == NULL)
        fail_run("%s (%s) was done without the id that its device made", done->key, done->name);
    else if (!db_one_int(prove_db(), sql, DB_ARGS(db_text(id)), &count, NULL, &err) || count != 1)
        fail_run("%s (%s) was done, and what it made is there %d times", done->key, done->name, (int)count);
}

void ops_prove_effects(void)
{
    for (size_t i = 0; i < ops.done_count; i++)
        for (size_t j = 0; j < ARRAY_LEN(makers); j++)
            if (strcmp(ops.done[i].name, makers[j].op) == 0)
                prove_effect(&ops.done[i], makers[j].id, makers[j].sql);
}

// Promises --------------------------------------------------------------------------------------------------------

static void key_of(struct seat *seat, int64_t n, char ret[KEY_SIZE])
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct seat_view view;
    seat_look(seat, &arena, &view);
    snprintf(ret, KEY_SIZE, "%s-%" PRId64, view.device, n);
}

void prove_promised(struct seat *seat, int64_t n, const char *name)
{
    CHECK(ops.promise_count < PROMISES_MAX);
    struct promise *promise = &ops.promises[ops.promise_count++];
    *promise = (struct promise){ 0 };
    key_of(seat, n, promise->key);
    snprintf(promise->name, sizeof promise->name, "%s", name);
    trace("promised: %s %s", promise->key, name);
}

void prove_withdrawn(struct seat *seat, int64_t n)
{
    char key[KEY_SIZE];
    key_of(seat, n, key);
    for (size_t i = 0; i < ops.promise_count; i++)
        if (strcmp(ops.promises[i].key, key) == 0)
            ops.promises[i].withdrawn = true;
}

void prove_all_withdrawn(struct seat *seat)
{
    char key[KEY_SIZE];
    key_of(seat, 0, key);
    size_t length = strlen(key) - 1;
    for (size_t i = 0; i < ops.promise_count; i++)
        if (strncmp(ops.promises[i].key, key, length) == 0)
            ops.promises[i].withdrawn = true;
}

// What needed something that was refused is refused on the device: it stands in the inbox of refusals.
static bool is_refused_there(const char *key)
{
    for (size_t i = 0; i < seat_count(); i++) {
        char own[KEY_SIZE];
        key_of(seat_at(i), 0, own);
        size_t length = strlen(own) - 1;
        if (strncmp(key, own, length) == 0)
            return seat_has_refused(seat_at(i), strtoll(key + length, NULL, 10));
    }
    return false;
}

void ops_prove_promises(void)
{
    for (size_t i = 0; i < ops.promise_count; i++)
        if (!ops.promises[i].withdrawn && find_told(ops.promises[i].key) == NULL &&
            !is_refused_there(ops.promises[i].key))
            fail_run("%s (%s) was promised to be queued and never came to anything", ops.promises[i].key,
                     ops.promises[i].name);
}

void ops_counts(struct prove_counts *ret)
{
    for (size_t i = 0; i < ops.told_count; i++)
        *(ops.told[i].ok ? &ret->told_ok : &ret->told_rejected) += 1;
    ret->promises = (int64_t)ops.promise_count;
}
