// The server's front door: one thread, one listening socket on loopback or a unix path, REST requests and /sync.
#pragma once

#include "server/core/app.h"

// Starts the engine on the store of app->config.data, listens at app->config.listen, prints "serenityd listening on
// ..." on standard output and serves until SIGTERM or SIGINT; then finishes what is under way (4 s at most), stops the
// engine and returns 0. On failure returns 1 and err says why: ERR_BAD_REQUEST (an address that is not loopback),
// ERR_INTERNAL (cannot listen).
int http_serve(struct app *app, struct err *err);
