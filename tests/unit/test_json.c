// What json_parse refuses and how json_add_* write.
#include "shared/wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_refuses_what_cjson_lets_through(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "{",
        "{}x",
        "{} {}",
        "\xef\xbb\xbf{}",
        "{\"a\":01}",
        "{\"a\":-01}",
        "[1.]",
        "[.5]",
        "[+1]",
        "[1e]",
        "[0x10]",
        "[NaN]",
        "[Infinity]",
        "\"a\nb\"",
        "\"\\u0000\"",
        "\"\\x41\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "{\"a\":1,\"a\":2}",
        "[1\v]",
        "[1,]",
        "{\"a\":1,}",
        "{'a':1}",
        "[1 2]",
        "// x\n1",
        "\"open",
        "{\"x\":{\"b\":1,\"c\":2,\"b\":3}}",
        "\"\\ud800\"",
        "tru",
        "]",
        "[}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = { 0 };
        cJSON *json = json_parse(bad[i], strlen(bad[i]), &err);
        if (json != NULL)
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(err.code, ERR_BAD_REQUEST);
        assert_true(err.message[0] != '\0');
    }
}

static void test_embedded_zero_is_refused(void **state)
{
    (void)state;
    struct err err = { 0 };
    assert_null(json_parse("{}\0{}", 5, &err));
    assert_null(json_parse("\"a\0b\"", 5, &err));
}

static void test_accepts_what_rfc_8259_allows(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{}",   " [ ] ",   "0",
        "-0",   "1.5e+10", "\"\\u00e9\\ud83d\\ude00\"",
        "null", "true\n",  "{\"a\":{\"a\":1}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct err err = { 0 };
        CLEANUP(json_free) cJSON *json = json_parse(good[i], strlen(good[i]), &err);
        if (json == NULL)
            fail_msg("refused: %s (%s)", good[i], err.message);
    }
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    char text[2 * (JSON_DEPTH_MAX + 1)];
    struct err err = { 0 };
    memset(text, '[', JSON_DEPTH_MAX);
    memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    CLEANUP(json_free) cJSON *json = json_parse(text, (size_t)2 * JSON_DEPTH_MAX, &err);
    assert_non_null(json);
    memset(text, '[', JSON_DEPTH_MAX + 1);
    memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_null(json_parse(text, sizeof text, &err));
}

static void test_strings_are_escaped(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    json_add_text(&out, "a\"b\\c\n\t\x01\x1bé");
    assert_string_equal(buf_text(&out), "\"a\\\"b\\\\c\\n\\t\\u0001\\u001bé\"");
    buf_clear(&out);
    json_add_text(&out, NULL);
    assert_string_equal(buf_text(&out), "null");
}

static void test_money_is_a_decimal_number(void **state)
{
    (void)state;
    static const struct {
        int64_t minor;
        const char *text;
    } cases[] = { { 0, "0" },      { 450000, "4500" }, { 41125, "411.25" }, { 112550, "1125.5" },
                  { -5, "-0.05" }, { -150, "-1.5" },   { 7, "0.07" } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(buf_free) struct buf out = { 0 };
        json_add_money(&out, cases[i].minor);
        assert_string_equal(buf_text(&out), cases[i].text);
    }
}

static void test_keys_and_commas(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    buf_add_char(&out, '{');
    json_add_key(&out, "a");
    json_add_time(&out, INT64_C(1767103200000));
    json_add_key(&out, "b");
    json_add_time(&out, 0);
    buf_add_char(&out, '}');
    assert_string_equal(buf_text(&out), "{\"a\":\"2025-12-30T14:00:00Z\",\"b\":null}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuses_what_cjson_lets_through),
        cmocka_unit_test(test_embedded_zero_is_refused),
        cmocka_unit_test(test_accepts_what_rfc_8259_allows),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_strings_are_escaped),
        cmocka_unit_test(test_money_is_a_decimal_number),
        cmocka_unit_test(test_keys_and_commas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
