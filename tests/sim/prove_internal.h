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
