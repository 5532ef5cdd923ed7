// Other people's text: whatever comes in, what comes out is valid, plain and stays as it is when cleaned again.
#include "shared/base/utf8.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_clean(const char *text, size_t size, bool keep_newlines)
{
    CLEANUP(buf_free) struct buf once = { 0 };
    CLEANUP(buf_free) struct buf twice = { 0 };
    utf8_clean(&once, text, size, keep_newlines);
    CHECK(utf8_valid(buf_text(&once), once.len));
    CHECK(utf8_is_plain(buf_text(&once), once.len));
    utf8_clean(&twice, buf_text(&once), once.len, keep_newlines);
    CHECK(once.len == twice.len && memcmp(buf_text(&once), buf_text(&twice), once.len) == 0);
    for (size_t i = 0; i < once.len; i++)
        CHECK((unsigned char)once.data[i] >= 0x20 || (keep_newlines && strchr("\n\t", once.data[i]) != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_clean((const char *)data, size, false);
    check_clean((const char *)data, size, true);
    return 0;
}
