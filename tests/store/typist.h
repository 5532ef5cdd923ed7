// People at replicas of one note, typing: their edits go to note.edit, what they lack comes from note.sync.
#pragma once

#include "server/scheduling/scheduling.h"
#include "server/texts/texts.h"
#include "shared/wire/args_notes.h"
#include "shared/wire/base64.h"
#include "tests/store/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct typist {
    struct office *office;
    const struct actor *actor;
    const char *consultation;
    enum note_kind kind;
    struct text *text;
    int64_t epoch, head; // as last heard
    struct buf batch;    // typed and not sent
};

static inline struct typist typist_open(struct office *office, const struct actor *actor,
                                        const char *consultation, enum note_kind kind, uint64_t agent)
{
    return (struct typist){ office, actor, consultation, kind, text_create(agent), 0, 0, { 0 } };
}

static inline void typist_close(struct typist *typist)
{
    text_free(typist->text);
    buf_free(&typist->batch);
}

static inline void typist_add(struct typist *typist, const struct buf *update)
{
    if (update->len > 0)
        text_batch_add(&typist->batch, update->data, update->len);
}

static inline void typist_type(struct typist *typist, size_t at, const char *words)
{
    struct err err = { 0 };
    struct buf update = { 0 };
    assert_true(text_insert(typist->text, at, words, strlen(words), &update, &err));
    typist_add(typist, &update);
    buf_free(&update);
}

static inline void typist_remove(struct typist *typist, size_t at, size_t size)
{
    struct err err = { 0 };
    struct buf update = { 0 };
    assert_true(text_delete(typist->text, at, size, &update, &err));
    typist_add(typist, &update);
    buf_free(&update);
}

static inline enum err_code typist_post(struct typist *typist, const void *bytes, size_t size)
{
    struct args_note_edit args = { typist->consultation, (int)typist->kind, typist->epoch, { bytes, size } };
    struct op_request *request = testbed_request(&op_run_note_edit, typist->actor, NULL, NULL);
    request->args = &args;
    engine_run(typist->office->bed.app.engine, request);
    enum err_code code = request->err.code;
    if (!request->ok)
        print_message("%s\n", request->err.message);
    if (request->ok) {
        struct err err = { 0 };
        cJSON *data = json_parse(buf_text(&request->reply), request->reply.len, &err);
        typist->epoch = (int64_t)json_number(data, "epoch");
        typist->head = (int64_t)json_number(data, "head");
        cJSON_Delete(data);
    }
    op_request_free(request);
    return code;
}

// What was typed, in one edit. Kept when it is refused.
static inline enum err_code typist_send(struct typist *typist)
{
    enum err_code code = typist_post(typist, typist->batch.data, typist->batch.len);
    if (code == ERR_NONE)
        buf_clear(&typist->batch);
    return code;
}

static inline cJSON *typist_ask(struct typist *typist)
{
    struct buf version = { 0 };
    text_version(typist->text, &version);
    struct args_note_sync args = {
        typist->consultation, (int)typist->kind, typist->epoch, { version.data, version.len }
    };
    struct op_request *request = testbed_request(&op_run_note_sync, typist->actor, NULL, NULL);
    request->args = &args;
    engine_run(typist->office->bed.app.engine, request);
    assert_int_equal(request->err.code, ERR_NONE);
    struct err err = { 0 };
    cJSON *data = json_parse(buf_text(&request->reply), request->reply.len, &err);
    op_request_free(request);
    buf_free(&version);
    return data;
}

// What was typed and not sent, once more in a text that came whole.
static inline void typist_retype(struct typist *typist)
{
    const uint8_t *bytes = (const uint8_t *)typist->batch.data;
    struct text_batch batch = { bytes, bytes + typist->batch.len, false };
    struct err err = { 0 };
    const void *update;
    size_t size;
    while (text_batch_next(&batch, &update, &size))
        assert_true(text_apply(typist->text, update, size, NULL, &err));
}

// Takes in what others typed.
static inline void typist_listen(struct typist *typist)
{
    cJSON *data = typist_ask(typist);
    struct err err = { 0 };
    struct bytes bytes;
    const char *update = cJSON_GetStringValue(json_at(data, "update"));
    const char *snapshot = cJSON_GetStringValue(json_at(data, "snapshot"));
    typist->epoch = (int64_t)json_number(data, "epoch");
    typist->head = (int64_t)json_number(data, "head");
    if (update != NULL) {
        assert_true(base64_read(update, &typist->office->arena, &bytes));
        if (!text_apply(typist->text, bytes.data, bytes.size, NULL, &err))
            fail_msg("what is missing cannot be applied: %s", err.message);
        assert_int_equal(text_waiting(typist->text), 0);
    }
    if (snapshot != NULL) {
        uint64_t agent = text_agent(typist->text);
        assert_true(base64_read(snapshot, &typist->office->arena, &bytes));
        text_free(typist->text);
        typist->text = text_load(agent, bytes.data, bytes.size, &err);
        assert_non_null(typist->text);
        typist_retype(typist);
    }
    cJSON_Delete(data);
}

static inline const char *typist_reads(struct typist *typist)
{
    struct buf content = { 0 };
    text_content(typist->text, &content);
    const char *copy = arena_strndup(&typist->office->arena, buf_text(&content), content.len);
    buf_free(&content);
    return copy;
}

static inline const char *stored_note(struct office *office, const char *consultation, enum note_kind kind)
{
    cJSON *data = office_run(office, &op_run_note_get, &office->john, ERR_NONE,
                             "{\"id\":\"%s\",\"kind\":\"%s\"}", consultation, note_kind_words[kind]);
    const char *text = arena_strdup(&office->arena, json_text(data, "note.text"));
    cJSON_Delete(data);
    return text;
}
