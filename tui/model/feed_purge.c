// Words that were deleted from notes leave this device too, by the server's rule (server/scheduling/note_purge.c): what
// the newest step of the history had seen that is NOTE_PURGE_DAYS old. A few notes at a time, so that nobody waits.

#include "tui/model/feed_internal.h"

#include <stdio.h>
#include <string.h>

enum { NOTES_AT_ONCE = 50, EVERY_MS = 6 * 60 * 60 * 1000 };

struct due {
    char note[REPLICA_NOTE_SIZE];
    int64_t purged; // up to here, server's time
};

// The next replicas by their notes' ids.
static size_t next_notes(struct feed *feed, struct due ret[NOTES_AT_ONCE])
{
    size_t count = 0;
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(feed->outbox, "SELECT note, purged FROM replica WHERE note > ?1 ORDER BY note LIMIT ?2");
    bind_text(query, 1, feed->purge_after);
    bind_int(query, 2, NOTES_AT_ONCE);
    while (count < NOTES_AT_ONCE && store_row(feed->outbox, query)) {
        snprintf(ret[count].note, sizeof ret[count].note, "%s", column_word(query, 0));
        ret[count++].purged = sqlite3_column_int64(query, 1);
    }
    return count;
}

static bool removed_since(struct feed *feed, const struct due *due, int64_t before)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        feed->cache, "SELECT 1 FROM note_revision WHERE gen = (SELECT gen FROM state) AND noteId = ?1"
                     " AND removed > 0 AND endedAt >= ?2 AND endedAt < ?3 LIMIT 1");
    bind_text(query, 1, due->note);
    bind_int(query, 2, due->purged);
    bind_int(query, 3, before);
    return store_row(feed->cache, query);
}

static bool newest_step(struct feed *feed, const char *note, int64_t before, struct arena *arena,
                        struct row_note_revision *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(feed->cache,
                    table_select(ROW_NOTE_REVISION,
                                 "AND noteId = ?1 AND endedAt < ?2 ORDER BY endedAt DESC, rev DESC LIMIT 1"));
    bind_text(query, 1, note);
    bind_int(query, 2, before);
    return table_next(feed->cache, query, ROW_NOTE_REVISION, arena, ret);
}

// The picture is loaded anew by whoever has one; a text that cannot be purged now is tried next time.
static void purge(struct feed *feed, const struct due *due, int64_t before)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct row_note_revision step;
    struct replica replica;
    struct err ignored;
    if (!removed_since(feed, due, before) || !newest_step(feed, due->note, before, &arena, &step) ||
        !store_begin(feed->outbox, STORE_SOFT, &ignored))
        return;
    replica_open(&replica, feed->outbox, due->note);
    bool purged = replica_purge(&replica, feed->outbox, step.version.data, step.version.size, before);
    replica_close(&replica);
    if (!purged) {
        store_rollback(feed->outbox);
        return;
    }
    if (store_commit(feed->outbox, &ignored))
        port_signal(feed->model, MODEL_TEXTS);
}

void feed_purge(struct feed *feed, int64_t now)
{
    struct due due[NOTES_AT_ONCE];
    if (now < feed->purge_at)
        return;
    size_t count = next_notes(feed, due);
    for (size_t i = 0; i < count; i++)
        purge(feed, &due[i], note_purge_before(model_now(feed->model)));
    if (count == NOTES_AT_ONCE) {
        memcpy(feed->purge_after, due[count - 1].note, sizeof feed->purge_after);
        return;
    }
    feed->purge_after[0] = '\0';
    feed->purge_at = now + EVERY_MS;
}
