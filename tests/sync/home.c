#include "tests/sync/home.h"

#include "shared/base/civil.h"
#include "shared/host/host.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const int64_t HOME_BASE = 1900000800000; // 2030-03-17T14:00:00Z, on the hour

static int64_t passed;

int64_t home_clock(void)
{
    return HOME_BASE - INT64_C(1000) * HOUR_MS + passed;
}

const char *home_id(struct home *home, int kind, int64_t n)
{
    return arena_printf(&home->arena, "0190%04x-0000-7000-8000-%012" PRIx64, kind, (uint64_t)n);
}

void home_open_at(struct home *ret_home, const char *folder)
{
    struct err err;
    struct model_options options = { .home = folder, .now = home_clock };
    *ret_home = (struct home){ .seq = 10 };
    snprintf(ret_home->folder, sizeof ret_home->folder, "%s", folder);
    if (!model_open(&ret_home->model, &options, &err))
        fail_msg("model_open: %s", err.message);
    if (!feed_open(&ret_home->feed, ret_home->model, &err))
        fail_msg("feed_open: %s", err.message);
    assert_true(feed_take_session(ret_home->feed));
}

static void sign_in(struct home *home)
{
    struct err err;
    if (!device_sign_in(feed_outbox(home->feed), "http://127.0.0.1:1", "a@example.com", "u1", "A1", "R1", 1,
                        &err))
        fail_msg("device_sign_in: %s", err.message);
}

static void greet(struct home *home, const char *scopes)
{
    struct err err;
    struct feed_hello hello;
    struct feed_welcome welcome = { .epoch = "e1", .scopes = scopes, .head = home->seq, .snapshot = true };
    assert_true(feed_hello(home->feed, &home->arena, &hello, &err));
    if (!feed_welcome(home->feed, &welcome, &err))
        fail_msg("feed_welcome: %s", err.message);
}

static void page(struct home *home, const char *table, struct buf *rows)
{
    struct err err;
    buf_add_char(rows, ']');
    CLEANUP(json_free) cJSON *json = json_parse(buf_text(rows), rows->len, &err);
    struct page_rows read;
    if (!page_rows_of(json, &read) || !feed_snapshot_page(home->feed, home->seq, table, &read, &err))
        fail_msg("page of %s: %s", table, err.message);
    buf_clear(rows);
    buf_add_char(rows, '[');
}

static void add_consultation(struct home *home, struct buf *rows, int n)
{
    int64_t start = HOME_BASE + (int64_t)n * 2 * HOUR_MS;
    json_add_comma(rows);
    buf_addf(rows,
             "{\"id\":\"%s\",\"rev\":5,\"code\":\"CONS-%06d\",\"clientId\":\"%s\",\"clientName\":\"Acme "
             "Corporation\","
             "\"contactName\":\"Jane Smith\",\"consultantId\":\"%s\",\"consultantName\":\"John Expert\","
             "\"start\":%" PRId64 ",\"end\":%" PRId64 ",\"timezone\":\"UTC\",\"status\":\"scheduled\","
             "\"type\":\"strategic_planning\",\"packageId\":\"PKG-DISCOVERY-ASSESSMENT\",\"minutes\":60,"
             "\"purpose\":\"talk %d\",\"bookedAt\":%" PRId64 "}",
             home_id(home, CONSULTATIONS, n), n, home_id(home, CLIENTS, 1), home_id(home, CONSULTANTS, 1),
             start, start + HOUR_MS, n, start - DAY_MS);
}

// A server says so before it begins anew.
static void announce(struct home *home)
{
    struct err err;
    if (feed_cursor(home->feed) > 0)
        assert_true(feed_reset(home->feed, false, &err));
}

void home_snapshot_part(struct home *home, const char *scopes, int first, int count)
{
    CLEANUP(buf_free) struct buf rows = { 0 };
    announce(home);
    greet(home, scopes);
    buf_add_char(&rows, '[');
    for (int n = first; n < first + count; n++)
        add_consultation(home, &rows, n);
    page(home, "consultation", &rows);
}

void home_snapshot(struct home *home, int count)
{
    struct err err;
    bool differs;
    unsigned again;
    CLEANUP(buf_free) struct buf rows = { 0 };
    announce(home);
    greet(home, "u:me");
    buf_add_char(&rows, '[');
    buf_addf(&rows,
             "{\"id\":\"%s\",\"rev\":5,\"email\":\"a@example.com\",\"roles\":\"consultant,user\","
             "\"consultantId\":\"%s\",\"timezone\":\"UTC\",\"verified\":true}",
             home_id(home, 9, 1), home_id(home, CONSULTANTS, 1));
    page(home, "me", &rows);
    for (int n = 0; n < count; n++) {
        add_consultation(home, &rows, n);
        if (n % SYNC_PAGE_ROWS == SYNC_PAGE_ROWS - 1)
            page(home, "consultation", &rows);
    }
    page(home, "consultation", &rows);
    if (!feed_ready(home->feed, home->seq, NULL, &again, &differs, &err))
        fail_msg("feed_ready: %s", err.message);
}

void home_open(struct home *ret_home, bool as_client)
{
    char folder[] = "/tmp/serenity-home-XXXXXX";
    assert_non_null(mkdtemp(folder));
    home_open_at(ret_home, folder);
    sign_in(ret_home);
    home_snapshot(ret_home, 8);
    if (as_client)
        home_put(ret_home, ROW_ME, home_id(ret_home, 9, 1),
                 arena_printf(&ret_home->arena,
                              "\"email\":\"a@example.com\",\"roles\":\"client,user\",\"clientId\":\"%s\","
                              "\"timezone\":\"UTC\",\"verified\":true",
                              home_id(ret_home, CLIENTS, 1)));
}

void home_put(struct home *home, enum row_table table, const char *id, const char *json)
{
    struct err err;
    const char *text = arena_printf(
        &home->arena, "[[\"put\",\"%s\",\"%s\",%" PRId64 ",{\"id\":\"%s\",\"rev\":%" PRId64 ",%s}]]",
        row_shapes[table]->name, id, home->seq + 1, id, home->seq + 1, json);
    CLEANUP(json_free) cJSON *rows = json_parse(text, strlen(text), &err);
    if (rows == NULL || !feed_changes(home->feed, home->seq, home->seq + 1, rows, &err))
        fail_msg("home_put: %s", err.message);
    home->seq++;
}

void home_pass(int64_t ms)
{
    passed += ms;
}

size_t home_take(struct home *home, struct buf *out)
{
    struct err err;
    size_t count;
    home_pass(5000); // what rests has rested
    if (!feed_take_ops(home->feed, out, &count, &err))
        fail_msg("feed_take_ops: %s", err.message);
    return count;
}

void home_answer(struct home *home, int64_t n, const char *status, int64_t seq)
{
    struct err err;
    struct list results = { 0 };
    *LIST_ADD(&results, &home->arena, struct feed_result) =
        (struct feed_result){ .n = n, .status = status, .seq = seq, .code = "CONFLICT", .message = "no" };
    if (!feed_results(home->feed, &results, &err))
        fail_msg("feed_results: %s", err.message);
}

void home_close(struct home *home)
{
    feed_close(home->feed);
    model_close(home->model);
    arena_free(&home->arena);
    home->feed = NULL;
    home->model = NULL;
}

void home_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (dir != NULL)
        closedir(dir);
    rmdir(folder);
}
