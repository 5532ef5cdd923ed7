#include "server/http/reply.h"

#include "shared/wire/json.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    { 200, "OK" },
    { 201, "Created" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 402, "Payment Required" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 409, "Conflict" },
    { 411, "Length Required" },
    { 413, "Content Too Large" },
    { 415, "Unsupported Media Type" },
    { 422, "Unprocessable Content" },
    { 426, "Upgrade Required" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 503, "Service Unavailable" },
    { 507, "Insufficient Storage" },
};

// Nothing may be kept by a cache on the way.
static const char fixed_headers[] = "Cache-Control: no-store\r\n"
                                    "X-Content-Type-Options: nosniff\r\n"
                                    "X-Frame-Options: DENY\r\n"
                                    "Referrer-Policy: no-referrer\r\n"
                                    "Cross-Origin-Resource-Policy: same-origin\r\n";

static const char data_policy[] = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
static const char page_policy[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";

static const char *reason_of(int status)
{
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Other";
}

// The Date header, formatted once a second.
static const char *date_line(int64_t now)
{
    static int64_t formatted = -1;
    static char line[64];
    if (now / 1000 != formatted) {
        time_t seconds = (time_t)(now / 1000);
        struct tm parts;
        gmtime_r(&seconds, &parts);
        strftime(line, sizeof line, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
        formatted = now / 1000;
    }
    return line;
}

static void add_number(struct buf *out, const char *name, size_t number)
{
    char digits[24], *p = digits + sizeof digits;
    *--p = '\0';
    do
        *--p = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    buf_add_text(out, name);
    buf_add_text(out, p);
    buf_add(out, "\r\n", 2);
}

void response_write(struct buf *out, const struct response *response, int64_t now)
{
    size_t size = strlen(response->before) + response->body_size + strlen(response->after);
    buf_reserve(out, 1024 + size);
    buf_add_text(out, "HTTP/1.1 ");
    buf_addf(out, "%d ", response->status);
    buf_add_text(out, reason_of(response->status));
    buf_add(out, "\r\n", 2);
    buf_add_text(out, date_line(now));
    buf_add(out, fixed_headers, sizeof fixed_headers - 1);
    buf_add_text(out, strcmp(response->type, TYPE_HTML) == 0 ? page_policy : data_policy);
    buf_add_text(out, "Content-Type: ");
    buf_add_text(out, response->type);
    buf_add(out, "\r\n", 2);
    if (response->request_id != NULL) {
        buf_add_text(out, "X-Request-Id: ");
        buf_add_text(out, response->request_id);
        buf_add(out, "\r\n", 2);
    }
    if (response->retry_after > 0)
        add_number(out, "Retry-After: ", (size_t)response->retry_after);
    if (response->extra != NULL)
        buf_add_text(out, response->extra);
    if (response->close)
        buf_add_text(out, "Connection: close\r\n");
    add_number(out, "Content-Length: ", size);
    buf_add(out, "\r\n", 2);
    if (response->head_only)
        return;
    buf_add_text(out, response->before);
    buf_add(out, response->body, response->body_size);
    buf_add_text(out, response->after);
}

void response_error_body(struct buf *out, const struct err *err)
{
    buf_add_text(out, "{\"success\":false,\"error\":{\"code\":");
    json_add_text(out, err_name(err->code));
    buf_add_text(out, ",\"message\":");
    json_add_text(out, err->message);
    buf_add_text(out, ",\"details\":");
    const char *details = err->details == NULL ? "{}" : err->details;
    if (err->field[0] != '\0') {
        buf_add_text(out, "{\"field\":");
        json_add_text(out, err->field);
        details++;
        if (*details != '}')
            buf_add_char(out, ',');
    }
    buf_add_text(out, details);
    buf_add_text(out, "}}");
}
