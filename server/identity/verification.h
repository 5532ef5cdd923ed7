// Verifying an e-mail address: the token, the mail, and what verified people get.
#pragma once

#include "server/identity/person_store.h"

// Makes a token (24 h) and queues the mail that carries it.
bool verification_send(struct op_ctx *ctx, const struct account *account);
