// Idempotency (handbook RULES 26, SYNC): the answer of an operation is stored in its own transaction under the key that
// its caller gave, so that the same request again gets the same answer and has no second effect.
#pragma once

#include "server/core/engine.h"

enum result_match { RESULT_NEW, RESULT_SAME, RESULT_OTHER_BODY };

// Fills the request's answer when the key was seen with the same body (RESULT_SAME).
bool results_find(struct op_ctx *ctx, struct op_request *request, const char *payload_hash,
                  enum result_match *ret_match);
// Stores the request's answer: its reply, or its refusal.
bool results_store(struct op_ctx *ctx, const struct op_request *request, const char *payload_hash);
// Answers that hold words of notes and were stored before then say only that it was done: at most `limit` of them. What was
// deleted from a note is nowhere after 30 days.
bool results_forget_words(struct op_ctx *ctx, int64_t before, int64_t limit, int64_t *ret_count);
// False for operations whose arguments or answers hold secrets: those are never stored.
bool results_keep(const struct op *op);
// False for refusals that another try may turn into success: they are not stored.
bool results_is_final(enum err_code code);

// The highest n among a person's stored keys "<device>:<n>"; 0 when there is none (sync: opFloor).
bool results_floor(struct db *db, const char *person_id, const char *device, int64_t *ret_n, struct err *err);
