// JSON from strangers, through the parser and every shape there is. What a shape accepts it must be able to write as
// valid JSON, and writing must be stable.
#include "shared/wire/op.h"
#include "shared/wire/rows.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool write_again(const struct shape *shape, const char *text, size_t size, struct arena *arena,
                        struct buf *out)
{
    struct err err = { 0 };
    CLEANUP(json_free) cJSON *json = json_parse(text, size, &err);
    CHECK(json != NULL);
    void *value = arena_alloc(arena, shape->size);
    if (!shape_read(shape, json, arena, value, &err))
        return false;
    shape_write(shape, value, out);
    return true;
}

static void check_shape(const struct shape *shape, const cJSON *json, struct arena *arena)
{
    struct err err = { 0 };
    void *value = arena_alloc(arena, shape->size);
    if (!shape_read(shape, json, arena, value, &err)) {
        CHECK(err.code != ERR_NONE);
        return;
    }
    CLEANUP(buf_free) struct buf first = { 0 };
    CLEANUP(buf_free) struct buf second = { 0 };
    shape_write(shape, value, &first);
    if (write_again(shape, first.data, first.len, arena, &second))
        CHECK(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    CLEANUP(json_free) cJSON *json = json_parse((const char *)data, size, &err);
    if (json == NULL) {
        CHECK(err.code != ERR_NONE);
        return 0;
    }
    CLEANUP(arena_free) struct arena arena = { 0 };
    for (int i = 0; i < ROW_TABLES; i++)
        check_shape(row_shapes[i], json, &arena);
    for (size_t i = 0; i < op_spec_count; i++)
        if (op_specs[i]->in != NULL)
            check_shape(op_specs[i]->in, json, &arena);
    return 0;
}
