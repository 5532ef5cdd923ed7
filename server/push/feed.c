#include "server/push/feed.h"

#include "server/push/conn.h"
#include "server/push/messages.h"
#include "server/push/numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING = 128, RING_BYTES = 4 * 1024 * 1024, SHARED = 32, BITS = 64 };

// An entry with its principals as numbers; those that nobody here holds are left out.
struct seen_entry {
    const struct change_entry *entry;
    int64_t rev;
    unsigned *was, *now;
    size_t was_count, now_count;
};

struct held_batch {
    struct change_batch *batch;
    struct seen_entry *entries; // in the batch's arena
    size_t bytes;
};

// A frame made for one audience, for others that see the same rows.
struct shared_frame {
    int64_t told, cursor, to;
    uint64_t *bits; // two an entry: put, gone
    size_t words;
    struct frame *frame;
};

struct feed {
    char *tenant;
    int64_t head;
    struct held_batch ring[RING];
    size_t first, count, bytes;
    struct audience *audiences;
    struct numbers numbers;
    struct shared_frame shared[SHARED];
    size_t next_shared;
};

// --- audiences ------------------------------------------------------------------------------------------------------

struct audience *feed_audience(struct feed *feed, const char *principals)
{
    for (struct audience *audience = feed->audiences; audience != NULL; audience = audience->next)
        if (strcmp(audience->principals, principals) == 0)
            return audience;
    unsigned numbers[NUMBERS_MAX];
    struct audience *audience = calloc(1, sizeof *audience);
    CHECK(audience != NULL);
    audience->feed = feed;
    audience->since = feed->head;
    audience->principals = strdup(principals);
    audience->count = numbers_read(&feed->numbers, principals, true, numbers);
    audience->numbers = malloc(sizeof numbers[0] * (audience->count + 1));
    CHECK(audience->principals != NULL && audience->numbers != NULL);
    memcpy(audience->numbers, numbers, sizeof numbers[0] * audience->count);
    audience->next = feed->audiences;
    feed->audiences = audience;
    return audience;
}

static void audience_free(struct audience *audience)
{
    struct audience **link = &audience->feed->audiences;
    while (*link != audience)
        link = &(*link)->next;
    *link = audience->next;
    frame_unref(audience->frame);
    free(audience->principals);
    free(audience->numbers);
    free(audience);
}

void audience_join(struct audience *audience, struct conn *conn)
{
    conn->audience = audience;
    conn->audience_next = audience->conns;
    conn->audience_previous = NULL;
    if (audience->conns != NULL)
        audience->conns->audience_previous = conn;
    audience->conns = conn;
}

void audience_leave(struct audience *audience, struct conn *conn)
{
    if (conn->audience_previous != NULL)
        conn->audience_previous->audience_next = conn->audience_next;
    else
        audience->conns = conn->audience_next;
    if (conn->audience_next != NULL)
        conn->audience_next->audience_previous = conn->audience_previous;
    conn->audience = NULL;
    if (audience->conns == NULL)
        audience_free(audience);
}

void feed_each(struct feed *feed, void (*each)(struct audience *audience, void *user), void *user)
{
    for (struct audience *audience = feed->audiences, *next; audience != NULL; audience = next) {
        next = audience->next;
        each(audience, user);
    }
}

// --- batches --------------------------------------------------------------------------------------------------------

static struct held_batch *held(struct feed *feed, size_t i)
{
    return &feed->ring[(feed->first + i) % RING];
}

static void drop_oldest(struct feed *feed)
{
    struct held_batch *oldest = held(feed, 0);
    feed->bytes -= oldest->bytes;
    change_batch_free(oldest->batch);
    *oldest = (struct held_batch){ 0 };
    feed->first = (feed->first + 1) % RING;
    feed->count--;
}

static void forget_shared(struct feed *feed)
{
    for (size_t i = 0; i < SHARED; i++) {
        frame_unref(feed->shared[i].frame);
        free(feed->shared[i].bits);
        feed->shared[i] = (struct shared_frame){ 0 };
    }
}

struct feed *feed_create(const char *tenant, int64_t head)
{
    struct feed *feed = calloc(1, sizeof *feed);
    CHECK(feed != NULL);
    feed->tenant = strdup(tenant);
    CHECK(feed->tenant != NULL);
    feed->head = head;
    return feed;
}

void feed_destroy(struct feed *feed)
{
    while (feed->count > 0)
        drop_oldest(feed);
    forget_shared(feed);
    CHECK(feed->audiences == NULL);
    numbers_free(&feed->numbers);
    free(feed->tenant);
    free(feed);
}

