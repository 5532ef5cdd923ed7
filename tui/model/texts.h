// Notes as merging texts on this device: replicas that go on without a network, edited key by key, merged with what
// others type (handbook SYNC). Part of model.h; everything here belongs to the model's thread and lives in the outbox's
// file, so that nothing typed is lost when the cache is fetched anew.
//
// An edit is in the file (safe from a crash of the program; of the machine within a second, or when model_flush()
// returns) and in the outbox before the function returns.
#pragma once

#include "shared/domain/notes.h"
#include "shared/text/text.h"
#include "tui/model/model.h"

struct model_text;

// Opens the replica, an empty one when nothing of it is here yet. May this person write it is answered by
// model_text_may_write(). While it is open, what others type is asked for and comes as news: MODEL_TEXTS.
struct model_text *model_text_open(struct model *model, const char *consultation_id, enum note_kind kind);
void model_text_close(struct model_text *text); // NULL is allowed
// Takes in what came since; true when the text is another one now. Call it at each news with MODEL_TEXTS.
bool model_text_refresh(struct model_text *text);

// Whether this person may write it, with the reason when not: what the server will say by the same rule.
bool model_text_may_write(const struct model_text *text, struct err *err);
// Something of it has not reached the server yet.
bool model_text_waits(const struct model_text *text);
// The server refused what was typed here (access ended, too long, another generation): n of the refusal, else 0. What
// was typed is kept there.
int64_t model_text_refused(const struct model_text *text);

// The visible text, terminated; until the next change or refresh.
const char *model_text_content(struct model_text *text, size_t *ret_size);

// Replaces bytes [at, at + removed) of the content as last seen by `size` bytes; both ends between code points. What
// came from others meanwhile is taken in first, and the place goes with the words. Each call is a step of undo, unless
// joined (typing a word): then it belongs to the step before.
// ERR_FORBIDDEN, ERR_TOO_LARGE (over NOTE_LENGTH_MAX), ERR_STORAGE_FULL, ERR_BAD_REQUEST.
bool model_text_replace(struct model_text *text, size_t at, size_t removed, const char *bytes, size_t size,
                        bool join, struct err *err);
// Makes the content say something else, by its differences line by line: what others typed in between stays. One step of
// undo. Errors as above.
bool model_text_rewrite(struct model_text *text, const char *content, size_t size, struct err *err);
// One's own edits alone. *ret_at (may be NULL): where the caret should go. True with nothing changed when there is none.
bool model_text_undo(struct model_text *text, size_t *ret_at, struct err *err);
bool model_text_redo(struct model_text *text, size_t *ret_at, struct err *err);
bool model_text_can_undo(const struct model_text *text);
bool model_text_can_redo(const struct model_text *text);

// A place that stays with its words through refreshes and edits.
struct text_anchor model_text_anchor(const struct model_text *text, size_t at);
size_t model_text_position(const struct model_text *text,
                           struct text_anchor anchor); // the end when it is gone

// --- carets --------------------------------------------------------------------------------------------------------

// Says where this person's caret is in the text (10 times a second at most reach others); part of presence.
void model_text_caret(struct model_text *text, size_t at);
// Carets of others in this text: struct caret, in the order of their names.
struct caret {
    const char *user_id, *name; // other people's text
    size_t at;                  // in the content as last seen
    bool writing;
};
void model_text_carets(struct model_text *text, struct arena *arena, struct list *ret);

// --- history -------------------------------------------------------------------------------------------------------

struct revision { // one sitting of one author
    int64_t ord;
    const char *author_name; // other people's text
    bool mine;
    int64_t started_at, ended_at; // UTC ms
    int64_t added, removed;       // bytes
    bool faded;                   // words of it are gone for good (shared/domain/notes.h)
};
// From the cache, newest first; works without a network. ret: struct revision.
void model_text_history(struct model_text *text, struct arena *arena, struct list *ret);
// Appends the text as it was after that revision. ERR_NOT_FOUND.
bool model_text_at(struct model_text *text, int64_t ord, struct buf *ret_content, struct err *err);
// Who wrote which part of the present text: struct authored, in order, covering the whole content.
struct authored {
    size_t at, size;
    const char *author_name; // NULL: not known here yet
    bool mine;
};
void model_text_authors(struct model_text *text, struct arena *arena, struct list *ret);
