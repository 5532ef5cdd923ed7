// An operation's arguments as a request brings them: path and query as text, the body as JSON, merged into one object.
#pragma once

#include "server/http/router.h"

// Reads path parameters and query ("name=value", decoded) into one object by the kinds of the operation's fields; NULL
// when there are none. ERR_BAD_REQUEST: a name that the operation does not take from there, one given twice, a value
// of the wrong kind, text that is no plain UTF-8. The caller frees *ret.
bool args_gather(const struct route_match *match, const char *const *query, size_t query_count, cJSON **ret,
                 struct err *err);

// Parses the body, which must be one JSON object, and moves what args_gather() found into it. *args becomes the
// merged object; size 0 leaves it as it is. ERR_BAD_REQUEST: malformed, no object, or a name given twice.
bool args_merge_body(cJSON **args, const char *body, size_t size, struct err *err);
