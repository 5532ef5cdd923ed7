#include "server/core/digest.h"

#include "shared/base/check.h"

#include <openssl/evp.h>
#include <pthread.h>

static EVP_MD *sha256; // fetched once: a fetch by name at each use costs more than the hash

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    CHECK(sha256 != NULL);
}

void digest_hex(const void *data, size_t size, char ret[DIGEST_SIZE])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const char digits[] = "0123456789abcdef";
    pthread_once(&once, fetch);
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    CHECK(EVP_Digest(size == 0 ? "" : data, size, hash, &length, sha256, NULL) == 1 && length == 32);
    for (unsigned i = 0; i < length; i++) {
        ret[2 * i] = digits[hash[i] >> 4];
        ret[2 * i + 1] = digits[hash[i] & 15];
    }
    ret[DIGEST_SIZE - 1] = '\0';
}
