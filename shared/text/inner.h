// What the files of this folder share: the tree of spans, the agents with their operations, and the steps from bytes
// to a text. Everything is linked by indices, so that a text is copied by copying its arrays.
#pragma once

#include "shared/text/text.h"

#include <string.h>

#define NONE UINT32_MAX

enum { LEAF_SPANS = 32, BRANCH_CHILDREN = 32, TREE_DEPTH_MAX = 16, UNDO_MOVES_MAX = 4096 };

// One unit by the agent's place in text->agents; agent NONE: the start or the end of the text.
struct id {
    uint32_t agent;
    uint32_t seq;
};

static const struct id EDGE = { NONE, NONE };

static inline bool id_same(struct id a, struct id b)
{
    return a.agent == b.agent && a.seq == b.seq;
}

// Units of one agent with rising seqs that stand side by side, all live or all dead.
struct span {
    uint32_t seq;
    uint32_t len;
    uint16_t agent;
    bool dead;
    bool
        joined; // its first unit continues the insertion of the unit before (same run), so it may be merged to that
};

struct leaf {
    uint32_t parent;
    uint32_t next; // the leaf to the right
    uint32_t count;
    struct span spans[LEAF_SPANS];
};

struct branch {
    uint32_t parent;
    uint32_t count;
    bool over_leaves;
    uint32_t child[BRANCH_CHILDREN];
    uint32_t live[BRANCH_CHILDREN];  // visible units below
    uint32_t total[BRANCH_CHILDREN]; // all units below
};

// A growing array of `struct leaf`, `struct branch` and so on.
struct array {
    void *items;
    uint32_t count;
    uint32_t cap;
};

enum run_kind { RUN_INSERT, RUN_DELETE, RUN_DELETE_BACK };

// Consecutive operations of one agent that say the same: an insertion whose units each follow the one before, or a
// deletion that goes up (or back) unit by unit. It ends where the next run starts.
struct run {
    uint32_t seq;
    enum run_kind kind;
    struct id left;  // insertion: left origin of its first unit; deletion: the target of its first
    struct id right; // insertion: right origin of all its units
};

struct agent {
    uint64_t id;
    uint32_t next;   // the seq it uses next: how much of it is known
    uint32_t cap;    // of bytes and where
    char *bytes;     // by seq: the unit; 0 for deletions
    uint32_t *where; // by seq: the leaf the unit is in; NONE for deletions; of a text that is placed only
    struct array runs;
};

// An operation as it travels.
struct op {
    enum run_kind kind;
    bool
        follows; // insertion: continues the run of the unit before; deletion: goes on where the last one stopped
    uint32_t agent;
    uint32_t seq;
    uint32_t len;
    struct id left; // deletion: the target of its first unit
    struct id right;
    const char *bytes; // of an insertion that is to be performed
};

// A place between units: before the unit at `offset` of a span, or after its last.
struct place {
    uint32_t leaf;
    uint32_t slot;
    uint32_t offset;
};

struct waiting {
    char *bytes;
    size_t size;
    uint32_t tag; // what is missed: this agent's operations up to and with seq
    uint32_t seq;
};

// A replacement made by undo: units `from..` came back as one's own `to..`.
struct move {
    struct id from;
    uint32_t to;
    uint32_t len;
};

// Own operations from..to - 1.
struct step {
    uint32_t from;
    uint32_t to;
};

struct text {
    struct array leaves, branches;
    uint32_t root; // a leaf when depth is 0, else a branch
    uint32_t depth;
    uint32_t live, total;
    uint32_t units; // ids used: inserted and deleting ones
    bool placed;    // agents know where their units are; what was loaded and is only read does without
    struct array agents;
    uint32_t self;
    struct array waiting;
    size_t waiting_bytes;
    size_t dropped;
    struct array undo, redo; // struct step
    struct array moves;
    bool join;
    uint32_t
        purged; // what one's own operations below this deleted has no words any more that could come back
    struct array edit; // struct op: what a local edit consists of
    uint32_t edit_from;
};

