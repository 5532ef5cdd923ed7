// A page of the change log for one reader: push sessions that lag, and GET /changes.
//
// The log says that rows changed; their present text is read. A row that changes again behind the page is left for the
// page of that change, so each is sent once; but if the reader lost sight of it within the page it is hidden at once.
#pragma once

#include "server/core/change_log.h"
#include "server/core/change_row.h"

enum { CHANGE_PAGE_LOG_MAX = 5000 }; // entries behind the cursor; for more a snapshot is cheaper

enum page_answer {
    PAGE_READ,
    PAGE_OLD, // the log no longer reaches back to the cursor
    PAGE_FAR, // there is too much behind it
};

struct change_page {
    enum page_answer answer;
    int64_t head, to; // of the tenant; the reader heard of everything up to `to` now
    bool more, any;   // there is another page; there are rows on this one
};

struct change_reader {
    const char *tenant, *principals;
    const char *before;             // principals that they held when they were at the cursor; NULL: the same
    const struct change_form *form; // NULL: change_arrays
};

// Appends what the reader is to hear of behind `cursor`. Inside a snapshot.
bool change_page_read(struct db *db, const struct change_reader *reader, int64_t cursor, struct arena *arena,
                      struct buf *rows, struct change_page *ret, struct err *err);
