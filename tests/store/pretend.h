// Operations, rows and people for tests of the core: small ones that do what real ones do to the store.
#pragma once

#include "server/core/op.h"

extern const struct op pretend_put;   // {key, value}: stores it, notes the change
extern const struct op pretend_get;   // {key}: ERR_NOT_FOUND, or {"value": ...}
extern const struct op pretend_break; // {key}: stores it, notes the change, then refuses with ERR_SLOT_TAKEN
extern const struct op pretend_keep;  // {key}: stores it and refuses, keeping what it wrote
extern const struct op pretend_slow;  // {key}: prepare() makes the value
extern const struct op pretend_admin; // for administrators alone
extern const struct op pretend_auth;  // {password}: name and arguments are secret matters

// Jane, a verified client; her bearer token is "jane". "john" is an administrator, "new" is not verified.
extern const struct actor pretend_jane, pretend_john;
