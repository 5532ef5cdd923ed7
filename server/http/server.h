// What the parts of the HTTP side share; one thread owns it all. Nobody outside server/http includes this.
#pragma once

#include "server/core/app.h"
#include "server/http/limits.h"
#include "server/http/proxies.h"
#include "server/http/router.h"

struct exchange;
struct push;
struct waits;

enum {
    HTTP_HEADERS_MAX = 12 * 1024,
    HTTP_BODY_MAX = 1024 * 1024,
    HTTP_SLOW_SECONDS = 10, // a sender has that long for its headers, and again for its body
};

struct http_server {
    struct app *app;
    struct router *router;
    struct limits *limits;
    struct proxies *proxies;
    struct push *push;
    struct waits *waits;
    bool draining;
    int64_t connections;     // open sockets, websockets too
    int64_t exchanges;       // requests not yet answered
    struct exchange *spare;  // for reuse
    char request_prefix[16]; // of the request ids made here
    uint64_t requests;
};
