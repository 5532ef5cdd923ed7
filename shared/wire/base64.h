// base64url without padding (RFC 4648, section 5): how bytes stand in JSON.
#pragma once

#include "shared/wire/shape.h"

void base64_add(struct buf *out, const void *data, size_t size);
// False when it is no such text. The bytes are the arena's; none at all are a pointer to nothing with size 0.
bool base64_read(const char *text, struct arena *arena, struct bytes *ret);
