#include "server/http/system.h"

#include "server/core/metrics.h"
#include "server/http/reply.h"
#include "shared/base/asset.h"
#include "shared/wire/messages.h"

#include <string.h>

extern const struct asset web_assets[]; // assets/web, compiled in

static void health(struct http_server *server, struct buf *body, struct system_answer *ret)
{
    (void)server;
    buf_add_text(body, "ok\n");
    *ret = (struct system_answer){ 200, TYPE_TEXT, NULL };
}

static void readiness(struct http_server *server, struct buf *body, struct system_answer *ret)
{
    bool ready = !server->draining && server->app->engine != NULL;
    buf_add_text(body, ready ? "ready\n" : server->draining ? "draining\n" : "starting\n");
    *ret = (struct system_answer){ ready ? 200 : 503, TYPE_TEXT, NULL };
}

static void figures(struct http_server *server, struct buf *body, struct system_answer *ret)
{
    metrics_write(server->app->metrics, body);
    *ret = (struct system_answer){ 200, "text/plain; version=0.0.4; charset=utf-8", NULL };
}

static void sync_plain(struct http_server *server, struct buf *body, struct system_answer *ret)
{
    (void)server;
    struct err err = { 0 };
    err_set(&err, ERR_UPGRADE_REQUIRED, "This path speaks websocket, subprotocol " SYNC_SUBPROTOCOL ".");
    response_error_body(body, &err);
    *ret = (struct system_answer){ 426, TYPE_JSON, "Upgrade: websocket\r\nConnection: Upgrade\r\n" };
}

static const struct {
    const char *path, *type;
} pages[] = {
    { "/verify-email", TYPE_HTML },
    { "/verify-email.css", "text/css; charset=utf-8" },
    { "/verify-email.js", "text/javascript; charset=utf-8" },
};

// The page that the link in a verification mail opens.
static void page(const char *path, const char *type, struct buf *body, struct system_answer *ret)
{
    const char *name = strcmp(type, TYPE_HTML) == 0 ? "verify-email.html" : path + 1;
    const struct asset *asset = asset_find(web_assets, name);
    CHECK(asset != NULL);
    buf_add(body, asset->text, asset->size);
    *ret = (struct system_answer){ 200, type, NULL };
}

static const struct {
    const char *path;
    void (*answer)(struct http_server *server, struct buf *body, struct system_answer *ret);
} paths[] = {
    { "/healthz", health },
    { "/readyz", readiness },
    { "/metrics", figures },
    { SYNC_PATH, sync_plain },
};

static void refuse_method(struct buf *body, struct system_answer *ret)
{
    struct err err = { 0 };
    err_set(&err, ERR_METHOD_NOT_ALLOWED, "This path takes GET alone.");
    response_error_body(body, &err);
    *ret = (struct system_answer){ 405, TYPE_JSON, "Allow: GET, HEAD\r\n" };
}

static bool is_path(const char *known, const char *path, size_t size)
{
    return strlen(known) == size && memcmp(known, path, size) == 0;
}

static bool page_answer(const char *path, size_t size, bool reading, struct buf *body,
                        struct system_answer *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        if (!is_path(pages[i].path, path, size))
            continue;
        if (reading)
            page(pages[i].path, pages[i].type, body, ret);
        else
            refuse_method(body, ret);
        return true;
    }
    return false;
}

bool system_answer(struct http_server *server, enum http_method method, const char *path, size_t size,
                   struct buf *body, struct system_answer *ret)
{
    bool reading = method == HTTP_GET || method == HTTP_HEAD;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        if (!is_path(paths[i].path, path, size))
            continue;
        if (reading)
            paths[i].answer(server, body, ret);
        else
            refuse_method(body, ret);
        return true;
    }
    return page_answer(path, size, reading, body, ret);
}
