// Other people's text: strict decoding, and what is left of it on a screen (RFC 3629; TERMINAL, SAFETY).
#include "shared/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_every_code_point_there_and_back(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        char bytes[4];
        uint32_t back = 0xffffffff;
        int length = utf8_encode(code, bytes);
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        int decoded = utf8_decode(bytes, (size_t)length, &back);
        if (decoded != (surrogate ? 0 : length) || (!surrogate && back != code))
            fail_msg("U+%04X", code);
        if (length > 1 && utf8_decode(bytes, (size_t)length - 1, &back) != 0)
            fail_msg("U+%04X, cut", code);
    }
}

// Every sequence of two bytes, and of three and four with telling tails, against the grammar of RFC 3629 told as numbers.
static bool valid_by_value(const unsigned char *b, size_t size)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = b[0] < 0x80 ? 1 : b[0] >> 5 == 6 ? 2 : b[0] >> 4 == 14 ? 3 : b[0] >> 3 == 30 ? 4 : 0;
    if (length != size)
        return false;
    uint32_t code = length == 1 ? b[0] : b[0] & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if (b[i] >> 6 != 2)
            return false;
        code = code << 6 | (b[i] & 63);
    }
    return code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

static void test_only_the_shortest_legal_form(void **state)
{
    (void)state;
    static const unsigned char tails[] = { 0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff };
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            for (size_t tail = 0; tail < sizeof tails; tail++) {
                unsigned char bytes[] = { (unsigned char)first, (unsigned char)second, tails[tail], 0x80 };
                uint32_t code;
                for (size_t size = 1; size <= 4; size++) {
                    bool whole = utf8_decode((const char *)bytes, size, &code) == (int)size;
                    if (whole != valid_by_value(bytes, size))
                        fail_msg("%02x %02x %02x of %zu", first, second, tails[tail], size);
                }
            }
        }
    }
}

static void test_valid_and_count(void **state)
{
    (void)state;
    assert_true(utf8_valid("", 0));
    assert_true(utf8_valid("Größe 日本 😀", strlen("Größe 日本 😀")));
    assert_true(utf8_valid("a\0b", 3));
    assert_false(utf8_valid("\xc0\xaf", 2));
    assert_false(utf8_valid("ok\xe2\x82", 4));
    assert_int_equal(utf8_count("Größe"), 5);
    assert_int_equal(utf8_count("日本😀"), 3);
    assert_int_equal(utf8_count("\xff\xff"), 2);
    assert_int_equal(utf8_count(""), 0);
}

#define GONE "\xef\xbf\xbd" // U+FFFD

static void test_clean(void **state)
{
    (void)state;
    static const struct {
        const char *text, *line, *lines; // cleaned without and with newlines kept
    } cases[] = {
        { "", "", "" },
        { "plain text", "plain text", "plain text" },
        { "Zoë 日本 😀", "Zoë 日本 😀", "Zoë 日本 😀" },
        { "a\nb", "a" GONE "b", "a\nb" },
        { "a\r\nb", "a" GONE GONE "b", "a\nb" },
        { "a\rb", "a" GONE "b", "a" GONE "b" },
        { "a\tb", "a b", "a b" },
        { "\x1b[2J\x1b]52;c;eA==\x07", GONE "[2J" GONE "]52;c;eA==" GONE, GONE "[2J" GONE "]52;c;eA==" GONE },
        { "\x7f\xc2\x9b"
          "31m",
          GONE GONE "31m", GONE GONE "31m" }, // DEL, C1
        { "evil\xe2\x80\xae"
          "txt.exe",
          "eviltxt.exe", "eviltxt.exe" },                  // U+202E
        { "\xe2\x81\xa6x\xe2\x81\xa9\xd8\x9c", "x", "x" }, // U+2066, U+2069, U+061C
        { "\xe2\x80\x8e\xe2\x80\x8f", "", "" },            // U+200E, U+200F
        { "pay\xe2\x80\x8bpal\xe2\x80\x8c\xe2\x80\x8d\xef\xbb\xbf", "paypal",
          "paypal" }, // ZWSP, ZWNJ, ZWJ, BOM
        { "a\xe2\x80\xa8"
          "b",
          "a" GONE "b", "a" GONE "b" },                                       // U+2028
        { "x\xc0\xafy\xff", "x" GONE GONE "y" GONE, "x" GONE GONE "y" GONE }, // overlong
        { "\xed\xa0\x80", GONE GONE GONE, GONE GONE GONE },                   // a surrogate
        { "cut\xf0\x9f\x98", "cut" GONE GONE GONE, "cut" GONE GONE GONE },
        { "\xf3\xa0\x81\x81", "", "" }, // a tag
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(buf_free) struct buf out = { 0 };
        utf8_clean(&out, cases[i].text, strlen(cases[i].text), false);
        assert_string_equal(buf_text(&out), cases[i].line);
        buf_clear(&out);
        utf8_clean(&out, cases[i].text, strlen(cases[i].text), true);
        assert_string_equal(buf_text(&out), cases[i].lines);
    }
}

