// What the files of this folder share: the stored rows, the texts in the writer's memory, the steps of an edit.
#pragma once

#include "server/texts/texts.h"

struct text_row { // of text_doc
    int64_t epoch, head, snapshot_head, snapshot_bytes, update_bytes, length, stamp;
};

// --- rows.c ---
// head 0: there is none.
bool text_row_find(struct db *db, const char *id, struct text_row *ret, struct err *err);
bool text_row_save(struct op_ctx *ctx, const char *id, const struct text_row *row, bool is_new);
void text_agent_hex(uint64_t agent, char ret[17]);
// A number for an agent, a stamp, an epoch: random, positive, 53 bits at most unless it is an agent.
uint64_t text_random_agent(void);
int64_t text_random_number(void);

// --- load.c ---
// The text as of update `head` from the newest sound snapshot that is not newer. ERR_NOT_FOUND: it is no longer kept.
bool stored_text_at(struct db *db, const char *id, int64_t head, struct text **ret, struct err *err);
// The same from one snapshot alone.
bool stored_text_from(struct db *db, const char *id, int64_t snapshot, int64_t head, struct text **ret,
                      struct err *err);

// --- loaded.c: the writer's loaded texts ---
struct loaded {
    char id[TEXTS_ID_MAX + 1];
    int64_t stamp; // of the row that it is the same as
    struct text *text;
    size_t bytes; // about
    struct loaded *newer, *older, *next_in_bucket;
};
// The text of this row: from memory, or loaded. For the writer alone.
struct loaded *loaded_take(struct op_ctx *ctx, const char *id, const struct text_row *row);
void loaded_drop(struct op_ctx *ctx, struct loaded *loaded);
// It has changed to what is stored under this stamp.
void loaded_keep(struct op_ctx *ctx, struct loaded *loaded, int64_t stamp, size_t grown);

// --- edit.c ---
// In whatever order they stand: what builds on one that comes later in the batch waits for it in memory.
bool text_apply_batch(struct text *text, struct bytes batch, struct err *err);

// --- merge.c: what an edit did to a text, held against the rules, and stored ---
struct merge {
    struct op_ctx *ctx;
    const char *id;
    const struct text_author *author;
    size_t length_max;
    bool ours;     // the server made it: of a whole text that was handed in
    int64_t base;  // then: what its author had seen, or TEXTS_BASE_NOW
    char hand[17]; // then: the agent that writes
    struct text_row row;
    struct loaded *loaded;
    struct buf version; // before
    uint32_t *used;     // by agent, before
    size_t agents, length;
};
// Takes the text in hand and notes how it is. With merge_end(), whatever happens.
bool merge_start(struct merge *merge);
// Stores what became of it. False: refused, the stored text is as it was.
bool merge_finish(struct merge *merge, struct text_edited *ret);
// ok: what is in memory is what is stored.
void merge_end(struct merge *merge, bool ok);

// --- snapshots.c ---
// Makes a snapshot when one is due, and gives up what it makes superfluous once it has been read back. The row is
// saved by the caller.
bool text_snapshot_if_due(struct op_ctx *ctx, const char *id, const struct text *text, struct text_row *row);

bool text_snapshot_insert(struct op_ctx *ctx, const char *id, int64_t n, const struct buf *bytes);
// Whether the stored snapshot, with the updates after it, gives this text.
bool text_is_stored(struct op_ctx *ctx, const char *id, int64_t snapshot, int64_t head,
                    const struct text *text);

// --- rewrite.c ---
// Edits the text into `content`, line by line; the updates are appended to the batch.
bool text_rewrite(struct text *text, const char *content, size_t size, struct buf *batch, struct err *err);
