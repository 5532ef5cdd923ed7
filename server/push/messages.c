#include "server/push/messages.h"

#include "shared/wire/shape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICE_MAX = 64, TOKEN_MAX = 4000, ROOM_MAX = 36, SCOPE_MAX = 128 };

const char *const presence_words[] = { "viewing", "writing", "session", NULL };

static const struct field resume_fields[] = {
    { FIELD(struct msg_resume, at), .kind = FIELD_INT },
    { FIELD(struct msg_resume, table), .kind = FIELD_TEXT, .max = 32 },
    { FIELD(struct msg_resume, after), .kind = FIELD_TEXT, .max = 127 },
};
static const struct shape shape_resume = SHAPE(struct msg_resume, "Resume", resume_fields);

static const struct field hello_fields[] = {
    { FIELD(struct msg_hello, protocol), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct msg_hello, schema), .kind = FIELD_INT },
    { FIELD(struct msg_hello, device), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1,
      .max = DEVICE_MAX },
    { FIELD(struct msg_hello, token), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = TOKEN_MAX },
    { FIELD(struct msg_hello, epoch), .kind = FIELD_TEXT, .max = 64 },
    { FIELD(struct msg_hello, cursor), .kind = FIELD_INT },
    { FIELD(struct msg_hello, nextOp), .kind = FIELD_INT },
    { FIELD(struct msg_hello, scopes), .kind = FIELD_TEXTS, .max = SCOPE_MAX },
    { FIELD(struct msg_hello, resume), .kind = FIELD_OBJECT, .sub = &shape_resume,
      .has = offsetof(struct msg_hello, has_resume) },
};
const struct shape shape_hello = SHAPE(struct msg_hello, "Hello", hello_fields);

static const struct field auth_fields[] = {
    { FIELD(struct msg_auth, token), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = TOKEN_MAX },
};
const struct shape shape_auth = SHAPE(struct msg_auth, "Auth", auth_fields);

static const struct field cur_fields[] = {
    { FIELD(struct msg_cur, at), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
};
const struct shape shape_cur = SHAPE(struct msg_cur, "Cursor", cur_fields);

static const struct field presence_fields[] = {
    { FIELD(struct msg_presence, room), .kind = FIELD_TEXT, .max = ROOM_MAX },
    { FIELD(struct msg_presence, state), .kind = FIELD_ENUM, .words = presence_words },
    { FIELD(struct msg_presence, note), .kind = FIELD_ENUM, .words = note_kind_words },
    { FIELD(struct msg_presence, agent), .kind = FIELD_TEXT, .min = 16, .max = 16 },
    { FIELD(struct msg_presence, seq), .kind = FIELD_INT, .min = 0, .max = UINT32_MAX },
};
const struct shape shape_presence = SHAPE(struct msg_presence, "Presence", presence_fields);

static const struct field again_fields[] = {
    { FIELD(struct msg_again, tables), .kind = FIELD_TEXTS, .flags = FIELD_REQUIRED, .max = 32 },
};
const struct shape shape_again = SHAPE(struct msg_again, "Again", again_fields);

static void write_scopes(struct buf *out, const char *scopes)
{
    buf_add_text(out, ",\"scopes\":[");
    while (*scopes != '\0') {
        size_t length = strcspn(scopes, " ");
        json_add_comma(out);
        buf_addf(out, "\"%.*s\"", (int)length, scopes);
        scopes += length + strspn(scopes + length, " ");
    }
    buf_add_char(out, ']');
}

void write_welcome(struct buf *out, const struct welcome *welcome)
{
    bool too_old = welcome->protocol < SYNC_PROTOCOL;
    buf_addf(out, "{\"t\":\"welcome\",\"protocol\":%" PRId64 ",\"epoch\":", welcome->protocol);
    json_add_text(out, welcome->epoch);
    buf_addf(out, ",\"head\":%" PRId64 ",\"oldest\":%" PRId64, welcome->head, welcome->oldest);
    if (welcome->restored_to >= 0)
        buf_addf(out, ",\"restoredTo\":%" PRId64, welcome->restored_to);
    write_scopes(out, welcome->scopes);
    buf_addf(out, ",\"opFloor\":%" PRId64 ",\"now\":", welcome->op_floor);
    json_add_time(out, welcome->now);
    buf_addf(out, ",\"limits\":{\"frame\":%d,\"ops\":%d},\"mode\":\"%s\"", SYNC_FRAME_MAX, SYNC_OPS_MAX,
             too_old         ? "outbox"
             : welcome->tail ? "tail"
                             : "snapshot");
    if (too_old)
        buf_add_text(
            out, ",\"message\":\"This program is too old to show what is new; please upgrade it. What was "
                 "written with it is taken.\"");
    buf_add_char(out, '}');
}

void write_ready(struct buf *out, int64_t at, int pages, unsigned tables,
                 const struct table_sum sums[ROW_TABLES])
{
    buf_addf(out, "{\"t\":\"ready\",\"at\":%" PRId64, at);
    if (pages >= 0)
        buf_addf(out, ",\"pages\":%d", pages);
    buf_add_text(out, ",\"sums\":{");
    for (unsigned table = 0; table < ROW_TABLES; table++)
        if (tables & 1u << table) {
            json_add_key(out, row_shapes[table]->name);
            buf_addf(out, "[%" PRId64 ",\"%016" PRIx64 "\"]", sums[table].count, sums[table].hash);
        }
    buf_add_text(out, "}}");
}

void write_poke(struct buf *out, int64_t head)
{
    buf_addf(out, "{\"t\":\"poke\",\"head\":%" PRId64 "}", head);
}

void write_reset(struct buf *out, const char *why)
{
    buf_addf(out, "{\"t\":\"reset\",\"why\":\"%s\"}", why);
}

void write_err(struct buf *out, const struct err *err)
{
    buf_addf(out, "{\"t\":\"err\",\"code\":\"%s\",\"message\":", err_name(err->code));
    json_add_text(out, err->message);
    buf_add_char(out, '}');
}

void write_bye(struct buf *out, int64_t after, const char *why)
{
    buf_addf(out, "{\"t\":\"bye\",\"after\":%" PRId64 ",\"why\":\"%s\"}", after, why);
}

void write_chg_begin(struct buf *out, int64_t from, int64_t to, bool more)
{
    buf_addf(out, "{\"t\":\"chg\",\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"more\":%s,\"rows\":[", from, to,
             more ? "true" : "false");
}

void write_chg_end(struct buf *out)
{
    buf_add_text(out, "]}");
}
