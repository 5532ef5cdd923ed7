#include "server/notify/mail_payload.h"

#include <string.h>

static const struct field var_fields[] = {
    { FIELD(struct mail_var, name), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 64 },
    { FIELD(struct mail_var, value), .kind = FIELD_TEXT, .flags = FIELD_MULTILINE, .max = 16384 },
};
static const struct shape var_shape = SHAPE(struct mail_var, "MailVar", var_fields);

static const struct field payload_fields[] = {
    { FIELD(struct mail_payload, template), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 64 },
    { FIELD(struct mail_payload, person), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct mail_payload, consultation), .kind = FIELD_ID, .flags = FIELD_OMIT_EMPTY },
    { FIELD(struct mail_payload, sequence), .kind = FIELD_INT, .flags = FIELD_OMIT_EMPTY },
    { FIELD(struct mail_payload, vars), .kind = FIELD_OBJECTS, .flags = FIELD_OMIT_EMPTY, .sub = &var_shape },
    { FIELD(struct mail_payload, sealed), .kind = FIELD_OBJECTS, .flags = FIELD_OMIT_EMPTY,
      .sub = &var_shape },
};
static const struct shape payload_shape = SHAPE(struct mail_payload, "MailPayload", payload_fields);

const char *mail_payload_write(const struct mail_payload *payload, struct arena *arena)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    shape_write(&payload_shape, payload, &out);
    return arena_strdup(arena, buf_text(&out));
}

bool mail_payload_read(const char *json, struct arena *arena, struct mail_payload *ret, struct err *err)
{
    CLEANUP(json_free) cJSON *root = json_parse(json, strlen(json), err);
    return root != NULL && shape_read(&payload_shape, root, arena, ret, err);
}
