#include "tests/lib/replay.h"

#include "shared/base/utf8.h"
#include "tests/lib/traces.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { READER = 1, AUTHOR = 2, NUMBER_MAX = 1 << 30 };

static bool read_file(const char *path, struct buf *ret_text, struct err *err)
{
    gzFile file = gzopen(path, "rb");
    if (file == NULL)
        return err_set(err, ERR_NOT_FOUND, "The file cannot be opened.");
    char block[65536];
    int got;
    while ((got = gzread(file, block, sizeof block)) > 0)
        buf_add(ret_text, block, (size_t)got);
    gzclose(file);
    return got == 0 || err_set(err, ERR_BAD_REQUEST, "The file is damaged, or no file.");
}

static bool get_number(const cJSON *json, size_t *ret_number)
{
    if (!cJSON_IsNumber(json) || json->valuedouble < 0 || json->valuedouble > NUMBER_MAX)
        return false;
    *ret_number = (size_t)json->valuedouble;
    return (double)*ret_number == json->valuedouble;
}

static bool is_ascii(const char *bytes)
{
    while ((unsigned char)*bytes - 1u < 0x7f)
        bytes++;
    return *bytes == '\0';
}

static bool is_patch(const cJSON *patch)
{
    size_t number;
    const cJSON *at = cJSON_IsArray(patch) ? patch->child : NULL;
    const cJSON *gone = at == NULL ? NULL : at->next;
    const cJSON *words = gone == NULL ? NULL : gone->next;
    return words != NULL && words->next == NULL && get_number(at, &number) && get_number(gone, &number) &&
           cJSON_IsString(words);
}

static bool is_text_or_missing(const cJSON *json)
{
    return json == NULL || cJSON_IsString(json);
}

// What both kinds have in common has the right shape.
static bool check_shape(struct replay *replay, struct err *err)
{
    const cJSON *txns = cJSON_GetObjectItem(replay->json, "txns");
    const cJSON *end = cJSON_GetObjectItem(replay->json, "endContent");
    if (!cJSON_IsObject(replay->json) || !cJSON_IsArray(txns) || !is_text_or_missing(end) ||
        !is_text_or_missing(cJSON_GetObjectItem(replay->json, "startContent")))
        return err_set(err, ERR_BAD_REQUEST, "The file is no editing trace.");
    replay->end = end == NULL ? NULL : end->valuestring;
    replay->ascii = is_ascii(replay_start(replay));
    const cJSON *txn, *patch;
    cJSON_ArrayForEach(txn, txns)
    {
        const cJSON *patches = cJSON_GetObjectItem(txn, "patches");
        if (!cJSON_IsObject(txn) || (patches != NULL && !cJSON_IsArray(patches)))
            return err_set(err, ERR_BAD_REQUEST, "A transaction of the trace is malformed.");
        cJSON_ArrayForEach(patch, patches)
        {
            if (!is_patch(patch))
                return err_set(err, ERR_BAD_REQUEST, "A patch of the trace is malformed.");
            replay->ascii = replay->ascii && is_ascii(patch->child->next->next->valuestring);
        }
    }
    return true;
}

const char *replay_start(const struct replay *replay)
{
    const cJSON *start = cJSON_GetObjectItem(replay->json, "startContent");
    return start == NULL ? "" : start->valuestring;
}

// Positions in code points become bytes of the text as it is at that moment.
static bool to_bytes(const struct text *text, struct replay_edit *edit)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    text_content(text, &content);
    if (edit->at > content.len || edit->gone > content.len)
        return false;
    size_t points = utf8_count(buf_text(&content));
    if (edit->at > points || edit->gone > points - edit->at)
        return false;
    size_t from = trace_offset(buf_text(&content), 0, edit->at);
    edit->gone = trace_offset(buf_text(&content), from, edit->gone) - from;
    edit->at = from;
    return true;
}

bool replay_edit_of(const struct replay *replay, const cJSON *patch, const struct text *text,
                    struct replay_edit *ret_edit, struct err *err)
{
    const cJSON *at = patch->child, *gone = at->next, *words = gone->next;
    struct replay_edit edit = { .bytes = words->valuestring, .size = strlen(words->valuestring) };
    size_t length = text_length(text);
    bool ok = get_number(at, &edit.at) && get_number(gone, &edit.gone);
    if (replay->ascii)
        ok = ok && edit.at <= length && edit.gone <= length - edit.at;
    else
        ok = ok && to_bytes(text, &edit);
    if (!ok)
        return err_set(err, ERR_BAD_REQUEST, "A patch goes beyond the end of the text.");
    *ret_edit = edit;
    return true;
}

