#include "shared/base/utf8.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd };

// The first byte tells the length and which second bytes are legal (RFC 3629, section 4); all others are 80 to BF.
static const struct {
    unsigned char from, to; // first byte
    unsigned char length;   // of the whole sequence
    unsigned char second_from, second_to;
} forms[] = {
    { 0x00, 0x7f, 1, 0x00, 0x00 }, { 0xc2, 0xdf, 2, 0x80, 0xbf }, { 0xe0, 0xe0, 3, 0xa0, 0xbf },
    { 0xe1, 0xec, 3, 0x80, 0xbf }, { 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
    { 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf }, { 0xf4, 0xf4, 4, 0x80, 0x8f },
};

int utf8_decode(const char *text, size_t size, uint32_t *ret_code)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (size == 0)
        return 0;
    size_t form = 0;
    while (form < ARRAY_LEN(forms) && (bytes[0] < forms[form].from || bytes[0] > forms[form].to))
        form++;
    if (form == ARRAY_LEN(forms) || forms[form].length > size)
        return 0;
    int length = forms[form].length;
    uint32_t code = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
    for (int i = 1; i < length; i++) {
        unsigned char low = i == 1 ? forms[form].second_from : 0x80,
                      high = i == 1 ? forms[form].second_to : 0xbf;
        if (bytes[i] < low || bytes[i] > high)
            return 0;
        code = code << 6 | (bytes[i] & 0x3fu);
    }
    *ret_code = code;
    return length;
}

int utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    int length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (int i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)((0xf00u >> length & 0xffu) | code);
    return length;
}

// Eight bytes at a time, how many from the start are ASCII.
static size_t ascii_prefix(const char *text, size_t size)
{
    size_t length = 0;
    uint64_t eight;
    for (; size - length >= sizeof eight; length += sizeof eight) {
        memcpy(&eight, text + length, sizeof eight);
        if ((eight & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    return length;
}

bool utf8_valid(const char *text, size_t size)
{
    uint32_t code;
    while (size > 0) {
        size_t step = ascii_prefix(text, size);
        if (step == 0)
            step = (size_t)utf8_decode(text, size, &code);
        if (step == 0)
            return false;
        text += step;
        size -= step;
    }
    return true;
}

size_t utf8_count(const char *text)
{
    size_t count = 0, size = strlen(text);
    uint32_t code;
    for (; size > 0; count++) {
        int length = utf8_decode(text, size, &code);
        size_t step = length == 0 ? 1 : (size_t)length;
        text += step;
        size -= step;
    }
    return count;
}

// HIDE: languages and emoji are written with it, so it may be typed and kept, but a screen leaves it out.
enum treatment { KEEP, HIDE, DROP, REPLACE };

// What is invisible or moves other text about. Sorted.
static const struct {
    uint32_t from, to;
    enum treatment treatment;
} special[] = {
    { 0x0000, 0x001f, REPLACE }, // C0
    { 0x007f, 0x009f, REPLACE }, // DEL and C1
    { 0x00ad, 0x00ad, HIDE },    // soft hyphen
    { 0x034f, 0x034f, HIDE },    // combining grapheme joiner
    { 0x061c, 0x061c, HIDE },    // Arabic letter mark
    { 0x115f, 0x1160, DROP },    // Hangul fillers
    { 0x17b4, 0x17b5, HIDE },    // Khmer inherent vowels
    { 0x180b, 0x180f, HIDE },    // Mongolian selectors and vowel separator
    { 0x200b, 0x200f, HIDE },    // zero width space and joiners, direction marks
    { 0x2028, 0x2029, REPLACE }, // line and paragraph separators
    { 0x202a, 0x202e, DROP },    // bidi embeddings and overrides
    { 0x2060, 0x2060, HIDE },    // word joiner
    { 0x2061, 0x206f, DROP },    // invisible operators, bidi isolates
    { 0x3164, 0x3164, DROP },    // Hangul filler
    { 0xfeff, 0xfeff, DROP },    // byte order mark
    { 0xffa0, 0xffa0, DROP },    // half width Hangul filler
    { 0xfff9, 0xfffb, DROP },    // interlinear annotation
    { 0x1bca0, 0x1bca3, DROP },  // shorthand format controls
    { 0x1d173, 0x1d17a, DROP },  // musical format controls
    { 0xe0000, 0xe007f, DROP },  // tags
};

static enum treatment treatment_of(uint32_t code)
{
    for (size_t i = 0; i < ARRAY_LEN(special) && special[i].from <= code; i++)
        if (code <= special[i].to)
            return special[i].treatment;
    return KEEP;
}

// How many bytes from the start are printable ASCII: most text is nothing else. Eight at a time: the first
// byte that is not sets its highest bit in `odd`.
static size_t ascii_run(const char *text, size_t size)
{
    size_t length = 0;
    uint64_t eight;
    for (; size - length >= sizeof eight; length += sizeof eight) {
        memcpy(&eight, text + length, sizeof eight);
        uint64_t odd =
            (eight - UINT64_C(0x2020202020202020)) | (eight + UINT64_C(0x0101010101010101)) | eight;
        if ((odd & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (length < size && text[length] >= 0x20 && text[length] < 0x7f)
        length++;
    return length;
}

static void add_replacement(struct buf *out)
{
    char bytes[4];
    buf_add(out, bytes, (size_t)utf8_encode(REPLACEMENT, bytes));
}

// One character that is not printable ASCII; returns its length in the input.
static size_t clean_one(struct buf *out, const char *text, size_t size, bool keep_newlines)
{
    if (*text == '\t') {
        buf_add_char(out, ' ');
        return 1;
    }
    if (keep_newlines && *text == '\n') {
        buf_add_char(out, '\n');
        return 1;
    }
    if (keep_newlines && size > 1 && text[0] == '\r' && text[1] == '\n')
        return 1;
    uint32_t code = 0;
    int length = utf8_decode(text, size, &code);
    enum treatment treatment = length == 0 ? REPLACE : treatment_of(code);
    if (treatment == KEEP)
        buf_add(out, text, (size_t)length);
    else if (treatment == REPLACE)
        add_replacement(out);
    return length == 0 ? 1 : (size_t)length;
}

void utf8_clean(struct buf *out, const char *text, size_t size, bool keep_newlines)
{
    while (size > 0) {
        size_t step = ascii_run(text, size);
        if (step > 0)
            buf_add(out, text, step);
        else
            step = clean_one(out, text, size, keep_newlines);
        text += step;
        size -= step;
    }
}

bool utf8_is_plain(const char *text, size_t size)
{
    while (size > 0) {
        size_t step = ascii_run(text, size);
        uint32_t code = 0;
        if (step == 0) {
            bool line_end = size > 1 && text[0] == '\r' && text[1] == '\n';
            int length = utf8_decode(text, size, &code);
            bool fine = treatment_of(code) <= HIDE || *text == '\n' || *text == '\t' || line_end;
            if (length == 0 || !fine)
                return false;
            step = (size_t)length;
        }
        text += step;
        size -= step;
    }
    return true;
}
