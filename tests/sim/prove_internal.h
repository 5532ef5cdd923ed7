// What the proofs share.
#pragma once

#include "server/db/db.h"
#include "tests/sim/prove.h"

// A connection of its own, while the server is up; else NULL.
struct db *prove_db(void);

// prove_ops.c
void ops_reset(void);
void ops_forget(void);
void ops_read_audit(bool from_start);
void ops_prove_told(void);
void ops_prove_effects(void);
void ops_prove_promises(void);
void ops_counts(struct prove_counts *ret);

// prove_texts.c
void texts_reset(void);
void texts_forget(void);
// An operation that carries typed words, as its device sent it.
bool texts_is_edit(const char *key);
// Its device was told that they are stored.
void texts_edit_told(const char *key);
void texts_prove_commit(void);
void texts_prove_told(void);
void texts_prove_lines(void); // in the end
void texts_prove_replicas(struct seat *seat);
void texts_counts(struct prove_counts *ret);
