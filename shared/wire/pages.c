#include "shared/wire/messages.h"

#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

enum { PAGE_MARK = 'S' };

bool page_deflate(const char *json, size_t size, struct buf *out, struct err *err)
{
    if (size > SYNC_PAGE_MAX)
        return err_set(err, ERR_TOO_LARGE, "A snapshot page of %zu bytes is too large.", size);
    uLongf packed = compressBound((uLong)size);
    buf_add_char(out, PAGE_MARK);
    buf_reserve(out, packed);
    int status = compress2((Bytef *)out->data + out->len, &packed, (const Bytef *)json, (uLong)size, 6);
    if (status != Z_OK)
        return err_set(err, ERR_INTERNAL, "A snapshot page could not be compressed (zlib %d).", status);
    out->len += packed;
    return true;
}

bool page_inflate(const void *frame, size_t size, struct buf *out, struct err *err)
{
    const Bytef *bytes = frame;
    if (size < 2 || bytes[0] != PAGE_MARK)
        return err_set(err, ERR_BAD_REQUEST, "The frame is no snapshot page.");
    z_stream stream = { 0 };
    if (inflateInit(&stream) != Z_OK)
        return err_set(err, ERR_INTERNAL, "A snapshot page could not be read.");
    buf_clear(out);
    buf_reserve(out, SYNC_PAGE_MAX);
    stream.next_in = bytes + 1;
    stream.avail_in = (uInt)(size - 1);
    stream.next_out = (Bytef *)out->data;
    stream.avail_out = SYNC_PAGE_MAX;
    int status = inflate(&stream, Z_FINISH);
    size_t got = stream.total_out, left = stream.avail_in;
    inflateEnd(&stream);
    if (status != Z_STREAM_END || left != 0)
        return err_set(err, ERR_BAD_REQUEST, "The snapshot page is damaged or too large.");
    out->len = got;
    out->data[got] = '\0';
    return true;
}

// FNV-1a, 64 bits: no secret, only a sum that shows when two sides differ.
static uint64_t fnv(uint64_t hash, const void *data, size_t size)
{
    for (const unsigned char *p = data; size > 0; p++, size--)
        hash = (hash ^ *p) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t row_sum(enum row_table table, const char *id, int64_t rev)
{
    const char *name = row_shapes[table]->name;
    uint64_t hash = fnv(UINT64_C(0xcbf29ce484222325), name, strlen(name) + 1);
    hash = fnv(hash, id, strlen(id) + 1);
    for (int i = 0; i < 8; i++)
        hash = fnv(hash, (const unsigned char[]){ (unsigned char)((uint64_t)rev >> 8 * i) }, 1);
    return hash;
}
