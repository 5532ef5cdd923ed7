// Who somebody is, as bits (specification, 1.1 and User Record for Consultant).
#pragma once

#include <stddef.h>

enum role {
    ROLE_PUBLIC = 1 << 0,     // anyone, signed in or not
    ROLE_CLIENT = 1 << 1,     // buys credits and books
    ROLE_CONSULTANT = 1 << 2, // gives sessions
    ROLE_ADMIN = 1 << 3,      // runs the platform
    // In one consultation only, never an account's (shared/domain/part.h): gives it beside its lead, who is its
    // ROLE_CONSULTANT.
    ROLE_CO_CONSULTANT = 1 << 4,
    ROLE_ANYONE_SIGNED_IN = ROLE_CLIENT | ROLE_CONSULTANT | ROLE_ADMIN,
};

// "client,user" and back: the words of a set, comma separated, "user" always last. Returns buffer.
char *roles_format(unsigned roles, char *buffer, size_t size);
unsigned roles_parse(const char *words);
