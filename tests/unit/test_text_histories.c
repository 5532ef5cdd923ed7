// Histories with a known outcome: the 1,000 of the conformance suite and the 2,000 that fix the exact order. Each
// operation is made on a replica that holds exactly what it was made on; then one replica takes them all.
#include "shared/text/text.h"
#include "tests/lib/traces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// One transaction: made by an agent on the state that its parents name.
struct change {
    uint64_t agent;
    uint64_t alone; // the agent it gets when its agent works on two states at once
    const cJSON *patches;
    int parents[8];
    int parent_count;
    bool *seen; // by change: what it was made on
    struct buf updates[16];
    int update_count;
};

struct history {
    struct change *changes;
    int count;
    const char *end;
};

static void mark_seen(struct history *history, int index)
{
    struct change *change = &history->changes[index];
    change->seen = calloc((size_t)history->count, sizeof *change->seen);
    for (int i = 0; i < change->parent_count; i++) {
        const struct change *parent = &history->changes[change->parents[i]];
        change->seen[change->parents[i]] = true;
        for (int j = 0; j < index; j++)
            change->seen[j] |= parent->seen[j];
    }
}

// An agent that does not know its own last change gets an agent a change, in the order of its changes.
static void part_agents(struct history *history)
{
    for (int i = 0; i < history->count; i++)
        for (int j = 0; j < i; j++)
            if (history->changes[j].agent == history->changes[i].agent && !history->changes[i].seen[j]) {
                for (int k = 0; k < history->count; k++)
                    history->changes[k].agent = history->changes[k].alone;
                return;
            }
}

static void apply_change(struct text *text, const struct change *change)
{
    struct err err = { 0 };
    for (int i = 0; i < change->update_count; i++)
        if (!text_apply(text, buf_text(&change->updates[i]), change->updates[i].len, NULL, &err))
            fail_msg("%s", err.message);
}

static void make_change(struct history *history, int index)
{
    struct change *change = &history->changes[index];
    struct err err = { 0 };
    struct text *text = text_create(change->agent);
    for (int i = 0; i < index; i++)
        if (change->seen[i])
            apply_change(text, &history->changes[i]);
    assert_int_equal(text_waiting(text), 0);
    const cJSON *patch;
    cJSON_ArrayForEach(patch, change->patches)
    {
        size_t at = (size_t)cJSON_GetArrayItem(patch, 0)->valuedouble;
        size_t gone = (size_t)cJSON_GetArrayItem(patch, 1)->valuedouble;
        const char *bytes = cJSON_GetArrayItem(patch, 2)->valuestring;
        assert_true(change->update_count + 2 <= (int)ARRAY_LEN(change->updates));
        if (gone > 0)
            assert_true(text_delete(text, at, gone, &change->updates[change->update_count++], &err));
        if (bytes[0] != '\0')
            assert_true(
                text_insert(text, at, bytes, strlen(bytes), &change->updates[change->update_count++], &err));
    }
    text_free(text);
}

static void check_content(const struct text *text, const char *expected)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    text_content(text, &content);
    assert_string_equal(buf_text(&content), expected);
}

static void check_saved(const struct text *text, const char *expected)
{
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    CLEANUP(buf_free) struct buf again = { 0 };
    struct err err = { 0 };
    text_save(text, &snapshot);
    struct text *loaded = text_load(0xffffffffu, buf_text(&snapshot), snapshot.len, &err);
    assert_non_null(loaded);
    check_content(loaded, expected);
    text_save(loaded, &again);
    assert_int_equal(again.len, snapshot.len);
    assert_memory_equal(again.data, snapshot.data, again.len);
    text_free(loaded);
}

static void check_diffed(const struct text *text, const char *expected)
{
    CLEANUP(buf_free) struct buf update = { 0 };
    struct text *other = text_create(0xfffffffeu);
    struct err err = { 0 };
    assert_true(text_diff(text, "", 1, &update, &err));
    assert_true(text_apply(other, buf_text(&update), update.len, NULL, &err));
    assert_int_equal(text_waiting(other), 0);
    check_content(other, expected);
    text_free(other);
}

