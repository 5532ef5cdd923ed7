// Concurrent traces: each transaction is made on the very state that its parents name. A few replicas are kept, each
// as it was after some transaction, and each new transaction takes the nearest that has not seen too much; memory
// grows with the transactions, not with the authors.
#include "tests/lib/replay.h"
#include "tests/lib/replay_past.h"

#include <stdlib.h>
#include <string.h>

enum { REPLICAS = 32, BEGINNER = 2, CHAIN_BITS = 12 };

struct replica {
    struct text *text;
    size_t at;   // the transaction it has come to
    size_t used; // when
};

// Ids of an author that know of each other: an author may be concurrent with itself.
struct chain {
    uint64_t agent;
    uint32_t used;
    size_t author;
};

struct story {
    struct replay *replay;
    struct past past;
    size_t start_updates;
    struct replica replicas[REPLICAS];
    size_t clock;
    struct chain *chains;
    size_t chain_count;
};

// ---- replicas ----
static bool apply_updates(struct story *story, struct text *text, size_t first, size_t last, struct err *err)
{
    const struct replay *replay = story->replay;
    for (size_t i = first; i < last; i++) {
        size_t from = i == 0 ? 0 : replay->update_ends[i - 1];
        if (!text_apply(text, replay->updates.data + from, replay->update_ends[i] - from, NULL, err))
            return false;
    }
    return true;
}

static struct replica *oldest_replica(struct story *story)
{
    struct replica *oldest = &story->replicas[0];
    for (int i = 1; i < REPLICAS; i++)
        if (story->replicas[i].used < oldest->used)
            oldest = &story->replicas[i];
    return oldest;
}

static struct replica *fresh_replica(struct story *story, struct err *err)
{
    struct replica *replica = oldest_replica(story);
    text_free(replica->text);
    *replica = (struct replica){ text_create(BEGINNER), PAST_NOWHERE, ++story->clock };
    return apply_updates(story, replica->text, 0, story->start_updates, err) ? replica : NULL;
}

// The replica's state stays for others who build on it.
static void leave_copy(struct story *story, struct replica *replica)
{
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    struct err err = { 0 };
    replica->used = ++story->clock;
    struct replica *copy = oldest_replica(story);
    text_save(replica->text, &snapshot);
    text_free(copy->text);
    *copy = (struct replica){ text_load(BEGINNER, snapshot.data, snapshot.len, &err), replica->at,
                              replica->used };
    CHECK(copy->text != NULL);
}

static struct replica *nearest_replica(struct story *story, size_t txn)
{
    struct replica *best = NULL;
    size_t least = SIZE_MAX;
    for (int i = 0; i < REPLICAS && least > 0; i++) {
        struct replica *replica = &story->replicas[i];
        if (replica->text == NULL || !past_missing(&story->past, replica->at, txn))
            continue;
        bool own = replica->at != PAST_NOWHERE &&
                   story->past.txns[replica->at].author == story->past.txns[txn].author;
        size_t cost = story->past.missing_count * 2 + !own;
        if (cost >= least)
            continue;
        best = replica;
        least = cost;
    }
    return best;
}

static struct replica *replica_for(struct story *story, size_t txn, struct err *err)
{
    struct replica *replica = nearest_replica(story, txn);
    if (replica != NULL && replica->at != PAST_NOWHERE) {
        const struct txn *past = &story->past.txns[replica->at];
        if (past->author != story->past.txns[txn].author && past->children > 0)
            leave_copy(story, replica);
    }
    if (replica == NULL)
        replica = fresh_replica(story, err);
    if (replica == NULL || !past_missing(&story->past, replica->at, txn))
        return NULL;
    for (size_t i = story->past.missing_count; i > 0; i--) {
        const struct txn *past = &story->past.txns[story->past.missing[i - 1]];
        if (!apply_updates(story, replica->text, past->first, past->last, err))
            return NULL;
    }
    replica->at = txn;
    replica->used = ++story->clock;
    return replica;
}

