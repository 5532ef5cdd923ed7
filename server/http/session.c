#include "server/http/session.h"

#include "server/http/exchange.h"
#include "server/http/reply.h"
#include "shared/host/host.h"
#include "shared/wire/json.h"
#include "shared/wire/messages.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum {
    SLOW_US = HTTP_SLOW_SECONDS * 1000000,
    LINGER_US = 2000000,
    READ_US = 30000000,
    OUT_KEPT = 256 * 1024,
    UPGRADE_MAX = 64,
    COMPLETIONS_MAX = 4
};

struct http_session {
    struct lws *wsi;
    struct http_server *server;
    struct exchange *exchange; // NULL between requests
    bool finishing;            // the answer has been written, perhaps not all of it sent
    bool closing;              // it was the last one
    bool lingering;            // and has been sent: what still comes is thrown away
    bool pipelined;            // the next request was read together with the one before
    int completions;           // of the body, as libwebsockets tells them
    int64_t deadline;          // monotonic us; 0 none
    struct http_session *previous, *next;
    char peer[ADDRESS_SIZE]; // "" on a unix socket
};

static struct http_session *sessions; // those with a deadline may be anywhere in it

// --- the list of sessions -------------------------------------------------------------------------------------------

static void enlist(struct http_session *session)
{
    session->next = sessions;
    session->previous = NULL;
    if (sessions != NULL)
        sessions->previous = session;
    sessions = session;
}

static void delist(struct http_session *session)
{
    if (session->previous != NULL)
        session->previous->next = session->next;
    else
        sessions = session->next;
    if (session->next != NULL)
        session->next->previous = session->previous;
}

// "" on a unix socket.
static void peer_address(struct lws *wsi, char ret[ADDRESS_SIZE])
{
    lws_get_peer_simple(wsi, ret, ADDRESS_SIZE);
    if (ret[strspn(ret, "0123456789abcdefABCDEF.:")] != '\0')
        ret[0] = '\0';
}

// libwebsockets' own memory for a connection lasts for one request only, so this hangs beside it.
static struct http_session *open_session(struct http_server *server, struct lws *wsi)
{
    struct http_session *session = calloc(1, sizeof *session);
    CHECK(session != NULL);
    session->wsi = wsi;
    session->server = server;
    peer_address(wsi, session->peer);
    enlist(session);
    lws_set_opaque_user_data(wsi, session);
    return session;
}

void http_session_closed(struct lws *wsi)
{
    struct http_session *session = lws_get_opaque_user_data(wsi);
    if (session == NULL)
        return;
    if (session->exchange != NULL)
        exchange_abandon(session->exchange);
    lws_set_opaque_user_data(wsi, NULL);
    delist(session);
    free(session);
}

