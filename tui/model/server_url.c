#include "tui/model/server_url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_loopback(const char *host)
{
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127;
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}

// Splits "host:port", "[v6]:port" or "host"; what follows must be empty or "/".
static bool split(const char *text, struct server_url *ret)
{
    bool bracketed = text[0] == '[';
    const char *start = bracketed ? text + 1 : text;
    size_t length = strcspn(start, bracketed ? "]" : ":/");
    if (length == 0 || length >= sizeof ret->host)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)start[i]) && strchr(bracketed ? ".:" : ".-_", start[i]) == NULL)
            return false;
    memcpy(ret->host, start, length);
    ret->host[length] = '\0';
    const char *rest = start + length;
    if (bracketed && *rest++ != ']')
        return false;
    if (*rest == ':') {
        char *end;
        unsigned long port = strtoul(rest + 1, &end, 10);
        if (!isdigit((unsigned char)rest[1]) || port == 0 || port > 65535)
            return false;
        ret->port = (uint16_t)port;
        rest = end;
    }
    return strcmp(rest, "") == 0 || strcmp(rest, "/") == 0;
}

bool server_url_parse(const char *url, struct server_url *ret, struct err *err)
{
    struct server_url parsed = { 0 };
    const char *rest = NULL;
    if (strncmp(url, "https://", 8) == 0) {
        parsed.secure = true;
        parsed.port = 443;
        rest = url + 8;
    } else if (strncmp(url, "http://", 7) == 0) {
        parsed.port = 80;
        rest = url + 7;
    }
    if (rest == NULL || !split(rest, &parsed))
        return err_set(err, ERR_BAD_REQUEST, "a server is written as https://HOST or http://127.0.0.1:PORT");
    if (!parsed.secure && !is_loopback(parsed.host))
        return err_set(
            err, ERR_BAD_REQUEST,
            "http:// is only for this machine: what is sent there could be read on the way; use https://");
    *ret = parsed;
    return true;
}

bool server_url_allowed(const char *url, struct err *err)
{
    struct server_url parsed;
    return server_url_parse(url, &parsed, err);
}

bool server_url_same(const char *a, const char *b)
{
    size_t long_a = strlen(a), long_b = strlen(b);
    long_a -= long_a > 0 && a[long_a - 1] == '/';
    long_b -= long_b > 0 && b[long_b - 1] == '/';
    return long_a == long_b && memcmp(a, b, long_a) == 0;
}
