// Who somebody is in one consultation: its client, its lead consultant, one of its co-consultants, an administrator.
#pragma once

#include "shared/base/list.h"
#include "shared/domain/roles.h"

#include <stdbool.h>

enum { CO_CONSULTANTS_MAX = 4 };

struct part_facts { // of the consultation
    const char *client_id, *consultant_id;
    const struct list *co_consultant_ids; // const char *
};
struct part_person {
    unsigned roles;                        // the account's
    const char *client_id, *consultant_id; // of a client, of a consultant; else NULL
};

// Bits of enum role; 0 for a stranger. Of a consultant the lead is ROLE_CONSULTANT, any other ROLE_CO_CONSULTANT.
unsigned part_in(const struct part_facts *facts, const struct part_person *person);
// Is that consultant among them?
bool part_is_listed(const struct list *consultant_ids, const char *consultant_id);
