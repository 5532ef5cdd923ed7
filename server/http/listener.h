// The listening socket and the loop: libwebsockets' context, its timer, its wake-up. Internal to server/http.
#pragma once

#include "server/http/server.h"

struct listener;

// Reads config->listen, binds and listens. ERR_BAD_REQUEST, ERR_INTERNAL.
bool listener_create(struct listener **ret_listener, struct http_server *server, struct err *err);
// Closes every connection.
void listener_destroy(struct listener *listener);
// "http://127.0.0.1:8180" or "unix:/run/serenity.sock". Owned by the listener.
const char *listener_name(const struct listener *listener);
// Serves what is ready, waiting for it at most a second.
void listener_turn(struct listener *listener);
// Makes listener_turn() return soon; from any thread and from a signal handler. Then server_woken() runs.
void listener_wake(void *listener);

// The server's: called on the loop after listener_wake(), and at least once a second.
void server_woken(struct http_server *server);
