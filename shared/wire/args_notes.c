#include "shared/wire/args_notes.h"

#include "shared/wire/op.h"

#define ID_IN_PATH                                                                                           \
    .kind = FIELD_TEXT, .min = 1, .max = 64, .flags = FIELD_PATH | FIELD_REQUIRED,                           \
    .help = "Id or code (CONS-...)"
#define KIND_IN_PATH .kind = FIELD_ENUM, .words = note_kind_words, .flags = FIELD_PATH | FIELD_REQUIRED

static const struct field note_fields[] = {
    { FIELD(struct args_note, id), ID_IN_PATH },
    { FIELD(struct args_note, kind), KIND_IN_PATH },
};
const struct shape shape_note = SHAPE(struct args_note, "NoteOfConsultation", note_fields);

static const struct field edit_fields[] = {
    { FIELD(struct args_note_edit, id), ID_IN_PATH },
    { FIELD(struct args_note_edit, kind), KIND_IN_PATH },
    { FIELD(struct args_note_edit, epoch), .kind = FIELD_INT, .help = "Generation of the replica" },
    { FIELD(struct args_note_edit, updates), .kind = FIELD_BYTES, .min = 1, .max = NOTE_UPDATES_MAX,
      .flags = FIELD_REQUIRED | FIELD_SECRET, .help = "Updates of the merging text, each behind its size" },
};
const struct shape shape_note_edit = SHAPE(struct args_note_edit, "EditNote", edit_fields);

static const struct field sync_fields[] = {
    { FIELD(struct args_note_sync, id), ID_IN_PATH },
    { FIELD(struct args_note_sync, kind), KIND_IN_PATH },
    { FIELD(struct args_note_sync, epoch), .kind = FIELD_INT, .flags = FIELD_QUERY },
    { FIELD(struct args_note_sync, version), .kind = FIELD_BYTES, .max = NOTE_VERSION_MAX,
      .flags = FIELD_QUERY, .help = "Version of the replica" },
};
const struct shape shape_note_sync = SHAPE(struct args_note_sync, "SyncNote", sync_fields);

static const struct field at_fields[] = {
    { FIELD(struct args_note_at, id), ID_IN_PATH },
    { FIELD(struct args_note_at, kind), KIND_IN_PATH },
    { FIELD(struct args_note_at, ord), .kind = FIELD_INT, .min = 1, .max = INT32_MAX,
      .flags = FIELD_PATH | FIELD_REQUIRED, .help = "Number of a revision of its history" },
};
const struct shape shape_note_at = SHAPE(struct args_note_at, "NoteAt", at_fields);

static const struct field write_fields[] = {
    { FIELD(struct args_note_write, id), ID_IN_PATH },
    { FIELD(struct args_note_write, kind), KIND_IN_PATH },
    { FIELD(struct args_note_write, baseHead), .kind = FIELD_INT, .max = INT32_MAX,
      .has = offsetof(struct args_note_write, has_baseHead),
      .help = "`head` of the text that the writer saw; left out: it replaces what is there now" },
    { FIELD(struct args_note_write, text), .kind = FIELD_TEXT, .max = NOTE_LENGTH_MAX,
      .flags = FIELD_REQUIRED | FIELD_MULTILINE | FIELD_SECRET },
};
const struct shape shape_note_write = SHAPE(struct args_note_write, "WriteNote", write_fields);

const struct op_spec op_note_at = {
    .name = "note.at",
    .method = "GET",
    .path = "/api/consultations/:id/notes/:kind/history/:ord",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_note_at,
    .help = "A note as it was after one step of its history.",
};

const struct op_spec op_note_edit = {
    .name = "note.edit",
    .method = "POST",
    .path = "/api/consultations/:id/notes/:kind/updates",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_note_edit,
    .help = "Merges what was typed into a note.",
};

const struct op_spec op_note_get = {
    .name = "note.get",
    .method = "GET",
    .path = "/api/consultations/:id/notes/:kind",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_note,
    .help = "A note of a consultation with its text.",
};

const struct op_spec op_note_history = {
    .name = "note.history",
    .method = "GET",
    .path = "/api/consultations/:id/notes/:kind/history",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_note,
    .help = "Who wrote what in a note, and when.",
};

const struct op_spec op_note_sync = {
    .name = "note.sync",
    .method = "GET",
    .path = "/api/consultations/:id/notes/:kind/sync",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_note_sync,
    .help = "What a replica of a note lacks.",
};

const struct op_spec op_note_write = {
    .name = "note.write",
    .method = "PATCH",
    .path = "/api/consultations/:id/notes/:kind",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_CHANGE,
    .status = 200,
    .in = &shape_note_write,
    .help = "Replaces the text of a note; what others wrote meanwhile stays.",
};
