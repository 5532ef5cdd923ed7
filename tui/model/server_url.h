// Which servers this program talks to: https:// anywhere, http:// on this machine only (handbook SAFETY).
#pragma once

#include "shared/base/err.h"

#include <stdint.h>

struct server_url {
    char host[256];
    uint16_t port;
    bool secure;
};

// "http://127.0.0.1:8180", "https://serenity.example", without a path. ERR_BAD_REQUEST says what is wrong.
bool server_url_parse(const char *url, struct server_url *ret, struct err *err);
bool server_url_allowed(const char *url, struct err *err);
// The same text but for a slash at the end.
bool server_url_same(const char *a, const char *b);
