#include "shared/wire/json.h"

#include "shared/base/civil.h"
#include "shared/base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { MEMBERS_MAX = 1024 };

// What cJSON lets through is refused by this scan before it parses (handbook LIBRARIES).
struct scan {
    const char *text;
    size_t size, at;
    int depth;
    struct err *err;
};

static bool refuse(struct scan *scan, const char *what)
{
    return err_set(scan->err, ERR_BAD_REQUEST, "Malformed JSON: %s at byte %zu.", what, scan->at);
}

static bool is_digit(const struct scan *scan)
{
    return scan->at < scan->size && scan->text[scan->at] >= '0' && scan->text[scan->at] <= '9';
}

static bool skip_digits(struct scan *scan)
{
    if (!is_digit(scan))
        return false;
    while (is_digit(scan))
        scan->at++;
    return true;
}

static bool take(struct scan *scan, const char *set)
{
    if (scan->at >= scan->size || scan->text[scan->at] == '\0' || strchr(set, scan->text[scan->at]) == NULL)
        return false;
    scan->at++;
    return true;
}

// number = [ minus ] int [ frac ] [ exp ], RFC 8259 section 6
static bool scan_number(struct scan *scan)
{
    take(scan, "-");
    if (!take(scan, "0") && !skip_digits(scan))
        return refuse(scan, "a bad number");
    if (is_digit(scan))
        return refuse(scan, "a number with a leading zero");
    if (take(scan, ".") && !skip_digits(scan))
        return refuse(scan, "a bad number");
    if (take(scan, "eE")) {
        take(scan, "+-");
        if (!skip_digits(scan))
            return refuse(scan, "a bad number");
    }
    return true;
}

static bool scan_string(struct scan *scan)
{
    for (scan->at++; scan->at < scan->size; scan->at++) {
        unsigned char c = (unsigned char)scan->text[scan->at];
        if (c == '"') {
            scan->at++;
            return true;
        }
        if (c < 0x20)
            return refuse(scan, "a control character in a string");
        if (c != '\\')
            continue;
        scan->at++;
        if (scan->size - scan->at >= 5 && memcmp(scan->text + scan->at, "u0000", 5) == 0)
            return refuse(scan, "a zero character in a string");
    }
    return refuse(scan, "an unfinished string");
}

static bool scan_token(struct scan *scan)
{
    unsigned char c = (unsigned char)scan->text[scan->at];
    if (c == '"')
        return scan_string(scan);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number(scan);
    if (c == '{' || c == '[') {
        if (++scan->depth > JSON_DEPTH_MAX)
            return refuse(scan, "nesting too deep");
    } else if (c == '}' || c == ']') {
        scan->depth--;
    } else if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
        return refuse(scan, "a control character");
    }
    scan->at++;
    return true;
}

static bool scan_text(const char *text, size_t size, struct err *err)
{
    struct scan scan = { .text = text, .size = size, .err = err };
    if (size == 0)
        return refuse(&scan, "nothing there");
    if (!utf8_valid(text, size))
        return refuse(&scan, "invalid UTF-8");
    if ((unsigned char)text[0] == 0xef)
        return refuse(&scan, "a byte order mark");
    while (scan.at < size)
        if (!scan_token(&scan))
            return false;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool unique_names(const cJSON *object, struct err *err)
{
    const char *names[MEMBERS_MAX];
    size_t count = 0;
    for (const cJSON *child = object->child; child != NULL; child = child->next) {
        if (count == MEMBERS_MAX)
            return err_set(err, ERR_BAD_REQUEST, "Malformed JSON: an object with more than %d members.",
                           MEMBERS_MAX);
        names[count++] = child->string;
    }
    qsort(names, count, sizeof names[0], compare_names);
    for (size_t i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return err_set(err, ERR_BAD_REQUEST, "Malformed JSON: a name stands twice in one object.");
    return true;
}

static bool unique_names_everywhere(const cJSON *json, struct err *err)
{
    if (cJSON_IsObject(json) && json->child != NULL && json->child->next != NULL && !unique_names(json, err))
        return false;
    for (const cJSON *child = json->child; child != NULL; child = child->next)
        if (child->child != NULL && !unique_names_everywhere(child, err))
            return false;
    return true;
}

cJSON *json_parse(const char *text, size_t size, struct err *err)
{
    if (!scan_text(text, size, err))
        return NULL;
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithLengthOpts(text, size, &end, 0);
    if (json == NULL) {
        err_set(err, ERR_BAD_REQUEST, "Malformed JSON at byte %zu.", end == NULL ? 0 : (size_t)(end - text));
        return NULL;
    }
    while (end < text + size && strchr(" \t\r\n", *end) != NULL && *end != '\0')
        end++;
    bool good = end == text + size || err_set(err, ERR_BAD_REQUEST, "Malformed JSON: more behind the value.");
    if (!good || !unique_names_everywhere(json, err)) {
        cJSON_Delete(json);
        return NULL;
    }
    return json;
}

void json_free(cJSON **json)
{
    cJSON_Delete(*json);
    *json = NULL;
}

static void add_escaped(struct buf *out, unsigned char c)
{
    static const char short_forms[] = "btn?fr";
    if (c == '"' || c == '\\')
        buf_add(out, (const char[]){ '\\', (char)c }, 2);
    else if (c >= 8 && c <= 13 && c != 11)
        buf_add(out, (const char[]){ '\\', short_forms[c - 8] }, 2);
    else
        buf_addf(out, "\\u%04x", c);
}

void json_add_text(struct buf *out, const char *text)
{
    if (text == NULL) {
        buf_add_text(out, "null");
        return;
    }
    buf_add_char(out, '"');
    const char *from = text;
    for (const char *p = text;; p++) {
        unsigned char c = (unsigned char)*p;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(out, from, (size_t)(p - from));
        if (c == '\0')
            break;
        add_escaped(out, c);
        from = p + 1;
    }
    buf_add_char(out, '"');
}

void json_add_comma(struct buf *out)
{
    if (out->len > 0 && strchr("{[:", out->data[out->len - 1]) == NULL)
        buf_add_char(out, ',');
}

void json_add_key(struct buf *out, const char *name)
{
    json_add_comma(out);
    json_add_text(out, name);
    buf_add_char(out, ':');
}

void json_add_money(struct buf *out, int64_t minor)
{
    int64_t whole = minor / 100, rest = minor % 100;
    const char *sign = minor < 0 ? "-" : "";
    whole = whole < 0 ? -whole : whole;
    rest = rest < 0 ? -rest : rest;
    if (rest == 0)
        buf_addf(out, "%s%lld", sign, (long long)whole);
    else if (rest % 10 == 0)
        buf_addf(out, "%s%lld.%lld", sign, (long long)whole, (long long)(rest / 10));
    else
        buf_addf(out, "%s%lld.%02lld", sign, (long long)whole, (long long)rest);
}

void json_add_time(struct buf *out, int64_t ms)
{
    char iso[CIVIL_ISO_SIZE];
    json_add_text(out, ms == 0 ? NULL : civil_format_iso(ms, iso));
}
