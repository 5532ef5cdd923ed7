// Texts that merge, stored (handbook SYNC): every update that came in, snapshots of them, whose each agent is. What a
// text is about, who may read it and who hears of a change is its callers' affair.
//
// An id is the caller's: 64 bytes at most. Functions that take an op_ctx run in its operation's transaction or snapshot,
// not in a prepare(): those of operations that change something use the writer's memory.
#pragma once

#include "server/core/op.h"
#include "shared/text/text.h"

enum {
    TEXTS_ID_MAX = 64,
    TEXTS_AGENTS_MAX = 2048,          // agents of one text, so that a version stays below 28 KB
    TEXTS_STORED_MAX = 680 * 1024,    // of the last snapshot and what came since: a page of sync holds either
    TEXTS_SNAPSHOT_UPDATES = 500,     // a snapshot is made after that many updates ...
    TEXTS_SNAPSHOT_BYTES = 64 * 1024, // ... or after that many bytes of them
    TEXTS_CACHE_BYTES = 32 * 1024 * 1024,
};

// Who writes, and when it is said to have been. person_id NULL: the platform.
struct text_author {
    const char *person_id, *name;
    int64_t at; // UTC ms
};

// What became of an edit. In the arena.
struct text_edited {
    bool changed; // false: all of it was known; `epoch` and `head` are set, the rest is not
    int64_t epoch, head;
    struct bytes update; // what was new, as one update
    const char *agent;   // 16 hex digits; NULL when several of the author's wrote
    int64_t added, removed;
    struct bytes version; // of the text now
};

// Applies a batch of updates (text_batch_next) that replicas of the author made: whole, or refused with the text as it
// was. epoch: of those replicas; 0: they began with nothing. length_max: bytes of the visible text.
// ERR_CONFLICT: the text was begun anew since, or an agent that cannot be told from another's (both final).
// ERR_BAD_REQUEST: malformed, or characters that are no plain text. ERR_TOO_LARGE. ERR_FORBIDDEN: an agent is somebody
// else's. ERR_UNAVAILABLE: it builds on what is not here (yet).
bool texts_edit(struct op_ctx *ctx, const char *id, const struct text_author *author, int64_t epoch,
                struct bytes batch, size_t length_max, struct text_edited *ret);

enum { TEXTS_BASE_NOW = -1 };

// Makes the text say `content`, by the difference to what the author saw: the text as of update base_head (0: still
// empty, or none). What was written since stays. When `content` holds a text that the author handed in from the same
// base before, it is that one grown further: the same once more changes nothing. TEXTS_BASE_NOW: they mean the text as
// it is now. ERR_CONFLICT when the text of that base is no longer kept, ERR_TOO_LARGE.
bool texts_write(struct op_ctx *ctx, const char *id, const struct text_author *author, int64_t base_head,
                 const char *content, size_t length_max, struct text_edited *ret);

// How many updates were stored when the change log stood at `rev`: a base for texts_write. TEXTS_BASE_NOW when that is
// no longer known.
bool texts_head_at(struct op_ctx *ctx, const char *id, int64_t rev, int64_t *ret_head);

// Words that an operation seen by `version` deleted, all stored before then, go for good: from the text, its snapshots and
// its updates. Earlier versions show fillers of the same length in their place.
struct text_purged {
    size_t bytes;    // 0: there were no such words
    int64_t base;    // with words: updates up to this one are no longer kept
    bool unreadable; // the stored text is damaged; nothing was done
};
bool texts_purge(struct op_ctx *ctx, const char *id, struct bytes version, int64_t before,
                 struct text_purged *ret);

// --- reading ---------------------------------------------------------------------------------------------------------

struct text_state {
    int64_t epoch, head; // 0: there is no such text
    struct text *text;   // NULL then; the caller's, to be freed with text_state_free
};
bool texts_load(struct db *db, const char *id, struct text_state *ret, struct err *err);
void text_state_free(struct text_state *state); // for CLEANUP
// The visible text, terminated; "" when there is none. In the arena.
bool texts_content(struct op_ctx *ctx, const char *id, const char **ret_content);
// Epoch and head as they are written down, without loading it. *ret_head 0: there is no such text.
bool texts_head(struct db *db, const char *id, int64_t *ret_epoch, int64_t *ret_head, struct err *err);

// Every text loads and is what its row says (serenityd check).
bool texts_check(struct db *db, struct buf *out, struct err *err);

// --- the writer's memory of loaded texts ------------------------------------------------------------------------------

struct texts; // hangs on struct app
// When the engine has stopped. NULL is allowed.
void texts_free(struct texts *texts);