#define AT(array, type, i) (&((type *)(array).items)[i])
#define LEAF(text, i)      AT((text)->leaves, struct leaf, i)
#define BRANCH(text, i)    AT((text)->branches, struct branch, i)
#define AGENT(text, i)     AT((text)->agents, struct agent, i)

// ---- array.c ----
// The new item is zeroed.
void *array_add(struct array *array, size_t item_size);
void array_reserve(struct array *array, size_t item_size, uint32_t count);
void array_copy(struct array *to, const struct array *from, size_t item_size);
void array_free(struct array *array);
void array_drop_first(struct array *array, size_t item_size, uint32_t count);

// ---- tree.c, tree_edit.c ----
void tree_init(struct text *text);
// The place before visible unit `at` (< live), which is the unit there.
struct place tree_find_live(const struct text *text, uint32_t at);
// The place before a unit that is in the tree; a text that is not placed is searched from its start.
struct place tree_find(const struct text *text, struct id id);
// Units (visible units) before a place.
uint32_t tree_rank(const struct text *text, struct place place);
uint32_t tree_live_rank(const struct text *text, struct place place);
// Moves a place that is after the last unit of a span to before the next span's first; false at the end of the text.
bool tree_settle(const struct text *text, struct place *place);
// The unit after a settled place; EDGE at the end of the text.
struct id tree_unit_at(const struct text *text, struct place place);
static inline struct span *tree_span(const struct text *text, struct place place)
{
    return &LEAF(text, place.leaf)->spans[place.slot];
}

// Puts a span of new units there and notes where they are; the text is placed.
void tree_insert(struct text *text, struct place place, struct span span);
// To be called before a text changes: from now on every unit is found at once.
void tree_place(struct text *text);
// Makes the `len` units from the place on dead (or live again); they are of one span and not so yet.
void tree_mark(struct text *text, struct place place, uint32_t len, bool dead);
// Builds the tree of an empty text: its spans in order, then what hangs together above them.
void tree_append(struct text *text, struct span span);
void tree_finish(struct text *text);

// ---- tree_grow.c ----
// Splits a full leaf; the place moves along with its unit.
void tree_split_leaf(struct text *text, struct place *place);
void tree_add_up(struct text *text, uint32_t leaf, uint32_t live, uint32_t total);
uint32_t tree_slot_of(const struct branch *branch, uint32_t child);

// ---- ids.c ----
uint32_t agent_find(const struct text *text, uint64_t id);
uint32_t agent_find_tag(const struct text *text, uint32_t tag);
// Finds or adds; NONE with an error when it cannot be added.
uint32_t agent_add(struct text *text, uint64_t id, struct err *err);
// Forgets agents at the end of the table that never did anything.
void agents_trim(struct text *text, uint32_t count);
void agent_free(struct agent *agent);
// Room for `len` more ids.
bool agent_reserve(struct text *text, uint32_t agent, uint32_t len, struct err *err);
// How far a version has seen each agent, as far as the text knows it: to be freed; NULL with an error. (version.c)
uint32_t *version_seen(const struct text *text, const void *version, size_t size, struct err *err);
// The run of an operation that is known, and how many operations are in it.
uint32_t run_index(const struct agent *agent, uint32_t seq);
static inline const struct run *run_at(const struct agent *agent, uint32_t index)
{
    return AT(agent->runs, struct run, index);
}

static inline uint32_t run_end(const struct agent *agent, uint32_t index)
{
    return index + 1 < agent->runs.count ? run_at(agent, index + 1)->seq : agent->next;
}

