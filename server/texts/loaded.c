// Loaded texts in the writer's memory, the least recently used leave first. One is used only while the stored stamp is
// its own: what a savepoint or a commit took back shows by another stamp.
#include "server/core/app.h"
#include "server/texts/inner.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024, TEXT_OVERHEAD = 8 * 1024, UNIT_BYTES = 8 };

struct texts {
    struct loaded *buckets[BUCKETS];
    struct loaded *newest, *oldest;
    size_t bytes;
};

static struct texts *texts_of(struct op_ctx *ctx)
{
    struct texts **texts = &ctx->app->texts;
    if (*texts == NULL)
        *texts = calloc(1, sizeof **texts);
    CHECK(*texts != NULL);
    return *texts;
}

static struct loaded **place_of(struct texts *texts, const char *id)
{
    size_t hash = 14695981039346656037u;
    for (const char *c = id; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    struct loaded **place = &texts->buckets[(hash ^ hash >> 29) % BUCKETS];
    while (*place != NULL && strcmp((*place)->id, id) != 0)
        place = &(*place)->next_in_bucket;
    return place;
}

static void unlink_from_line(struct texts *texts, struct loaded *loaded)
{
    *(loaded->newer == NULL ? &texts->newest : &loaded->newer->older) = loaded->older;
    *(loaded->older == NULL ? &texts->oldest : &loaded->older->newer) = loaded->newer;
}

static void link_first(struct texts *texts, struct loaded *loaded)
{
    loaded->newer = NULL;
    loaded->older = texts->newest;
    *(texts->newest == NULL ? &texts->oldest : &texts->newest->newer) = loaded;
    texts->newest = loaded;
}

// One that stands in the line no longer.
static void forget(struct texts *texts, struct loaded *loaded)
{
    *place_of(texts, loaded->id) = loaded->next_in_bucket;
    texts->bytes -= loaded->bytes;
    text_free(loaded->text);
    free(loaded);
}

static void drop(struct texts *texts, struct loaded *loaded)
{
    unlink_from_line(texts, loaded);
    forget(texts, loaded);
}

// The newest stays, whatever its size: it is in somebody's hand.
static void make_room(struct texts *texts)
{
    while (texts->bytes > TEXTS_CACHE_BYTES && texts->oldest != texts->newest) {
        struct loaded *last = texts->oldest;
        texts->oldest = last->newer;
        texts->oldest->older = NULL;
        forget(texts, last);
    }
}

static size_t units_of(const struct text *text)
{
    size_t units = 0;
    for (size_t i = 0; i < text_agent_count(text); i++) {
        uint32_t used;
        text_agent_at(text, i, &used);
        units += used;
    }
    return units;
}

static struct loaded *put(struct texts *texts, const char *id, int64_t stamp, struct text *text)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);
    CHECK(loaded != NULL && strlen(id) <= TEXTS_ID_MAX);
    memcpy(loaded->id, id, strlen(id) + 1);
    loaded->stamp = stamp;
    loaded->text = text;
    loaded->bytes = TEXT_OVERHEAD + units_of(text) * UNIT_BYTES;
    *place_of(texts, id) = loaded;
    link_first(texts, loaded);
    texts->bytes += loaded->bytes;
    make_room(texts);
    return loaded;
}

struct loaded *loaded_take(struct op_ctx *ctx, const char *id, const struct text_row *row)
{
    struct texts *texts = texts_of(ctx);
    struct loaded *loaded = *place_of(texts, id);
    struct text *text = NULL;
    if (loaded != NULL && loaded->stamp == row->stamp && row->head > 0) {
        unlink_from_line(texts, loaded);
        link_first(texts, loaded);
        return loaded;
    }
    if (loaded != NULL)
        drop(texts, loaded);
    if (row->head == 0)
        text = text_create(text_random_agent());
    else if (!stored_text_at(ctx->db, id, row->head, &text, ctx->err))
        return NULL;
    return put(texts, id, row->stamp, text);
}

void loaded_drop(struct op_ctx *ctx, struct loaded *loaded)
{
    drop(texts_of(ctx), loaded);
}

void loaded_keep(struct op_ctx *ctx, struct loaded *loaded, int64_t stamp, size_t grown)
{
    struct texts *texts = texts_of(ctx);
    loaded->stamp = stamp;
    loaded->bytes += grown * UNIT_BYTES;
    texts->bytes += grown * UNIT_BYTES;
    make_room(texts);
}

void texts_free(struct texts *texts)
{
    if (texts == NULL)
        return;
    for (struct loaded *loaded = texts->newest, *older; loaded != NULL; loaded = older) {
        older = loaded->older;
        text_free(loaded->text);
        free(loaded);
    }
    free(texts);
}
