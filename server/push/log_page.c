// What a connection missed: one page of the change log, for those whom the last batches do not reach.
//
// The log says that rows changed; their present text is read. A row that changes again behind the page is left for the
// page of that change, so each is sent once; but if the person lost sight of it within the page it is hidden at once.
#include "server/push/conn.h"

#include "server/core/change_set.h"
#include "server/core/changes.h"

#include <stdlib.h>
#include <string.h>

enum { LOG_MAX = 5000 }; // entries behind the cursor; for more a snapshot is cheaper

struct log_page {
    struct read_task task; // first: the engine hands it back
    struct conn *conn;
    struct arena arena;
    const char *tenant, *principals;
    int64_t told, cursor;
    unsigned life;

    bool ok, too_far, more, any;
    struct err err;
    int64_t to, head;
    struct frame *frame;
};

struct log_entry {
    int64_t seq;
    enum row_table table;
    const char *id;
    enum change_kind kind;
    const char *was, *now;
    struct log_entry *latest; // of the same row in the log; itself when there is none
};

struct log {
    struct list entries;      // struct log_entry, by seq
    struct log_entry **slots; // the latest entry of each row, open addressing
    size_t mask;
};

static size_t hash_row(enum row_table table, const char *id)
{
    size_t hash = 14695981039346656037u ^ (size_t)table;
    for (; *id != '\0'; id++)
        hash = (hash ^ (unsigned char)*id) * 1099511628211u;
    return hash ^ hash >> 29;
}

static struct log_entry **find_slot(const struct log *log, const struct log_entry *entry)
{
    for (size_t at = hash_row(entry->table, entry->id);; at++) {
        struct log_entry **slot = &log->slots[at & log->mask];
        if (*slot == NULL || ((*slot)->table == entry->table && strcmp((*slot)->id, entry->id) == 0))
            return slot;
    }
}

static bool read_log(struct log_page *page, struct db *db, struct log *log)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows,
                  "SELECT seq, tbl, id, kind, was, now FROM change WHERE tenant = $1 AND seq > $2 "
                  "ORDER BY seq LIMIT $3",
                  DB_ARGS(db_text(page->tenant), db_int(page->cursor), db_int(LOG_MAX + 1)), &page->err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(&log->entries, &page->arena, struct log_entry) = (struct log_entry){
            .seq = db_col_int(&rows, 0),
            .table = (enum row_table)db_col_int(&rows, 1),
            .id = db_col_copy(&rows, 2, &page->arena),
            .kind = (enum change_kind)db_col_int(&rows, 3),
            .was = db_col_copy(&rows, 4, &page->arena),
            .now = db_col_copy(&rows, 5, &page->arena),
        };
    return db_ok(&rows);
}

static void index_log(struct log *log, struct arena *arena)
{
    log->mask = 15;
    while (log->mask < log->entries.count * 2)
        log->mask = log->mask * 2 + 1;
    log->slots = ARENA_ARRAY(arena, struct log_entry *, log->mask + 1);
    for (size_t i = log->entries.count; i-- > 0;) {
        struct log_entry *entry = LIST_AT(&log->entries, struct log_entry, i);
        struct log_entry **slot = find_slot(log, entry);
        if (*slot == NULL)
            *slot = entry;
        entry->latest = *slot;
    }
}

// Appends what the person hears of one entry.
static bool write_entry(struct log_page *page, struct db *db, const struct log_entry *entry, struct buf *out)
{
    const struct log_entry *latest = entry->latest;
    bool sees = principals_meet(latest->now, page->principals);
    bool saw = principals_meet(entry->was, page->principals) || principals_meet(entry->now, page->principals);
    if (sees && entry == latest) {
        CLEANUP(buf_free) struct buf row = { 0 };
        bool found = false;
        if (!row_sources[entry->table]->read(db, page->tenant, entry->id, &page->arena, &row, &found,
                                             &page->err))
            return false;
        if (found)
            write_put(out, entry->table, entry->id, row_rev(row.data), row.data, row.len);
        else
            write_gone(out, "del", entry->table, entry->id, entry->seq);
        page->any = true;
    } else if (!sees && saw) {
        write_gone(out, latest->kind == CHANGE_DELETE ? "del" : "hide", entry->table, entry->id, entry->seq);
        page->any = true;
    }
    return true;
}

// Entries of one seq stay together: a page ends where a seq ends.
static bool write_entries(struct log_page *page, struct db *db, const struct log *log, struct buf *out)
{
    size_t rows = 0;
    for (size_t i = 0; i < log->entries.count;) {
        int64_t seq = LIST_AT(&log->entries, struct log_entry, i)->seq;
        size_t before = out->len;
        size_t first = i;
        for (; i < log->entries.count && LIST_AT(&log->entries, struct log_entry, i)->seq == seq; i++)
            if (!write_entry(page, db, LIST_AT(&log->entries, struct log_entry, i), out))
                return false;
        rows += i - first;
        if (before > 0 && (out->len > SYNC_FRAME_MAX - 256 || rows > SYNC_PAGE_ROWS)) {
            buf_truncate(out, before);
            page->more = true;
            return true;
        }
        page->to = seq;
    }
    page->to = page->head;
    return true;
}

static bool read_page(struct log_page *page, struct db *db)
{
    struct log log = { 0 };
    CLEANUP(buf_free) struct buf rows = { 0 };
    CLEANUP(buf_free) struct buf text = { 0 };
    if (!db_one_int(db, "SELECT seq FROM tenant WHERE id = $1", DB_ARGS(db_text(page->tenant)), &page->head,
                    NULL, &page->err) ||
        !read_log(page, db, &log))
        return false;
    page->too_far = log.entries.count > LOG_MAX;
    if (page->too_far)
        return true;
    index_log(&log, &page->arena);
    page->to = page->cursor;
    if (!write_entries(page, db, &log, &rows))
        return false;
    if (!page->any && !page->more)
        return true;
    write_chg_begin(&text, page->told, page->to, page->more);
    if (rows.len > 0)
        buf_add(&text, rows.data, rows.len);
    write_chg_end(&text);
    page->frame = frame_create(text.data, text.len, false);
    return true;
}

static void run(struct read_task *task, struct db *db)
{
    struct log_page *page = (struct log_page *)task;
    page->ok = read_page(page, db);
}

static void take_page(struct conn *conn, struct log_page *page)
{
    conn->cursor = page->to;
    if (page->frame != NULL) {
        conn->told = page->to;
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
        else if (page->too_far)
            conn_reset(conn, "far");
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
