// Field maps: one constant table per struct says how it looks in JSON, in a sync row and in a table of the client's
// cache. Reading validates against it; nothing is written twice (handbook ARCHITECTURE, STYLE).
#pragma once

#include "shared/base/arena.h"
#include "shared/base/list.h"
#include "shared/wire/json.h"

#include <stddef.h>

// kind            member type     JSON
enum field_kind {
    FIELD_TEXT,   // const char *    string; min, max are its length in bytes; plain text (utf8_is_plain)
    FIELD_ID,     // const char *    string, id_valid
    FIELD_BOOL,   // bool            true, false
    FIELD_INT,    // int64_t         whole number; min, max are its bounds
    FIELD_REAL,   // double          number; min, max are its bounds
    FIELD_MONEY,  // int64_t         decimal number of major units <-> minor units; min, max in minor units
    FIELD_TIME,   // int64_t         ISO 8601 <-> UTC ms; 0 is null
    FIELD_DATE,   // int32_t         "YYYY-MM-DD" <-> civil_day; 0 (1970-01-01) is null
    FIELD_ENUM,   // int             one of `words` <-> its index; -1 is null
    FIELD_OBJECT, // struct          object of shape `sub`, embedded in place
    FIELD_TEXTS,  // struct list     array of strings: items are const char *; min, max are the length of each
    FIELD_INTS,   // struct list     array of whole numbers: items are int64_t; min, max bound each
    FIELD_OBJECTS, // struct list     array of objects of shape `sub`; max is the count
    FIELD_JSON,    // const char *    any JSON value, kept as its text; max is its length
    FIELD_BYTES,   // struct bytes    base64url without padding (RFC 4648); max is their number
};

enum field_flag {
    FIELD_REQUIRED = 1 << 0,   // reading fails without it
    FIELD_OMIT_EMPTY = 1 << 1, // writing leaves it out when it is NULL, 0, false, -1 or an empty list
    FIELD_PATH = 1 << 2,       // an operation's argument that stands in its path, as :name
    FIELD_QUERY = 1 << 3,      // an operation's argument that a GET takes from the query string
    FIELD_SECRET = 1 << 4,     // never logged, never audited, never stored with a result
    FIELD_MULTILINE = 1 << 5,  // text may hold newlines and tabs
    FIELD_PRIVATE = 1 << 7,    // words of a note: never audited; a stored answer holds them for 30 days
    FIELD_KEY = 1 << 6,        // in a sync row: the client's cache keeps an index on it
};

// Bytes that are no text; in the store and in the cache a BLOB.
struct bytes {
    const void *data; // NULL: none
    size_t size;
};

struct shape;

struct field {
    const char *name; // the JSON name
    enum field_kind kind;
    unsigned flags;
    size_t offset;
    size_t has; // offset of a bool set when the field was given (even null), or 0 for none
    int64_t min,
        max; // see field_kind; max 0 means the kind's default (text and bytes 4096, list 200, no bound)
    const char *const *words; // FIELD_ENUM: NULL-terminated
    const struct shape *sub;
    const char *help; // one phrase for the OpenAPI document, or NULL
};

struct shape {
    const char *name; // as it is called in the OpenAPI document
    const struct field *fields;
    size_t count;
    size_t size; // of the struct
};

// { FIELD(struct book_args, purpose), .kind = FIELD_TEXT, .max = 500 }
#define FIELD(type, member)               .name = #member, .offset = offsetof(type, member)
#define FIELD_AS(type, member, json_name) .name = (json_name), .offset = offsetof(type, member)
#define SHAPE(struct_type, json_name, field_array)                                                           \
    {                                                                                                        \
        .name = (json_name), .fields = (field_array), .count = ARRAY_LEN(field_array),                       \
        .size = sizeof(struct_type)                                                                          \
    }

// Fills *ret (zeroed first; enums start at -1) from a JSON object. Unknown fields, missing required ones, wrong types
// and broken bounds fail with ERR_BAD_REQUEST and the dotted field name. Strings live in the arena.
bool shape_read(const struct shape *shape, const cJSON *json, struct arena *arena, void *ret,
                struct err *err);
// The same, but unknown fields are passed over: for what a newer server says to an older client.
bool shape_read_lenient(const struct shape *shape, const cJSON *json, struct arena *arena, void *ret,
                        struct err *err);
// The same from the text of one object, whose beginning is at *text; no tree is built where it can be helped. *text
// moves behind it. The text is plain: utf8_valid, no control characters.
bool shape_read_text(const struct shape *shape, const char **text, const char *end, struct arena *arena,
                     void *ret, struct err *err);
// An argument that came as text (path or query string) as the JSON value that its field expects; the caller owns it.
// NULL with ERR_BAD_REQUEST when it is no such thing.
cJSON *shape_text_to_json(const struct field *field, const char *text, struct err *err);
// Appends the struct as a JSON object, without fields whose `has` says that they were not given.
void shape_write(const struct shape *shape, const void *value, struct buf *out);

const struct field *shape_find(const struct shape *shape, const char *name);
// The field's place in a struct.
void *field_at(const struct field *field, const void *value);
// True when the field holds nothing (see FIELD_OMIT_EMPTY).
bool field_is_empty(const struct field *field, const void *value);