static void test_clean_zero_bytes(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    buf_add_text(&out, "> ");
    utf8_clean(&out, "a\0b", 3, false);
    assert_string_equal(buf_text(&out), "> a" GONE "b");
}

static void test_plain(void **state)
{
    (void)state;
    static const char *const plain[] = {
        "",           "text",           "two\nlines",          "two\r\nlines", "a\ttab",
        "Zoë 日本 😀", "👩\xe2\x80\x8d🔬", "می\xe2\x80\x8cخواهم", "\xe2\x80\x8f"
    };
    static const char *const bad[] = { "\x1b[0m", "a\rb",     "\x7f",         "\xe2\x80\xae", "\xef\xbb\xbf",
                                       "\xff",    "\xc2\x85", "\xe2\x81\xa6", "\xe2\x80\xa8" };
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        assert_true(utf8_is_plain(plain[i], strlen(plain[i])));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(utf8_is_plain(bad[i], strlen(bad[i])));
    assert_false(utf8_is_plain("a\0b", 3));
}

// Bytes at random, many of them troublesome: what comes out is valid, harmless, and stays as it is when cleaned again.
static void test_cleaning_random_bytes(void **state)
{
    (void)state;
    static const unsigned char telling[] = { 0x1b, 0x0a, 0x0d, 0x09, 0x7f, 0xc2, 0x9b, 0xe2, 0x80, 0xae,
                                             0xef, 0xbb, 0xbf, 0xed, 0xf0, 0x9f, 0x98, 0xf4, 0x90, 0xc0 };
    unsigned seed = 3629;
    for (int round = 0; round < 50000; round++) {
        size_t size = (size_t)rand_r(&seed) % 24;
        char *text = malloc(size + 1); // of that size, so that a byte read too far is seen
        for (size_t i = 0; i < size; i++)
            text[i] = (char)(rand_r(&seed) % 3 == 0 ? 'a' : telling[(size_t)rand_r(&seed) % sizeof telling]);
        CLEANUP(buf_free) struct buf once = { 0 }, twice = { 0 };
        bool lines = round % 2 == 0;
        utf8_clean(&once, text, size, lines);
        utf8_clean(&twice, buf_text(&once), once.len, lines);
        assert_true(utf8_is_plain(buf_text(&once), once.len) && utf8_valid(buf_text(&once), once.len));
        assert_string_equal(buf_text(&once), buf_text(&twice));
        assert_true(lines || strchr(buf_text(&once), '\n') == NULL);
        if (lines && utf8_is_plain(text, size) && memchr(text, '\t', size) == NULL &&
            memchr(text, '\r', size) == NULL)
            assert_true(once.len == size && (size == 0 || memcmp(once.data, text, size) == 0));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point_there_and_back),
        cmocka_unit_test(test_only_the_shortest_legal_form),
        cmocka_unit_test(test_valid_and_count),
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_clean_zero_bytes),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_cleaning_random_bytes),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
