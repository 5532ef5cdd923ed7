// A text that merges: many people type at once, online or days apart, and every replica ends the same (SYNC, "Texts
// that merge"). Units are UTF-8 bytes; every unit ever typed has an id (agent, seq) and stays as a tombstone when it
// is deleted; deletions consume ids of their own, one a unit, so that a version vector tells of them too. Positions
// and sizes count bytes of the visible text and must lie between code points.
#pragma once

#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdint.h>

struct text;

enum {
    TEXT_UNITS_MAX = 1 << 24,         // ids of one text, tombstones and deletions included
    TEXT_AGENTS_MAX = 4096,           // agents of one text
    TEXT_PENDING_BYTES_MAX = 1 << 20, // updates that wait for what they build on
    TEXT_PENDING_MAX = 2048,
    TEXT_UNDO_STEPS_MAX = 1000,
};

// An empty text whose local edits are made by `agent`: random, of this device and database generation alone. Its low
// 32 bits must differ from those of every other agent of the text.
struct text *text_create(uint64_t agent);
void text_free(struct text *text);
// Local edits are by this agent from now on; undo forgets what was before. ERR_CONFLICT when the low 32 bits are
// another agent's, ERR_TOO_LARGE when the text has too many agents.
bool text_set_agent(struct text *text, uint64_t agent, struct err *err);
uint64_t text_agent(const struct text *text);

// ---- local edits: each appends one update to ret_update, to be kept and sent ----
// ERR_BAD_REQUEST when the position or size is not between code points or `bytes` is not UTF-8; ERR_TOO_LARGE.
bool text_insert(struct text *text, size_t at, const char *bytes, size_t size, struct buf *ret_update,
                 struct err *err);
bool text_delete(struct text *text, size_t at, size_t size, struct buf *ret_update, struct err *err);

// ---- undo of one's own edits, as new edits ----
// Each local edit is a step, unless this was called since the last one: then it joins the step before it.
void text_undo_join(struct text *text);
// Nothing left to undo: true and nothing appended. A step that others have undone already appends nothing either.
bool text_undo(struct text *text, struct buf *ret_update, struct err *err);
bool text_redo(struct text *text, struct buf *ret_update, struct err *err);
bool text_can_undo(const struct text *text);
bool text_can_redo(const struct text *text);

// ---- updates of others ----
enum text_applied {
    TEXT_APPLIED, // the text now holds it (and what had waited for it)
    TEXT_KNOWN,   // it held all of it before
    TEXT_WAITING, // it waits for an update that has not arrived
};

// Whole, or refused with the text exactly as it was: ERR_BAD_REQUEST for malformed or impossible updates,
// ERR_CONFLICT for an agent that another one's low 32 bits hide, ERR_TOO_LARGE beyond the bounds above, ERR_UNAVAILABLE
// when too much waits already (ask for a diff). ret_applied may be NULL. An update that waited and then proves
// impossible is dropped and counted.
bool text_apply(struct text *text, const void *update, size_t size, enum text_applied *ret_applied,
                struct err *err);
size_t text_waiting(const struct text *text);
size_t text_dropped(const struct text *text);

// ---- batches: several updates in one piece of bytes, each behind its size as a varint ----
void text_batch_add(struct buf *batch, const void *update, size_t size);
struct text_batch {
    const uint8_t *at, *end;
    bool bad; // it was no batch; what came before is sound
};
// The next update; false at the end. A batch is begun as { bytes, bytes + size }.
bool text_batch_next(struct text_batch *batch, const void **ret_update, size_t *ret_size);

// Appends the text's own operations since its own id `from` as a batch of updates of at most about `piece` bytes of text
// each.
void text_own_batch(const struct text *text, uint32_t from, size_t piece, struct buf *ret_batch);

// ---- who wrote ----
size_t text_agent_count(const struct text *text);
// The agent and how many ids it has used in this text; index below text_agent_count().
uint64_t text_agent_at(const struct text *text, size_t index, uint32_t *ret_used);
// Ids that an agent has used; 0 for one that the text does not know.
uint32_t text_agent_used(const struct text *text, uint64_t agent);

// ---- versions ----
enum text_order { TEXT_EQUAL, TEXT_BEFORE, TEXT_AFTER, TEXT_CONCURRENT };

// Appends the version vector of the text: what a peer needs to answer with a diff.
void text_version(const struct text *text, struct buf *ret_version);
bool text_version_valid(const void *version, size_t size, struct err *err);
// How the first stands to the second (TEXT_BEFORE: the second has seen more).
bool text_version_compare(const void *a, size_t a_size, const void *b, size_t b_size,
                          enum text_order *ret_order, struct err *err);
// Appends one update with everything that the version has not seen; nothing when it has seen all.
bool text_diff(const struct text *text, const void *version, size_t size, struct buf *ret_update,
               struct err *err);
// Appends the text as it was at a version; what the version has seen beyond this text is not missed.
bool text_at_version(const struct text *text, const void *version, size_t size, struct buf *ret_content,
                     struct err *err);

// ---- erasing what was deleted ----
// Overwrites every character that was deleted by an operation which the version has seen with a filler of the same
// length, so that its words are in no content, snapshot or diff of this text any more. Ids, versions, tombstones and
// merging stay as they are: replicas may purge at different times or never and still read the same. ret_purged (may be
// NULL): bytes that were not filler before; 0: the snapshot on disk is as good as a new one.
//
// A replica that was never purged still has the words and tells them to those who have not seen them at all, so purge
// everywhere, with the same version, and again after late updates (those that still wait are not purged); updates that
// were kept elsewhere are their keeper's to drop. Undo of a deletion that was purged brings nothing
// back; elsewhere the author can still undo it, which types the words anew: for erasure no such replica may be left.
// The filler is read where a text is looked at as it was before the deletion: by text_at_version, and by a peer that is
// told of the insertion (text_own_batch) before it is told of the deletion. ERR_BAD_REQUEST for a malformed version.
bool text_purge(struct text *text, const void *version, size_t size, size_t *ret_purged, struct err *err);

// ---- reading ----
size_t text_length(const struct text *text);
void text_content(const struct text *text, struct buf *ret_content);
// Any bytes from..from + size that exist; it may cut code points.
void text_slice(const struct text *text, size_t from, size_t size, struct buf *ret_content);

// A caret that stays where it is in the words: the unit before it. seq 0 with agent 0 is the start of the text.
struct text_anchor {
    uint64_t agent;
    uint32_t seq; // of the unit, plus one
};

// ERR_BAD_REQUEST beyond the end.
bool text_anchor_at(const struct text *text, size_t at, struct text_anchor *ret_anchor, struct err *err);
// The caret's position now; ERR_NOT_FOUND when the unit has not arrived (or never was one).
bool text_position(const struct text *text, struct text_anchor anchor, size_t *ret_at, struct err *err);

// One author's run of the text, in the text's order; deleted ones too.
struct text_span {
    uint64_t agent;
    uint32_t seq;
    uint32_t size;
    bool deleted;
    const char *bytes; // owned by the text, until its next change
};

struct text_walk {
    uint32_t leaf, slot;
};

// The next span; false at the end. A walk of all zeroes starts at the beginning and ends with the next change.
bool text_next(const struct text *text, struct text_walk *walk, struct text_span *ret_span);

// ---- snapshots ----
// Appends the whole text with its tombstones and deletions.
void text_save(const struct text *text, struct buf *ret_snapshot);
// The text of a snapshot, its local edits made by `agent`; NULL with ERR_BAD_REQUEST or ERR_TOO_LARGE when refused.
struct text *text_load(uint64_t agent, const void *snapshot, size_t size, struct err *err);