// Adds an operation to its agent's runs: bytes, seq and all; tells whether it goes on with the run before.
bool run_append(struct text *text, const struct op *op);
struct id origin_left(const struct text *text, struct id id);
struct id origin_right(const struct text *text, struct id id);
// The unit is known and was inserted.
bool id_is_unit(const struct text *text, struct id id);
static inline bool byte_is_lead(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

// The operation is about the first unit of a code point. (version.c)
bool op_starts_point(const struct text *text, const struct agent *agent, uint32_t seq);
// A code point starts at (ends with) this unit.
bool id_starts_point(const struct text *text, struct id id);
bool id_ends_point(const struct text *text, struct id id);

// ---- integrate.c ----
// Performs an insertion at its place, or a deletion of live units of one span at theirs.
void integrate_at(struct text *text, struct op *op, struct place place);
// Performs an operation whose agent has its seq next; false, and nothing changed, when it cannot be.
bool integrate(struct text *text, struct op *op, struct err *err);
// Makes units dead, which are known; those that are already stay so.
void integrate_deletion(struct text *text, struct id first, uint32_t len);

// ---- varint.c ----
struct reader {
    const uint8_t *at;
    const uint8_t *end;
    bool bad; // something was missing; everything read since is 0
};

void put_varint(struct buf *buf, uint64_t value);
void put_fixed(struct buf *buf, uint64_t value, size_t bytes);
uint64_t get_long_varint(struct reader *reader);
uint64_t get_fixed(struct reader *reader, size_t bytes);
const char *get_bytes(struct reader *reader, size_t size);

static inline uint64_t get_varint(struct reader *reader)
{
    const uint8_t *at = reader->at;
    if (at < reader->end && at[0] < 0x80)
        return *reader->at++;
    if (reader->end - at < 2 || at[1] >= 0x80 || at[1] == 0)
        return get_long_varint(reader);
    reader->at += 2;
    return (uint64_t)(at[0] & 0x7f) | (uint64_t)at[1] << 7;
}

// Below NONE.
static inline uint32_t get_u32(struct reader *reader)
{
    uint64_t value = get_varint(reader);
    if (value < NONE)
        return (uint32_t)value;
    reader->bad = true;
    return 0;
}

// ---- update.c, update_read.c ----
// Operations that were performed, as one update.
void update_write(const struct text *text, const struct op *ops, size_t count, struct buf *ret_update);

// ---- edit.c ----
// Local operations are gathered in text->edit as they are made, and written out as one update at the end. There must be
// room for their ids.
void local_begin(struct text *text);
// Deletes the first `len` units from the place on, which are live and of one span.
void local_delete(struct text *text, struct place place, uint32_t len);
// Inserts at the place, which is right behind unit `left`.
void local_insert(struct text *text, struct place place, struct id left, const char *bytes, uint32_t len);
// Returns the own seq at the beginning.
uint32_t local_finish(struct text *text, struct buf *ret_update);

// ---- undo.c ----
// The own operations since seq `from` are a step of undo.
void undo_note(struct text *text, uint32_t from);

// ---- backup.c ----
// What apply goes back to when an update of several operations proves impossible half way: the tree as it was, and how
// far each agent had come.
struct backup {
    struct array leaves, branches;
    uint32_t root, depth, live, total, units;
    struct array agents; // struct backup_agent
};

struct backup_agent {
    uint32_t next;
    uint32_t runs;
    struct run last;
};

void backup_take(struct backup *backup, const struct text *text);
void backup_restore(struct backup *backup, struct text *text);
void backup_free(struct backup *backup);
// Notes again for all units of a leaf where they are.
void tree_note_where(struct text *text, uint32_t leaf);

// ---- pending.c ----
bool pending_add(struct text *text, const void *update, size_t size, uint32_t tag, uint32_t seq,
                 struct err *err);
// Applies what no longer waits.
void pending_retry(struct text *text);
void pending_free(struct text *text);
// One update, pending ones not considered.
bool update_apply(struct text *text, const void *update, size_t size, enum text_applied *ret_applied,
                  uint32_t *ret_tag, uint32_t *ret_seq, struct err *err);

// ---- causal.c ----
// Operations beyond a version, run by run, each after what it builds on.
struct causal {
    const struct text *text;
    uint32_t *next;  // by agent: the first that has not been told
    uint32_t *stack; // agents whose next run is wanted
    uint32_t depth;
    uint32_t agent;
};

void causal_begin(struct causal *causal, const struct text *text);
// The next run (or the rest of one) as an operation; false at the end.
bool causal_next(struct causal *causal, struct op *ret_op);
void causal_free(struct causal *causal);
