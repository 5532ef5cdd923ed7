// The port through which mails leave.
#pragma once

#include "shared/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct app;

struct mail {
    const char *from, *to, *to_name, *subject, *text, *html;
    const char *message_id; // the same at every try, so that a retry is recognised
    int64_t at;             // UTC ms, the Date header
};

struct mail_port {
    // Blocking, on a slow worker. False: try again later, err says why.
    bool (*send)(struct app *app, const struct mail *mail, struct err *err);
};

extern const struct mail_port mail_files; // .eml files in DATA/mail
extern const struct mail_port mail_smtp;  // libcurl
