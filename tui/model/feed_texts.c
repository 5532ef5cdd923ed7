// The texts of notes as the server tells of them: updates that stand in rows, texts asked for because more is missing.

#include "tui/model/feed_internal.h"

#include "shared/wire/base64.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WANT_AGAIN_MS = 1000, SCAN_TOGETHER = 500 };

// --- what is wanted ------------------------------------------------------------------------------------------------

struct wanted_text {
    char note[REPLICA_NOTE_SIZE];
    bool asked;
    bool again;         // more was told of while the question was under way
    int64_t not_before; // machine ms
    struct wanted_text *next;
};

static struct wanted_text *find_wanted(const struct feed *feed, const char *note)
{
    struct wanted_text *wanted = feed->wanted;
    while (wanted != NULL && strcmp(wanted->note, note) != 0)
        wanted = wanted->next;
    return wanted;
}

static struct wanted_text *add_wanted(struct feed *feed, const char *note)
{
    struct wanted_text *wanted = calloc(1, sizeof *wanted);
    CHECK(wanted != NULL);
    snprintf(wanted->note, sizeof wanted->note, "%s", note);
    *feed->wanted_end = wanted;
    feed->wanted_end = &wanted->next;
    return wanted;
}

// After a scan each note is there once already.
static struct wanted_text *want(struct feed *feed, const char *note)
{
    struct wanted_text *wanted = feed->scanning ? NULL : find_wanted(feed, note);
    if (wanted == NULL)
        return add_wanted(feed, note);
    wanted->again = wanted->asked;
    return wanted;
}

// Takes it off the list, unless it must be asked for again; false when nobody asked.
static bool unwant(struct feed *feed, const char *note)
{
    struct wanted_text **link = &feed->wanted;
    while (*link != NULL && strcmp((*link)->note, note) != 0)
        link = &(*link)->next;
    struct wanted_text *found = *link;
    if (found == NULL || !found->asked)
        return false;
    feed->asked_count--;
    if (found->again) {
        found->asked = found->again = false;
        return true;
    }
    *link = found->next;
    if (feed->wanted_end == &found->next)
        feed->wanted_end = link;
    free(found);
    return true;
}

void feed_texts_forget(struct feed *feed)
{
    while (feed->wanted != NULL) {
        struct wanted_text *next = feed->wanted->next;
        free(feed->wanted);
        feed->wanted = next;
    }
    feed->wanted_end = &feed->wanted;
    feed->asked_count = 0;
}

static void add_question(struct feed *feed, const char *note, struct buf *out)
{
    CLEANUP(buf_free) struct buf version = { 0 };
    struct replica replica;
    replica_open(&replica, feed->outbox, note);
    json_add_comma(out);
    buf_add_text(out, "{\"note\":");
    json_add_text(out, note);
    buf_addf(out, ",\"epoch\":%" PRId64, replica.epoch);
    if (replica.epoch != 0) {
        text_version(replica.text, &version);
        buf_add_text(out, ",\"version\":\"");
        base64_add(out, version.data, version.len);
        buf_add_char(out, '"');
    }
    buf_add_char(out, '}');
    replica_close(&replica);
}

bool feed_take_docs(struct feed *feed, struct buf *out)
{
    int64_t now = port_machine_now(feed->model);
    size_t before = feed->asked_count;
    for (struct wanted_text *wanted = feed->wanted;
         wanted != NULL && feed->asked_count < SYNC_DOCS_MAX && out->len < feed->frame_limit / 2;
         wanted = wanted->next) {
        if (wanted->asked || wanted->not_before > now)
            continue;
        if (feed->asked_count == before)
            buf_add_text(out, "{\"t\":\"doc.sync\",\"docs\":[");
        add_question(feed, wanted->note, out);
        wanted->asked = true;
        feed->asked_count++;
    }
    if (feed->asked_count == before)
        return false;
    buf_add_text(out, "]}");
    return true;
}

// --- pictures kept -------------------------------------------------------------------------------------------------

