// A consultation as the API shows it: the specification's nested document, without what the reader may not see.
// Private to this folder.
#pragma once

#include "server/scheduling/children.h"
#include "server/scheduling/parties.h"

// Adds data.consultation, everything included. roles: who reads (bits of enum role, see consultation_find).
// parties, children: NULL: loaded.
bool view_reply(struct op_ctx *ctx, const struct consultation *consultation, unsigned roles,
                const struct parties *parties, const struct children *children);

// One entry of a list (struct view): the same without the heavy children.
extern const struct shape shape_consultation_view, shape_consultation_summary;
bool view_add_summary(struct op_ctx *ctx, const struct consultation *consultation, unsigned roles,
                      struct list *views);
