// Notes: one row a kind and consultation, never silently overwritten (handbook SYNC, "two of our own"). Private to this
// folder.
#pragma once

#include "server/scheduling/consultation.h"

enum { NOTE_TEXT_MAX = 32768 };

struct note_write {
    enum note_kind kind;
    const char *text; // NULL: stays as it is
    int64_t base_rev; // the revision the writer saw; 0: not said, the new text replaces the stored one
    bool keep;        // nothing stored may be lost, whatever was seen
    const struct list *key_points, *opportunities; // const char *, live notes alone; NULL: stay as they are
};
// *ret_merged is set when both texts were kept, and left alone otherwise.
bool note_write(struct op_ctx *ctx, const struct consultation *consultation, const struct note_write *write,
                bool *ret_merged);

// What becomes of two texts when somebody else wrote meanwhile: both, the new one behind a line that names its author
// and time. A text that holds the other whole is enough by itself; the author's own last addition is replaced by what
// it grew into. ERR_TOO_LARGE above `max` bytes.
bool note_merge(struct op_ctx *ctx, const char *stored, const char *added, size_t max, const char **ret_text,
                bool *ret_merged);
