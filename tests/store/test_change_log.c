// The change log grown old (handbook SYNC): whatever was collapsed, a reader who comes with any cursor that the log
// reaches back to ends with exactly the rows that a fresh snapshot would show; below that it is told to start anew.
//
// Random histories of rows that appear, change hands and go, told to readers with one to three principals each.
#include "server/core/change_page.h"
#include "server/identity/identity.h"
#include "tests/lib/testbed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { ROWS = 24, READERS = 6, STEPS = 240, SEEDS = 12, BITE = 7 };

static const char *const readers[READERS] = { "u:a",   "u:b",       "u:c org:x",
                                              "org:x", "u:d org:y", "org:x org:y u:e" };
static const char *const words[] = { "u:a", "u:b", "u:c", "u:d", "u:e", "org:x", "org:y" };

// What every reader holds at every seq, by the truth: the revision of each row, 0 for none.
struct history {
    int64_t held[STEPS * 4][READERS][ROWS];
    char audience[ROWS][64]; // "" for none
    int64_t rev[ROWS];       // 0: no such row
    int64_t head;
    unsigned random;
};

static unsigned chance(struct history *history, unsigned below)
{
    history->random = history->random * 1664525u + 1013904223u;
    return (history->random >> 8) % below;
}

// Rows and people ---------------------------------------------------------------------------------------------------

bool identity_authenticate(struct app *app, struct db *db, const char *token, int64_t now,
                           struct arena *arena, struct actor *ret_actor, struct err *err)
{
    (void)app, (void)db, (void)token, (void)now, (void)arena, (void)ret_actor;
    return err_set(err, ERR_UNAUTHENTICATED, "Nobody signs in here.");
}

static bool read_row(struct db *db, const char *tenant, const char *id, struct arena *arena, struct buf *out,
                     bool *ret_found, struct err *err)
{
    (void)tenant;
    char *rev = NULL;
    if (!db_one_text(db, "SELECT value FROM config WHERE key = $1", DB_ARGS(db_text(id)), arena, &rev,
                     ret_found, err))
        return false;
    if (*ret_found)
        buf_addf(out, "{\"id\":\"%s\",\"rev\":%s}", id, rev);
    return true;
}

static const struct row_source source = { .read = read_row };
const struct row_source *const row_sources[ROW_TABLES] = { [ROW_POLICY] = &source };

static const struct actor platform = { .tenant = TENANT_DEFAULT, .system = true, .roles = ROLE_PUBLIC };

// Making history ----------------------------------------------------------------------------------------------------

static struct history *making;