// The replica as the file has it now; the least lately used picture makes room.
static struct replica *picture_of(struct feed *feed, const char *note)
{
    size_t at = 0;
    for (size_t i = 0; i < FEED_PICTURES; i++) {
        if (feed->pictures[i].text != NULL && strcmp(feed->pictures[i].note, note) == 0) {
            replica_follow(&feed->pictures[i], feed->outbox, NULL);
            feed->used[i] = ++feed->uses;
            return &feed->pictures[i];
        }
        if (feed->used[i] < feed->used[at])
            at = i;
    }
    struct replica *oldest = &feed->pictures[at];
    replica_close(oldest);
    replica_open(oldest, feed->outbox, note);
    feed->used[at] = ++feed->uses;
    return oldest;
}

static void drop_picture(struct feed *feed, const char *note)
{
    for (size_t i = 0; i < FEED_PICTURES; i++)
        if (feed->pictures[i].text != NULL && strcmp(feed->pictures[i].note, note) == 0) {
            replica_close(&feed->pictures[i]);
            feed->used[i] = 0;
        }
}

void feed_texts_close(struct feed *feed)
{
    feed_texts_forget(feed);
    for (size_t i = 0; i < FEED_PICTURES; i++)
        replica_close(&feed->pictures[i]);
}

// --- taking in -----------------------------------------------------------------------------------------------------

static bool bad_text(struct feed *feed, const char *note, struct err *err)
{
    char why[ERR_MESSAGE_MAX];
    snprintf(why, sizeof why, "%.120s", err->message);
    store_rollback(feed->outbox);
    drop_picture(feed, note); // it may hold a part
    return err_set(err, ERR_BAD_REQUEST, "the server broke the protocol: a text that cannot be merged: %s",
                   why);
}

// Own ids beyond those of this file: it is an old copy of one that went on elsewhere.
static bool check_agent(struct replica *replica, struct store *store, uint32_t before, struct err *err)
{
    uint32_t now = text_agent_used(replica->text, text_agent(replica->text));
    return now == before || replica_new_agent(replica, store, err);
}

// The updates are new to the replica, or known: both are fine. *ret_waits: something before them is missing.
static bool take_updates(struct feed *feed, struct replica *replica, const struct bytes *batch, int64_t epoch,
                         int64_t head, bool *ret_waits, struct err *err)
{
    CLEANUP(buf_free) struct buf before = { 0 };
    CLEANUP(buf_free) struct buf after = { 0 };
    uint32_t own = text_agent_used(replica->text, text_agent(replica->text));
    text_version(replica->text, &before);
    if (!batch_apply(replica->text, batch->data, batch->size, ret_waits, err))
        return false;
    if (*ret_waits)
        return true;
    text_version(replica->text, &after);
    bool news = before.len != after.len || memcmp(before.data, after.data, after.len) != 0;
    replica_heard(replica, feed->outbox, epoch, head);
    if (news)
        replica_append(replica, feed->outbox, batch->data, batch->size, -1);
    return !news || check_agent(replica, feed->outbox, own, err);
}

static void tell(struct feed *feed, bool refused)
{
    port_signal(feed->model, MODEL_TEXTS | (refused ? (unsigned)(MODEL_REFUSALS | MODEL_OUTBOX) : 0));
}

// Begins the transaction with the picture as it is then.
static struct replica *begin(struct feed *feed, const char *note, struct err *err)
{
    return store_begin(feed->outbox, STORE_SOFT, err) ? picture_of(feed, note) : NULL;
}

static bool commit(struct feed *feed, struct replica *replica, struct err *err)
{
    replica_compact(replica, feed->outbox);
    char note[REPLICA_NOTE_SIZE];
    memcpy(note, replica->note, sizeof note);
    if (store_commit(feed->outbox, err)) {
        replica_follow(replica, feed->outbox, NULL);
        return true;
    }
    drop_picture(feed, note);
    return false;
}

// The text was begun anew, or what was typed here fits nowhere in it: the words are kept, the replica comes again.
static bool start_anew(struct feed *feed, const char *note, struct err *err)
{
    drop_picture(feed, note);
    bool refused = outbox_note_lost(feed->outbox, note, ERR_CONFLICT, "The note was begun anew meanwhile.",
                                    model_now(feed->model));
    if (!store_commit(feed->outbox, err))
        return false;
    want(feed, note);
    tell(feed, refused);
    return true;
}

