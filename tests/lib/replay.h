// An editing trace made ready to be played again: one author's edits, or the updates of many who did not always know of
// each other.
#pragma once

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/text/text.h"

#include <cjson/cJSON.h>

// One patch: what goes, then what comes; bytes, not code points.
struct replay_edit {
    size_t at;
    size_t gone;
    const char *bytes; // of the trace
    size_t size;
};

struct replay {
    cJSON *json;
    const char *end; // NULL: the trace does not tell how it ends
    bool concurrent;
    bool ascii; // all that is ever typed
    size_t edit_count;
    struct replay_edit *edits; // sequential only
    struct buf updates;        // concurrent only: one after the other
    size_t *update_ends;
    size_t update_count;
};

// ERR_NOT_FOUND when the file cannot be read, ERR_BAD_REQUEST when it is no trace or contradicts itself, ERR_TOO_LARGE
// beyond the bounds of a text. It is to be closed in any case.
bool replay_open(struct replay *replay, const char *path, struct err *err);
void replay_close(struct replay *replay);
// The text at the end, and how many bytes its updates had.
struct text *replay_run(const struct replay *replay, size_t *ret_update_bytes);

// ---- for the two kinds of trace ----
// A patch as an edit of the text as it is now.
bool replay_edit_of(const struct replay *replay, const cJSON *patch, const struct text *text,
                    struct replay_edit *ret_edit, struct err *err);
bool replay_make(struct text *text, const struct replay_edit *edit, struct buf *update, struct err *err);
const char *replay_start(const struct replay *replay);
// replay_story.c
bool replay_prepare_concurrent(struct replay *replay, struct err *err);
