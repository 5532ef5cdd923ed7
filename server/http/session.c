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

enum { LINGER_US = 2000000, OUT_KEPT = 256 * 1024, UPGRADE_MAX = 64, COMPLETIONS_MAX = 4 };

struct http_session {
    struct lws *wsi;
    struct http_server *server;
    struct exchange *exchange; // NULL between requests
    bool lingering;            // answered, closing: what still comes is thrown away
    bool closing;              // the last answer has been written
    int completions;           // of the body, as libwebsockets tells them
    int64_t deadline;          // monotonic us; 0 none
    struct http_session *previous, *next;
    char peer[ADDRESS_SIZE]; // "" on a unix socket
};

const size_t http_session_size = sizeof(struct http_session);

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

static void open_session(struct http_session *session, struct http_server *server, struct lws *wsi)
{
    session->wsi = wsi;
    session->server = server;
    lws_get_peer_simple(wsi, session->peer, sizeof session->peer);
    if (strchr(session->peer, '.') == NULL && strchr(session->peer, ':') == NULL)
        session->peer[0] = '\0';
    enlist(session);
}

static void close_session(struct http_session *session)
{
    if (session == NULL || session->wsi == NULL)
        return;
    if (session->exchange != NULL)
        exchange_abandon(session->exchange);
    session->exchange = NULL;
    session->wsi = NULL;
    delist(session);
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
    ret->old_version = version == NULL || strcmp(version, "HTTP/1.1") != 0;
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
    lws_rx_flow_control(session->wsi, 1); // a connection that does not read is not told that it may write either
    lws_callback_on_writable(session->wsi);
}

// While an answer is awaited nothing more is read, so that pipelined requests wait their turn in the socket.
static void settle(struct http_session *session)
{
    switch (exchange_state(session->exchange)) {
    case EXCHANGE_BODY:
        session->deadline = host_monotonic_us() + HTTP_SLOW_SECONDS * INT64_C(1000000);
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
    if (session->exchange != NULL || session->lingering || session->closing)
        return -1;
    read_head(session, path, path_size, &head);
    session->completions = 0;
    session->exchange = exchange_begin(session->server, &head, session);
    settle(session);
    lws_set_timeout(session->wsi, NO_PENDING_TIMEOUT, 0);
    return 0;
}

static int body(struct http_session *session, const void *data, size_t size)
{
    if (session->lingering || session->exchange == NULL || exchange_state(session->exchange) != EXCHANGE_BODY)
        return 0;
    exchange_body(session->exchange, data, size);
    settle(session);
    return 0;
}

// libwebsockets calls this again while bytes beyond the body wait, and would for ever: then the connection goes.
static int body_end(struct http_session *session)
{
    bool expected = session->exchange != NULL && exchange_state(session->exchange) != EXCHANGE_BODY;
    return expected && !session->lingering && session->completions++ < COMPLETIONS_MAX ? 0 : -1;
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

static int writable(struct http_session *session)
{
    bool close = false;
    if (session->closing && !session->lingering)
        linger(session); // what was left of a large last answer has gone out
    if (session->exchange == NULL || exchange_state(session->exchange) != EXCHANGE_READY)
        return 0;
    struct buf *out = out_buffer();
    exchange_render(session->exchange, out, &close);
    session->exchange = NULL;
    session->closing = close;
    if (send_out(session->wsi, out) < 0)
        return -1;
    if (close) {
        if (lws_partial_buffered(session->wsi))
            lws_callback_on_writable(session->wsi);
        else
            linger(session);
        return 0;
    }
    return lws_http_transaction_completed(session->wsi) != 0 ? -1 : 0;
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
    if (server->draining)
        return refuse_upgrade(wsi, ERR_UNAVAILABLE, "The server is stopping.", "Retry-After: 1\r\n");
    return 0;
}

// --- callbacks ------------------------------------------------------------------------------------------------------

int http_session_event(struct http_server *server, struct lws *wsi, enum lws_callback_reasons reason,
                       struct http_session *session, void *in, size_t size)
{
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return confirm_upgrade(server, wsi);
    case LWS_CALLBACK_HTTP:
        if (session->wsi == NULL)
            open_session(session, server, wsi);
        return begin(session, in, size);
    case LWS_CALLBACK_HTTP_BODY:
        return body(session, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return body_end(session);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return session == NULL || session->wsi == NULL ? 0 : writable(session);
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED_HTTP:
        close_session(session);
        return 0;
    case LWS_CALLBACK_RAW_ADOPT: // CONNECT turned the connection raw
    case LWS_CALLBACK_RAW_RX:
        return -1;
    default:
        return 0;
    }
}
