// The net thread's loop and its one websocket: the only file of the client that knows libwebsockets.
#pragma once

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "tui/model/server_url.h"

struct loop;

struct loop_events {          // all on the loop's thread
    void (*tick)(void *user); // woken, and at least every LOOP_TICK_MS
    void (*opened)(void *user);
    void (*heard)(void *user); // some of a message came
    void (*message)(void *user, const void *data, size_t size, bool binary);
    void (*closed)(void *user, const char *why); // of a connection that was not dropped by loop_drop()
};

enum { LOOP_TICK_MS = 100 };

bool loop_create(struct loop **ret_loop, const struct loop_events *events, void *user, struct err *err);
void loop_destroy(struct loop *loop); // NULL is allowed
// Waits for the next event or tick and handles it.
void loop_turn(struct loop *loop);
// From any thread: a tick soon.
void loop_wake(struct loop *loop);

// Begins to connect to SYNC_PATH; opened() or closed() follows, maybe before it returns. TLS is always verified.
void loop_connect(struct loop *loop, const struct server_url *url);
bool loop_connected(const struct loop *loop); // connecting or connected
// Queues a text message (takes it).
void loop_send(struct loop *loop, struct buf *text);
// Ends the connection without a call of closed().
void loop_drop(struct loop *loop);