void http_sessions_sweep(int64_t now)
{
    for (struct http_session *session = sessions; session != NULL; session = session->next)
        if (session->deadline != 0 && session->deadline < now)
            lws_set_timeout(session->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

// --- reading the headers --------------------------------------------------------------------------------------------

// Where the texts of one request's headers are copied to: one thread reads one request at a time.
struct scratch {
    size_t used;
    char bytes[48 * 1024];
};
static struct scratch scratch;

// A copy of the header, all its fragments; NULL when it was not sent, or does not fit.
static const char *copy_header(struct lws *wsi, enum lws_token_indexes token)
{
    int length = lws_hdr_total_length(wsi, token);
    size_t room = sizeof scratch.bytes - scratch.used;
    if (length <= 0 || (size_t)length + 1 > room)
        return NULL;
    char *at = scratch.bytes + scratch.used;
    if (lws_hdr_copy(wsi, at, (int)(length + 1), token) < 0)
        return NULL;
    scratch.used += (size_t)length + 1;
    return at;
}

// name: lower case, with its colon.
static const char *copy_custom(struct lws *wsi, const char *name)
{
    int length = lws_hdr_custom_length(wsi, name, (int)strlen(name));
    size_t room = sizeof scratch.bytes - scratch.used;
    if (length < 0 || (size_t)length + 1 > room)
        return NULL;
    char *at = scratch.bytes + scratch.used;
    if (lws_hdr_custom_copy(wsi, at, length + 1, name, (int)strlen(name)) < 0)
        return NULL;
    scratch.used += (size_t)length + 1;
    return at;
}

static const struct {
    enum lws_token_indexes token;
    enum http_method method;
} method_tokens[] = {
    { WSI_TOKEN_GET_URI, HTTP_GET },         { WSI_TOKEN_HEAD_URI, HTTP_HEAD },
    { WSI_TOKEN_POST_URI, HTTP_POST },       { WSI_TOKEN_PUT_URI, HTTP_PUT },
    { WSI_TOKEN_PATCH_URI, HTTP_PATCH },     { WSI_TOKEN_DELETE_URI, HTTP_DELETE },
    { WSI_TOKEN_OPTIONS_URI, HTTP_OPTIONS },
};

static enum http_method method_of(struct lws *wsi)
{
    for (size_t i = 0; i < ARRAY_LEN(method_tokens); i++)
        if (lws_hdr_total_length(wsi, method_tokens[i].token) > 0)
            return method_tokens[i].method;
    return HTTP_METHODS;
}

// What libwebsockets keeps of the headers it knows; those it does not know are bounded by max_http_header_data.
static bool headers_too_large(struct lws *wsi)
{
    size_t total = 0;
    for (int token = 0; token < WSI_TOKEN_COUNT; token++) {
        int length = lws_hdr_total_length(wsi, (enum lws_token_indexes)token);
        total += length > 0 ? (size_t)length : 0;
    }
    return total > HTTP_HEADERS_MAX;
}

static int64_t content_length(struct lws *wsi)
{
    const char *text = copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    if (lws_hdr_custom_length(wsi, "content-length :", 16) >= 0)
        return LENGTH_BAD;
    if (text == NULL)
        return LENGTH_NONE;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 15 || text[digits] != '\0')
        return LENGTH_BAD;
    return strtoll(text, NULL, 10);
}

static void read_query(struct lws *wsi, struct http_head *head)
{
    for (int i = 0;; i++) {
        size_t room = sizeof scratch.bytes - scratch.used;
        char *at = scratch.bytes + scratch.used;
        int length = lws_hdr_copy_fragment(wsi, at, (int)room, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (length < 0)
            return;
        if (head->query_count == QUERY_MAX) {
            head->too_large = true;
            return;
        }
        at[length] = '\0';
        scratch.used += (size_t)length + 1;
        head->query[head->query_count++] = at;
    }
}

static void read_head(struct http_session *session, const char *path, size_t path_size, struct http_head *ret)
{
    static char address[ADDRESS_SIZE];
    struct lws *wsi = session->wsi;
    scratch.used = 0;
    *ret = (struct http_head){
        .method = method_of(wsi),
        .path = path,
        .path_size = path_size,
        .too_large = headers_too_large(wsi),
        .address = address,
    };
    if (ret->too_large)
        return;
    const char *version = copy_header(wsi, WSI_TOKEN_HTTP);
    ret->old_version = version != NULL && strcmp(version, "HTTP/1.0") == 0;
    ret->bad_version = !ret->old_version && (version == NULL || strcmp(version, "HTTP/1.1") != 0);
    ret->transfer_encoding = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0 ||
                             lws_hdr_custom_length(wsi, "transfer-encoding :", 19) >= 0;
    ret->no_host =
        lws_hdr_total_length(wsi, WSI_TOKEN_HOST) == 0 || lws_hdr_fragment_length(wsi, WSI_TOKEN_HOST, 1) > 0;
    ret->content_length = content_length(wsi);
    ret->content_type = copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE);
    ret->authorization = copy_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION);
    ret->idempotency_key = copy_custom(wsi, "idempotency-key:");
    ret->request_id = copy_custom(wsi, "x-request-id:");
    proxies_client(session->server->proxies, session->peer, copy_header(wsi, WSI_TOKEN_X_FORWARDED_FOR),
                   address);
    read_query(wsi, ret);
}

// --- one request ----------------------------------------------------------------------------------------------------

void http_session_ready(void *user)
{
    struct http_session *session = user;
    session->deadline = 0;
    lws_rx_flow_control(session->wsi,
                        1); // a connection that does not read is not told that it may write either
    lws_callback_on_writable(session->wsi);
}

