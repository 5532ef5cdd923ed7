// Loading trusts nothing: what comes out is a text that can be edited, merged and saved without harm, or nothing.
#include "shared/text/snapshot_load.h"

#include <stdlib.h>

#define ZLIB_CONST // it only reads what it inflates
#include <zlib.h>

enum { PART_MAX = TEXT_UNITS_MAX * 4 };

// Without zlib's own checksum: the snapshot's covers it.
static bool inflate_part(char *part, size_t size, const char *stored, size_t stored_size)
{
    z_stream stream = { .next_in = (const Bytef *)stored,
                        .avail_in = (uInt)stored_size,
                        .next_out = (Bytef *)part,
                        .avail_out = (uInt)size };
    CHECK(inflateInit(&stream) == Z_OK);
    inflateValidate(&stream, 0);
    bool ok = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0;
    inflateEnd(&stream);
    return ok;
}

static bool load_part(struct reader *in, char **ret_part, size_t *ret_size)
{
    uint64_t size = get_varint(in), stored = get_varint(in);
    if (in->bad || size > PART_MAX || stored > size || size / 1100 > stored + 100)
        return false;
    const char *bytes = get_bytes(in, (size_t)stored);
    char *part = malloc((size_t)size + 1);
    CHECK(part != NULL);
    *ret_part = part;
    *ret_size = (size_t)size;
    if (bytes == NULL)
        return false;
    if (stored != size)
        return inflate_part(part, (size_t)size, bytes, (size_t)stored);
    memcpy(part, bytes, (size_t)size);
    return true;
}

static bool load_parts(struct loading *loading, const void *snapshot, size_t size)
{
    const uint8_t *bytes = snapshot;
    if (size < SNAPSHOT_MAGIC_SIZE + SNAPSHOT_CRC_SIZE ||
        memcmp(bytes, SNAPSHOT_MAGIC, SNAPSHOT_MAGIC_SIZE) != 0)
        return false;
    const uint8_t *end = bytes + size - SNAPSHOT_CRC_SIZE;
    struct reader crc = { end, bytes + size, false };
    if (get_fixed(&crc, SNAPSHOT_CRC_SIZE) != crc32_z(0, bytes, size - SNAPSHOT_CRC_SIZE))
        return false;
    struct reader in = { bytes + SNAPSHOT_MAGIC_SIZE, end, false };
    for (int i = 0; i < 2; i++)
        if (!load_part(&in, &loading->parts[i], &loading->sizes[i]))
            return false;
    const uint8_t *columns = (const uint8_t *)loading->parts[0];
    struct reader all = { columns, columns + loading->sizes[0], false };
    for (int i = 0; i < COLUMN_COUNT; i++) {
        uint64_t length = get_varint(&all);
        const uint8_t *column = (const uint8_t *)get_bytes(&all, (size_t)length);
        if (column == NULL)
            return false;
        loading->columns[i] = (struct reader){ column, column + length, false };
    }
    return in.at == in.end && all.at == all.end;
}

static bool load_all(struct loading *loading, const void *snapshot, size_t size, struct err *err)
{
    if (!load_parts(loading, snapshot, size) || !load_agents(loading, err) || !load_runs(loading, err) ||
        !load_order(loading) || !load_deaths(loading) || !load_pieces(loading))
        return false;
    tree_finish(loading->text);
    return true;
}

static void loading_free(struct loading *loading)
{
    free(loading->parts[0]);
    free(loading->parts[1]);
    free(loading->first_run);
    free(loading->age);
    array_free(&loading->insertions);
}

struct text *text_load(uint64_t agent, const void *snapshot, size_t size, struct err *err)
{
    struct text *text = calloc(1, sizeof *text);
    CHECK(text != NULL);
    tree_init(text);
    text->placed = false;
    struct loading loading = { .text = text };
    err_clear(err);
    bool ok = load_all(&loading, snapshot, size, err);
    loading_free(&loading);
    if (!ok && err->code == ERR_NONE)
        err_set(err, ERR_BAD_REQUEST, "The snapshot is damaged.");
    if (ok && text_set_agent(text, agent, err))
        return text;
    text_free(text);
    return NULL;
}
