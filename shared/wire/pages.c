#include "shared/base/utf8.h"
#include "shared/wire/messages.h"

#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

enum { PAGE_MARK = 'S', LEVEL = 1 }; // half the time of level 6, a fifth more bytes

bool page_deflate(const char *json, size_t size, struct buf *out, struct err *err)
{
    if (size > SYNC_PAGE_MAX)
        return err_set(err, ERR_TOO_LARGE, "A snapshot page of %zu bytes is too large.", size);
    uLongf packed = compressBound((uLong)size);
    buf_add_char(out, PAGE_MARK);
    buf_reserve(out, packed);
    int status = compress2((Bytef *)out->data + out->len, &packed, (const Bytef *)json, (uLong)size, LEVEL);
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

// --- rows ------------------------------------------------------------------------------------------------------------

static bool has_control(const char *text, size_t size)
{
    uint64_t eight, low = 0;
    size_t at = 0;
    for (; size - at >= sizeof eight; at += sizeof eight) {
        memcpy(&eight, text + at, sizeof eight);
        low |= (eight - UINT64_C(0x2020202020202020)) & ~eight & UINT64_C(0x8080808080808080);
    }
    for (; at < size; at++)
        if ((unsigned char)text[at] < 0x20)
            return true;
    return low != 0;
}

// Within a string a quote has a backslash before it, so the mark can only be the member itself.
bool page_cut(const char *text, size_t size, cJSON **ret_message, struct page_rows *ret_rows)
{
    static const char mark[] = ",\"rows\":[", end[] = "]}";
    struct err ignored = { 0 };
    if (size < sizeof mark + sizeof end || memcmp(text + size - 2, end, 2) != 0 || has_control(text, size) ||
        !utf8_valid(text, size))
        return false;
    const char *rows = memmem(text, size, mark, sizeof mark - 1);
    if (rows == NULL)
        return false;
    CLEANUP(buf_free) struct buf head = { 0 };
    buf_add(&head, text, (size_t)(rows - text));
    buf_add_char(&head, '}');
    cJSON *message = json_parse(head.data, head.len, &ignored);
    if (!cJSON_IsObject(message) || cJSON_GetObjectItemCaseSensitive(message, "rows") != NULL) {
        cJSON_Delete(message);
        return false;
    }
    *ret_message = message;
    *ret_rows = (struct page_rows){ .at = rows + sizeof mark - 1, .end = text + size - 2 };
    return true;
}

bool page_rows_of(const cJSON *array, struct page_rows *ret_rows)
{
    if (!cJSON_IsArray(array))
        return false;
    *ret_rows = (struct page_rows){ .item = array->child };
    return true;
}

bool page_next(struct page_rows *rows, const struct shape *shape, struct arena *arena, void *ret,
               struct err *err)
{
    if (rows->at == NULL) {
        const cJSON *item = rows->item;
        if (item == NULL || !shape_read_lenient(shape, item, arena, ret, err))
            return false;
        rows->item = item->next;
    } else {
        if (rows->at == rows->end)
            return false;
        if (rows->count > 0 && *rows->at++ != ',')
            return err_set(err, ERR_BAD_REQUEST, "Malformed JSON: no comma between two rows.");
        if (*rows->at != '{')
            return err_set(err, ERR_BAD_REQUEST, "A row must be an object.");
        if (!shape_read_text(shape, &rows->at, rows->end, arena, ret, err))
            return false;
    }
    rows->count++;
    return true;
}

// --- sums ------------------------------------------------------------------------------------------------------------

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
