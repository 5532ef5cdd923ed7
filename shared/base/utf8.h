// Strict UTF-8 (RFC 3629) and the one function that makes other people's text safe to draw (TERMINAL, SAFETY).
#pragma once

#include "shared/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

// No overlong forms, no surrogates, nothing above U+10FFFF.
bool utf8_valid(const char *text, size_t size);
// Length in bytes of the code point at text (1 to 4), its value in *ret_code; 0 when invalid.
int utf8_decode(const char *text, size_t size, uint32_t *ret_code);
// Writes 1 to 4 bytes, returns how many.
int utf8_encode(uint32_t code, char out[4]);
size_t utf8_count(const char *text);

// Appends text fit for a screen or a log: invalid bytes become U+FFFD; C0, C1 and DEL become U+FFFD (newline too,
// unless keep_newlines; then CR LF becomes a newline); a tab becomes a space; bidi controls, zero width joiners and other
// format characters are dropped.
void utf8_clean(struct buf *out, const char *text, size_t size, bool keep_newlines);
// What input validation asks for: valid, and free of control characters (but newlines and tabs), bidi overrides and
// other format characters that only deceive. Joiners and marks that languages and emoji are written with are kept here,
// though utf8_clean leaves them out of a screen.
bool utf8_is_plain(const char *text, size_t size);