const char *feed_tenant(const struct feed *feed)
{
    return feed->tenant;
}

int64_t feed_head(const struct feed *feed)
{
    return feed->head;
}

static unsigned *keep_numbers(struct change_batch *batch, const unsigned *numbers, size_t count)
{
    return arena_copy(&batch->arena, numbers, sizeof *numbers * count);
}

static void see_entry(struct feed *feed, struct change_batch *batch, const struct change_entry *entry,
                      struct seen_entry *ret)
{
    unsigned numbers[NUMBERS_MAX];
    ret->entry = entry;
    ret->rev = entry->row == NULL ? -1 : row_rev(entry->row);
    ret->was_count = numbers_read(&feed->numbers, entry->was, false, numbers);
    ret->was = keep_numbers(batch, numbers, ret->was_count);
    ret->now_count = numbers_read(&feed->numbers, entry->now, false, numbers);
    ret->now = keep_numbers(batch, numbers, ret->now_count);
}

static bool sees(const struct audience *audience, const struct seen_entry *seen)
{
    return numbers_meet(audience->numbers, audience->count, seen->now, seen->now_count);
}

static bool saw(const struct audience *audience, const struct seen_entry *seen)
{
    return numbers_meet(audience->numbers, audience->count, seen->was, seen->was_count);
}

static void hold(struct feed *feed, struct change_batch *batch)
{
    while (feed->count == RING || (feed->count > 0 && feed->bytes > RING_BYTES))
        drop_oldest(feed);
    struct held_batch *latest = held(feed, feed->count++);
    latest->batch = batch;
    latest->entries = ARENA_ARRAY(&batch->arena, struct seen_entry, batch->entries.count);
    for (size_t i = 0; i < batch->entries.count; i++)
        see_entry(feed, batch, LIST_AT(&batch->entries, struct change_entry, i), &latest->entries[i]);
    latest->bytes = batch->arena.total;
    feed->bytes += latest->bytes;
}

static bool is_touched(const struct audience *audience, const struct held_batch *held_batch)
{
    for (size_t i = 0; i < held_batch->batch->entries.count; i++)
        if (sees(audience, &held_batch->entries[i]) || saw(audience, &held_batch->entries[i]))
            return true;
    return false;
}

void feed_add(struct feed *feed, struct change_batch *batch,
              void (*touched)(struct audience *audience, int64_t from))
{
    int64_t before = feed->head;
    bool gap = batch->from > before; // then everyone has to look into the change log
    if (batch->to <= before) {       // in the change log before anyone connected
        change_batch_free(batch);
        return;
    }
    while (gap && feed->count > 0)
        drop_oldest(feed);
    forget_shared(feed);
    hold(feed, batch);
    feed->head = batch->to;
    const struct held_batch *latest = held(feed, feed->count - 1);
    for (struct audience *audience = feed->audiences, *next; audience != NULL; audience = next) {
        next = audience->next;
        if (gap || is_touched(audience, latest))
            touched(audience, before);
    }
}

// --- frames ---------------------------------------------------------------------------------------------------------

// What the audience hears of an entry. A row that was changed again before it was read is left to the batch of that
// change: its new text may be for other eyes.
enum told_as { TOLD_NOTHING, TOLD_PUT, TOLD_GONE };

static enum told_as told_as(const struct audience *audience, const struct seen_entry *seen)
{
    bool visible = sees(audience, seen);
    if (visible && seen->entry->row != NULL)
        return seen->rev > seen->entry->seq ? TOLD_NOTHING : TOLD_PUT;
    return !visible && saw(audience, seen) ? TOLD_GONE : TOLD_NOTHING;
}

struct window { // the entries of (cursor, head], one after the other
    struct feed *feed;
    size_t first_batch;
    size_t entries;
};

static bool find_window(struct feed *feed, int64_t cursor, struct window *ret)
{
    *ret = (struct window){ .feed = feed, .first_batch = feed->count };
    while (ret->first_batch > 0 && held(feed, ret->first_batch - 1)->batch->to > cursor) {
        ret->first_batch--;
        ret->entries += held(feed, ret->first_batch)->batch->entries.count;
    }
    return cursor >= feed->head ||
           (ret->first_batch < feed->count && held(feed, ret->first_batch)->batch->from <= cursor);
}

