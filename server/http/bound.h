// What is really listened at, asked of the kernel: libwebsockets 4.1.6 binds every interface when it cannot find out
// which addresses there are (a sandbox without netlink, for one), and does not say so.
#pragma once

#include "shared/base/err.h"

// True when this process listens somewhere and nowhere but at loopback addresses and unix sockets.
bool bound_to_loopback_alone(struct err *err);
