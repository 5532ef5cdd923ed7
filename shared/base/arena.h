// Memory of one request or one frame: allocated piece by piece, freed at once. Running out of memory stops the
// process cleanly (nothing unacknowledged is lost by that), so no caller checks for NULL.
#pragma once

#include "shared/base/check.h"

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *head; // the newest block; the oldest one is kept by arena_reset
    size_t total;             // bytes handed out since init or reset
};

// An arena of all zeroes is ready to use.
void arena_init(struct arena *arena);
// Frees everything; the arena may be used again.
void arena_free(struct arena *arena);
// Forgets everything but keeps the first block, for reuse by the next request or frame.
void arena_reset(struct arena *arena);

// Zeroed memory, aligned for any type. size 0 gives a valid pointer.
void *arena_alloc(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *data, size_t size);
// NULL stays NULL.
char *arena_strdup(struct arena *arena, const char *text);
// At most `length` bytes of text, terminated.
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *arena, const char *format, va_list args) PRINTF_LIKE(2, 0);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(count)))