// ---- telling ----
// NULL when the author is concurrent with itself too often.
static struct chain *chain_for(struct story *story, size_t author, const struct text *text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < story->chain_count; i++) {
        struct chain *chain = &story->chains[i];
        if (chain->author != author)
            continue;
        if (text_agent_used(text, chain->agent) == chain->used)
            return chain;
        number++;
    }
    if (number >= 1 << CHAIN_BITS)
        return NULL;
    struct chain *chain = &story->chains[story->chain_count++];
    *chain = (struct chain){ .agent = ((uint64_t)author + 1) << CHAIN_BITS | number, .author = author };
    return chain;
}

static void add_update(struct replay *replay, struct buf *update)
{
    if (update->len == 0)
        return;
    buf_add(&replay->updates, buf_text(update), update->len);
    if ((replay->update_count & (replay->update_count - 1)) == 0) {
        size_t room = replay->update_count == 0 ? 1 : replay->update_count * 2;
        replay->update_ends = realloc(replay->update_ends, room * sizeof *replay->update_ends);
        CHECK(replay->update_ends != NULL);
    }
    replay->update_ends[replay->update_count++] = replay->updates.len;
    buf_clear(update);
}

static bool tell_patch(struct replay *replay, struct text *text, const cJSON *patch, struct err *err)
{
    CLEANUP(buf_free) struct buf update = { 0 };
    struct replay_edit edit;
    if (!replay_edit_of(replay, patch, text, &edit, err))
        return false;
    struct replay_edit going = { edit.at, edit.gone, "", 0 }, coming = { edit.at, 0, edit.bytes, edit.size };
    bool ok = replay_make(text, &going, &update, err);
    add_update(replay, &update);
    ok = ok && replay_make(text, &coming, &update, err);
    add_update(replay, &update);
    replay->edit_count++;
    return ok;
}

static bool tell(struct story *story, size_t index, struct err *err)
{
    struct txn *txn = &story->past.txns[index];
    for (size_t p = 0; p < txn->parents; p++)
        story->past.txns[story->past.parents[txn->first_parent + p]].children--;
    struct replica *replica = replica_for(story, index, err);
    if (replica == NULL)
        return false;
    struct chain *chain = chain_for(story, txn->author, replica->text);
    if (chain == NULL)
        return err_set(err, ERR_TOO_LARGE, "An agent of the trace is concurrent with itself too often.");
    bool ok = text_set_agent(replica->text, chain->agent, err);
    txn->first = story->replay->update_count;
    const cJSON *patches = cJSON_GetObjectItem(txn->json, "patches");
    for (const cJSON *patch = patches == NULL ? NULL : patches->child; ok && patch != NULL;
         patch = patch->next)
        ok = tell_patch(story->replay, replica->text, patch, err);
    txn->last = story->replay->update_count;
    chain->used = text_agent_used(replica->text, chain->agent);
    return ok;
}

static bool begin(struct story *story, struct err *err)
{
    CLEANUP(buf_free) struct buf update = { 0 };
    const char *start = replay_start(story->replay);
    struct replay_edit edit = { 0, 0, start, strlen(start) };
    struct text *text = text_create(BEGINNER);
    bool ok = replay_make(text, &edit, &update, err);
    add_update(story->replay, &update);
    story->start_updates = story->replay->update_count;
    text_free(text);
    return ok;
}

static void story_free(struct story *story)
{
    for (int i = 0; i < REPLICAS; i++)
        text_free(story->replicas[i].text);
    free(story->chains);
    past_free(&story->past);
}

bool replay_prepare_concurrent(struct replay *replay, struct err *err)
{
    struct story story = { .replay = replay };
    bool ok = past_read(&story.past, cJSON_GetObjectItem(replay->json, "txns"), err) && begin(&story, err);
    story.chains = calloc(story.past.count + 1, sizeof *story.chains);
    CHECK(story.chains != NULL);
    for (size_t i = 0; ok && i < story.past.count; i++)
        ok = tell(&story, i, err);
    story_free(&story);
    return ok;
}
