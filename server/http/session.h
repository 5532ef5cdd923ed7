// One connection that speaks HTTP: where libwebsockets' callbacks become exchanges. With listener.c the only file of
// this folder that knows libwebsockets; the guards of LIBRARIES that concern a request are here.
#pragma once

#include "server/http/server.h"

#include <libwebsockets.h>

// For every callback of the HTTP protocol that concerns one connection; the listener hands them on. Non-zero closes it.
int http_session_event(struct http_server *server, struct lws *wsi, enum lws_callback_reasons reason,
                       void *in, size_t size);
// The connection ends, whatever it spoke last.
void http_session_closed(struct lws *wsi);
// Ends the connections whose time for a body, or for going after a refusal, is over.
void http_sessions_sweep(int64_t now);
