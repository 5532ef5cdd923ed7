// One request and its answer, from the headers to the bytes that are sent. Knows nothing of sockets: the session hands
// it what arrives and sends what it renders.
#pragma once

#include "server/http/server.h"

enum { QUERY_MAX = 32, REQUEST_ID_MAX = 64 };

enum { LENGTH_NONE = -1, LENGTH_BAD = -2 };

// A request's headers as the session found them; texts live until exchange_begin() returns, NULL: not sent.
struct http_head {
    enum http_method method; // HTTP_METHODS: none that we know
    const char *path;        // decoded
    size_t path_size;
    const char *query[QUERY_MAX]; // "name=value", decoded
    size_t query_count;
    const char *content_type, *authorization, *idempotency_key, *request_id;
    const char *address;    // of the client, see proxies.h
    int64_t content_length; // or LENGTH_NONE, LENGTH_BAD
    bool old_version;       // HTTP/1.0
    bool bad_version;       // neither that nor HTTP/1.1
    bool too_large;         // headers over HTTP_HEADERS_MAX, or more query parameters than QUERY_MAX
    bool transfer_encoding; // sent, whatever it says
    bool no_host;           // none, or two
};

enum exchange_state {
    EXCHANGE_BODY,  // waits for the body
    EXCHANGE_WAIT,  // an operation runs
    EXCHANGE_READY, // exchange_render() may be called
};

struct exchange;

// session: told by http_session_ready() when the state becomes EXCHANGE_READY later than in this call.
struct exchange *exchange_begin(struct http_server *server, const struct http_head *head, void *session);
enum exchange_state exchange_state(const struct exchange *exchange);
// In state EXCHANGE_BODY: some of the body; all of it has come when *ret_state leaves EXCHANGE_BODY.
void exchange_body(struct exchange *exchange, const void *data, size_t size);
// Appends the response; *ret_close: the connection ends after it. Ends the exchange.
void exchange_render(struct exchange *exchange, struct buf *out, bool *ret_close);
// The peer has gone: what runs goes on, its answer is dropped.
void exchange_abandon(struct exchange *exchange);
// For server->waits.
void exchange_woken(void *exchange, bool again);
// Frees the spare ones.
void exchanges_free(struct http_server *server);

// The session's: an answer became ready.
void http_session_ready(void *session);
