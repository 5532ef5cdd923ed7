// The notes of a consultation: which there are, who reads and who writes them (handbook SYNC: private notes never reach
// the client's machine). Parts in a consultation are bits of enum role, as consultation_find() tells them.
#pragma once

#include "shared/domain/roles.h"

#include <stdint.h>

enum note_kind {
    NOTE_CONSULTANT,  // the lead consultant's alone
    NOTE_LIVE,        // of the session: the consultants write, everyone reads
    NOTE_PREPARATION, // the consultants'
    NOTE_INTERNAL,    // the consultants' and the administrators'
    NOTE_SHARED,      // everyone's document: all read and write at once
    NOTE_CLIENT,      // the client writes (specification, client journey 4.1), everyone reads
    NOTE_KINDS
};
extern const char *const note_kind_words[]; // consultant, live, preparation, internal, shared, client

unsigned note_readers(enum note_kind kind);
unsigned note_writers(enum note_kind kind);

enum { NOTE_LENGTH_MAX = 256 * 1024 }; // bytes of the visible text

// Words that were deleted go for good after NOTE_PURGE_DAYS (handbook SYNC): those that the steps of a note's history
// removed which ended before note_purge_before(). A version is faded when fillers stand in it for such words, that is when
// it is older than the last of those steps.
enum { NOTE_PURGE_DAYS = 30 };
int64_t note_purge_before(int64_t now); // UTC ms
