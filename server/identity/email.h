// E-mail addresses: the part of RFC 5321 that real mailboxes use. Nothing that could end a header or a command.
#pragma once

#include "shared/base/arena.h"
#include "shared/base/err.h"

// local@domain, ASCII: local up to 64 letters, digits and atom characters, no dot at an end or doubled (quoted local
// parts are refused); domain of at least two labels of letters, digits and inner hyphens. ERR_BAD_REQUEST about the
// field "email".
bool email_check(const char *email, struct err *err);
// Lower case (ASCII): the key by which an address is unique.
const char *email_key(const char *email, struct arena *arena);
