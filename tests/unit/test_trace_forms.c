// Editing traces of every form that the format allows are played as told; what is no trace is refused with words.
#include "tests/lib/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool open_text(struct replay *replay, const char *json, struct err *err)
{
    char path[] = "/tmp/trace-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, json, strlen(json)), strlen(json));
    close(fd);
    bool ok = replay_open(replay, path, err);
    unlink(path);
    return ok;
}

static void check_end(const char *json, const char *expected, size_t edits)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    struct replay replay;
    struct err err = { 0 };
    size_t bytes = 0;
    if (!open_text(&replay, json, &err))
        fail_msg("%s\n%s", err.message, json);
    struct text *text = replay_run(&replay, &bytes);
    text_content(text, &content);
    assert_string_equal(buf_text(&content), expected);
    assert_int_equal(replay.edit_count, edits);
    assert_true(replay.end == NULL || strcmp(replay.end, expected) == 0);
    text_free(text);
    replay_close(&replay);
}

static void check_refused(const char *json)
{
    struct replay replay;
    struct err err = { 0 };
    if (open_text(&replay, json, &err))
        fail_msg("taken: %s", json);
    assert_true(err.message[0] != '\0');
    replay_close(&replay);
}

static void test_sequential_forms(void **state)
{
    (void)state;
    check_end("{\"startContent\":\"\",\"endContent\":\"\",\"txns\":[]}", "", 0);
    check_end("{\"txns\":[]}", "", 0);
    check_end("{\"txns\":[{},{\"patches\":[]},{\"patches\":[[0,0,\"a\"]]}]}", "a", 1);
    check_end("{\"startContent\":\"seed\",\"txns\":[{\"patches\":[[4,0,\"s\"],[0,1,\"w\"]]}]}", "weeds", 3);
    check_end("{\"startContent\":\"ä€😀z\",\"endContent\":\"ä€!\",\"txns\":[{\"patches\":[[2,2,\"!\"]]}]}",
              "ä€!", 2);
}

// Three authors: the third builds on both, then the first and the third type again at once, and it ends with a
// transaction of two parents by an agent that was never met.
static void test_concurrent_end_is_known(void **state)
{
    (void)state;
    check_end("{\"kind\":\"concurrent\",\"endContent\":\"<AxyB>ü!\",\"numAgents\":4,\"txns\":["
              "{\"parents\":[],\"agent\":0,\"patches\":[[0,0,\"AB\"]]},"
              "{\"parents\":[0],\"agent\":0,\"patches\":[[1,0,\"x\"]]},"
              "{\"parents\":[0],\"agent\":1,\"patches\":[[1,0,\"y\"],[3,0,\"ü\"]]},"
              "{\"parents\":[1,2],\"agent\":2,\"patches\":[[4,0,\">\"]]},"
              "{\"parents\":[1],\"agent\":0,\"patches\":[[0,0,\"<\"]]},"
              "{\"parents\":[3,4],\"agent\":3,\"patches\":[[7,0,\"!\"]]}]}",
              "<AxyB>ü!", 7);
}

static void test_concurrent_forms(void **state)
{
    (void)state;
    check_end("{\"kind\":\"concurrent\",\"txns\":[]}", "", 0);
    check_end("{\"kind\":\"concurrent\",\"startContent\":\"s\",\"txns\":["
              "{\"parents\":[],\"agent\":\"ann\",\"patches\":[[1,0,\"a\"]]},"
              "{\"parents\":[],\"agent\":\"bob\"},"
              "{\"parents\":[1,0],\"agent\":\"bob\",\"patches\":[[0,1,\"b\"]]}]}",
              "ba", 2);
    // an author that is concurrent with itself, in a trace that does not name its kind
    check_end("{\"txns\":["
              "{\"parents\":[],\"agent\":7,\"patches\":[[0,0,\"12\"]]},"
              "{\"parents\":[0],\"agent\":7,\"patches\":[[0,1,\"\"]]},"
              "{\"parents\":[0],\"agent\":7,\"patches\":[[2,0,\"3\"]]},"
              "{\"parents\":[2,1],\"agent\":7,\"patches\":[[0,0,\"0\"]]}]}",
              "023", 4);
}

// Authors by the thousand, each on what the last one left, and all at once.
static void test_many_authors(void **state)
{
    (void)state;
    enum { AUTHORS = 1500 };
    CLEANUP(buf_free) struct buf row = { 0 };
    CLEANUP(buf_free) struct buf fan = { 0 };
    CLEANUP(buf_free) struct buf expected = { 0 };
    buf_add_text(&row, "{\"kind\":\"concurrent\",\"txns\":[{\"parents\":[],\"agent\":0}");
    buf_add_text(&fan, "{\"kind\":\"concurrent\",\"txns\":[{\"parents\":[],\"agent\":0}");
    for (int i = 1; i <= AUTHORS; i++) {
        buf_addf(&row, ",{\"parents\":[%d],\"agent\":%d,\"patches\":[[%d,0,\"a\"]]}", i - 1, i, i - 1);
        buf_addf(&fan, ",{\"parents\":[0],\"agent\":%d,\"patches\":[[0,0,\"a\"]]}", i);
        buf_add_char(&expected, 'a');
    }
    buf_add_text(&row, "]}");
    buf_add_text(&fan, "]}");
    check_end(buf_text(&row), buf_text(&expected), AUTHORS);
    check_end(buf_text(&fan), buf_text(&expected), AUTHORS);
}

static void test_no_trace_is_refused(void **state)
{
    (void)state;
    static const char *const FILES[] = {
        "",
        "no json",
        "{\"txns\":[]}\n{\"txns\":[]}",
        "[]",
        "[{\"txns\":[],\"endContent\":\"\"}]",
        "{}",
        "{\"txns\":{}}",
        "{\"txns\":[1]}",
        "{\"txns\":[],\"endContent\":1}",
        "{\"txns\":[{\"patches\":[[0,0]]}]}",
        "{\"txns\":[{\"patches\":[[0,0,\"a\",1]]}]}",
        "{\"txns\":[{\"patches\":[[-1,0,\"a\"]]}]}",
        "{\"txns\":[{\"patches\":[[0.5,0,\"a\"]]}]}",
        "{\"txns\":[{\"patches\":[[1,0,\"a\"]]}]}",
        "{\"startContent\":\"ä\",\"txns\":[{\"patches\":[[0,2,\"a\"]]}]}",
        "{\"kind\":\"concurrent\",\"txns\":[{}]}",
        "{\"kind\":\"concurrent\",\"txns\":[{\"parents\":[0],\"agent\":1}]}",
        "{\"kind\":\"concurrent\",\"txns\":[{\"parents\":[],\"agent\":-1}]}",
        "{\"kind\":\"concurrent\",\"txns\":[{\"parents\":[],\"agent\":0,\"patches\":[[1,0,\"a\"]]}]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(FILES); i++)
        check_refused(FILES[i]);
    struct replay replay;
    struct err err = { 0 };
    assert_false(replay_open(&replay, "/nowhere/trace.json.gz", &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    replay_close(&replay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequential_forms),    cmocka_unit_test(test_concurrent_end_is_known),
        cmocka_unit_test(test_concurrent_forms),    cmocka_unit_test(test_many_authors),
        cmocka_unit_test(test_no_trace_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
