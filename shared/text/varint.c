#include "shared/text/inner.h"

enum { VARINT_MAX = 10 };

void put_varint(struct buf *buf, uint64_t value)
{
    buf_reserve(buf, VARINT_MAX);
    char *at = buf->data + buf->len;
    while (value >= 0x80) {
        *at++ = (char)(value | 0x80);
        value >>= 7;
    }
    *at++ = (char)value;
    *at = '\0';
    buf->len = (size_t)(at - buf->data);
}

void put_fixed(struct buf *buf, uint64_t value, size_t bytes)
{
    buf_reserve(buf, bytes);
    for (size_t i = 0; i < bytes; i++)
        buf->data[buf->len++] = (char)(value >> (8 * i));
    buf->data[buf->len] = '\0';
}

// Only the shortest form is taken, so that no two byte strings mean the same number.
uint64_t get_long_varint(struct reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
        uint64_t byte = *reader->at++;
        if (shift == 63 && byte > 1)
            break;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            if (byte == 0 && shift > 0)
                break;
            return value;
        }
    }
    reader->bad = true;
    reader->at = reader->end;
    return 0;
}

uint64_t get_fixed(struct reader *reader, size_t bytes)
{
    uint64_t value = 0;
    const uint8_t *from = (const uint8_t *)get_bytes(reader, bytes);
    for (size_t i = 0; from != NULL && i < bytes; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

const char *get_bytes(struct reader *reader, size_t size)
{
    if ((size_t)(reader->end - reader->at) < size) {
        reader->bad = true;
        reader->at = reader->end;
        return NULL;
    }
    const uint8_t *from = reader->at;
    reader->at += size;
    return (const char *)from;
}
