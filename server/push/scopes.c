// What somebody may see has changed while they listen: the rows that came and those that went, without fetching the
// rest anew. A scope is one of their principals.
//
// All is read in one snapshot: what they missed up to it, the rows of scopes that ended (hidden, unless seen by another
// way), the rows of scopes that began. `scope-` and `scope+` follow their rows, so that a client whose connection breaks
// in between says in its next hello what it really holds.
#include "server/push/conn.h"

#include "server/core/change_page.h"
#include "server/core/change_set.h"

#include <stdlib.h>
#include <string.h>

enum { SCOPE_BYTES_MAX = 4 * 1024 * 1024, PAGE_ROWS = 200 }; // for more a snapshot in pages is better

struct scope_change {
    struct read_task task; // first: the engine hands it back
    struct conn *conn;
    unsigned life;
    struct arena arena;
    const char *tenant, *was, *now, *added, *removed;
    int64_t told, cursor;

    bool ok, too_much;
    struct err err;
    int64_t to;
    struct list frames; // struct frame *
    struct buf rows;    // of the frame that is being filled
    size_t row_count, bytes;
};

// --- sets of ids ----------------------------------------------------------------------------------------------------

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool holds(const struct list *sorted, const char *id)
{
    return sorted->count > 0 &&
           bsearch(&id, sorted->items, sorted->count, sizeof(const char *), compare_texts) != NULL;
}

// --- frames ---------------------------------------------------------------------------------------------------------

static void end_frame(struct scope_change *change, int64_t to, bool more)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    if (change->row_count == 0 && to == change->told)
        return;
    write_chg_begin(&text, change->told, to, more);
    buf_add_text(&text, buf_text(&change->rows));
    write_chg_end(&text);
    change->told = to;
    change->bytes += text.len;
    *LIST_ADD(&change->frames, &change->arena, struct frame *) = frame_create(text.data, text.len, false);
    buf_clear(&change->rows);
    change->row_count = 0;
}

// After each row: a full frame goes.
static void added_row(struct scope_change *change)
{
    change->row_count++;
    if (change->row_count >= SYNC_PAGE_ROWS || change->rows.len > SYNC_FRAME_MAX / 2)
        end_frame(change, change->to, true);
}

static void say_scopes(struct scope_change *change, const char *kind, const char *scopes)
{
    while (*scopes != '\0') {
        size_t length = strcspn(scopes, " ");
        json_add_comma(&change->rows);
        buf_addf(&change->rows, "[\"%s\",\"%.*s\"]", kind, (int)length, scopes);
        change->row_count++;
        scopes += length + strspn(scopes + length, " ");
    }
}

// --- reading --------------------------------------------------------------------------------------------------------

static bool read_missed(struct scope_change *change, struct db *db)
{
    const struct change_reader reader = { change->tenant, change->now, .before = change->was };
    struct change_page page = { .more = true };
    for (int64_t cursor = change->cursor; page.more; cursor = page.to) {
        buf_clear(&change->rows);
        if (!change_page_read(db, &reader, cursor, &change->arena, &change->rows, &page, &change->err))
            return false;
        change->too_much = change->too_much || page.answer != PAGE_READ || change->bytes > SCOPE_BYTES_MAX;
        if (change->too_much)
            return true;
        change->row_count = page.any ? 1 : 0;
        end_frame(change, page.to, true);
    }
    change->to = page.to;
    return true;
}

// Calls each() for every row of the table that the principals may see.
static bool scan(struct scope_change *change, struct db *db, enum row_table table, const char *principals,
                 void (*each)(struct scope_change *change, enum row_table table, const struct row_scan *row,
                              void *user),
                 void *user)
{
    const char *after = "";
    for (int count = PAGE_ROWS; count == PAGE_ROWS;) {
        CLEANUP(buf_free) struct buf rows = { 0 };
        const char *last = after;
        if (!row_sources[table]->page(db, change->tenant, principals, after, PAGE_ROWS, &change->arena, &rows,
                                      &last, &count, &change->err))
            return false;
        struct row_scan row = { .at = buf_text(&rows) };
        while (row_scan_next(&row))
            each(change, table, &row, user);
        after = last;
    }
    return true;
}

