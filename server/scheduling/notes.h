// Notes: one merging text a kind and consultation (server/texts), its row and its history for whoever may read it. All
// writing of notes goes through here. Private to this folder.
#pragma once

#include "server/scheduling/consultation.h"
#include "server/texts/texts.h"
#include "shared/domain/notes.h"

// "<consultation>:<kind>", by the consultation's uuid however it was addressed: of the note's row and of its text.
const char *note_id(struct op_ctx *ctx, const struct consultation *consultation, enum note_kind kind);
// Finds the consultation for somebody who may read that note of it (else the ERR_NOT_FOUND of an unknown id, RULES 24)
// and, with to_write, may write it (else ERR_FORBIDDEN).
bool note_find(struct op_ctx *ctx, const char *id_or_code, enum note_kind kind, bool to_write,
               struct consultation *ret, unsigned *ret_roles);

// Updates of the actor's own replicas (texts_edit).
bool note_edit(struct op_ctx *ctx, const struct consultation *consultation, enum note_kind kind,
               int64_t epoch, struct bytes updates, struct text_edited *ret);

struct note_write {
    enum note_kind kind;
    const char *text; // NULL: stays as it is
    bool has_base_head;
    int64_t base_head; // the updates that the writer had seen
    int64_t base_rev;  // the same as the note's rev; 0: not said. Neither: the text as it is now
    const struct list *key_points, *opportunities; // const char *, live notes alone; NULL: stay as they are
};
// A whole text; what others wrote meanwhile stays. *ret_merged is set when something did, and left alone otherwise.
bool note_write(struct op_ctx *ctx, const struct consultation *consultation, const struct note_write *write,
                bool *ret_merged);
// Adds a paragraph, unless the text has it already. NULL and "" add nothing.
bool note_append(struct op_ctx *ctx, const struct consultation *consultation, enum note_kind kind,
                 const char *text);

// --- note_rows.c -------------------------------------------------------------------------------------------------------

struct stored_note {
    int64_t rev; // 0: there is none yet
    const char *audience;
    struct bytes tail;
    int64_t tail_count;
    const char *key_points, *opportunities; // JSON
};
bool note_load(struct op_ctx *ctx, const char *id, struct stored_note *ret);
// Stores what an edit made of the text: the note's row and a step of its history. Nothing when it changed nothing.
bool note_record(struct op_ctx *ctx, const struct consultation *consultation, enum note_kind kind,
                 const struct text_author *author, const struct text_edited *edited);
// Its last updates up to `base` are no longer told: they hold words that were purged.
bool note_forget_tail(struct op_ctx *ctx, const char *id, int64_t base);
bool note_save_lists(struct op_ctx *ctx, const struct consultation *consultation, enum note_kind kind,
                     const struct stored_note *note);

// --- note_revisions.c --------------------------------------------------------------------------------------------------

// A step of the history: goes on with the author's sitting, or begins one.
bool note_revision_add(struct op_ctx *ctx, const struct consultation *consultation, const char *note,
                       const char *audience, const struct text_author *author,
                       const struct text_edited *edited);
