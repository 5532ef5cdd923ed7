// The routes of the operation table: fixed segments, parameters, aliases, methods that a path does not take.
#include "server/http/router.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct args {
    const char *id, *part;
};

static const struct field fields[] = {
    { FIELD(struct args, id), .kind = FIELD_TEXT, .flags = FIELD_PATH },
    { FIELD(struct args, part), .kind = FIELD_TEXT, .flags = FIELD_PATH },
};
static const struct shape shape = SHAPE(struct args, "Args", fields);

#define OP(name_, method_, path_)                                                                            \
    &(const struct op)                                                                                       \
    {                                                                                                        \
        .spec = &(const struct op_spec)                                                                      \
        {                                                                                                    \
            .name = (name_), .method = (method_), .path = (path_), .in = &shape                              \
        }                                                                                                    \
    }

static const struct op *const ops[] = {
    OP("list", "GET", "/api/things"),
    OP("make", "POST", "/api/v1/things"),
    OP("mine", "GET", "/api/things/me"),
    OP("get", "GET", "/api/things/:id"),
    OP("change", "PATCH", "/api/things/:id"),
    OP("start", "POST", "/api/things/:id/start"),
    OP("part", "GET", "/api/things/:id/parts/:part"),
    OP("my_part", "GET", "/api/things/me/own"),
    OP("unrouted", NULL, NULL),
};

static struct router *router;

static int set_up(void **state)
{
    (void)state;
    router = router_create(ops, ARRAY_LEN(ops), false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    router_destroy(router);
    return 0;
}

static struct route_match find(enum http_method method, const char *path)
{
    struct route_match match;
    router_find(router, method, path, strlen(path), &match);
    return match;
}

static void expect(enum http_method method, const char *path, const char *name)
{
    struct route_match match = find(method, path);
    if (name == NULL) {
        assert_null(match.op);
        return;
    }
    assert_non_null(match.op);
    assert_string_equal(match.op->spec->name, name);
    assert_int_equal(match.allow, 0);
}

static void every_path_answers_with_and_without_version(void **state)
{
    (void)state;
    expect(HTTP_GET, "/api/things", "list");
    expect(HTTP_GET, "/api/v1/things", "list");
    expect(HTTP_POST, "/api/things", "make");
    expect(HTTP_POST, "/api/v1/things", "make");
    expect(HTTP_GET, "/things", NULL);
    expect(HTTP_GET, "/api/v2/things", NULL);
    expect(HTTP_GET, "/api/v1/v1/things", NULL);
    expect(HTTP_GET, "/apithings", NULL);
}

static void a_fixed_segment_wins(void **state)
{
    (void)state;
    expect(HTTP_GET, "/api/things/me", "mine");
    expect(HTTP_GET, "/api/things/you", "get");
    expect(HTTP_GET, "/api/things/me/own", "my_part");
    struct route_match match = find(HTTP_PATCH, "/api/things/me");
    assert_null(match.op);
    assert_int_equal(match.allow, 1 << HTTP_GET | 1 << HTTP_HEAD);
}

// "me" is also an id where the fixed segment leads nowhere.
static void a_dead_end_is_left_again(void **state)
{
    (void)state;
    expect(HTTP_POST, "/api/things/me/start", "start");
    expect(HTTP_GET, "/api/things/me/parts/7", "part");
}

static void parameters_are_named(void **state)
{
    (void)state;
    struct route_match match = find(HTTP_GET, "/api/v1/things/a1/parts/b:2");
    assert_int_equal(match.param_count, 2);
    assert_string_equal(match.params[0].name, "id");
    assert_memory_equal(match.params[0].text, "a1", 2);
    assert_int_equal(match.params[0].size, 2);
    assert_string_equal(match.params[1].name, "part");
    assert_memory_equal(match.params[1].text, "b:2", 3);
}

static void head_is_get(void **state)
{
    (void)state;
    expect(HTTP_HEAD, "/api/things/7", "get");
}

static void other_methods_are_told_what_there_is(void **state)
{
    (void)state;
    char text[64];
    struct route_match match = find(HTTP_DELETE, "/api/things/7");
    assert_null(match.op);
    http_methods_format(match.allow, text, sizeof text);
    assert_string_equal(text, "GET, HEAD, PATCH");
}

static void no_path_no_methods(void **state)
{
    (void)state;
    static const char *const paths[] = { "",
                                         "/",
                                         "/api",
                                         "/api/",
                                         "/api/things/",
                                         "/api/v1",
                                         "/api//things",
                                         "/api/things//start",
                                         "things",
                                         "/api/things/7/stop",
                                         "/api/things/7/start/",
                                         "/api/v1/" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct route_match match = find(HTTP_GET, paths[i]);
        assert_null(match.op);
        assert_int_equal(match.allow, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_answers_with_and_without_version),
        cmocka_unit_test(a_fixed_segment_wins),
        cmocka_unit_test(a_dead_end_is_left_again),
        cmocka_unit_test(parameters_are_named),
        cmocka_unit_test(head_is_get),
        cmocka_unit_test(other_methods_are_told_what_there_is),
        cmocka_unit_test(no_path_no_methods),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
