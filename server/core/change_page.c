#include "server/core/change_page.h"

#include "server/core/change_set.h"
#include "shared/wire/messages.h"

#include <string.h>

struct log {
    struct list entries;      // struct log_entry, by seq
    struct log_entry **slots; // the latest entry of each row, open addressing
    size_t mask;
};

struct reading {
    struct db *db;
    const char *tenant, *principals, *before;
    const struct change_form *form;
    struct arena *arena;
    struct log log;
    struct change_page page;
    struct err *err;
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

static bool write_present(struct reading *reading, const struct log_entry *entry, struct buf *out)
{
    CLEANUP(buf_free) struct buf row = { 0 };
    bool found = false;
    if (!row_sources[entry->table]->read(reading->db, reading->tenant, entry->id, reading->arena, &row,
                                         &found, reading->err))
        return false;
    if (found)
        reading->form->put(out, entry->table, entry->id, row_rev(row.data), row.data, row.len);
    else
        reading->form->gone(out, "del", entry->table, entry->id, entry->seq);
    return true;
}

// Appends what the reader hears of one entry.
static bool write_entry(struct reading *reading, const struct log_entry *entry, struct buf *out)
{
    const struct log_entry *latest = entry->latest;
    bool sees = principals_meet(latest->now, reading->principals);
    bool saw = principals_meet(entry->was, reading->before) || principals_meet(entry->now, reading->before);
    if (sees && entry == latest) {
        reading->page.any = true;
        return write_present(reading, entry, out);
    }
    if (!sees && saw) {
        reading->page.any = true;
        reading->form->gone(out, latest->kind == CHANGE_DELETE ? "del" : "hide", entry->table, entry->id,
                            entry->seq);
    }
    return true;
}

// Entries of one seq stay together: a page ends where a seq ends.
static bool write_entries(struct reading *reading, struct buf *out)
{
    const struct list *entries = &reading->log.entries;
    size_t rows = 0;
    for (size_t i = 0; i < entries->count;) {
        int64_t seq = LIST_AT(entries, struct log_entry, i)->seq;
        size_t before = out->len;
        size_t first = i;
        for (; i < entries->count && LIST_AT(entries, struct log_entry, i)->seq == seq; i++)
            if (!write_entry(reading, LIST_AT(entries, struct log_entry, i), out))
                return false;
        rows += i - first;
        if (before > 0 && (out->len > SYNC_FRAME_MAX - 256 || rows > SYNC_PAGE_ROWS)) {
            buf_truncate(out, before);
            reading->page.more = true;
            return true;
        }
        reading->page.to = seq;
    }
    reading->page.to = reading->page.head;
    return true;
}

static bool read_head(struct reading *reading, int64_t *ret_floor)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(reading->db, &rows, "SELECT seq, log_floor FROM tenant WHERE id = $1",
                  DB_ARGS(db_text(reading->tenant)), reading->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && err_set(reading->err, ERR_INTERNAL, "There is no such tenant.");
    reading->page.head = db_col_int(&rows, 0);
    *ret_floor = db_col_int(&rows, 1);
    return true;
}

static bool read_behind(struct reading *reading, int64_t cursor, struct buf *rows)
{
    if (!change_log_read(reading->db, reading->tenant, cursor, CHANGE_PAGE_LOG_MAX + 1, reading->arena,
                         &reading->log.entries, reading->err))
        return false;
    if (reading->log.entries.count > CHANGE_PAGE_LOG_MAX) {
        reading->page.answer = PAGE_FAR;
        return true;
    }
    index_log(&reading->log, reading->arena);
    return write_entries(reading, rows);
}

bool change_page_read(struct db *db, const struct change_reader *reader, int64_t cursor, struct arena *arena,
                      struct buf *rows, struct change_page *ret, struct err *err)
{
    struct reading reading = {
        .db = db,
        .tenant = reader->tenant,
        .principals = reader->principals,
        .before = reader->before == NULL ? reader->principals
                                         : principals_union(reader->principals, reader->before, arena),
        .form = reader->form == NULL ? &change_arrays : reader->form,
        .arena = arena,
        .page.to = cursor,
        .err = err,
    };
    int64_t floor = 0;
    if (!read_head(&reading, &floor))
        return false;
    if (cursor < floor)
        reading.page.answer = PAGE_OLD;
    else if (!read_behind(&reading, cursor, rows))
        return false;
    *ret = reading.page;
    return true;
}
