// Whose consultations somebody lists: their own by the role they have, all of the tenant for an administrator.
// Private to this folder.
#pragma once

#include "server/scheduling/consultation.h"

enum list_of { LIST_OF_CLIENT, LIST_OF_CONSULTANT, LIST_OF_TENANT };

struct listing {
    enum list_of of;
    const char *owner; // the client, consultant or tenant
    unsigned roles;    // who the reader is in all of them
};
// What the consultant $1 gives beside its lead, as a condition on consultation.
#define LISTING_JOINED "id IN (SELECT consultation_id FROM co_consultant WHERE consultant_id = $1)"

// ERR_FORBIDDEN for somebody who can have none.
bool listing_of(struct op_ctx *ctx, struct listing *ret);
