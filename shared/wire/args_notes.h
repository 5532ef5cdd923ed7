// Arguments of the note.* operations: the merging texts of a consultation (handbook SYNC, "Texts that merge").
#pragma once

#include "shared/domain/notes.h"
#include "shared/wire/shape.h"

struct args_note {  // note.get, note.history
    const char *id; // of the consultation, uuid or code
    int kind;       // note_kind_words
};

// note.edit: what was typed since the last one. Repeating it changes nothing.
struct args_note_edit {
    const char *id;
    int kind;
    int64_t epoch;        // of the replica that it was typed into; 0: there was no text yet
    struct bytes updates; // a batch of updates of the caller's own agents (text_batch_next)
};

// note.sync: what a replica lacks
struct args_note_sync {
    const char *id;
    int kind;
    int64_t epoch;        // 0: nothing is there
    struct bytes version; // text_version() of the replica
};

struct args_note_at { // note.at: the text after the revision of that number
    const char *id;
    int kind;
    int64_t ord;
};

// note.write: replaces the whole text, as somebody without a replica does it; what others wrote since the revision that
// the writer saw stays.
struct args_note_write {
    const char *id;
    int kind;
    int64_t baseHead;  // `head` of what the writer saw, 0 when there was no text yet
    bool has_baseHead; // else the text as it is now is meant
    const char *text;
};

enum { NOTE_UPDATES_MAX = 48 * 1024, NOTE_VERSION_MAX = 48 * 1024 };

extern const struct shape shape_note, shape_note_edit, shape_note_sync, shape_note_at, shape_note_write;

extern const struct op_spec op_note_at, op_note_edit, op_note_get, op_note_history, op_note_sync,
    op_note_write;
