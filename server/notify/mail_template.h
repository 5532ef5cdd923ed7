// Templates of mails: assets/mail, or the same files in the configured assets folder.
#pragma once

#include "server/notify/notify.h"
#include "shared/domain/booking.h"

struct mail_kind {
    const char *name;
    unsigned
        holds_in;    // bits of enum booking_status: the booking must be in one of them when the mail is sent
    bool only_ahead; // and its start must lie ahead
    bool for_unverified; // nothing to say any more once the address is verified
};
// NULL when there is no such mail.
const struct mail_kind *mail_kind_find(const char *name);

struct mail_text {
    const char *subject, *text, *html;
};
// values: struct mail_var. Every value is cleaned and escaped for its place. ERR_INTERNAL when a value is missing or
// the template is broken.
bool mail_render(const struct app *app, const struct mail_kind *kind, const struct list *values,
                 struct arena *arena, struct mail_text *ret, struct err *err);