// While an answer is awaited nothing more is read, so that pipelined requests wait their turn in the socket.
static void settle(struct http_session *session)
{
    switch (exchange_state(session->exchange)) {
    case EXCHANGE_BODY:
        return;
    case EXCHANGE_WAIT:
        session->deadline = 0;
        lws_rx_flow_control(session->wsi, 0);
        return;
    case EXCHANGE_READY:
        http_session_ready(session);
        return;
    }
}

static int begin(struct http_session *session, const char *path, size_t path_size)
{
    struct http_head head;
    if (session->exchange != NULL || session->finishing)
        return -1;
    read_head(session, path, path_size, &head);
    if (session->pipelined && head.content_length > 0)
        return -1; // libwebsockets would take its headers for its body
    session->completions = 0;
    session->deadline = host_monotonic_us() + SLOW_US;
    session->exchange = exchange_begin(session->server, &head, session);
    settle(session);
    lws_set_timeout(session->wsi, NO_PENDING_TIMEOUT, 0);
    return 0;
}

static int body(struct http_session *session, const void *data, size_t size)
{
    if (session->exchange == NULL || exchange_state(session->exchange) != EXCHANGE_BODY)
        return 0;
    exchange_body(session->exchange, data, size);
    settle(session);
    return 0;
}

// libwebsockets calls this again while bytes beyond the body wait, and would for ever: then the connection goes.
static int body_end(struct http_session *session)
{
    bool answered = session->exchange == NULL || exchange_state(session->exchange) != EXCHANGE_BODY;
    return answered && !session->lingering && session->completions++ < COMPLETIONS_MAX ? 0 : -1;
}

static struct buf *out_buffer(void)
{
    static struct buf out;
    if (out.cap > OUT_KEPT)
        buf_free(&out);
    buf_clear(&out);
    char headroom[LWS_PRE] = { 0 };
    buf_add(&out, headroom, sizeof headroom);
    return &out;
}

static int send_out(struct lws *wsi, const struct buf *out)
{
    int size = (int)(out->len - LWS_PRE);
    return lws_write(wsi, (unsigned char *)out->data + LWS_PRE, (size_t)size, LWS_WRITE_HTTP_HEADERS) < size
               ? -1
               : 0;
}

// Closing at once with unread input would reset the connection under the answer.
static void linger(struct http_session *session)
{
    session->lingering = true;
    session->deadline = host_monotonic_us() + LINGER_US;
    shutdown(lws_get_socket_fd(session->wsi), SHUT_WR);
}

// Whether libwebsockets holds more input of this connection: then it keeps the table of headers, and writes into the
// buffer of a copy even when there is nothing to copy.
static bool has_more_input(struct lws *wsi)
{
    char mark[2] = "?";
    lws_hdr_custom_copy(wsi, mark, sizeof mark, "none:", 5);
    return mark[0] == '\0';
}

static int finish(struct http_session *session)
{
    if (session->closing) {
        linger(session);
        return 0;
    }
    session->finishing = false;
    if (lws_http_transaction_completed(session->wsi) != 0)
        return -1;
    session->pipelined = has_more_input(session->wsi);
    session->deadline = session->pipelined ? host_monotonic_us() + SLOW_US : 0;
    return 0;
}

static int writable(struct http_session *session)
{
    if (session->lingering || lws_partial_buffered(session->wsi))
        return 0;
    if (session->finishing)
        return finish(session);
    if (session->exchange == NULL || exchange_state(session->exchange) != EXCHANGE_READY)
        return 0;
    struct buf *out = out_buffer();
    exchange_render(session->exchange, out, &session->closing);
    session->exchange = NULL;
    session->finishing = true;
    if (send_out(session->wsi, out) < 0)
        return -1;
    if (!lws_partial_buffered(session->wsi))
        return finish(session);
    session->deadline = host_monotonic_us() + READ_US; // the rest waits in memory, but not for ever
    return 0;
}

// --- upgrades -------------------------------------------------------------------------------------------------------