static bool read_heard(struct feed *feed, const char *note, int64_t *ret_epoch, int64_t *ret_head)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(feed->outbox, "SELECT epoch, head FROM replica WHERE note = ?1");
    bind_text(query, 1, note);
    bool found = store_row(feed->outbox, query);
    *ret_epoch = found ? sqlite3_column_int64(query, 0) : 0;
    *ret_head = found ? sqlite3_column_int64(query, 1) : 0;
    return found;
}

enum row_says { ROW_NOTHING_NEW, ROW_FOLLOWS, ROW_TOO_FAR };

static enum row_says compare_row(struct feed *feed, const struct row_note *row)
{
    int64_t epoch, head;
    read_heard(feed, row->id, &epoch, &head);
    if (row->head <= 0 || (epoch == row->epoch && head >= row->head))
        return ROW_NOTHING_NEW;
    bool follows =
        (epoch == 0 || epoch == row->epoch) && row->tailCount > 0 && row->head - row->tailCount <= head;
    return follows ? ROW_FOLLOWS : ROW_TOO_FAR;
}

bool feed_text_row(struct feed *feed, const struct row_note *row, struct err *err)
{
    enum row_says says = compare_row(feed, row);
    if (says == ROW_TOO_FAR)
        want(feed, row->id);
    if (says != ROW_FOLLOWS)
        return true;
    struct replica *replica = begin(feed, row->id, err);
    bool waits = false;
    if (replica == NULL)
        return false;
    if (!take_updates(feed, replica, &row->tail, row->epoch, row->head, &waits, err))
        return bad_text(feed, row->id, err);
    if (waits) {
        store_rollback(feed->outbox);
        drop_picture(feed, row->id);
        want(feed, row->id);
        return true;
    }
    if (!commit(feed, replica, err))
        return false;
    tell(feed, false);
    return true;
}

static bool take_diff(struct feed *feed, struct replica *replica, const struct feed_doc *doc, bool *ret_waits,
                      struct err *err)
{
    CLEANUP(buf_free) struct buf batch = { 0 };
    if (doc->update.size > 0)
        text_batch_add(&batch, doc->update.data, doc->update.size);
    struct bytes bytes = { buf_text(&batch), batch.len };
    return take_updates(feed, replica, &bytes, doc->epoch, doc->head, ret_waits, err);
}

static bool take_state(struct feed *feed, const struct feed_doc *doc, struct err *err)
{
    struct replica *replica = begin(feed, doc->note, err);
    bool waits = false, good;
    if (replica == NULL)
        return false;
    bool other = replica->epoch != 0 && replica->epoch != doc->epoch;
    if (other)
        return start_anew(feed, doc->note, err);
    err_clear(err);
    if (doc->snapshot.data != NULL)
        good = replica_replace(replica, feed->outbox, doc->snapshot.data, doc->snapshot.size, doc->epoch,
                               doc->head, err);
    else
        good = take_diff(feed, replica, doc, &waits, err);
    if (!good && err->code == ERR_CONFLICT)
        return start_anew(feed, doc->note, err);
    if (!good || waits)
        return bad_text(feed, doc->note, err);
    if (!commit(feed, replica, err))
        return false;
    tell(feed, false);
    return true;
}

bool feed_doc(struct feed *feed, const struct feed_doc *doc, struct err *err)
{
    if (!unwant(feed, doc->note))
        return true; // of an earlier connection, or hidden meanwhile
    if (doc->code == ERR_NONE && doc->head == 0)
        return true; // nobody has begun it
    if (doc->code == ERR_NONE)
        return doc->epoch > 0 && doc->head > 0
                   ? take_state(feed, doc, err)
                   : err_set(err, ERR_BAD_REQUEST, "the server broke the protocol: a text of no generation");
    if (doc->code != ERR_NOT_FOUND && doc->code != ERR_FORBIDDEN)
        want(feed, doc->note)->not_before = port_machine_now(feed->model) + WANT_AGAIN_MS;
    return true;
}

