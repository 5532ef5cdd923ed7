// One websocket: where libwebsockets' callbacks become messages. The only file of this folder that knows
// libwebsockets; frames are limited and joined here.
#pragma once

#include "server/push/push.h"

#include <libwebsockets.h>

enum { PUSH_READ_SIZE = 1024 }; // bytes read at a time; held by each connection

struct push_session;

// Per connection, made and freed by libwebsockets, all zeroes at first.
extern const size_t push_session_size;

// For every callback of the websocket protocol that concerns one connection. Non-zero closes it.
int push_session_event(struct push *push, struct lws *wsi, enum lws_callback_reasons reason,
                       struct push_session *session, void *in, size_t size);
