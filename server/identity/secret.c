#include "server/identity/secret.h"

#include "server/core/app.h"
#include "server/core/digest.h"
#include "shared/host/host.h"

#include <sodium.h>
#include <string.h>

enum { SECRET_BYTES = 32, VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

static const char *encode(const unsigned char *bytes, size_t size, struct arena *arena)
{
    size_t need = sodium_base64_encoded_len(size, VARIANT);
    return sodium_bin2base64(arena_alloc(arena, need), need, bytes, size, VARIANT);
}

const char *secret_make(struct arena *arena)
{
    unsigned char bytes[SECRET_BYTES];
    host_random(bytes, sizeof bytes);
    return encode(bytes, sizeof bytes, arena);
}

void secret_hash(const char *secret, char ret_hash[SECRET_HASH_SIZE])
{
    digest_hex(secret, strlen(secret), ret_hash);
}

// A key of its own purpose, made from the server's.
static void seal_key(const struct app *app, unsigned char ret_key[crypto_secretbox_KEYBYTES])
{
    crypto_kdf_derive_from_key(ret_key, crypto_secretbox_KEYBYTES, 1, "seal.txt", app->token_key);
}

const char *seal_text(const struct app *app, const char *text, struct arena *arena)
{
    size_t length = strlen(text), size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length;
    unsigned char *box = arena_alloc(arena, size), key[crypto_secretbox_KEYBYTES];
    host_random(box, crypto_secretbox_NONCEBYTES);
    seal_key(app, key);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const unsigned char *)text, length, box, key);
    sodium_memzero(key, sizeof key);
    return encode(box, size, arena);
}

bool unseal_text(const struct app *app, const char *sealed, struct arena *arena, const char **ret_text)
{
    const size_t overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    size_t size = 0, length = strlen(sealed);
    unsigned char *box = arena_alloc(arena, length + 1), key[crypto_secretbox_KEYBYTES];
    if (sodium_base642bin(box, length, sealed, length, NULL, &size, NULL, VARIANT) != 0 || size < overhead)
        return false;
    char *text = arena_alloc(arena, size - overhead + 1);
    seal_key(app, key);
    int bad = crypto_secretbox_open_easy((unsigned char *)text, box + crypto_secretbox_NONCEBYTES,
                                         size - crypto_secretbox_NONCEBYTES, box, key);
    sodium_memzero(key, sizeof key);
    if (bad != 0)
        return false;
    *ret_text = text;
    return true;
}
