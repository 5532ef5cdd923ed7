// Updates, snapshots and versions of texts from strangers. What is refused leaves the text as it was; what is accepted
// can be edited, saved, loaded and sent on, and reads the same everywhere.
#include "shared/text/text.h"

#include <string.h>

#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A little of everything: two authors, other scripts, tombstones, undo.
static struct text *make_text(void)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    struct text *text = text_create(0x6161616161616161);
    CHECK(text_insert(text, 0, "hello € world", 15, &update, &err));
    CHECK(text_set_agent(text, 0x6262626262626262, &err));
    CHECK(text_insert(text, 5, "-ä-", 4, &update, &err));
    CHECK(text_delete(text, 2, 3, &update, &err));
    CHECK(text_insert(text, 2, "xyz", 3, &update, &err));
    CHECK(text_undo(text, &update, &err));
    return text;
}

static void check_same(const struct text *a, const struct text *b)
{
    CLEANUP(buf_free) struct buf left = { 0 };
    CLEANUP(buf_free) struct buf right = { 0 };
    text_content(a, &left);
    text_content(b, &right);
    CHECK(left.len == right.len && memcmp(buf_text(&left), buf_text(&right), left.len) == 0);
    CHECK(left.len == text_length(a));
}

static void check_saved(const struct text *text)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    text_save(text, &snapshot);
    struct text *loaded = text_load(1, snapshot.data, snapshot.len, &err);
    if (loaded == NULL) { // its own agent may hide behind another's tag, or one be too many
        CHECK(err.code == ERR_CONFLICT || err.code == ERR_TOO_LARGE);
        return;
    }
    check_same(text, loaded);
    text_free(loaded);
}

static void check_sent(const struct text *text)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    CHECK(text_diff(text, "", 1, &update, &err));
    struct text *other = text_create(2);
    if (update.len > 0 && !text_apply(other, update.data, update.len, NULL, &err))
        CHECK(err.code == ERR_CONFLICT || err.code == ERR_TOO_LARGE);
    else
        check_same(text, other);
    text_free(other);
}

static void check_edited(struct text *text)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    if (text_insert(text, text_length(text), "x", 1, &update, &err))
        CHECK(text_undo(text, &update, &err) && text_redo(text, &update, &err));
    else
        CHECK(err.code == ERR_TOO_LARGE);
}

static void check_purged(struct text *text)
{
    struct err err = { 0 };
    size_t purged = 0;
    CLEANUP(buf_free) struct buf before = { 0 };
    CLEANUP(buf_free) struct buf after = { 0 };
    CLEANUP(buf_free) struct buf version = { 0 };
    text_content(text, &before);
    text_version(text, &version);
    CHECK(text_purge(text, version.data, version.len, NULL, &err));
    CHECK(text_purge(text, version.data, version.len, &purged, &err) && purged == 0);
    text_content(text, &after);
    CHECK(before.len == after.len && memcmp(buf_text(&before), buf_text(&after), before.len) == 0);
    check_saved(text);
}

static void try_update(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    enum text_applied applied = TEXT_KNOWN;
    CLEANUP(buf_free) struct buf before = { 0 };
    CLEANUP(buf_free) struct buf after = { 0 };
    struct text *text = make_text();
    text_save(text, &before);
    bool ok = text_apply(text, data, size, &applied, &err);
    if (ok && applied == TEXT_APPLIED) {
        check_saved(text);
        check_sent(text);
        check_edited(text);
        check_purged(text);
    } else {
        CHECK(ok || err.code != ERR_NONE);
        text_save(text, &after);
        CHECK(before.len == after.len && memcmp(before.data, after.data, before.len) == 0);
    }
    text_free(text);
}

// The checksum is made to fit. What a snapshot says of the order cannot be proved from it, so what it loads to is checked by itself alone.
static void try_snapshot(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf snapshot = { 0 };
    buf_add(&snapshot, data, size);
    uLong crc = crc32_z(0, data, size);
    for (int i = 0; i < 4; i++)
        buf_add_char(&snapshot, (char)(crc >> (8 * i)));
    struct text *text = text_load(3, snapshot.data, snapshot.len, &err);
    if (text == NULL) {
        CHECK(err.code != ERR_NONE);
        return;
    }
    check_saved(text);
    CLEANUP(buf_free) struct buf update = { 0 };
    CHECK(text_diff(text, "", 1, &update, &err));
    check_edited(text);
    check_saved(text);
    check_purged(text);
    text_free(text);
}

static void try_version(const uint8_t *data, size_t size)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf out = { 0 };
    struct text *text = make_text();
    bool valid = text_version_valid(data, size, &err);
    CHECK(text_diff(text, data, size, &out, &err) == valid);
    CHECK(text_at_version(text, data, size, &out, &err) == valid);
    CHECK(text_purge(text, data, size, NULL, &err) == valid);
    check_saved(text);
    text_free(text);
}

// The first byte says what the others are.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] == 'u')
        try_update(data + 1, size - 1);
    else if (data[0] == 's')
        try_snapshot(data + 1, size - 1);
    else
        try_version(data + 1, size - 1);
    return 0;
}
