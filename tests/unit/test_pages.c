// A page's rows are the same whether they are read from its text or from its tree, and what one refuses the other does.
#include "shared/wire/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ID "\"id\":\"0193e7a0-0000-7000-8000-000000000001\""

static const char whole_page[] =
    "{\"t\":\"snap\",\"scope\":\"mine\",\"at\":7,\"table\":\"consultation\",\"after\":\"\",\"last\":true,"
    "\"rows\":["
    "{\"id\":\"0193e7a0-0000-7000-8000-000000000001\",\"rev\":5,\"code\":\"CONS-1\",\"start\":1767103200000,"
    "\"end\":1767106800000,\"timezone\":\"America/New_York\",\"status\":\"scheduled\",\"minutes\":60,"
    "\"freeTrial\":true,\"purpose\":\"A \\\"word\\\" and a \\u00e9\",\"cancelReason\":\"two\\nlines\","
    "\"bookedAt\":1767100000000,\"confirmedAt\":null,\"reschedules\":-0},"
    "{\"id\":\"0193e7a0-0000-7000-8000-000000000002\",\"rev\":6,\"clientName\":\"Zo\xc3\xab\",\"newer\":[{"
    "\"x\":\"]\"}],"
    "\"status\":\"completed\"}]}";

// Every row as JSON again, or "refused"; ret_cut: whether the text was enough.
static void read_rows(const char *text, size_t size, bool may_cut, struct buf *out, bool *ret_cut)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    CLEANUP(json_free) cJSON *message = NULL;
    struct page_rows rows = { 0 };
    struct err err = { 0 };
    const struct shape *shape = row_shapes[ROW_CONSULTATION];
    void *row = arena_alloc(&arena, shape->size);
    *ret_cut = may_cut && page_cut(text, size, &message, &rows);
    if (!*ret_cut) {
        message = json_parse(text, size, &err);
        if (!page_rows_of(cJSON_GetObjectItemCaseSensitive(message, "rows"), &rows))
            err_set(&err, ERR_BAD_REQUEST, "no rows");
    }
    while (err.code == ERR_NONE && page_next(&rows, shape, &arena, row, &err))
        shape_write(shape, row, out);
    if (err.code != ERR_NONE) {
        buf_clear(out);
        buf_add_text(out, "refused");
    }
}

static void compare(const char *text, size_t size)
{
    CLEANUP(buf_free) struct buf cut = { 0 };
    CLEANUP(buf_free) struct buf whole = { 0 };
    bool is_cut;
    read_rows(text, size, true, &cut, &is_cut);
    read_rows(text, size, false, &whole, &is_cut);
    if (strcmp(buf_text(&cut), buf_text(&whole)) != 0)
        fail_msg("%.*s\nis from the text %s\nbut from the tree %s", (int)size, text, buf_text(&cut),
                 buf_text(&whole));
}

static void test_a_page_is_read_from_its_text(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf rows = { 0 };
    bool is_cut;
    read_rows(whole_page, sizeof whole_page - 1, true, &rows, &is_cut);
    assert_true(is_cut);
    assert_non_null(strstr(rows.data, "\"purpose\":\"A \\\"word\\\" and a \xc3\xa9\""));
    assert_non_null(strstr(rows.data, "\"cancelReason\":\"two\\nlines\""));
    assert_non_null(strstr(rows.data, "\"clientName\":\"Zo\xc3\xab\""));
    compare(whole_page, sizeof whole_page - 1);
}

static void test_odd_pages_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "{\"rows\":[],\"t\":\"snap\"}",
        "{\"t\":\"snap\",\"rows\":[]}",
        "{\"t\":\"snap\",\"rows\":[{}]}",
        "{\"t\":\"snap\",\"rows\":[1]}",
        "{\"t\":\"snap\",\"rows\":[,]}",
        "{\"t\":\"snap\",\"rows\":[],\"rows\":[]}",
        "{\"t\":\"snap\",\"x\":{\"a\":1,\"rows\":[]}}",
        "{\"t\":\"\\\",\\\"rows\\\":[\",\"rows\":[]}",
        "{\"t\":\"snap\", \"rows\": [ {" ID ", \"rev\":1} ] }",
        "{\"t\":\"snap\",\"rows\":[{" ID ",\"rev\":1,\"rev\":1}]}",
        "{\"t\":\"snap\",\"rows\":[{" ID ",\"rev\":01}]}",
        "{\"t\":\"snap\",\"rows\":[{" ID ",\"rev\":1.5}]}",
        "{\"t\":\"snap\",\"rows\":[{" ID ",\"rev\":9007199254740993}]}",
        "{\"t\":\"snap\",\"rows\":[{" ID ",\"rev\":1}]}]}",
        "{\"t\":\"snap\",\"rows\":[{" ID ",\"rev\":1}{}]}",
        "{\"t\":\"snap\",\"rows\":[{" ID ",\"rev\":1,}]}",
    };
    for (size_t i = 0; i < ARRAY_LEN(pages); i++)
        compare(pages[i], strlen(pages[i]));
}

// splitmix64
static uint64_t next(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void damage(struct buf *page, uint64_t *seed)
{
    static const char favourites[] = "\"\\{}[],:0123456789-.eE ntrue\x01\xc3\xff";
    size_t from = next(seed) % page->len, to = next(seed) % page->len, size = next(seed) % 40;
    size_t most = page->len - (from > to ? from : to);
    size = size < most ? size : most;
    switch (next(seed) % 3) {
    case 0:
        page->data[to] = favourites[next(seed) % (sizeof favourites - 1)];
        break;
    case 1:
        memmove(page->data + to, page->data + from, size);
        break;
    default:
        memmove(page->data + to, page->data + to + size, page->len - to - size);
        buf_truncate(page, page->len - size);
    }
}

static void test_damaged_pages_are_the_same_both_ways(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40000; seed++) {
        CLEANUP(buf_free) struct buf page = { 0 };
        uint64_t random = seed;
        buf_add(&page, whole_page, sizeof whole_page - 1);
        for (uint64_t times = 1 + next(&random) % 3; times > 0 && page.len > 0; times--)
            damage(&page, &random);
        compare(buf_text(&page), page.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_page_is_read_from_its_text),
        cmocka_unit_test(test_odd_pages_are_read_whole_or_not_at_all),
        cmocka_unit_test(test_damaged_pages_are_the_same_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