static void run_history(struct history *history)
{
    for (int i = 0; i < history->count; i++)
        mark_seen(history, i);
    part_agents(history);
    for (int i = 0; i < history->count; i++)
        make_change(history, i);
    struct text *forward = text_create(0xffffffffu);
    struct text *backward = text_create(0xfffffffeu);
    for (int i = 0; i < history->count; i++) {
        apply_change(forward, &history->changes[i]);
        apply_change(backward, &history->changes[history->count - 1 - i]);
    }
    check_content(forward, history->end);
    check_content(backward, history->end);
    check_saved(forward, history->end);
    check_saved(backward, history->end);
    check_diffed(backward, history->end);
    text_free(forward);
    text_free(backward);
    for (int i = 0; i < history->count; i++) {
        free(history->changes[i].seen);
        for (int j = 0; j < history->changes[i].update_count; j++)
            buf_free(&history->changes[i].updates[j]);
    }
    free(history->changes);
}

static void begin_history(struct history *history, const cJSON *json, int count)
{
    history->count = count;
    history->changes = calloc((size_t)count, sizeof *history->changes);
    history->end = cJSON_GetObjectItem(json, "endContent")->valuestring;
}

// ---- the exact order: parents are transactions ----
static void run_concurrent(const cJSON *json)
{
    const cJSON *txns = cJSON_GetObjectItem(json, "txns");
    struct history history;
    begin_history(&history, json, cJSON_GetArraySize(txns));
    int index = 0;
    const cJSON *txn;
    cJSON_ArrayForEach(txn, txns)
    {
        struct change *change = &history.changes[index];
        uint64_t agent = (uint64_t)cJSON_GetObjectItem(txn, "agent")->valueint + 1;
        change->agent = agent << 32 | agent << 16;
        change->alone = agent << 32 | agent << 16 | (uint64_t)index;
        change->patches = cJSON_GetObjectItem(txn, "patches");
        const cJSON *parent;
        cJSON_ArrayForEach(parent, cJSON_GetObjectItem(txn, "parents"))
        {
            assert_true(change->parent_count < (int)ARRAY_LEN(change->parents));
            change->parents[change->parent_count++] = parent->valueint;
        }
        index++;
    }
    run_history(&history);
}

static void test_exact_order(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf path = { 0 };
    if (!trace_path("fugue-fuzz-2000.jsonl.gz", &path)) {
        print_message("SKIP: %s is not there\n", buf_text(&path));
        skip();
    }
    CLEANUP(buf_free) struct buf text = { 0 };
    trace_inflate(buf_text(&path), &text);
    int histories = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text.data, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        cJSON *json = cJSON_Parse(line);
        assert_non_null(json);
        run_concurrent(json);
        cJSON_Delete(json);
        histories++;
    }
    assert_int_equal(histories, 2000);
}

// ---- conformance: parents are operations, and may lie within a transaction, which is cut there ----
struct cut {
    int from, to; // operations
    const cJSON *txn;
};

static int op_size(const cJSON *op)
{
    int gone = cJSON_GetArrayItem(op, 1)->valueint;
    return gone > 0 ? gone : (int)strlen(cJSON_GetArrayItem(op, 2)->valuestring);
}

static cJSON *part_of(const cJSON *op, int from, int to)
{
    cJSON *part = cJSON_CreateArray();
    int at = cJSON_GetArrayItem(op, 0)->valueint;
    bool deletes = cJSON_GetArrayItem(op, 1)->valueint > 0;
    char bytes[256] = "";
    if (!deletes)
        snprintf(bytes, sizeof bytes, "%.*s", to - from, cJSON_GetArrayItem(op, 2)->valuestring + from);
    cJSON_AddItemToArray(part, cJSON_CreateNumber(deletes ? at : at + from));
    cJSON_AddItemToArray(part, cJSON_CreateNumber(deletes ? to - from : 0));
    cJSON_AddItemToArray(part, cJSON_CreateString(bytes));
    return part;
}

