// Reading an object straight from its text. What a program like this one writes goes the short way: known names, each
// once, without blanks between; its values are checked by the same functions as those of a tree. Whatever else an
// object may look like goes the long way, through json_parse() and shape_read_lenient(), which also say what is wrong.
#include "shared/wire/shape_parts.h"

#include <string.h>

enum { TEXT_ROOM = 2048, DIGITS_MAX = 15, SHAPE_FIELDS_MAX = 64 };

struct cursor {
    const char *at, *end;
    char room[TEXT_ROOM]; // for the text at hand
};

static bool take(struct cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

static bool take_word(struct cursor *cursor, const char *word, size_t size)
{
    if ((size_t)(cursor->end - cursor->at) < size || memcmp(cursor->at, word, size) != 0)
        return false;
    cursor->at += size;
    return true;
}

// The character that stands for c behind a backslash; 0: it takes the long way.
static char unescaped(char c)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found = c == '\0' ? NULL : strchr(from, c);
    return found == NULL ? '\0' : to[found - from];
}

// A string from behind its opening quote that has a backslash in it.
static bool take_escaped(struct cursor *cursor)
{
    size_t size = 0;
    for (const char *p = cursor->at; p < cursor->end && size + 1 < TEXT_ROOM; p++) {
        char c = *p;
        if (c == '"') {
            cursor->room[size] = '\0';
            cursor->at = p + 1;
            return true;
        }
        if (c == '\\' && (++p == cursor->end || (c = unescaped(*p)) == '\0'))
            return false;
        cursor->room[size++] = c;
    }
    return false;
}

// A string from behind its opening quote.
static bool take_string(struct cursor *cursor)
{
    const char *end = memchr(cursor->at, '"', (size_t)(cursor->end - cursor->at));
    size_t size = end == NULL ? TEXT_ROOM : (size_t)(end - cursor->at);
    if (size >= TEXT_ROOM)
        return false;
    if (memchr(cursor->at, '\\', size) != NULL)
        return take_escaped(cursor);
    memcpy(cursor->room, cursor->at, size);
    cursor->room[size] = '\0';
    cursor->at = end + 1;
    return true;
}

static bool take_whole_number(struct cursor *cursor, double *ret)
{
    bool negative = take(cursor, '-');
    const char *first = cursor->at;
    int64_t value = 0;
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9' &&
           cursor->at - first <= DIGITS_MAX)
        value = value * 10 + (*cursor->at++ - '0');
    ptrdiff_t digits = cursor->at - first;
    if (digits == 0 || digits > DIGITS_MAX || (digits > 1 && *first == '0') || cursor->at == cursor->end ||
        strchr(",}", *cursor->at) == NULL)
        return false;
    *ret = negative ? -(double)value : (double)value;
    return true;
}

// Behind the list or object that begins at the cursor.
static const char *nested_end(const struct cursor *cursor)
{
    size_t depth = 0;
    bool quoted = false;
    for (const char *p = cursor->at; p < cursor->end; p++) {
        if (*p == '"')
            quoted = !quoted;
        else if (quoted && *p == '\\')
            p++;
        else if (!quoted && (*p == '{' || *p == '['))
            depth++;
        else if (!quoted && (*p == '}' || *p == ']') && --depth == 0)
            return p + 1;
    }
    return NULL;
}

static bool take_nested(struct reader *reader, const struct field *field, struct cursor *cursor, void *at)
{
    const char *end = nested_end(cursor);
    if (end == NULL)
        return false;
    CLEANUP(json_free) cJSON *json = json_parse(cursor->at, (size_t)(end - cursor->at), reader->err);
    cursor->at = end;
    return json != NULL && shape_read_field(reader, field, json, at);
}

static bool take_value(struct reader *reader, const struct field *field, struct cursor *cursor, void *at)
{
    cJSON json = { .type = cJSON_String, .valuestring = cursor->room };
    if (cursor->at < cursor->end && (*cursor->at == '[' || *cursor->at == '{'))
        return take_nested(reader, field, cursor, at);
    if (take(cursor, '"')) {
        if (!take_string(cursor))
            return false;
    } else if (take_word(cursor, "true", 4)) {
        json.type = cJSON_True;
    } else if (take_word(cursor, "false", 5)) {
        json.type = cJSON_False;
    } else {
        json.type = cJSON_Number;
        if (!take_whole_number(cursor, &json.valuedouble))
            return false;
    }
    return shape_read_field(reader, field, &json, at);
}

// The field of the name at the cursor, mostly the one behind the last; SIZE_MAX: none.
static size_t take_name(const struct shape *shape, size_t expected, struct cursor *cursor)
{
    const char *name = cursor->at + 1;
    if (!take(cursor, '"'))
        return SIZE_MAX;
    const char *end = memchr(name, '"', (size_t)(cursor->end - name));
    if (end == NULL)
        return SIZE_MAX;
    size_t size = (size_t)(end - name);
    cursor->at = end + 1;
    for (size_t tried = 0; tried < shape->count; tried++) {
        size_t i = (expected + tried) % shape->count;
        if (strncmp(shape->fields[i].name, name, size) == 0 && shape->fields[i].name[size] == '\0')
            return take(cursor, ':') ? i : SIZE_MAX;
    }
    return SIZE_MAX;
}

static bool has_required(const struct shape *shape, uint64_t given)
{
    for (size_t i = 0; i < shape->count; i++)
        if ((shape->fields[i].flags & FIELD_REQUIRED) != 0 && (given >> i & 1) == 0)
            return false;
    return true;
}

static bool take_object(struct reader *reader, const struct shape *shape, struct cursor *cursor, void *ret)
{
    uint64_t named = 0, given = 0;
    size_t expected = 0;
    if (!take(cursor, '{'))
        return false;
    do {
        size_t i = take_name(shape, expected, cursor);
        if (i == SIZE_MAX || (named >> i & 1) != 0)
            return false;
        const struct field *field = &shape->fields[i];
        named |= UINT64_C(1) << i;
        expected = i + 1;
        if (field->has != 0)
            *(bool *)((char *)ret + field->has) = true;
        if (take_word(cursor, "null", 4))
            continue;
        given |= UINT64_C(1) << i;
        if (!take_value(reader, field, cursor, field_at(field, ret)))
            return false;
    } while (take(cursor, ','));
    return take(cursor, '}') && has_required(shape, given);
}

bool shape_read_text(const struct shape *shape, const char **text, const char *end, struct arena *arena,
                     void *ret, struct err *err)
{
    struct cursor cursor = { .at = *text, .end = end };
    struct err ignored = { 0 };
    struct reader reader = { .arena = arena, .err = &ignored, .lenient = true };
    CHECK(shape->count <= SHAPE_FIELDS_MAX);
    shape_set_absent(shape, ret);
    if (take_object(&reader, shape, &cursor, ret)) {
        *text = cursor.at;
        return true;
    }
    cursor.at = *text;
    const char *after = nested_end(&cursor);
    if (after == NULL)
        return err_set(err, ERR_BAD_REQUEST, "Malformed JSON: an unfinished object.");
    CLEANUP(json_free) cJSON *json = json_parse(*text, (size_t)(after - *text), err);
    if (json == NULL || !shape_read_lenient(shape, json, arena, ret, err))
        return false;
    *text = after;
    return true;
}
