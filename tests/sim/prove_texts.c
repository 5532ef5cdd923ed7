// Texts: lines that were typed, edits that were carried, replicas.
#include "tests/sim/prove_internal.h"

#include "server/texts/texts.h"
#include "shared/wire/args_notes.h"
#include "shared/wire/json.h"
#include "tests/sim/rows.h"
#include "tests/sim/trace.h"
#include "tui/model/model.h"
#include "tui/model/replica.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 4096, EDITS_MAX = 2048, NOTES_MAX = 256, LINE_SIZE = 80, KEY_SIZE = 96 };

struct line {
    char bytes[LINE_SIZE], note[REPLICA_NOTE_SIZE];
    const struct seat *seat;
    int64_t syncs; // of the outbox's log when it was typed
    int taken;     // times that somebody took it away
    int again;     // times that refused words with it were typed again
    bool may_miss;
};

struct edit { // carried by an operation
    char key[KEY_SIZE], note[REPLICA_NOTE_SIZE];
    uint8_t *updates;
    size_t size;
    bool told; // that it is stored
};

struct stored { // a text of the server, as far as it was looked at
    char note[REPLICA_NOTE_SIZE];
    int64_t epoch, head;
};

static struct {
    struct line lines[LINES_MAX];
    struct edit edits[EDITS_MAX];
    struct stored stored[NOTES_MAX];
    size_t line_count, edit_count, stored_count;
    int64_t refused, replicas;
} texts;

void texts_reset(void)
{
    texts_forget();
    memset(&texts, 0, sizeof texts);
}

void texts_forget(void)
{
    for (size_t i = 0; i < texts.edit_count; i++)
        free(texts.edits[i].updates);
    texts.edit_count = 0;
}

void texts_counts(struct prove_counts *ret)
{
    ret->lines = (int64_t)texts.line_count;
    ret->refused_lines = texts.refused;
    ret->edits = (int64_t)texts.edit_count;
    ret->replicas = texts.replicas;
}

// Typed -----------------------------------------------------------------------------------------------------------

static int64_t syncs_of(const struct seat *seat)
{
    char path[256];
    snprintf(path, sizeof path, "%s/outbox.db-wal", seat_folder(seat));
    return disk_syncs(path);
}

void prove_typed(struct seat *seat, const char *note, const char *line, bool told)
{
    CHECK(texts.line_count < LINES_MAX && strlen(line) < LINE_SIZE);
    struct line *made = &texts.lines[texts.line_count++];
    *made = (struct line){ .seat = seat, .syncs = seat == NULL ? 0 : syncs_of(seat), .may_miss = !told };
    snprintf(made->bytes, sizeof made->bytes, "%s", line);
    snprintf(made->note, sizeof made->note, "%s", note);
}

void prove_kept(const char *line)
{
    for (size_t i = 0; i < texts.line_count; i++)
        if (strcmp(texts.lines[i].bytes, line) == 0)
            texts.lines[i].may_miss = texts.lines[i].taken > 0;
}

void prove_took_away(const char *note, const char *before, const char *after)
{
    for (size_t i = 0; i < texts.line_count; i++) {
        struct line *line = &texts.lines[i];
        if (strcmp(line->note, note) != 0 || strstr(before, line->bytes) == NULL ||
            strstr(after, line->bytes) != NULL)
            continue;
        line->taken++;
        line->may_miss = true;
    }
}

void prove_words_dealt(const char *words, bool again)
{
    for (size_t i = 0; i < texts.line_count; i++)
        if (strstr(words, texts.lines[i].bytes) != NULL) {
            texts.lines[i].again += again;
            texts.lines[i].may_miss = texts.lines[i].may_miss || !again;
        }
}

static bool is_refused(const struct list *refusals, const char *line)
{
    for (size_t i = 0; i < refusals->count; i++) {
        const char *words = LIST_AT(refusals, struct refusal, i)->text;
        if (words != NULL && strstr(words, line) != NULL)
            return true;
    }
    return false;
}

void prove_refused_words(struct seat *seat)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct list refusals = { 0 };
    model_refusals(seat_model(seat), &arena, &refusals);
    for (size_t i = 0; i < texts.line_count; i++)
        if (texts.lines[i].seat == seat && is_refused(&refusals, texts.lines[i].bytes))
            texts.lines[i].may_miss = true;
}

void prove_typed_discarded(struct seat *seat, bool discarded)
{
    for (size_t i = 0; i < texts.line_count && discarded; i++)
        if (texts.lines[i].seat == seat)
            texts.lines[i].may_miss = true;
}

void prove_power_failed(struct seat *seat)
{
    for (size_t i = 0; i < texts.line_count; i++)
        if (texts.lines[i].seat == seat && texts.lines[i].syncs == syncs_of(seat))
            texts.lines[i].may_miss = true;
}

