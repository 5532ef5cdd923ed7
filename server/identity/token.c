#include "server/identity/token.h"

#include "server/core/app.h"
#include "shared/base/civil.h"
#include "shared/host/host.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <string.h>

enum {
    MAC_SIZE = 32,
    MAC_TEXT = 43, // of base64url
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    TOKEN_MAX = 1024,
    REFRESH_RANDOM = 32,
    REFRESH_MARK = 16
};

// {"alg":"HS256","typ":"JWT"}. A token with any other header is none of ours: the algorithm is not negotiable.
static const char HEADER[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";

static void mac(const struct app *app, const void *data, size_t size, unsigned char ret_mac[MAC_SIZE])
{
    unsigned length = 0;
    CHECK(HMAC(EVP_sha256(), app->token_key, sizeof app->token_key, data, size, ret_mac, &length) != NULL &&
          length == MAC_SIZE);
}

static bool decode(const char *text, size_t length, unsigned char *out, size_t most, size_t *ret_size)
{
    return sodium_base642bin(out, most, text, length, NULL, ret_size, NULL, VARIANT) == 0;
}

const char *access_token_make(const struct app *app, const char *person_id, const char *session_id,
                              int64_t now, int64_t expires_at, struct arena *arena)
{
    const char *claims =
        arena_printf(arena, "{\"sub\":\"%s\",\"sid\":\"%s\",\"iat\":%lld,\"exp\":%lld}", person_id,
                     session_id, (long long)(now / SECOND_MS), (long long)(expires_at / SECOND_MS));
    size_t length = strlen(claims);
    char *token =
        arena_alloc(arena, sizeof HEADER + sodium_base64_encoded_len(length, VARIANT) + MAC_TEXT + 2);
    char *end = stpcpy(token, HEADER);
    sodium_bin2base64(end, sodium_base64_encoded_len(length, VARIANT), (const unsigned char *)claims, length,
                      VARIANT);
    end += strlen(end);
    unsigned char sum[MAC_SIZE];
    mac(app, token, (size_t)(end - token), sum);
    *end++ = '.';
    sodium_bin2base64(end, MAC_TEXT + 1, sum, sizeof sum, VARIANT);
    return token;
}

// The claims are ours once the signature holds; still nothing is taken for granted about them.
static bool read_claims(const char *json, size_t size, struct arena *arena, struct access_claims *ret)
{
    CLEANUP(json_free) cJSON *claims = cJSON_ParseWithLength(json, size);
    const cJSON *sub = cJSON_GetObjectItemCaseSensitive(claims, "sub");
    const cJSON *sid = cJSON_GetObjectItemCaseSensitive(claims, "sid");
    const cJSON *exp = cJSON_GetObjectItemCaseSensitive(claims, "exp");
    if (!cJSON_IsString(sub) || !cJSON_IsString(sid) || !cJSON_IsNumber(exp))
        return false;
    ret->person_id = arena_strdup(arena, sub->valuestring);
    ret->session_id = arena_strdup(arena, sid->valuestring);
    ret->expires_at = (int64_t)exp->valuedouble * SECOND_MS;
    return true;
}

bool access_token_read(const struct app *app, const char *token, int64_t now, struct arena *arena,
                       struct access_claims *ret)
{
    const size_t head = sizeof HEADER - 1;
    if (strlen(token) > TOKEN_MAX || strncmp(token, HEADER, head) != 0)
        return false;
    const char *claims = token + head, *dot = strchr(claims, '.');
    unsigned char sum[MAC_SIZE], given[MAC_SIZE], json[TOKEN_MAX];
    size_t size = 0;
    if (dot == NULL || strlen(dot + 1) != MAC_TEXT || !decode(dot + 1, MAC_TEXT, given, sizeof given, &size))
        return false;
    mac(app, token, (size_t)(dot - token), sum);
    if (size != MAC_SIZE || sodium_memcmp(sum, given, MAC_SIZE) != 0)
        return false;
    struct access_claims found;
    if (!decode(claims, (size_t)(dot - claims), json, sizeof json, &size) ||
        !read_claims((const char *)json, size, arena, &found) || now >= found.expires_at)
        return false;
    *ret = found;
    return true;
}

// session id (36 characters), random bytes, the server's mark over both
struct refresh_bytes {
    char session_id[ID_LEN];
    unsigned char random[REFRESH_RANDOM];
    unsigned char mark[REFRESH_MARK];
};

static void mark_of(const struct app *app, const struct refresh_bytes *bytes,
                    unsigned char ret_mark[REFRESH_MARK])
{
    struct {
        char purpose[8];
        char session_id[ID_LEN];
        unsigned char random[REFRESH_RANDOM];
    } marked = { .purpose = "refresh" };
    unsigned char sum[MAC_SIZE];
    memcpy(marked.session_id, bytes->session_id, ID_LEN);
    memcpy(marked.random, bytes->random, REFRESH_RANDOM);
    mac(app, &marked, sizeof marked, sum);
    memcpy(ret_mark, sum, REFRESH_MARK);
}

const char *refresh_token_make(const struct app *app, const char *session_id, struct arena *arena)
{
    struct refresh_bytes bytes;
    CHECK(strlen(session_id) == ID_LEN);
    memcpy(bytes.session_id, session_id, ID_LEN);
    host_random(bytes.random, sizeof bytes.random);
    mark_of(app, &bytes, bytes.mark);
    size_t need = sodium_base64_encoded_len(sizeof bytes, VARIANT);
    return sodium_bin2base64(arena_alloc(arena, need), need, (const unsigned char *)&bytes, sizeof bytes,
                             VARIANT);
}

bool refresh_token_read(const struct app *app, const char *token, struct id *ret_session_id)
{
    struct refresh_bytes bytes;
    unsigned char mark[REFRESH_MARK];
    size_t size = 0, length = strnlen(token, TOKEN_MAX);
    if (!decode(token, length, (unsigned char *)&bytes, sizeof bytes, &size) || size != sizeof bytes)
        return false;
    mark_of(app, &bytes, mark);
    if (sodium_memcmp(mark, bytes.mark, sizeof mark) != 0)
        return false;
    memcpy(ret_session_id->text, bytes.session_id, ID_LEN);
    ret_session_id->text[ID_LEN] = '\0';
    return id_valid(ret_session_id->text);
}
