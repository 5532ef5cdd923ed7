// A few replicas of one text that edit at random and tell each other late, twice and in any order.
#pragma once

#include "shared/text/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORLD_REPLICAS = 8, WORLD_UPDATES = 256 };

struct world {
    uint64_t seed;
    struct text *replicas[WORLD_REPLICAS];
    int replica_count;
    struct buf updates[WORLD_UPDATES];
    int update_count;
    bool told[WORLD_REPLICAS][WORLD_UPDATES];
    size_t typed, gone; // units
};

static inline uint32_t world_draw(struct world *world, uint32_t below)
{
    world->seed = world->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(world->seed >> 33) % below;
}

// Multiplied, so that agents of one world differ in all their bits.
static inline uint64_t world_agent(int replica)
{
    return (uint64_t)(replica + 1) * 0x9e3779b97f4a7c15u;
}

static inline void world_open(struct world *world, uint64_t seed, int replicas)
{
    *world = (struct world){ .seed = seed * 0x9e3779b97f4a7c15u + 1, .replica_count = replicas };
    for (int i = 0; i < replicas; i++)
        world->replicas[i] = text_create(world_agent(i));
}

static inline void world_close(struct world *world)
{
    for (int i = 0; i < world->replica_count; i++)
        text_free(world->replicas[i]);
    for (int i = 0; i < world->update_count; i++)
        buf_free(&world->updates[i]);
}

static inline void content_of(const struct text *text, struct buf *content)
{
    buf_clear(content);
    text_content(text, content);
}

// A position between code points.
static inline size_t world_position(struct world *world, const struct buf *content)
{
    size_t at = world_draw(world, (uint32_t)content->len + 1);
    while (at > 0 && at < content->len && ((unsigned char)content->data[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static inline void world_type(struct world *world, struct text *text, size_t at, struct buf *update)
{
    static const char *const WORDS[] = { "a", "b", "xyz", "\n", "ä", "€uro", "😀", "word ", "né", "--" };
    const char *word = WORDS[world_draw(world, ARRAY_LEN(WORDS))];
    struct err err = { 0 };
    assert_true(text_insert(text, at, word, strlen(word), update, &err));
    world->typed += strlen(word);
}

// One edit of a replica: mostly typing, some of it where typing was last.
static inline void world_edit(struct world *world, int replica, struct buf *update)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    struct text *text = world->replicas[replica];
    struct err err = { 0 };
    content_of(text, &content);
    size_t from = world_position(world, &content), to = world_position(world, &content);
    if (world_draw(world, 3) > 0 || from == to) {
        world_type(world, text, from, update);
        return;
    }
    size_t low = from < to ? from : to, size = from < to ? to - from : from - to;
    while (size > 6 || (low + size < content.len && ((unsigned char)content.data[low + size] & 0xc0) == 0x80))
        size--;
    if (size == 0)
        return;
    assert_true(text_delete(text, low, size, update, &err));
    world->gone += size;
}

// What a replica made is known to it.
static inline void world_keep(struct world *world, int replica, struct buf *update)
{
    if (update->len == 0 || world->update_count == WORLD_UPDATES) {
        buf_free(update);
        return;
    }
    world->told[replica][world->update_count] = true;
    world->updates[world->update_count++] = *update;
    *update = (struct buf){ 0 };
}

static inline void world_tell(struct world *world, int replica, int update)
{
    struct err err = { 0 };
    const struct buf *bytes = &world->updates[update];
    if (!text_apply(world->replicas[replica], bytes->data, bytes->len, NULL, &err))
        fail_msg("an honest update was refused: %s", err.message);
    world->told[replica][update] = true;
}

// Everything to everybody who lacks it, in an order of its own for each.
static inline void world_tell_all(struct world *world)
{
    for (int i = 0; i < world->replica_count; i++) {
        uint32_t start = world_draw(world, (uint32_t)world->update_count + 1);
        bool back = world_draw(world, 2) == 0;
        for (int j = 0; j < world->update_count; j++) {
            int at = (int)((start + (uint32_t)j) % (uint32_t)world->update_count);
            int update = back ? world->update_count - 1 - at : at;
            if (!world->told[i][update])
                world_tell(world, i, update);
        }
        assert_int_equal(text_waiting(world->replicas[i]), 0);
        assert_int_equal(text_dropped(world->replicas[i]), 0);
    }
}

static inline void world_check_same(const struct world *world)
{
    CLEANUP(buf_free) struct buf first = { 0 };
    CLEANUP(buf_free) struct buf other = { 0 };
    content_of(world->replicas[0], &first);
    for (int i = 1; i < world->replica_count; i++) {
        content_of(world->replicas[i], &other);
        assert_int_equal(first.len, other.len);
        assert_string_equal(buf_text(&first), buf_text(&other));
    }
}
