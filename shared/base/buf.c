#include "shared/base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
    buf_truncate(buf, 0);
}

void buf_truncate(struct buf *buf, size_t len)
{
    CHECK(len <= buf->len);
    buf->len = len;
    if (buf->data != NULL)
        buf->data[len] = '\0';
}

void buf_reserve(struct buf *buf, size_t more)
{
    CHECK(more < SIZE_MAX / 4 && buf->len < SIZE_MAX / 4);
    size_t need = buf->len + more + 1;
    if (need <= buf->cap)
        return;
    size_t cap = buf->cap < 128 ? 128 : buf->cap * 2;
    if (cap < need)
        cap = need;
    char *data = realloc(buf->data, cap);
    CHECK(data != NULL);
    buf->data = data;
    buf->cap = cap;
}

void buf_add(struct buf *buf, const void *data, size_t size)
{
    buf_reserve(buf, size);
    if (size > 0)
        memcpy(buf->data + buf->len, data, size);
    buf->len += size;
    buf->data[buf->len] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
    if (buf->len + 1 >= buf->cap)
        buf_reserve(buf, 1);
    buf->data[buf->len++] = c;
    buf->data[buf->len] = '\0';
}

// Printed into the room there is; only what does not fit is printed again.
void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = buf->cap - buf->len;
    int length = vsnprintf(room == 0 ? NULL : buf->data + buf->len, room, format, again);
    va_end(again);
    CHECK(length >= 0);
    if ((size_t)length >= room) {
        buf_reserve(buf, (size_t)length);
        vsnprintf(buf->data + buf->len, (size_t)length + 1, format, args);
    }
    va_end(args);
    buf->len += (size_t)length;
}

const char *buf_text(const struct buf *buf)
{
    return buf->data == NULL ? "" : buf->data;
}
