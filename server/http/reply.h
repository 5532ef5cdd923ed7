// An HTTP/1.1 response as bytes: status line, headers, body in one buffer, so that one write sends it (RULES 25).
#pragma once

#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdint.h>

struct response {
    int status;
    const char *type;           // Content-Type
    const char *request_id;     // NULL for none
    const char *extra;          // more headers, each with its CRLF, or NULL
    int retry_after;            // seconds; 0 none
    bool close;                 // says Connection: close
    bool head_only;             // the length of the body without the body
    const char *before, *after; // wrap the body; "" for nothing
    const void *body;
    size_t body_size;
};

#define TYPE_JSON "application/json; charset=utf-8"
#define TYPE_HTML "text/html; charset=utf-8" // a page of ours: may use our scripts, styles and API
#define TYPE_TEXT "text/plain; charset=utf-8"

// now: UTC ms, for the Date header.
void response_write(struct buf *out, const struct response *response, int64_t now);
// { "success": false, "error": { code, message, details } }; the field goes into details.field.
void response_error_body(struct buf *out, const struct err *err);