static int refuse_upgrade(struct lws *wsi, enum err_code code, const char *message, const char *extra)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    struct err err = { 0 };
    err_set(&err, code, "%s", message);
    response_error_body(&content, &err);
    struct response response = {
        .status = err_status(code),
        .type = TYPE_JSON,
        .extra = extra,
        .close = true,
        .before = "",
        .after = "",
        .body = content.data,
        .body_size = content.len,
    };
    struct buf *out = out_buffer();
    response_write(out, &response, host_now_ms());
    send_out(wsi, out);
    return -1;
}

static bool may_dial(struct http_server *server, struct lws *wsi)
{
    char peer[ADDRESS_SIZE], address[ADDRESS_SIZE];
    int after;
    scratch.used = 0;
    peer_address(wsi, peer);
    proxies_client(server->proxies, peer, copy_header(wsi, WSI_TOKEN_X_FORWARDED_FOR), address);
    return limits_take(server->limits, LIMIT_ADDRESS, address, host_monotonic_us(), &after);
}

// Only "websocket" on SYNC_PATH with our subprotocol. The argument `in` of this callback is not touched: after an
// unknown upgrade libwebsockets has freed it (CVE-2025-11677), and the headers with it, so that there is no Upgrade.
static int confirm_upgrade(struct http_server *server, struct lws *wsi)
{
    char text[UPGRADE_MAX];
    int length = lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE);
    if (length <= 0 || length >= UPGRADE_MAX || lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_UPGRADE) < 0)
        return -1;
    if (strcasecmp(text, "websocket") != 0)
        return refuse_upgrade(wsi, ERR_BAD_REQUEST, "The only upgrade here is websocket.", NULL);
    if (lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) != (int)strlen(SYNC_PATH) ||
        lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_GET_URI) < 0 || strcmp(text, SYNC_PATH) != 0)
        return refuse_upgrade(wsi, ERR_NOT_FOUND, "There is no websocket on this path.", NULL);
    if (lws_hdr_total_length(wsi, WSI_TOKEN_VERSION) != 2 ||
        lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_VERSION) < 0 || strcmp(text, "13") != 0)
        return refuse_upgrade(wsi, ERR_UPGRADE_REQUIRED, "Websocket version 13 is required.",
                              "Sec-WebSocket-Version: 13\r\n");
    if (lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) != (int)strlen(SYNC_SUBPROTOCOL) ||
        lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_PROTOCOL) < 0 || strcmp(text, SYNC_SUBPROTOCOL) != 0)
        return refuse_upgrade(wsi, ERR_BAD_REQUEST, "The subprotocol must be " SYNC_SUBPROTOCOL ".", NULL);
    if (lws_hdr_total_length(wsi, WSI_TOKEN_KEY) != 24 || lws_hdr_total_length(wsi, WSI_TOKEN_HOST) <= 0)
        return refuse_upgrade(wsi, ERR_BAD_REQUEST, "The websocket handshake is not complete.", NULL);
    if (!may_dial(server, wsi))
        return refuse_upgrade(wsi, ERR_RATE_LIMITED, "Too many connections; try again in a moment.",
                              "Retry-After: 5\r\n");
    if (server->draining)
        return refuse_upgrade(wsi, ERR_UNAVAILABLE, "The server is stopping.", "Retry-After: 1\r\n");
    return 0;
}

// --- callbacks ------------------------------------------------------------------------------------------------------

int http_session_event(struct http_server *server, struct lws *wsi, enum lws_callback_reasons reason,
                       void *in, size_t size)
{
    struct http_session *session = lws_get_opaque_user_data(wsi);
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return confirm_upgrade(server, wsi);
    case LWS_CALLBACK_HTTP:
        return begin(session == NULL ? open_session(server, wsi) : session, in, size);
    case LWS_CALLBACK_HTTP_BODY:
        return session == NULL ? -1 : body(session, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return session == NULL ? -1 : body_end(session);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return session == NULL ? 0 : writable(session);
    case LWS_CALLBACK_CLOSED_HTTP:
        http_session_closed(wsi);
        return 0;
    case LWS_CALLBACK_RAW_ADOPT: // CONNECT turned the connection raw
    case LWS_CALLBACK_RAW_RX:
        return -1;
    default:
        return 0;
    }
}