static void choose_audience(struct history *history, char *ret)
{
    ret[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (chance(history, 4) == 0) {
            strcat(ret, ret[0] == '\0' ? "" : " ");
            strcat(ret, words[i]);
        }
}

static bool change_row(struct op_ctx *ctx, struct history *history, int row, int64_t seq)
{
    char id[8], rev[24], now[64] = "";
    bool ends = history->rev[row] != 0 && chance(history, 4) == 0;
    snprintf(id, sizeof id, "r%02d", row);
    snprintf(rev, sizeof rev, "%lld", (long long)seq);
    if (!ends)
        choose_audience(history, now);
    bool ok =
        changes_add(ctx, ROW_POLICY, id, ends ? CHANGE_DELETE : CHANGE_PUT, history->audience[row], now) &&
        db_run(ctx->db,
               ends ? "DELETE FROM config WHERE key = $1 AND $2 <> ''"
                    : "INSERT INTO config (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET "
                      "value = excluded.value",
               DB_ARGS(db_text(id), db_text(rev)), NULL, ctx->err);
    history->rev[row] = ends ? 0 : seq;
    snprintf(history->audience[row], sizeof history->audience[row], "%s", now);
    return ok;
}

static bool step_run(struct op_ctx *ctx, const void *in)
{
    (void)in;
    int64_t seq;
    if (!changes_seq(ctx, &seq))
        return false;
    making->head = seq;
    for (unsigned rows = 1 + chance(making, 3); rows > 0; rows--)
        if (!change_row(ctx, making, (int)chance(making, ROWS), seq))
            return false;
    return true;
}

// `at` is the seq itself, so that ages are seqs.
static bool collapse_run(struct op_ctx *ctx, const void *in)
{
    int64_t moved = 0;
    return db_run(ctx->db, "UPDATE change SET at = seq", DB_NO_ARGS, NULL, ctx->err) &&
           change_log_collapse(ctx, *(const int64_t *)in, BITE, &moved) &&
           (reply_int(ctx, "count", moved), true);
}

static bool forget_run(struct op_ctx *ctx, const void *in)
{
    int64_t gone = 0;
    return change_log_forget(ctx, *(const int64_t *)in, BITE, &gone) && (reply_int(ctx, "count", gone), true);
}

static const struct op_spec step_spec = { .name = "test.step", .kind = OP_CHANGE, .status = 200 };
static const struct op step_op = { .spec = &step_spec, .run = step_run, .unaudited = true };
static const struct op collapse_op = { .spec = &step_spec, .run = collapse_run, .unaudited = true };
static const struct op forget_op = { .spec = &step_spec, .run = forget_run, .unaudited = true };

static int64_t run(struct testbed *bed, const struct op *op, const void *args)
{
    long long count = 0;
    struct op_request *request = testbed_request(op, &platform, NULL, NULL);
    request->args = args;
    engine_run(bed->app.engine, request);
    if (!request->ok)
        fail_msg("%s", request->err.message);
    sscanf(buf_text(&request->reply), "{\"count\":%lld}", &count);
    op_request_free(request);
    return count;
}

static void take_steps(struct testbed *bed, struct history *history, int count)
{
    making = history;
    for (; count > 0; count--) {
        run(bed, &step_op, NULL);
        for (int reader = 0; reader < READERS; reader++)
            for (int row = 0; row < ROWS; row++)
                history->held[history->head][reader][row] =
                    principals_meet(history->audience[row], readers[reader]) ? history->rev[row] : 0;
    }
}

static void age(struct testbed *bed, const struct op *op, int64_t before)
{
    while (run(bed, op, &before) > 0)
        continue;
}

// Reading it --------------------------------------------------------------------------------------------------------

static void take_rows(const struct buf *rows, int64_t held[ROWS])
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf text = { 0 };
    buf_addf(&text, "[%s]", buf_text(rows));
    CLEANUP(json_free) cJSON *json = json_parse(buf_text(&text), text.len, &err);
    const cJSON *change;
    assert_non_null(json);
    cJSON_ArrayForEach(change, json)
    {
        bool put = strcmp(cJSON_GetArrayItem(change, 0)->valuestring, "put") == 0;
        int row = atoi(cJSON_GetArrayItem(change, 2)->valuestring + 1);
        held[row] = put ? (int64_t)cJSON_GetArrayItem(change, 3)->valuedouble : 0;
    }
}

// Follows the log from the cursor to its end. False: the reader is told to start anew.
static bool follow(struct db *db, const struct history *history, int reader, int64_t cursor,
                   int64_t held[ROWS])
{
    struct err err = { 0 };
    struct change_page page = { .more = true };
    memcpy(held, history->held[cursor][reader], sizeof history->held[cursor][reader]);
    while (page.more) {
        CLEANUP(arena_free) struct arena arena = { 0 };
        CLEANUP(buf_free) struct buf rows = { 0 };
        const struct change_reader who = { .tenant = TENANT_DEFAULT, .principals = readers[reader] };
        assert_true(change_page_read(db, &who, cursor, &arena, &rows, &page, &err));
        if (page.answer != PAGE_READ)
            return false;
        assert_true(page.to >= cursor && page.to <= history->head);
        take_rows(&rows, held);
        cursor = page.to;
    }
    assert_int_equal(cursor, history->head);
    return true;
}

