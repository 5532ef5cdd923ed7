// JSON text in and out (RFC 8259), on top of cJSON with the checks that cJSON leaves out (handbook LIBRARIES).
#pragma once

#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <cjson/cJSON.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 32 };

// Strict: valid UTF-8, no control characters in strings, no BOM, no duplicate keys in one object, no leading zeroes,
// nothing behind the value, depth at most JSON_DEPTH_MAX. The caller frees with cJSON_Delete (CLEANUP(json_free)).
// Errors: ERR_BAD_REQUEST with what is wrong and at which byte. NULL on failure.
cJSON *json_parse(const char *text, size_t size, struct err *err);
void json_free(cJSON **json);

// Appends a quoted, escaped string; NULL gives null.
void json_add_text(struct buf *out, const char *text);
// Appends `"name":`, with a comma before it unless it is the first thing in its object.
void json_add_key(struct buf *out, const char *name);
// Appends a comma unless the buffer ends with '{', '[' or ':' (or is empty).
void json_add_comma(struct buf *out);
// Appends minor units as a decimal number with two places at most: 450000 -> 4500, 41125 -> 411.25.
void json_add_money(struct buf *out, int64_t minor);
// Appends a UTC time as an ISO string; 0 gives null.
void json_add_time(struct buf *out, int64_t ms);
