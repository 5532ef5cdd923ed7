// What must hold, and who looks. A breach is fail_run().
//
// Operations: what the server says of one to a client is final. `ok`: exactly one audit entry carries its device and
// number, before and after every crash, and what it made is there; `rejected`: none does. What a person was told is
// queued is answered in the end.
// The store: nobody booked twice, the ledger balanced, the audit chain whole (the functions of `serenityd check`).
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

// A person was told that this is queued, whatever happens (acts.c).
void prove_promised(struct seat *seat, int64_t n, const char *name);
// Taken back by the person, or a refusal that was dealt with: it need not come to anything (any more).
void prove_withdrawn(struct seat *seat, int64_t n);
void prove_all_withdrawn(struct seat *seat);

// Compares the cache, when it is at the head.
void prove_cache(struct seat *seat);
// When everything has healed.
void prove_end(void);
// How much was looked at, so that a run which proves nothing shows.
struct prove_counts {
    int64_t told_ok, told_rejected, caches, promises;
};
struct prove_counts prove_counts(void);
