// Editing traces from outside the repository: found beside the checkout (../shared/data/traces) or where the
// environment variable SERENITY_TRACES says, inflated and parsed.
#pragma once

#include "shared/base/buf.h"

#include <stdbool.h>

#include <cjson/cJSON.h>

// Where a trace is; false when it is not there.
bool trace_path(const char *name, struct buf *ret_path);
// The whole of a gzip file. Stops the program when it cannot be read.
void trace_inflate(const char *path, struct buf *ret_text);
// Its JSON; cJSON_Delete it.
cJSON *trace_parse(const char *path);

// The bytes at a code point of a text.
size_t trace_offset(const char *text, size_t from_byte, size_t points);
