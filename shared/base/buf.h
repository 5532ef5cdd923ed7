// A growing byte buffer, always terminated by a zero byte that is not counted.
#pragma once

#include "shared/base/check.h"

#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *data; // NULL until something was added
    size_t len;
    size_t cap;
};

// A buffer of all zeroes is ready to use.
void buf_free(struct buf *buf);
void buf_clear(struct buf *buf);
void buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, const void *data, size_t size);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
// Cuts the buffer back to `len` bytes.
void buf_truncate(struct buf *buf, size_t len);
// The text so far; "" when empty. Owned by the buffer.
const char *buf_text(const struct buf *buf);
