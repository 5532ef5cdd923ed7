// The people of a booking, read once: who is told of it, and how the answer names them. Private to this folder.
#pragma once

#include "server/scheduling/consultation.h"

struct party_person {
    const char *id, *zone;
};
struct parties {
    const char *client_email;
    struct list client_people; // const char *: person ids
    const char *host_id, *host_email, *host_zone;
    struct list co_consultants; // struct party_person
};

bool parties_load(struct op_ctx *ctx, const struct consultation *consultation, struct parties *ret);
// The same when the client is known already.
bool parties_of_client(struct op_ctx *ctx, const struct consultation *consultation, const char *client_email,
                       struct parties *ret);