// The operations from..to - 1 of a transaction.
static cJSON *cut_patches(const cJSON *txn, int from, int to)
{
    cJSON *patches = cJSON_CreateArray();
    int at = cJSON_GetArrayItem(cJSON_GetObjectItem(txn, "span"), 0)->valueint;
    const cJSON *op;
    cJSON_ArrayForEach(op, cJSON_GetObjectItem(txn, "ops"))
    {
        int end = at + op_size(op);
        int first = from > at ? from : at, last = to < end ? to : end;
        if (first < last)
            cJSON_AddItemToArray(patches, part_of(op, first - at, last - at));
        at = end;
    }
    return patches;
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

// All the borders between operations that matter: ends of transactions and of what was a parent.
static int find_borders(const cJSON *txns, int *borders)
{
    int count = 0;
    const cJSON *txn, *parent;
    cJSON_ArrayForEach(txn, txns)
    {
        borders[count++] = cJSON_GetArrayItem(cJSON_GetObjectItem(txn, "span"), 1)->valueint;
        cJSON_ArrayForEach(parent, cJSON_GetObjectItem(txn, "parents")) borders[count++] =
            parent->valueint + 1;
    }
    qsort(borders, (size_t)count, sizeof borders[0], by_number);
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (kept == 0 || borders[kept - 1] != borders[i])
            borders[kept++] = borders[i];
    return kept;
}

static int change_ending(const int *borders, int op)
{
    int i = 0;
    while (borders[i] != op + 1)
        i++;
    return i;
}

static void fill_cut(struct change *change, const cJSON *txn, const int *borders, int index)
{
    int from = index == 0 ? 0 : borders[index - 1];
    int start = cJSON_GetArrayItem(cJSON_GetObjectItem(txn, "span"), 0)->valueint;
    uint64_t agent = (uint64_t)(unsigned char)cJSON_GetObjectItem(txn, "agent")->valuestring[0];
    uint64_t seq = (uint64_t)(cJSON_GetObjectItem(txn, "seqStart")->valueint + from - start);
    change->agent = agent << 32 | agent << 16;
    change->alone = agent << 32 | agent << 16 | seq;
    change->patches = cut_patches(txn, from, borders[index]);
    if (from > start) {
        change->parents[change->parent_count++] = index - 1;
        return;
    }
    const cJSON *parent;
    cJSON_ArrayForEach(parent, cJSON_GetObjectItem(txn, "parents")) change->parents[change->parent_count++] =
        change_ending(borders, parent->valueint);
}

static void run_conformance(const cJSON *json)
{
    const cJSON *txns = cJSON_GetObjectItem(json, "txns");
    int borders[2000];
    struct history history;
    begin_history(&history, json, find_borders(txns, borders));
    const cJSON *txn = txns->child;
    for (int i = 0; i < history.count; i++) {
        while (cJSON_GetArrayItem(cJSON_GetObjectItem(txn, "span"), 1)->valueint < borders[i])
            txn = txn->next;
        fill_cut(&history.changes[i], txn, borders, i);
    }
    const cJSON *patches[2000];
    int count = history.count;
    for (int i = 0; i < count; i++)
        patches[i] = history.changes[i].patches;
    run_history(&history);
    for (int i = 0; i < count; i++)
        cJSON_Delete((cJSON *)(uintptr_t)patches[i]);
}

static void test_conformance(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf path = { 0 };
    if (!trace_path("egwalker-conformance.json.gz", &path)) {
        print_message("SKIP: %s is not there\n", buf_text(&path));
        skip();
    }
    cJSON *json = trace_parse(buf_text(&path));
    int histories = 0;
    const cJSON *one;
    cJSON_ArrayForEach(one, json)
    {
        run_conformance(one);
        histories++;
    }
    assert_int_equal(histories, 1000);
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_order),
        cmocka_unit_test(test_conformance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
