// Identifiers: UUIDv7 (RFC 9562) as 36 lower-case characters, made by whoever creates the thing.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ID_LEN = 36, ID_SIZE = 37 };

struct id {
    char text[ID_SIZE];
};

// at: UTC ms; random: 10 random bytes.
void id_make(struct id *ret_id, int64_t at, const unsigned char random[10]);
// Exactly the canonical form (lower case, any UUID version).
bool id_valid(const char *text);
