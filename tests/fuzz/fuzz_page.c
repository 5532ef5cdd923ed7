// Snapshot pages from a hostile server: inflating stays within its bound, and what came out goes in again.
#include "shared/wire/messages.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf text = { 0 };
    if (!page_inflate(data, size, &text, &err)) {
        CHECK(err.code != ERR_NONE);
        return 0;
    }
    CHECK(text.len <= SYNC_PAGE_MAX);
    CLEANUP(buf_free) struct buf frame = { 0 };
    CLEANUP(buf_free) struct buf again = { 0 };
    CHECK(page_deflate(buf_text(&text), text.len, &frame, &err));
    CHECK(page_inflate(frame.data, frame.len, &again, &err));
    CHECK(text.len == again.len && memcmp(buf_text(&text), buf_text(&again), text.len) == 0);
    return 0;
}
