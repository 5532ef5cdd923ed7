// What went wrong, in one small struct: a code that programs act on, a sentence for people, the field it is about.
//
// A function that can fail returns bool and takes a `struct err *` last; on failure it fills it, and its ret_
// arguments stay untouched. The table behind err_status() and err_name() is the only place that maps codes to HTTP
// status and to the API's code words (RULES 25).
#pragma once

#include "shared/base/check.h"

#include <stdbool.h>

enum err_code {
    ERR_NONE,
    // the caller's mistakes
    ERR_BAD_REQUEST,          // 400 malformed JSON, unknown or mistyped field, out of bounds
    ERR_UNAUTHENTICATED,      // 401 no, bad or expired token
    ERR_BAD_CREDENTIALS,      // 401 wrong e-mail or password, same words for both
    ERR_FORBIDDEN,            // 403 the role may not do this
    ERR_NOT_VERIFIED,         // 403 e-mail address not verified yet
    ERR_NOT_FOUND,            // 404 unknown, or another tenant's
    ERR_METHOD_NOT_ALLOWED,   // 405
    ERR_CONFLICT,             // 409 the thing changed meanwhile (stale base version)
    ERR_SLOT_TAKEN,           // 409 somebody has that time; details.alternatives
    ERR_NOT_AVAILABLE,        // 409 outside availability, notice, window, buffer or cap; details.alternatives
    ERR_WRONG_STATE,          // 409 the state does not allow that move
    ERR_ALREADY_EXISTS,       // 409
    ERR_INSUFFICIENT_CREDITS, // 402 no fitting lot with enough minutes
    ERR_GONE,                 // 410 what happened since then cannot be told any more
    ERR_LENGTH_REQUIRED,      // 411
    ERR_TOO_LARGE,            // 413
    ERR_UNSUPPORTED_TYPE,     // 415
    ERR_IDEMPOTENCY_MISMATCH, // 422 the same key with another body
    ERR_UPGRADE_REQUIRED,     // 426 the client is too old
    ERR_RATE_LIMITED,         // 429
    ERR_HEADERS_TOO_LARGE,    // 431
    // ours
    ERR_INTERNAL,        // 500
    ERR_NOT_IMPLEMENTED, // 501 transfer codings
    ERR_UNAVAILABLE,     // 503 draining or a full queue
    ERR_STORAGE_FULL,    // 507
    // the client program's own
    ERR_OFFLINE, // no connection to the server
    ERR_COUNT
};

enum { ERR_MESSAGE_MAX = 240, ERR_FIELD_MAX = 64 };

struct err {
    enum err_code code;
    char field[ERR_FIELD_MAX];     // dotted path of the input field it is about, or ""
    char message[ERR_MESSAGE_MAX]; // one sentence for a person, no secrets, no control characters
    const char *details;           // a JSON object as text (in the request's arena), or NULL
};

// Fills err (message from the format, field and details cleared) and returns false.
bool err_set(struct err *err, enum err_code code, const char *format, ...) PRINTF_LIKE(3, 4);
// The same about one input field.
bool err_field(struct err *err, const char *field, const char *format, ...) PRINTF_LIKE(3, 4);
#ifdef __clang_analyzer__ // which cannot see into another file that both always return false
#define err_set(...)   (err_set(__VA_ARGS__), false)
#define err_field(...) (err_field(__VA_ARGS__), false)
#endif
void err_clear(struct err *err);

// The HTTP status of a code, 200 for ERR_NONE.
int err_status(enum err_code code);
// The API's word, as "SLOT_TAKEN"; "OK" for ERR_NONE.
const char *err_name(enum err_code code);
// The code of such a word; ERR_INTERNAL for an unknown one.
enum err_code err_from_name(const char *name);
