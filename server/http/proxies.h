// Whose X-Forwarded-For counts (handbook SAFETY).
#pragma once

#include "shared/base/err.h"

#include <stddef.h>

enum { ADDRESS_SIZE = 46 };

struct proxies;

// list: addresses or networks ("127.0.0.1, 10.0.0.0/8, ::1"), "unix" for the peers of a unix socket; NULL for none.
bool proxies_create(struct proxies **ret_proxies, const char *list, struct err *err);
void proxies_destroy(struct proxies *proxies);

// Who really asks: the peer, or, when the peer is a trusted proxy, the last address of X-Forwarded-For that is none.
// forwarded: the header, NULL without one. peer: "" on a unix socket.
void proxies_client(const struct proxies *proxies, const char *peer, const char *forwarded,
                    char ret[ADDRESS_SIZE]);