// Carried ---------------------------------------------------------------------------------------------------------

static struct edit *find_edit(const char *key)
{
    for (size_t i = 0; i < texts.edit_count; i++)
        if (strcmp(texts.edits[i].key, key) == 0)
            return &texts.edits[i];
    return NULL;
}

bool texts_is_edit(const char *key)
{
    return find_edit(key) != NULL;
}

static void note_edit(const char *key, const struct args_note_edit *args)
{
    char note[REPLICA_NOTE_SIZE];
    struct edit *edit = find_edit(key);
    replica_id(args->id, (enum note_kind)args->kind, note);
    if (edit != NULL) {
        if (strcmp(edit->note, note) != 0 || edit->size != args->updates.size ||
            memcmp(edit->updates, args->updates.data, edit->size) != 0)
            fail_run("%s carries something else when it comes again", key);
        return;
    }
    CHECK(texts.edit_count < EDITS_MAX);
    edit = &texts.edits[texts.edit_count++];
    *edit = (struct edit){ .updates = malloc(args->updates.size + 1), .size = args->updates.size };
    CHECK(edit->updates != NULL);
    memcpy(edit->updates, args->updates.data, args->updates.size);
    snprintf(edit->key, sizeof edit->key, "%s", key);
    snprintf(edit->note, sizeof edit->note, "%s", note);
}

static void read_op(const char *device, const cJSON *op)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct args_note_edit args;
    struct err err = { 0 };
    char key[KEY_SIZE];
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(op, "name"));
    const cJSON *n = cJSON_GetObjectItemCaseSensitive(op, "n");
    if (name == NULL || !cJSON_IsNumber(n) || strcmp(name, "note.edit") != 0)
        return;
    snprintf(key, sizeof key, "%s-%" PRId64, device, (int64_t)n->valuedouble);
    if (shape_read(&shape_note_edit, cJSON_GetObjectItemCaseSensitive(op, "args"), &arena, &args, &err))
        note_edit(key, &args);
    else
        fail_run("%s carries no edit: %s", key, err.message);
}

void prove_client_says(const char *device, const char *text, size_t size)
{
    static const char start[] = "{\"t\":\"op\"";
    struct err err = { 0 };
    if (device == NULL || size < sizeof start || strncmp(text, start, sizeof start - 1) != 0)
        return;
    CLEANUP(json_free) cJSON *json = json_parse(text, size, &err);
    const cJSON *op;
    cJSON_ArrayForEach(op, cJSON_GetObjectItemCaseSensitive(json, "ops")) read_op(device, op);
}

// Stored ----------------------------------------------------------------------------------------------------------

static bool load(const char *note, struct text_state *ret)
{
    struct err err = { 0 };
    bool good = texts_load(prove_db(), note, ret, &err);
    if (!good)
        fail_run("the text of %s cannot be read: %s", note, err.message);
    return good;
}

// The text holds all of it already.
static void prove_holds(struct text *text, const struct edit *edit)
{
    struct text_batch rest = { edit->updates, edit->updates + edit->size, false };
    struct err err = { 0 };
    const void *update;
    size_t size;
    while (text_batch_next(&rest, &update, &size)) {
        enum text_applied applied;
        if (text_apply(text, update, size, &applied, &err) && applied == TEXT_KNOWN)
            continue;
        fail_run("%s was told to be done, and the text of %s lacks what it carried", edit->key, edit->note);
        return;
    }
}

static void prove_edits_of(const char *note)
{
    CLEANUP(text_state_free) struct text_state state = { 0 };
    if (!load(note, &state))
        return;
    for (size_t i = 0; i < texts.edit_count && !run_failed(); i++) {
        if (!texts.edits[i].told || strcmp(texts.edits[i].note, note) != 0)
            continue;
        if (state.text == NULL)
            fail_run("%s was told to be done, and there is no text of %s", texts.edits[i].key, note);
        else
            prove_holds(state.text, &texts.edits[i]);
    }
}

void texts_edit_told(const char *key)
{
    struct edit *edit = find_edit(key);
    CLEANUP(text_state_free) struct text_state state = { 0 };
    edit->told = true;
    if (!load(edit->note, &state))
        return;
    if (state.text == NULL)
        fail_run("%s was told to be done, and there is no text of %s", key, edit->note);
    else
        prove_holds(state.text, edit);
}

// Of each note once, at its first edit.
void texts_prove_told(void)
{
    for (size_t i = 0; i < texts.edit_count && !run_failed(); i++) {
        size_t first = 0;
        while (strcmp(texts.edits[first].note, texts.edits[i].note) != 0)
            first++;
        if (first == i)
            prove_edits_of(texts.edits[i].note);
    }
}

// Lines -----------------------------------------------------------------------------------------------------------

