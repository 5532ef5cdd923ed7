// What was committed, made ready for push: one thread renders each changed row once, whoever is going to read it.
//
// Commits that gather while it renders become one batch. A batch is handed on whole and in order, and when the store
// cannot be read it is tried again: readers of the batches see no gap.
#include "server/core/engine_parts.h"

#include "server/core/log.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RETRY_MS = 100 };

struct noted { // one row changed by one operation
    const char *tenant;
    int64_t seq;
    struct change_note note;
};

struct commit { // of one group commit
    struct arena arena;
    struct list noted;
    struct commit *next;
};

struct tenant_seq { // up to where a tenant's changes were handed on
    const char *tenant;
    int64_t seq;
};

struct publisher {
    struct engine *engine;
    struct db *db;
    pthread_t thread;
    bool started;
    struct arena arena; // of the tenants
    struct list sent;   // struct tenant_seq

    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct commit *commits, **last_commit;
    struct change_batch *batches, **last_batch;
    bool busy, stop;
};

// From the writer -------------------------------------------------------------------------------------------------

static void note_request(struct commit *commit, const struct op_request *request)
{
    const struct change_set *set = &request->state->changes;
    const char *tenant = arena_strdup(&commit->arena, request->state->tenant);
    for (size_t i = 0; i < set->notes.count; i++) {
        const struct change_note *from = LIST_AT(&set->notes, struct change_note, i);
        *LIST_ADD(&commit->noted, &commit->arena, struct noted) = (struct noted){
            .tenant = tenant,
            .seq = set->seq,
            .note = { .table = from->table,
                      .kind = from->kind,
                      .id = arena_strdup(&commit->arena, from->id),
                      .was = arena_strdup(&commit->arena, from->was),
                      .now = arena_strdup(&commit->arena, from->now) },
        };
    }
    if (set->notes.count == 0) // a seq without a row still moves everybody's cursor
        *LIST_ADD(&commit->noted, &commit->arena, struct noted) =
            (struct noted){ .tenant = tenant, .seq = set->seq, .note = { .table = ROW_TABLES } };
}

void publisher_add(struct publisher *publisher, struct op_request *const *requests, size_t count)
{
    struct commit *commit = calloc(1, sizeof(*commit));
    CHECK(commit != NULL);
    for (size_t i = 0; i < count; i++)
        if (requests[i]->state->committed && requests[i]->state->changes.seq != 0)
            note_request(commit, requests[i]);
    if (commit->noted.count == 0) {
        free(commit);
        return;
    }
    pthread_mutex_lock(&publisher->lock);
    *publisher->last_commit = commit;
    publisher->last_commit = &commit->next;
    pthread_cond_signal(&publisher->filled);
    pthread_mutex_unlock(&publisher->lock);
}

// One batch -------------------------------------------------------------------------------------------------------

static int64_t *sent_up_to(struct publisher *publisher, const struct noted *first)
{
    for (size_t i = 0; i < publisher->sent.count; i++) {
        struct tenant_seq *sent = LIST_AT(&publisher->sent, struct tenant_seq, i);
        if (strcmp(sent->tenant, first->tenant) == 0)
            return &sent->seq;
    }
    struct tenant_seq *sent = LIST_ADD(&publisher->sent, &publisher->arena, struct tenant_seq);
    sent->tenant = arena_strdup(&publisher->arena, first->tenant);
    sent->seq = first->seq - 1;
    return &sent->seq;
}

struct index {     // finds the entry of a row within a batch
    size_t *slots; // entry number + 1
    size_t mask;
};

static size_t hash_row(enum row_table table, const char *id)
{
    size_t hash = 14695981039346656037u ^ (size_t)table;
    for (; *id != '\0'; id++)
        hash = (hash ^ (unsigned char)*id) * 1099511628211u;
    return hash ^ (hash >> 29);
}

