// What a waiting mail job knows.
#pragma once

#include "server/notify/notify.h"

struct mail_payload {
    const char *template, *person, *consultation;
    int64_t sequence;
    struct list vars;   // struct mail_var
    struct list sealed; // struct mail_var; values sealed with the server's key
};

const char *mail_payload_write(const struct mail_payload *payload, struct arena *arena);
bool mail_payload_read(const char *json, struct arena *arena, struct mail_payload *ret, struct err *err);
