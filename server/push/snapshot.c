// The first sync: every row that the person may see, table by table, in pages read by reader threads.
//
// Pages are read one after the other while the server goes on, so a row may be newer than `at`; the change log from `at`
// on brings everything that the pages missed, and what is hidden meanwhile.
#include "server/push/conn.h"

#include "server/core/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES_AHEAD = 2, AFTER_MAX = 127, ALL_TABLES = (1 << ROW_TABLES) - 1 };

struct snapshot {
    int64_t at;
    enum row_table table; // where the next page starts
    char after[AFTER_MAX + 1];
    unsigned tables; // bits of those that are sent
    bool resumed;    // rows of an earlier connection are not in the sums
    bool reading;    // a page is on its way
    int pages;       // sent
    struct table_sum sums[ROW_TABLES];
};

struct page {
    struct read_task task; // first: the engine hands it back
    struct conn *conn;
    unsigned life; // of the connection when it was asked for
    int64_t at;
    int n;
    char tenant[64];
    char *principals;
    unsigned tables;
    enum row_table table;
    char after[AFTER_MAX + 1];

    bool ok;
    struct err err;
    bool whole;        // nothing is left
    enum row_table of; // its rows
    struct table_sum sum;
    struct frame *frame; // NULL: there were no more rows
};

static void write_page_head(const struct page *page, const char *from, bool last, struct buf *out)
{
    buf_addf(out,
             "{\"t\":\"snap\",\"scope\":\"" SYNC_SCOPE "\",\"at\":%lld,\"n\":%d,\"table\":\"%s\",\"after\":",
             (long long)page->at, page->n, row_shapes[page->table]->name);
    json_add_text(out, from);
    buf_addf(out, ",\"last\":%s,\"rows\":[", last ? "true" : "false");
}

static void sum_rows(struct page *page, const char *rows)
{
    struct row_scan scan = { .at = rows };
    page->of = page->table;
    while (row_scan_next(&scan)) {
        page->sum.count++;
        page->sum.hash += row_sum(page->table, scan.id, scan.rev);
    }
}

// One page of the table: *ret_full when there may be more of it.
static bool read_rows(struct page *page, struct db *db, struct arena *arena, struct buf *rows, bool *ret_full)
{
    int count = 0;
    for (int limit = SYNC_PAGE_ROWS;; limit /= 4) {
        const char *last = "";
        buf_clear(rows);
        if (!row_sources[page->table]->page(db, page->tenant, page->principals, page->after, limit, arena,
                                            rows, &last, &count, &page->err))
            return false;
        if (rows->len < SYNC_PAGE_MAX - 1024 || limit <= 1) {
            *ret_full = count == limit;
            if (count > 0 && strlen(last) <= AFTER_MAX)
                snprintf(page->after, sizeof page->after, "%s", last);
            return true;
        }
    }
}

static bool pack(struct page *page, const char *from, const struct buf *rows, bool last)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    CLEANUP(buf_free) struct buf packed = { 0 };
    write_page_head(page, from, last, &text);
    buf_add(&text, rows->data, rows->len);
    buf_add_text(&text, "]}");
    if (!page_deflate(text.data, text.len, &packed, &page->err))
        return false;
    page->frame = frame_create(packed.data, packed.len, true);
    return true;
}

// The next page that has rows. Afterwards page->table and page->after say where to go on.
static bool read_page(struct page *page, struct db *db)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    CLEANUP(buf_free) struct buf rows = { 0 };
    while (page->table < ROW_TABLES) {
        char from[AFTER_MAX + 1];
        bool full = false;
        if (!(page->tables & 1u << page->table)) {
            page->table++;
            page->after[0] = '\0';
            continue;
        }
        snprintf(from, sizeof from, "%s", page->after);
        if (!read_rows(page, db, &arena, &rows, &full))
            return false;
        if (rows.len > 0) {
            sum_rows(page, rows.data);
            if (!pack(page, from, &rows, !full))
                return false;
        }
        if (!full) {
            page->table++;
            page->after[0] = '\0';
        }
        if (page->frame != NULL)
            break;
    }
    page->whole = page->table == ROW_TABLES;
    return true;
}

static void run(struct read_task *task, struct db *db)
{
    struct page *page = (struct page *)task;
    page->ok = read_page(page, db);
}

static void page_free(struct page *page)
{
    conn_unref(page->conn);
    frame_unref(page->frame);
    free(page->principals);
    free(page);
}