static void keep_id(struct scope_change *change, enum row_table table, const struct row_scan *row, void *user)
{
    (void)table;
    *LIST_ADD((struct list *)user, &change->arena, const char *) = arena_strdup(&change->arena, row->id);
}

static void hide_row(struct scope_change *change, enum row_table table, const struct row_scan *row,
                     void *user)
{
    if (holds(user, row->id))
        return;
    write_gone(&change->rows, "hide", table, row->id, row->rev);
    added_row(change);
}

static void put_row(struct scope_change *change, enum row_table table, const struct row_scan *row, void *user)
{
    (void)user;
    write_put(&change->rows, table, row->id, row->rev, row->row, row->size);
    added_row(change);
}

static bool hide_ended(struct scope_change *change, struct db *db, enum row_table table)
{
    struct list still = { 0 };
    if (!scan(change, db, table, change->now, keep_id, &still))
        return false;
    if (still.count > 0)
        qsort(still.items, still.count, sizeof(const char *), compare_texts);
    return scan(change, db, table, change->removed, hide_row, &still);
}

static bool read_scopes(struct scope_change *change, struct db *db)
{
    for (int table = 0; table < ROW_TABLES && change->removed[0] != '\0'; table++)
        if (!hide_ended(change, db, (enum row_table)table))
            return false;
    say_scopes(change, "scope-", change->removed);
    for (int table = 0; table < ROW_TABLES && change->added[0] != '\0'; table++)
        if (!scan(change, db, (enum row_table)table, change->added, put_row, NULL))
            return false;
    say_scopes(change, "scope+", change->added);
    end_frame(change, change->to, false);
    change->too_much = change->bytes > SCOPE_BYTES_MAX;
    return true;
}

static void run(struct read_task *task, struct db *db)
{
    struct scope_change *change = (struct scope_change *)task;
    change->ok = read_missed(change, db) && (change->too_much || read_scopes(change, db));
}

// --- handing over ---------------------------------------------------------------------------------------------------

static void take(struct conn *conn, struct scope_change *change)
{
    for (size_t i = 0; i < change->frames.count; i++)
        conn_send_frame(conn, frame_ref(*LIST_AT(&change->frames, struct frame *, i)));
    conn->told = conn->cursor = change->to;
    conn->dirty = true; // there may be more; the next look says
    free(conn->scopes);
    conn->scopes = strdup(change->now);
    CHECK(conn->scopes != NULL);
    socket_wants_write(conn->session);
}

static void done(struct read_task *task)
{
    struct scope_change *change = (struct scope_change *)task;
    struct conn *conn = change->conn;
    if (!conn_gone(conn) && conn->life == change->life) {
        conn->reading = false;
        if (task->failed)
            conn_fail(conn, ERR_UNAVAILABLE, "The server is busy; try again in a moment.");
        else if (!change->ok)
            conn_fail_with(conn, &change->err);
        else if (change->too_much)
            conn_reset(conn, change->removed[0] != '\0' ? "roles" : "far");
        else
            take(conn, change);
    }
    for (size_t i = 0; i < change->frames.count; i++)
        frame_unref(*LIST_AT(&change->frames, struct frame *, i));
    conn_unref(conn);
    buf_free(&change->rows);
    arena_free(&change->arena);
    free(change);
}

void scopes_change(struct conn *conn)
{
    struct scope_change *change = calloc(1, sizeof *change);
    CHECK(change != NULL);
    struct arena *arena = &change->arena;
    change->task.run = run;
    change->task.done = done;
    change->conn = conn_ref(conn);
    change->life = ++conn->life; // a page on its way is for what they saw before
    change->tenant = arena_strdup(arena, conn->tenant);
    change->was = arena_strdup(arena, conn->scopes);
    change->now = arena_strdup(arena, conn->audience->principals);
    change->added = principals_without(change->now, change->was, arena);
    change->removed = principals_without(change->was, change->now, arena);
    change->told = conn->told;
    change->cursor = conn->cursor;
    conn->reading = true;
    engine_read(conn->push->app->engine, &change->task);
}
