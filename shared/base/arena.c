#include "shared/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) char data[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){ 0 };
}

static void free_until(struct arena *arena, const struct arena_block *keep)
{
    while (arena->head != keep) {
        struct arena_block *next = arena->head->next;
        free(arena->head);
        arena->head = next;
    }
}

void arena_free(struct arena *arena)
{
    free_until(arena, NULL);
    arena->total = 0;
}

void arena_reset(struct arena *arena)
{
    struct arena_block *first = arena->head;
    while (first != NULL && first->next != NULL)
        first = first->next;
    free_until(arena, first);
    if (first != NULL)
        first->used = 0;
    arena->total = 0;
}

static struct arena_block *add_block(struct arena *arena, size_t need)
{
    size_t size = need > BLOCK_SIZE / 4 ? need : BLOCK_SIZE - sizeof(struct arena_block);
    struct arena_block *block = malloc(sizeof *block + size);
    CHECK(block != NULL);
    block->size = size;
    block->used = 0;
    block->next = arena->head;
    arena->head = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    CHECK(size < SIZE_MAX / 2);
    size_t need = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct arena_block *block = arena->head;
    if (block == NULL || block->size - block->used < need)
        block = add_block(arena, need);
    void *memory = block->data + block->used;
    block->used += need;
    arena->total += need;
    return memset(memory, 0, size);
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
    void *memory = arena_alloc(arena, size);
    if (size > 0)
        memcpy(memory, data, size);
    return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    size_t size = strnlen(text, length);
    char *copy = arena_alloc(arena, size + 1);
    memcpy(copy, text, size);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_copy(arena, text, strlen(text) + 1);
}

// Most texts are short: they are printed once, not measured first.
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    char brief[256];
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(brief, sizeof brief, format, again);
    va_end(again);
    CHECK(length >= 0);
    if ((size_t)length < sizeof brief)
        return arena_copy(arena, brief, (size_t)length + 1);
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
