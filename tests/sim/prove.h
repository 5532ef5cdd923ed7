// What must hold, and who looks. A breach is fail_run().
//
// Operations: what the server says of one to a client is final. `ok`: exactly one audit entry carries its device and
// number, before and after every crash, and what it made is there; `rejected`: none does. What a person was told is
// queued is answered in the end.
// The store: nobody booked twice, the ledger balanced, the audit chain whole (the functions of `serenityd check`).
// Texts: what a note.edit carried that was told `ok` is in the stored text, also after every crash. A line typed stands in
// it at most once, and in the end once, unless somebody took it away, it was refused (then its words are in that seat's
// refusals) or the power failed before its disk had it. In the end every replica is the server's text, and nobody has one
// of a note out of sight.
// Caches: a client at the server's head holds exactly the rows that its person may see. (A client that is not at the
// head may do so too: a server says nothing when there was nothing for its eyes.)
#pragma once

#include "tests/sim/seat.h"

#include <stdint.h>

void prove_reset(void);
void prove_forget(void); // frees what the run left

// The server's life (server.c).
void prove_server_is_up(void);
void prove_server_is_down(void);
void prove_after_commit(void);
// A text message leaves the server for that device; device and person are NULL before its hello.
void prove_server_says(const char *device, const char *person, const char *text, size_t size);

// A text message of that device arrives at the server.
void prove_client_says(const char *device, const char *text, size_t size);

// A person was told that this is queued, whatever happens (acts.c).
void prove_promised(struct seat *seat, int64_t n, const char *name);
// Taken back by the person, or a refusal that was dealt with: it need not come to anything (any more).
void prove_withdrawn(struct seat *seat, int64_t n);
void prove_all_withdrawn(struct seat *seat);

// Texts: a line of its own was typed into that note, ending with its line feed. told: the person saw it saved. seat NULL:
// it goes straight to the server.
void prove_typed(struct seat *seat, const char *note, const char *line, bool told);
void prove_kept(const char *line); // that is so after all
// What a person took away (deleted, undid) need not be there any more, and may come back as often as it was taken.
void prove_took_away(const char *note, const char *before, const char *after);
// Refused words are thrown away, or typed again.
void prove_words_dealt(const char *words, bool again);
// What stands in the seat's refusals may go with what happens next.
void prove_refused_words(struct seat *seat);
// The person signed out; what waited went with it, when discarded.
void prove_typed_discarded(struct seat *seat, bool discarded);
// The power of the seat failed: what its disk had not synced may be gone.
void prove_power_failed(struct seat *seat);

// Compares the cache, when it is at the head.
void prove_cache(struct seat *seat);
// When everything has healed.
void prove_end(void);
// How much was looked at, so that a run which proves nothing shows.
struct prove_counts {
    int64_t told_ok, told_rejected, caches, promises, lines, refused_lines, edits, replicas;
};
struct prove_counts prove_counts(void);
