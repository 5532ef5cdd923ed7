// SHA-256 as 64 lower-case hex digits.
#pragma once

#include <stddef.h>

enum { DIGEST_SIZE = 65 };

void digest_hex(const void *data, size_t size, char ret[DIGEST_SIZE]);