bool feed_text_gone(struct feed *feed, const char *note, struct err *err)
{
    int64_t epoch, head;
    if (!read_heard(feed, note, &epoch, &head))
        return true;
    if (!store_begin(feed->outbox, STORE_DURABLE, err))
        return false;
    drop_picture(feed, note);
    bool refused = outbox_note_lost(feed->outbox, note, ERR_NOT_FOUND, "You may no longer see this note.",
                                    model_now(feed->model));
    if (!store_commit(feed->outbox, err))
        return false;
    tell(feed, refused);
    return true;
}

// --- all of them ---------------------------------------------------------------------------------------------------

// Many rows share a transaction; pictures are for notes that somebody looks at.
static bool scan_row(struct feed *feed, const struct row_note *row, int *taken, struct err *err)
{
    enum row_says says = compare_row(feed, row);
    if (says == ROW_TOO_FAR)
        want(feed, row->id);
    if (says != ROW_FOLLOWS)
        return true;
    struct replica replica;
    bool waits = false;
    if (*taken % SCAN_TOGETHER == 0 && !store_begin(feed->outbox, STORE_SOFT, err))
        return false;
    replica_open(&replica, feed->outbox, row->id);
    bool good = take_updates(feed, &replica, &row->tail, row->epoch, row->head, &waits, err);
    if (good && !waits)
        replica_compact(&replica, feed->outbox);
    replica_close(&replica);
    if (!good)
        return bad_text(feed, row->id, err);
    if (waits) // nothing of it was written
        want(feed, row->id);
    *taken += 1;
    return *taken % SCAN_TOGETHER != 0 || store_commit(feed->outbox, err);
}

static bool scan_rows(struct feed *feed, int *ret_taken, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct row_note row;
    bool good = true;
    *ret_taken = 0;
    feed_texts_forget(feed);
    feed->scanning = true;
    CLEANUP(query_end) sqlite3_stmt *rows = store_query(feed->cache, table_select(ROW_NOTE, "AND head > 0"));
    while (good && table_next(feed->cache, rows, ROW_NOTE, &arena, &row)) {
        good = scan_row(feed, &row, ret_taken, err);
        arena_reset(&arena);
    }
    feed->scanning = false;
    return good && (*ret_taken % SCAN_TOGETHER == 0 || store_commit(feed->outbox, err));
}

// Replicas that a note should stand behind. One that no text of the server's is known of is still typed only, until its
// edits are answered and the rows of that time are here.
static sqlite3_stmt *select_settled(struct feed *feed)
{
    sqlite3_stmt *query = store_query(
        feed->outbox, "SELECT note FROM replica WHERE epoch > 0 OR NOT EXISTS (SELECT 1 FROM operation o"
                      " WHERE o.note = replica.note AND (o.state < 2 OR (o.state = 2 AND o.seq > ?1)))");
    bind_int(query, 1, feed->cursor);
    return query;
}

// Rows that are in sight; then replicas of notes that are not: none of them may stay.
bool feed_texts_scan(struct feed *feed, struct err *err)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct list gone = { 0 };
    int taken;
    if (!scan_rows(feed, &taken, err))
        return false;
    if (taken > 0)
        tell(feed, false);
    CLEANUP(query_end)
    sqlite3_stmt *replicas = select_settled(feed);
    while (store_row(feed->outbox, replicas))
        *LIST_ADD(&gone, &arena, const char *) = arena_strdup(&arena, column_word(replicas, 0));
    query_end(&replicas);
    for (size_t i = 0; i < gone.count; i++) {
        const char *note = *LIST_AT(&gone, const char *, i);
        CLEANUP(query_end)
        sqlite3_stmt *query = store_query(feed->cache, table_select(ROW_NOTE, "AND id = ?1"));
        bind_text(query, 1, note);
        bool there = store_row(feed->cache, query);
        query_end(&query);
        if (!there && !feed_text_gone(feed, note, err))
            return false;
    }
    return true;
}
