#include "tests/sync/text_server.h"

#include "shared/wire/args_notes.h"
#include "shared/wire/base64.h"
#include "tui/model/replica.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_server_begin(struct text_server *server, int64_t epoch, const char *note)
{
    memset(server, 0, sizeof *server);
    server->text = text_create(UINT64_C(0x5e55000000000000) + (uint64_t)epoch);
    server->epoch = epoch;
    server->note = note;
}

void text_server_end(struct text_server *server)
{
    text_free(server->text);
    for (size_t i = 0; i < ARRAY_LEN(server->updates); i++)
        buf_free(&server->updates[i]);
    memset(server, 0, sizeof *server);
}

static void store(struct text_server *server, const struct buf *before)
{
    struct err err;
    assert_true((size_t)server->head < ARRAY_LEN(server->updates));
    struct buf *update = &server->updates[server->head];
    assert_true(text_diff(server->text, before->data, before->len, update, &err));
    if (update->len > 0)
        server->head++;
}

void text_server_merge(struct text_server *server, const void *batch, size_t size)
{
    struct err err;
    bool waits = false;
    CLEANUP(buf_free) struct buf before = { 0 };
    text_version(server->text, &before);
    if (!batch_apply(server->text, batch, size, &waits, &err))
        fail_msg("merge: %s", err.message);
    assert_false(waits);
    store(server, &before);
}

void text_server_type(struct text_server *server, size_t at, const char *bytes)
{
    struct err err;
    CLEANUP(buf_free) struct buf before = { 0 };
    CLEANUP(buf_free) struct buf update = { 0 };
    text_version(server->text, &before);
    assert_true(text_insert(server->text, at, bytes, strlen(bytes), &update, &err));
    store(server, &before);
}

static bool merge_edit(struct text_server *server, struct home *home, const cJSON *args)
{
    struct err err;
    struct args_note_edit edit;
    if (!shape_read(&shape_note_edit, args, &home->arena, &edit, &err))
        fail_msg("an edit that is none: %s", err.message);
    assert_true(edit.epoch == 0 || edit.epoch == server->epoch);
    text_server_merge(server, edit.updates.data, edit.updates.size);
    return true;
}

int text_server_take(struct text_server *server, struct home *home)
{
    struct err err;
    int edits = 0;
    for (;;) {
        CLEANUP(buf_free) struct buf out = { 0 };
        if (home_take(home, &out) == 0)
            return edits;
        CLEANUP(json_free) cJSON *message = json_parse(out.data, out.len, &err);
        const cJSON *op;
        cJSON_ArrayForEach(op, cJSON_GetObjectItemCaseSensitive(message, "ops"))
        {
            const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(op, "name"));
            int64_t n = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(op, "n"));
            if (strcmp(name, "note.edit") == 0)
                edits += merge_edit(server, home, cJSON_GetObjectItemCaseSensitive(op, "args"));
            home_answer(home, n, "ok", home->seq);
        }
    }
}

void text_server_tell(const struct text_server *server, struct home *home, int tail)
{
    CLEANUP(buf_free) struct buf batch = { 0 };
    CLEANUP(buf_free) struct buf row = { 0 };
    if (tail > server->head)
        tail = (int)server->head;
    for (int64_t i = server->head - tail; i < server->head; i++)
        text_batch_add(&batch, server->updates[i].data, server->updates[i].len);
    buf_addf(&row,
             "\"consultationId\":\"%.36s\",\"kind\":\"%s\",\"epoch\":%" PRId64 ",\"head\":%" PRId64
             ",\"tailCount\":%d,\"authorName\":\"Jane Smith\",\"updatedAt\":5,\"tail\":\"",
             server->note, server->note + 37, server->epoch, server->head, tail);
    base64_add(&row, buf_text(&batch), batch.len);
    buf_add_char(&row, '"');
    home_put(home, ROW_NOTE, server->note, buf_text(&row));
}

static void answer_doc(const struct text_server *server, struct home *home, const cJSON *question)
{
    struct err err;
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct feed_doc doc = {
        .note = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(question, "note")),
        .epoch = server->epoch,
        .head = server->head,
    };
    const char *version = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(question, "version"));
    double epoch = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(question, "epoch"));
    struct bytes seen = { 0 };
    assert_string_equal(doc.note, server->note);
    if ((int64_t)epoch == server->epoch && base64_read(version, &home->arena, &seen)) {
        assert_true(text_diff(server->text, seen.data, seen.size, &bytes, &err));
        doc.update = (struct bytes){ buf_text(&bytes), bytes.len };
    } else {
        text_save(server->text, &bytes);
        doc.snapshot = (struct bytes){ bytes.data, bytes.len };
    }
    if (server->meanwhile != NULL)
        server->meanwhile();
    if (!feed_doc(home->feed, &doc, &err))
        fail_msg("doc: %s", err.message);
}

int text_server_answer(const struct text_server *server, struct home *home)
{
    struct err err;
    int questions = 0;
    CLEANUP(buf_free) struct buf out = { 0 };
    if (!feed_take_docs(home->feed, &out))
        return 0;
    CLEANUP(json_free) cJSON *message = json_parse(out.data, out.len, &err);
    const cJSON *question;
    cJSON_ArrayForEach(question, cJSON_GetObjectItemCaseSensitive(message, "docs"))
    {
        answer_doc(server, home, question);
        questions++;
    }
    return questions;
}

const char *text_server_content(const struct text_server *server, struct arena *arena)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    text_content(server->text, &content);
    return arena_strdup(arena, buf_text(&content));
}
