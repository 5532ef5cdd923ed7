// The paths that are no operations: /healthz, /readyz, /metrics, /sync asked for without a websocket, and the
// page behind the link of a verification mail.
#pragma once

#include "server/http/server.h"

struct system_answer {
    int status;
    const char *type;
    const char *extra; // more headers
};

// True when the path is one of them: `body` has the answer.
bool system_answer(struct http_server *server, enum http_method method, const char *path, size_t size,
                   struct buf *body, struct system_answer *ret);
