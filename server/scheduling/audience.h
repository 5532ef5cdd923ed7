// Who sees a consultation and what hangs on it (handbook SYNC): principals, stamped on every row. Private to the area and
// to what keeps a consultation's texts.
#pragma once

#include "server/scheduling/consultation.h"

// Of the consultation itself, and of all that everyone in it may read: its client organisation, its people (person
// ids), administrators. The lead comes first: consultation_host() reads it from there.
const char *consultation_audience(struct op_ctx *ctx, const char *client_id, const char *lead_person,
                                  const struct list *co_people /* const char * */);
// Of a note of that kind: the lead's own is theirs alone; preparation is for all who give the session, internal notes
// for administrators too, session notes for everyone in it.
const char *consultation_note_audience(struct op_ctx *ctx, const struct consultation *consultation,
                                       enum note_kind kind);
// The people in it changed: stores consultation->audience and stamps all that hangs on it anew. Whoever is no longer in
// an audience loses the row at once, whoever came is sent it.
bool consultation_restamp(struct op_ctx *ctx, struct consultation *consultation, const char *audience);