static void compare_all(struct testbed *bed, const struct history *history, int64_t floor)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    assert_true(db_open(&db, bed->path, DB_READER, &err));
    for (int64_t cursor = 1; cursor <= history->head; cursor++)
        for (int reader = 0; reader < READERS; reader++) {
            int64_t held[ROWS];
            bool followed = follow(db, history, reader, cursor, held);
            if (followed != (cursor >= floor))
                fail_msg("cursor %d of %d, floor %d: followed %d", (int)cursor, (int)history->head,
                         (int)floor, followed);
            if (followed && memcmp(held, history->held[history->head][reader], sizeof held) != 0)
                fail_msg("reader %d with cursor %d ends otherwise than a snapshot", reader, (int)cursor);
        }
}

// Tests -------------------------------------------------------------------------------------------------------------

static int open_bed(void **state)
{
    struct testbed *bed = calloc(1, sizeof(*bed));
    testbed_open(bed, NULL);
    *state = bed;
    return 0;
}

static int close_bed(void **state)
{
    testbed_close(*state);
    free(*state);
    return 0;
}

static void test_any_cursor_in_the_collapsed_part_ends_as_a_snapshot(void **state)
{
    struct testbed *bed = *state;
    struct history *history = calloc(1, sizeof *history);
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        history->random = seed * 7919;
        take_steps(bed, history, STEPS / SEEDS);
        age(bed, &collapse_op, 1 + chance(history, (unsigned)history->head));
        compare_all(bed, history, 0);
    }
    assert_int_equal(testbed_int(bed, "SELECT count(*) > 24 FROM old_change"), 0); // one entry a row
    assert_int_equal(testbed_int(bed, "SELECT min(seq) FROM change") >
                         testbed_int(bed, "SELECT max(seq) FROM old_change"),
                     1);
    free(history);
}

static void test_cursors_below_what_is_forgotten_start_anew(void **state)
{
    struct testbed *bed = *state;
    struct history *history = calloc(1, sizeof *history);
    history->random = 20261125;
    take_steps(bed, history, STEPS);
    age(bed, &collapse_op, STEPS / 2);
    age(bed, &forget_op, STEPS / 2 - 5);
    int64_t floor = testbed_int(bed, "SELECT log_floor FROM tenant");
    assert_in_range(floor, 1, STEPS / 2);
    assert_int_equal(testbed_int(bed, "SELECT min(seq) FROM old_change") > floor, 1);
    compare_all(bed, history, floor);
    age(bed, &collapse_op, STEPS * 2);
    age(bed, &forget_op, STEPS * 2); // everything: only who is up to date may go on
    compare_all(bed, history, history->head);
    take_steps(bed, history, 5);
    compare_all(bed, history, history->head - 5);
    free(history);
}

// The writer does other things meanwhile: a bite of what the job takes at once is short.
static void test_a_bite_is_short(void **state)
{
    struct testbed *bed = *state;
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    struct timespec begin, end;
    int64_t before = INT64_MAX;
    assert_true(db_open(&db, bed->path, DB_WRITER, &err));
    assert_true(
        db_run(db,
               "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
               "INSERT INTO change (tenant, seq, tbl, id, kind, was, now, op, at) SELECT 'default', i, 0, "
               "'row' || (i * 7919 % 6000), 0, 'u:a org:x', 'u:a org:x role:default:admin', 'o', i FROM n",
               DB_NO_ARGS, NULL, &err));
    struct arena arena = { 0 };
    struct op_ctx ctx = { .db = db, .arena = &arena, .err = &err, .actor = platform };
    double worst = 0;
    for (int64_t moved = 1; moved > 0;) {
        clock_gettime(CLOCK_MONOTONIC, &begin);
        assert_true(db_begin(db, &err) && change_log_collapse(&ctx, before, 500, &moved) &&
                    db_commit(db, &err));
        clock_gettime(CLOCK_MONOTONIC, &end);
        double ms = (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
        worst = ms > worst ? ms : worst;
    }
    arena_free(&arena);
    print_message("500 entries collapse within %.1f ms\n", worst);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM old_change"), 6000);
    assert_int_equal(testbed_int(bed, "SELECT count(*) FROM change"), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, open_bed, close_bed)
    const struct CMUnitTest tests[] = {
        TEST(test_any_cursor_in_the_collapsed_part_ends_as_a_snapshot),
        TEST(test_cursors_below_what_is_forgotten_start_anew),
        TEST(test_a_bite_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
