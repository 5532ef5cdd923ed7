#include "shared/wire/base64.h"

#include <sodium.h>
#include <string.h>

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

void base64_add(struct buf *out, const void *data, size_t size)
{
    size_t room = sodium_base64_encoded_len(size, VARIANT); // with its end
    buf_reserve(out, room);
    sodium_bin2base64(out->data + out->len, room, data, size, VARIANT);
    out->len += room - 1;
}

bool base64_read(const char *text, struct arena *arena, struct bytes *ret)
{
    size_t length = strlen(text), room = length / 4 * 3 + 3;
    unsigned char *bytes = arena_alloc(arena, room);
    size_t size;
    if (sodium_base642bin(bytes, room, text, length, NULL, &size, NULL, VARIANT) != 0)
        return false;
    *ret = (struct bytes){ bytes, size };
    return true;
}
