// The server's end of websockets, in place of server/push/session.c.
#pragma once

#include "tests/sim/chance.h"
#include "tests/sim/network.h"

struct push;

void sockets_open(struct push *push, struct wire *wire);
void sockets_receive(struct push_session *session, const struct parcel *parcel);
bool sockets_read(const struct push_session *session); // it is not paused
void sockets_close(struct push_session *session);
void sockets_close_all(void);
// One frame of some socket goes out. False: none wants to.
bool sockets_step(struct chance *chance);