bool replay_make(struct text *text, const struct replay_edit *edit, struct buf *update, struct err *err)
{
    return (edit->gone == 0 || text_delete(text, edit->at, edit->gone, update, err)) &&
           (edit->size == 0 || text_insert(text, edit->at, edit->bytes, edit->size, update, err));
}

static void add_edit(struct replay *replay, struct replay_edit edit)
{
    if ((replay->edit_count & (replay->edit_count - 1)) == 0) {
        size_t room = replay->edit_count == 0 ? 1 : replay->edit_count * 2;
        replay->edits = realloc(replay->edits, room * sizeof *replay->edits);
        CHECK(replay->edits != NULL);
    }
    replay->edits[replay->edit_count++] = edit;
}

static bool prepare_txn(struct replay *replay, const cJSON *txn, struct text *text, struct err *err)
{
    CLEANUP(buf_free) struct buf update = { 0 };
    const cJSON *patch;
    cJSON_ArrayForEach(patch, cJSON_GetObjectItem(txn, "patches"))
    {
        struct replay_edit edit;
        if (!replay_edit_of(replay, patch, text, &edit, err) || !replay_make(text, &edit, &update, err))
            return false;
        add_edit(replay, edit);
    }
    return true;
}

static bool prepare_sequential(struct replay *replay, struct err *err)
{
    struct text *text = text_create(AUTHOR);
    CLEANUP(buf_free) struct buf update = { 0 };
    const char *start = replay_start(replay);
    struct replay_edit begin = { 0, 0, start, strlen(start) };
    bool ok = replay_make(text, &begin, &update, err);
    if (begin.size > 0)
        add_edit(replay, begin);
    const cJSON *txn = cJSON_GetObjectItem(replay->json, "txns")->child;
    for (; ok && txn != NULL; txn = txn->next)
        ok = prepare_txn(replay, txn, text, err);
    text_free(text);
    return ok;
}

// It says so, or its first transaction names its parents.
static bool is_concurrent(const cJSON *json)
{
    const cJSON *kind = cJSON_GetObjectItem(json, "kind"), *first = cJSON_GetObjectItem(json, "txns")->child;
    return (cJSON_IsString(kind) && strcmp(kind->valuestring, "concurrent") == 0) ||
           (first != NULL && cJSON_GetObjectItem(first, "parents") != NULL);
}

bool replay_open(struct replay *replay, const char *path, struct err *err)
{
    *replay = (struct replay){ 0 };
    CLEANUP(buf_free) struct buf file = { 0 };
    if (!read_file(path, &file, err))
        return false;
    replay->json = cJSON_ParseWithLengthOpts(buf_text(&file), file.len + 1, NULL, true);
    if (replay->json == NULL)
        return err_set(err, ERR_BAD_REQUEST, "The file is not one JSON value.");
    if (!check_shape(replay, err))
        return false;
    replay->concurrent = is_concurrent(replay->json);
    return replay->concurrent ? replay_prepare_concurrent(replay, err) : prepare_sequential(replay, err);
}

void replay_close(struct replay *replay)
{
    cJSON_Delete(replay->json);
    free(replay->edits);
    free(replay->update_ends);
    buf_free(&replay->updates);
    *replay = (struct replay){ 0 };
}

static size_t run_edits(const struct replay *replay, struct text *text)
{
    CLEANUP(buf_free) struct buf update = { 0 };
    struct err err = { 0 };
    size_t bytes = 0;
    for (size_t i = 0; i < replay->edit_count; i++) {
        CHECK(replay_make(text, &replay->edits[i], &update, &err));
        bytes += update.len;
        buf_clear(&update);
    }
    return bytes;
}

struct text *replay_run(const struct replay *replay, size_t *ret_update_bytes)
{
    struct text *text = text_create(READER);
    struct err err = { 0 };
    *ret_update_bytes = replay->concurrent ? replay->updates.len : run_edits(replay, text);
    for (size_t i = 0, from = 0; i < replay->update_count; from = replay->update_ends[i++])
        CHECK(text_apply(text, replay->updates.data + from, replay->update_ends[i] - from, NULL, &err));
    return text;
}