// Without its line feed.
static int shown(const struct line *line)
{
    return (int)strlen(line->bytes) - 1;
}

static int count_of(const char *content, const char *line)
{
    int count = 0;
    for (const char *at = content; (at = strstr(at, line)) != NULL; at++)
        count++;
    return count;
}

// What several people took away, several can bring back.
static int most_of(const struct line *line)
{
    return (line->taken > 1 ? line->taken : 1) + line->again;
}

static void prove_once(const char *note, const char *content)
{
    for (size_t i = 0; i < texts.line_count && !run_failed(); i++) {
        const struct line *line = &texts.lines[i];
        int count = strcmp(line->note, note) == 0 ? count_of(content, line->bytes) : 0;
        if (count > most_of(line))
            fail_run("%.*s stands %d times in %s", shown(line), line->bytes, count, note);
    }
}

static struct stored *stored_of(const char *note)
{
    for (size_t i = 0; i < texts.stored_count; i++)
        if (strcmp(texts.stored[i].note, note) == 0)
            return &texts.stored[i];
    CHECK(texts.stored_count < NOTES_MAX);
    struct stored *stored = &texts.stored[texts.stored_count++];
    snprintf(stored->note, sizeof stored->note, "%s", note);
    return stored;
}

static void look_at(const char *note, int64_t epoch, int64_t head)
{
    struct stored *stored = stored_of(note);
    if (stored->epoch == epoch && stored->head == head)
        return;
    stored->epoch = epoch;
    stored->head = head;
    CLEANUP(text_state_free) struct text_state state = { 0 };
    CLEANUP(buf_free) struct buf content = { 0 };
    if (!load(note, &state) || state.text == NULL)
        return;
    text_content(state.text, &content);
    prove_once(note, buf_text(&content));
}

void texts_prove_commit(void)
{
    struct err err = { 0 };
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(prove_db(), &rows, "SELECT id, epoch, head FROM note WHERE head > 0", DB_NO_ARGS, &err)) {
        fail_run("the notes cannot be read: %s", err.message);
        return;
    }
    while (db_next(&rows) && !run_failed())
        look_at(db_col_text(&rows, 0), db_col_int(&rows, 1), db_col_int(&rows, 2));
}

// In the end ------------------------------------------------------------------------------------------------------

static bool is_in_refusals(const struct line *line)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct list refusals = { 0 };
    for (size_t i = 0; i < seat_count(); i++)
        if (seat_at(i) == line->seat) {
            seat_enter(seat_at(i));
            model_refusals(seat_model(seat_at(i)), &arena, &refusals);
            seat_leave();
        }
    return is_refused(&refusals, line->bytes);
}

static void prove_line(const struct line *line)
{
    CLEANUP(text_state_free) struct text_state state = { 0 };
    CLEANUP(buf_free) struct buf content = { 0 };
    if (!load(line->note, &state))
        return;
    if (state.text != NULL)
        text_content(state.text, &content);
    if (count_of(buf_text(&content), line->bytes) > 0)
        return;
    if (is_in_refusals(line))
        texts.refused++;
    else if (!line->may_miss)
        fail_run("%.*s was typed into %s and is lost", shown(line), line->bytes, line->note);
}

void texts_prove_lines(void)
{
    texts_prove_commit();
    for (size_t i = 0; i < texts.line_count && !run_failed(); i++)
        prove_line(&texts.lines[i]);
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void prove_replica(const struct seat *seat, const struct seat_replica *replica)
{
    CLEANUP(text_state_free) struct text_state state = { 0 };
    CLEANUP(buf_free) struct buf content = { 0 }, version = { 0 };
    texts.replicas++;
    if (!load(replica->note, &state))
        return;
    if (!replica->in_sight || state.text == NULL) {
        fail_run("%s keeps a replica of %s, which is out of its sight", seat_name(seat), replica->note);
        return;
    }
    text_content(state.text, &content);
    text_version(state.text, &version);
    if (!replica->there || replica->epoch != state.epoch || !same(&replica->version, &version) ||
        !same(&replica->content, &content))
        fail_run("%s has %s of %s than the server (epoch %" PRId64 ", not %" PRId64
                 "):\n    here   %.1000s\n    server %.1000s",
                 seat_name(seat), replica->there ? "another text" : "no replica, rather", replica->note,
                 replica->epoch, state.epoch, buf_text(&replica->content), buf_text(&content));
}

void texts_prove_replicas(struct seat *seat)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct list replicas = { 0 };
    seat_enter(seat);
    seat_replicas(seat, &arena, &replicas);
    seat_leave();
    for (size_t i = 0; i < replicas.count; i++) {
        struct seat_replica *replica = LIST_AT(&replicas, struct seat_replica, i);
        if (!run_failed())
            prove_replica(seat, replica);
        buf_free(&replica->content);
        buf_free(&replica->version);
    }
}
