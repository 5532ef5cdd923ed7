// Histories of the change log (handbook SYNC). Each time a server takes a store, an epoch begins in every tenant, and the
// store remembers up to which seq it holds the one before. A client keeps the epoch with its cursor, so that both sides
// can tell whether the client heard of something that this store never did: then the store is an older one, put in place
// with or without a word. It is the leader epoch of a replicated log, with its end (Kafka KIP-101, Raft section 5.3).
#pragma once

#include "server/db/db.h"

// Copies made by db_backup() carry a mark: it comes off, and tenant.restored_at is set. now: UTC ms.
bool epoch_begin(const char *store, int64_t now, struct err *err);

// Up to which seq this store holds what clients heard in `epoch`; -1 when it never knew of that epoch.
bool epoch_reach(struct db *db, const char *tenant, const char *epoch, int64_t *ret_seq, struct err *err);

// Inside a transaction: forgets epochs whose entries the change log has forgotten.
bool epoch_forget(struct db *db, const char *tenant, struct err *err);