// Which entries they hear of, two bits each; false when there are none.
static bool mark(const struct window *window, const struct audience *audience, uint64_t *bits)
{
    bool any = false;
    size_t n = 0;
    for (size_t b = window->first_batch; b < window->feed->count; b++) {
        const struct held_batch *batch = held(window->feed, b);
        for (size_t i = 0; i < batch->batch->entries.count; i++, n++) {
            enum told_as told = told_as(audience, &batch->entries[i]);
            bits[n * 2 / BITS] |= (uint64_t)told << n * 2 % BITS;
            any = any || told != TOLD_NOTHING;
        }
    }
    return any;
}

static bool write_window(const struct window *window, const uint64_t *bits, struct buf *out)
{
    size_t n = 0, rows = 0;
    for (size_t b = window->first_batch; b < window->feed->count; b++) {
        const struct held_batch *batch = held(window->feed, b);
        for (size_t i = 0; i < batch->batch->entries.count; i++, n++) {
            const struct seen_entry *seen = &batch->entries[i];
            const struct change_entry *entry = seen->entry;
            enum told_as told = (enum told_as)(bits[n * 2 / BITS] >> n * 2 % BITS & 3);
            if (told == TOLD_NOTHING)
                continue;
            if (told == TOLD_PUT)
                write_put(out, entry->table, entry->id, seen->rev, entry->row, entry->row_size);
            else
                write_gone(out, entry->row == NULL ? "del" : "hide", entry->table, entry->id, entry->seq);
            if (++rows > SYNC_PAGE_ROWS || out->len > SYNC_FRAME_MAX - 16)
                return false;
        }
    }
    return true;
}

static struct shared_frame *find_shared(struct feed *feed, const struct shared_frame *like)
{
    for (size_t i = 0; i < SHARED; i++) {
        struct shared_frame *shared = &feed->shared[i];
        if (shared->frame != NULL && shared->told == like->told && shared->cursor == like->cursor &&
            shared->to == like->to && shared->words == like->words &&
            memcmp(shared->bits, like->bits, like->words * sizeof *like->bits) == 0)
            return shared;
    }
    return NULL;
}

static void share(struct feed *feed, const struct shared_frame *made)
{
    struct shared_frame *slot = &feed->shared[feed->next_shared++ % SHARED];
    frame_unref(slot->frame);
    free(slot->bits);
    *slot = *made;
    slot->bits = malloc(made->words * sizeof *made->bits);
    CHECK(slot->bits != NULL);
    memcpy(slot->bits, made->bits, made->words * sizeof *made->bits);
    frame_ref(made->frame);
}

static void remember(struct audience *audience, int64_t told, int64_t cursor, int64_t to, struct frame *frame)
{
    frame_unref(audience->frame);
    audience->told = told;
    audience->cursor = cursor;
    audience->to = to;
    audience->known = true;
    audience->frame = frame == NULL ? NULL : frame_ref(frame);
}

static struct frame *make_frame(const struct window *window, const struct shared_frame *wanted)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    write_chg_begin(&text, wanted->told, wanted->to, false);
    if (!write_window(window, wanted->bits, &text))
        return NULL;
    write_chg_end(&text);
    return frame_create(text.data, text.len, false);
}

enum feed_answer feed_frame(struct audience *audience, int64_t told, int64_t cursor, struct frame **ret_frame)
{
    struct feed *feed = audience->feed;
    struct window window;
    if (audience->known && audience->told == told && audience->cursor == cursor &&
        audience->to == feed->head) {
        *ret_frame = audience->frame == NULL ? NULL : frame_ref(audience->frame);
        return *ret_frame == NULL ? FEED_NOTHING : FEED_FRAME;
    }
    if (cursor < audience->since || !find_window(feed, cursor, &window))
        return FEED_READ;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct shared_frame wanted = { .told = told, .cursor = cursor, .to = feed->head };
    wanted.words = window.entries * 2 / BITS + 1;
    wanted.bits = ARENA_ARRAY(&arena, uint64_t, wanted.words);
    if (!mark(&window, audience, wanted.bits)) {
        remember(audience, told, cursor, feed->head, NULL);
        return FEED_NOTHING;
    }
    struct shared_frame *same = find_shared(feed, &wanted);
    if (same != NULL) {
        *ret_frame = frame_ref(same->frame);
    } else {
        wanted.frame = make_frame(&window, &wanted);
        if (wanted.frame == NULL)
            return FEED_READ;
        share(feed, &wanted);
        *ret_frame = wanted.frame;
    }
    remember(audience, told, cursor, feed->head, *ret_frame);
    return FEED_FRAME;
}
