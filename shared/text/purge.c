// Deleted words go for good: their units stay, as tombstones that say nothing.
#include "shared/text/inner.h"

#include <stdlib.h>

enum { POINT_MAX = 4 };

// By length: whole code points, so that whatever borders were found before are found again.
static const char *const fillers[POINT_MAX + 1] = { "", "x", "\u00b7", "\u2022", "\U0001f533" };

// How many of these units are the code point that begins with the first; 0: they hold no whole one.
static uint32_t whole_point(const char *units, uint32_t len)
{
    uint32_t size = 1;
    unsigned char lead = (unsigned char)units[0];
    if (!byte_is_lead(units[0]))
        return 0;
    if (lead >= 0xc0)
        size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return size <= len ? size : 0;
}

// Whole code points only: a snapshot may tell of deletions that cut one, and what they have in common is deleted too.
static size_t fill(char *units, uint32_t len)
{
    size_t filled = 0;
    for (uint32_t i = 0; i < len;) {
        uint32_t size = whole_point(units + i, len - i);
        if (size > 0 && memcmp(units + i, fillers[size], size) != 0) {
            memcpy(units + i, fillers[size], size);
            filled += size;
        }
        i += size > 0 ? size : 1;
    }
    return filled;
}

// What the first `len` operations of a run deleted.
static size_t purge_run(struct text *text, const struct run *run, uint32_t len)
{
    uint32_t first = run->kind == RUN_DELETE ? run->left.seq : run->left.seq + 1 - len;
    return fill(AGENT(text, run->left.agent)->bytes + first, len);
}

bool text_purge(struct text *text, const void *version, size_t size, size_t *ret_purged, struct err *err)
{
    uint32_t *seen = version_seen(text, version, size, err);
    if (seen == NULL)
        return false;
    size_t purged = 0;
    for (uint32_t i = 0; i < text->agents.count; i++) {
        const struct agent *agent = AGENT(text, i);
        for (uint32_t j = 0; j < agent->runs.count && run_at(agent, j)->seq < seen[i]; j++) {
            uint32_t end = run_end(agent, j) < seen[i] ? run_end(agent, j) : seen[i];
            if (run_at(agent, j)->kind != RUN_INSERT)
                purged += purge_run(text, run_at(agent, j), end - run_at(agent, j)->seq);
        }
    }
    if (text->purged < seen[text->self])
        text->purged = seen[text->self];
    free(seen);
    if (ret_purged != NULL)
        *ret_purged = purged;
    return true;
}