static void finish(struct conn *conn)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    const struct snapshot *snapshot = conn->snapshot;
    int64_t at = snapshot->at;
    write_ready(&text, at, snapshot->pages, snapshot->resumed ? 0 : snapshot->tables, snapshot->sums);
    conn->snapshot_at = at;
    snapshot_free(conn);
    conn_send(conn, &text);
    conn_go_live(conn, at);
    if (strcmp(conn->scopes, conn->audience->principals) != 0) // tables came again while that changed
        scopes_change(conn);
}

static void take_page(struct conn *conn, struct page *page)
{
    struct snapshot *snapshot = conn->snapshot;
    snapshot->table = page->table;
    snprintf(snapshot->after, sizeof snapshot->after, "%s", page->after);
    snapshot->sums[page->of].count += page->sum.count;
    snapshot->sums[page->of].hash += page->sum.hash;
    if (page->frame != NULL) {
        snapshot->pages++;
        conn_send_frame(conn, frame_ref(page->frame));
    }
    if (page->whole)
        finish(conn);
    else
        snapshot_continue(conn);
}

static void done(struct read_task *task)
{
    struct page *page = (struct page *)task;
    struct conn *conn = page->conn;
    if (conn_gone(conn) || conn->snapshot == NULL || conn->life != page->life) {
        page_free(page);
        return;
    }
    conn->snapshot->reading = false;
    if (task->failed)
        err_set(&page->err, ERR_UNAVAILABLE, "The server is busy; try again in a moment.");
    if (task->failed || !page->ok)
        conn_fail_with(conn, &page->err);
    else
        take_page(conn, page);
    page_free(page);
}

void snapshot_continue(struct conn *conn)
{
    if (conn->snapshot == NULL || conn->snapshot->reading || conn->out_count >= PAGES_AHEAD)
        return;
    struct page *page = calloc(1, sizeof *page);
    CHECK(page != NULL);
    page->task.run = run;
    page->task.done = done;
    page->conn = conn_ref(conn);
    page->life = conn->life;
    page->at = conn->snapshot->at;
    page->n = conn->snapshot->pages;
    strncpy(page->tenant, conn->tenant, sizeof page->tenant - 1);
    page->principals = strdup(conn->audience->principals);
    CHECK(page->principals != NULL);
    page->tables = conn->snapshot->tables;
    page->table = conn->snapshot->table;
    snprintf(page->after, sizeof page->after, "%s", conn->snapshot->after);
    conn->snapshot->reading = true;
    engine_read(conn->push->app->engine, &page->task);
}

static struct snapshot *begin(struct conn *conn, int64_t at, unsigned tables)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    CHECK(snapshot != NULL);
    snapshot->at = at;
    snapshot->tables = tables;
    conn->state = CONN_SNAPSHOT;
    conn->snapshot = snapshot;
    conn->catching_up = conn->dirty = false;
    return snapshot;
}

// What was told since belongs to the life that ends here: it is told again from `at` on.
void snapshot_again(struct conn *conn, const struct msg_again *again)
{
    unsigned tables = 0;
    for (size_t i = 0; i < again->tables.count; i++) {
        enum row_table table = row_table_find(*LIST_AT(&again->tables, const char *, i));
        tables |= table == ROW_TABLES ? 0 : 1u << table;
    }
    if (tables == 0 || conn->snapshot_at == 0) {
        conn_fail(conn, ERR_BAD_REQUEST, "There is nothing of that kind to send again.");
        return;
    }
    conn->life++;
    begin(conn, conn->snapshot_at, tables);
    snapshot_continue(conn);
}

void snapshot_start(struct conn *conn, int64_t at, const struct msg_resume *resume)
{
    struct snapshot *snapshot = begin(conn, at, ALL_TABLES);
    enum row_table table =
        resume == NULL || resume->table == NULL ? ROW_TABLES : row_table_find(resume->table);
    if (table != ROW_TABLES && strlen(resume->after == NULL ? "" : resume->after) <= AFTER_MAX) {
        snapshot->at = resume->at;
        snapshot->table = table;
        snprintf(snapshot->after, sizeof snapshot->after, "%s", resume->after == NULL ? "" : resume->after);
        snapshot->resumed = true;
    }
    snapshot_continue(conn);
}

void snapshot_free(struct conn *conn)
{
    if (conn->snapshot == NULL)
        return;
    free(conn->snapshot);
    conn->snapshot = NULL;
}