static struct change_entry *entry_of(struct change_batch *batch, struct index *index,
                                     const struct change_note *note)
{
    for (size_t at = hash_row(note->table, note->id);; at++) {
        size_t *slot = &index->slots[at & index->mask];
        if (*slot == 0) {
            struct change_entry *entry = LIST_ADD(&batch->entries, &batch->arena, struct change_entry);
            *slot = batch->entries.count;
            entry->table = note->table;
            entry->id = arena_strdup(&batch->arena, note->id);
            entry->was = entry->now = "";
            return entry;
        }
        struct change_entry *entry = LIST_AT(&batch->entries, struct change_entry, *slot - 1);
        if (entry->table == note->table && strcmp(entry->id, note->id) == 0)
            return entry;
    }
}

// A row changed twice: who could see it at any time before is told, who may see it now gets the last state.
static void add_noted(struct change_batch *batch, struct index *index, const struct noted *noted)
{
    batch->to = noted->seq;
    if (noted->note.table == ROW_TABLES)
        return;
    struct change_entry *entry = entry_of(batch, index, &noted->note);
    const char *before = principals_union(entry->was, entry->now, &batch->arena);
    entry->was = principals_union(before, noted->note.was, &batch->arena);
    entry->now = arena_strdup(&batch->arena, noted->note.now);
    entry->seq = noted->seq;
}

static struct change_batch *gather(struct publisher *publisher, const struct commit *commits, size_t total,
                                   const struct noted *first)
{
    struct change_batch *batch = calloc(1, sizeof(*batch));
    CHECK(batch != NULL);
    struct index index = { .mask = 15 };
    while (index.mask < total * 2)
        index.mask = index.mask * 2 + 1;
    index.slots = ARENA_ARRAY(&batch->arena, size_t, index.mask + 1);
    batch->tenant = arena_strdup(&batch->arena, first->tenant);
    int64_t *sent = sent_up_to(publisher, first);
    batch->from = *sent;
    for (const struct commit *commit = commits; commit != NULL; commit = commit->next)
        for (size_t i = 0; i < commit->noted.count; i++) {
            const struct noted *noted = LIST_AT(&commit->noted, struct noted, i);
            if (strcmp(noted->tenant, batch->tenant) == 0)
                add_noted(batch, &index, noted);
        }
    *sent = batch->to;
    return batch;
}

static bool render_entry(struct publisher *publisher, struct change_batch *batch, struct change_entry *entry,
                         struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    bool found = false;
    if (!row_sources[entry->table]->read(publisher->db, batch->tenant, entry->id, &batch->arena, &text,
                                         &found, err))
        return false;
    entry->row = found ? arena_strndup(&batch->arena, buf_text(&text), text.len) : NULL;
    entry->row_size = found ? text.len : 0;
    return true;
}

static bool render(struct publisher *publisher, struct change_batch *batch)
{
    struct err err = { 0 };
    bool ok = db_snapshot_begin(publisher->db, &err);
    for (size_t i = 0; ok && i < batch->entries.count; i++)
        ok = render_entry(publisher, batch, LIST_AT(&batch->entries, struct change_entry, i), &err);
    db_snapshot_end(publisher->db);
    if (!ok)
        log_event(LOG_LEVEL_ERROR, "cannot read what changed; trying again", LOG_TEXT("why", err.message));
    return ok;
}

static void hand_on(struct publisher *publisher, struct change_batch *batch)
{
    struct engine *engine = publisher->engine;
    pthread_mutex_lock(&publisher->lock);
    *publisher->last_batch = batch;
    publisher->last_batch = &batch->next;
    pthread_mutex_unlock(&publisher->lock);
    engine->wake(engine->wake_user);
}

static bool stopping(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->lock);
    bool stop = publisher->stop;
    pthread_mutex_unlock(&publisher->lock);
    return stop;
}

static void publish_tenant(struct publisher *publisher, struct change_batch *batch)
{
    static const struct timespec pause = { .tv_nsec = RETRY_MS * 1000000 };
    while (!render(publisher, batch)) {
        if (stopping(publisher)) {
            change_batch_free(batch);
            return;
        }
        nanosleep(&pause, NULL);
    }
    hand_on(publisher, batch);
}

