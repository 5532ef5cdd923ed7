#include "tests/lib/traces.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

bool trace_path(const char *name, struct buf *ret_path)
{
    const char *folder = getenv("SERENITY_TRACES");
    buf_clear(ret_path);
    if (folder != NULL) {
        buf_addf(ret_path, "%s/%s", folder, name);
    } else {
        buf_add_text(ret_path, __FILE__);
        const char *end = strstr(buf_text(ret_path), "/tests/lib/");
        CHECK(end != NULL);
        buf_truncate(ret_path, (size_t)(end - buf_text(ret_path)));
        buf_addf(ret_path, "/../shared/data/traces/%s", name);
    }
    return access(buf_text(ret_path), R_OK) == 0;
}

void trace_inflate(const char *path, struct buf *ret_text)
{
    gzFile file = gzopen(path, "rb");
    CHECK(file != NULL);
    char block[65536];
    int got;
    while ((got = gzread(file, block, sizeof block)) > 0)
        buf_add(ret_text, block, (size_t)got);
    CHECK(got == 0);
    gzclose(file);
}

cJSON *trace_parse(const char *path)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    trace_inflate(path, &text);
    cJSON *json = cJSON_ParseWithLength(buf_text(&text), text.len);
    CHECK(json != NULL);
    return json;
}

size_t trace_offset(const char *text, size_t from_byte, size_t points)
{
    size_t at = from_byte;
    while (points > 0) {
        at++;
        while (((unsigned char)text[at] & 0xc0) == 0x80)
            at++;
        points--;
    }
    return at;
}
