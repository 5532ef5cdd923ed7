#include "tui/term/text.h"

#include "shared/base/utf8.h"

#include <string.h>
#include <utf8proc.h>

enum { REPLACEMENT = 0xFFFD, MARKS_MAX = 3 };

enum fitness { FIT, REPLACE, DROP };

// utf8_clean() decides about each code point; format characters that it lets through have no shape of their own.
static enum fitness fitness_of(uint32_t code)
{
    static _Thread_local struct buf cleaned;
    if (utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_CF)
        return DROP;
    char bytes[4];
    size_t length = (size_t)utf8_encode(code, bytes);
    buf_clear(&cleaned);
    utf8_clean(&cleaned, bytes, length, false);
    if (cleaned.len == 0)
        return DROP;
    return cleaned.len == length && memcmp(cleaned.data, bytes, length) == 0 ? FIT : REPLACE;
}

static uint32_t decode(const char *text, size_t size, size_t *ret_bytes)
{
    uint32_t code;
    int length = utf8_decode(text, size, &code);
    *ret_bytes = length > 0 ? (size_t)length : 1;
    return length > 0 ? code : REPLACEMENT;
}

static bool is_mark(uint32_t code)
{
    // Variation selectors would change the width of their base in some terminals and not in others.
    if (code >= 0xFE00 && code <= 0xFE0F)
        return false;
    return fitness_of(code) == FIT && utf8proc_charwidth((utf8proc_int32_t)code) == 0;
}

static void add(struct cluster *cluster, size_t *len, uint32_t code)
{
    *len += (size_t)utf8_encode(code, cluster->text + *len);
    cluster->text[*len] = '\0';
}

static void set_base(struct cluster *ret, size_t *len, uint32_t base)
{
    if (base == '\t')
        base = ' ';
    enum fitness fitness = fitness_of(base);
    if (fitness == DROP) {
        ret->width = 0;
        return;
    }
    if (fitness == REPLACE)
        base = REPLACEMENT;
    int width = base == REPLACEMENT ? 1 : utf8proc_charwidth((utf8proc_int32_t)base);
    if (width <= 0) // a combining mark without a base
        add(ret, len, ' ');
    add(ret, len, base);
    ret->width = width <= 0 ? 1 : width > 2 ? 2 : width;
}

void cluster_next(const char *text, size_t size, struct cluster *ret)
{
    unsigned char first = (unsigned char)text[0];
    if (first >= 0x20 && first < 0x7F && (size == 1 || (unsigned char)text[1] < 0x80)) {
        *ret = (struct cluster){ .text = { (char)first, 0 }, .width = 1, .bytes = 1 };
        return;
    }
    *ret = (struct cluster){ .width = 0 };
    size_t used, len = 0;
    uint32_t before = decode(text, size, &used);
    set_base(ret, &len, before);
    int marks = 0;
    utf8proc_int32_t state = 0;
    while (used < size) {
        size_t bytes;
        uint32_t code = decode(text + used, size - used, &bytes);
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)code, &state))
            break;
        if (ret->width > 0 && marks < MARKS_MAX && is_mark(code)) {
            add(ret, &len, code);
            marks++;
        }
        used += bytes;
        before = code;
    }
    ret->bytes = used;
}

size_t cluster_before(const char *text, size_t size, size_t at)
{
    // Clusters are only certain from the start of a line; lines are short enough to walk.
    size_t start = at;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    if (start == at)
        return at - 1;
    struct cluster cluster;
    size_t previous = start;
    while (start < at) {
        previous = start;
        cluster_next(text + start, size - start, &cluster);
        start += cluster.bytes;
    }
    return previous;
}

int text_width_n(const char *text, size_t size)
{
    int width = 0;
    struct cluster cluster;
    for (size_t at = 0; at < size; at += cluster.bytes) {
        cluster_next(text + at, size - at, &cluster);
        width += cluster.width;
    }
    return width;
}

int text_width(const char *text)
{
    return text_width_n(text, strlen(text));
}

size_t text_fit(const char *text, size_t size, int width, int *ret_width)
{
    int used = 0;
    size_t at = 0;
    struct cluster cluster;
    while (at < size) {
        cluster_next(text + at, size - at, &cluster);
        if (used + cluster.width > width)
            break;
        used += cluster.width;
        at += cluster.bytes;
    }
    if (ret_width)
        *ret_width = used;
    return at;
}