static bool is_gathered(const struct list *tenants, const char *tenant)
{
    for (size_t i = 0; i < tenants->count; i++)
        if (strcmp(*LIST_AT(tenants, const char *, i), tenant) == 0)
            return true;
    return false;
}

static void publish(struct publisher *publisher, const struct commit *commits)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct list tenants = { 0 };
    size_t total = 0;
    for (const struct commit *commit = commits; commit != NULL; commit = commit->next)
        total += commit->noted.count;
    for (const struct commit *commit = commits; commit != NULL; commit = commit->next)
        for (size_t i = 0; i < commit->noted.count; i++) {
            const struct noted *noted = LIST_AT(&commit->noted, struct noted, i);
            if (is_gathered(&tenants, noted->tenant))
                continue;
            *LIST_ADD(&tenants, &arena, const char *) = noted->tenant;
            publish_tenant(publisher, gather(publisher, commits, total, noted));
        }
}

// One turn --------------------------------------------------------------------------------------------------------

static void free_commits(struct commit *commit)
{
    while (commit != NULL) {
        struct commit *next = commit->next;
        arena_free(&commit->arena);
        free(commit);
        commit = next;
    }
}

// NULL when it is time to stop, or there is nothing and nobody waits.
static struct commit *take_commits(struct publisher *publisher, bool wait)
{
    pthread_mutex_lock(&publisher->lock);
    while (wait && publisher->commits == NULL && !publisher->stop)
        pthread_cond_wait(&publisher->filled, &publisher->lock);
    struct commit *commits = publisher->commits;
    publisher->commits = NULL;
    publisher->last_commit = &publisher->commits;
    publisher->busy = commits != NULL;
    pthread_mutex_unlock(&publisher->lock);
    return commits;
}

static void rest(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->lock);
    publisher->busy = false;
    pthread_mutex_unlock(&publisher->lock);
}

bool publisher_turn(struct publisher *publisher, bool wait)
{
    struct commit *commits = take_commits(publisher, wait);
    if (commits == NULL)
        return false;
    publish(publisher, commits);
    free_commits(commits);
    rest(publisher);
    return true;
}

static void *publisher_thread(void *pointer)
{
    while (publisher_turn(pointer, true)) {
    }
    return NULL;
}

struct publisher *publisher_create(struct engine *engine, struct err *err)
{
    struct publisher *publisher = calloc(1, sizeof(*publisher));
    CHECK(publisher != NULL);
    publisher->engine = engine;
    publisher->last_commit = &publisher->commits;
    publisher->last_batch = &publisher->batches;
    pthread_mutex_init(&publisher->lock, NULL);
    pthread_cond_init(&publisher->filled, NULL);
    if (db_open(&publisher->db, engine->db_path, DB_READER, err))
        return publisher;
    publisher_stop(publisher);
    return NULL;
}

bool publisher_start(struct publisher *publisher, struct err *err)
{
    publisher->started = engine_thread(&publisher->thread, "publisher", publisher_thread, publisher, err);
    return publisher->started;
}

void publisher_stop(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    pthread_mutex_lock(&publisher->lock);
    publisher->stop = true;
    pthread_cond_signal(&publisher->filled);
    pthread_mutex_unlock(&publisher->lock);
    if (publisher->started)
        pthread_join(publisher->thread, NULL);
    struct change_batch *batch;
    while ((batch = publisher_take(publisher)) != NULL)
        change_batch_free(batch);
    free_commits(publisher->commits);
    db_close(publisher->db);
    arena_free(&publisher->arena);
    pthread_cond_destroy(&publisher->filled);
    pthread_mutex_destroy(&publisher->lock);
    free(publisher);
}

struct change_batch *publisher_take(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->lock);
    struct change_batch *batch = publisher->batches;
    if (batch != NULL && (publisher->batches = batch->next) == NULL)
        publisher->last_batch = &publisher->batches;
    pthread_mutex_unlock(&publisher->lock);
    return batch;
}

bool publisher_idle(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->lock);
    bool idle = publisher->commits == NULL && publisher->batches == NULL && !publisher->busy;
    pthread_mutex_unlock(&publisher->lock);
    return idle;
}
