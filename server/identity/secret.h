// Secrets of identity: what is random, what is hashed, what is sealed with the server's key.
#pragma once

#include "server/identity/identity.h"

enum { SECRET_HASH_SIZE = 65 };

// 32 random bytes as 43 characters of base64url: a one-time token.
const char *secret_make(struct arena *arena);
// SHA-256 in hex: all that the store ever keeps of a token.
void secret_hash(const char *secret, char ret_hash[SECRET_HASH_SIZE]);

// seal_text and unseal_text (identity.h): libsodium secretbox with a key made from the server's, base64url.
