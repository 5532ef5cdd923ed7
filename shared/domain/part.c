#include "shared/domain/part.h"

#include <string.h>

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool part_is_listed(const struct list *consultant_ids, const char *consultant_id)
{
    for (size_t i = 0; i < consultant_ids->count; i++)
        if (same(*LIST_AT(consultant_ids, const char *, i), consultant_id))
            return true;
    return false;
}

unsigned part_in(const struct part_facts *facts, const struct part_person *person)
{
    unsigned part = person->roles & ROLE_ADMIN;
    if ((person->roles & ROLE_CLIENT) != 0 && same(person->client_id, facts->client_id))
        part |= ROLE_CLIENT;
    if ((person->roles & ROLE_CONSULTANT) == 0)
        return part;
    if (same(person->consultant_id, facts->consultant_id))
        part |= ROLE_CONSULTANT;
    else if (part_is_listed(facts->co_consultant_ids, person->consultant_id))
        part |= ROLE_CO_CONSULTANT;
    return part;
}
