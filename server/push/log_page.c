// What a connection missed: one page of the change log, for those whom the last batches do not reach.
#include "server/push/conn.h"

#include "server/core/change_page.h"

#include <stdlib.h>

struct log_page {
    struct read_task task; // first: the engine hands it back
    struct conn *conn;
    struct arena arena;
    const char *tenant, *principals;
    int64_t told, cursor;
    unsigned life;

    bool ok;
    struct err err;
    struct change_page page;
    struct frame *frame; // NULL: there was nothing for them
};

static bool read_page(struct log_page *log_page, struct db *db)
{
    CLEANUP(buf_free) struct buf rows = { 0 };
    CLEANUP(buf_free) struct buf text = { 0 };
    struct change_page *page = &log_page->page;
    const struct change_reader reader = { .tenant = log_page->tenant, .principals = log_page->principals };
    if (!change_page_read(db, &reader, log_page->cursor, &log_page->arena, &rows, page, &log_page->err))
        return false;
    if (!page->any && !page->more)
        return true;
    write_chg_begin(&text, log_page->told, page->to, page->more);
    if (rows.len > 0)
        buf_add(&text, rows.data, rows.len);
    write_chg_end(&text);
    log_page->frame = frame_create(text.data, text.len, false);
    return true;
}

static void run(struct read_task *task, struct db *db)
{
    struct log_page *page = (struct log_page *)task;
    page->ok = read_page(page, db);
}

static void take_page(struct conn *conn, struct log_page *page)
{
    conn->cursor = page->page.to;
    if (page->frame != NULL) {
        conn->told = page->page.to;
        conn_send_frame(conn, frame_ref(page->frame));
    }
    conn->dirty = true; // there may be more; the next look says
    socket_wants_write(conn->session);
}

static void done(struct read_task *task)
{
    struct log_page *page = (struct log_page *)task;
    struct conn *conn = page->conn;
    bool current = !conn_gone(conn) && conn->life == page->life;
    if (current) {
        conn->reading = false;
        if (task->failed)
            conn_fail(conn, ERR_UNAVAILABLE, "The server is busy; try again in a moment.");
        else if (!page->ok)
            conn_fail_with(conn, &page->err);
        else if (page->page.answer != PAGE_READ)
            conn_reset(conn, page->page.answer == PAGE_OLD ? "cursor" : "far");
        else
            take_page(conn, page);
    }
    conn_unref(conn);
    frame_unref(page->frame);
    arena_free(&page->arena);
    free(page);
}

void log_page_start(struct conn *conn)
{
    struct log_page *page = calloc(1, sizeof *page);
    CHECK(page != NULL);
    page->task.run = run;
    page->task.done = done;
    page->conn = conn_ref(conn);
    page->tenant = arena_strdup(&page->arena, conn->tenant);
    page->principals = arena_strdup(&page->arena, conn->audience->principals);
    page->told = conn->told;
    page->cursor = conn->cursor;
    page->life = conn->life;
    conn->reading = true;
    engine_read(conn->push->app->engine, &page->task);
}
