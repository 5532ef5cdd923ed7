// Codes that people read: CLI-ACME-20251227-001 (specification 1.1).
#pragma once

#include "server/core/op.h"

// The first word of an organisation's name in capitals, letters and digits of ASCII only, 8 at most; "ORG" when
// nothing of it remains.
void client_code_word(const char *organization_name, char ret_word[9]);
// The next free code of that name and day.
bool client_code_next(struct op_ctx *ctx, const char *organization_name, const char **ret_code);
