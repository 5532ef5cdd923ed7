// Mails as .eml files in DATA/mail: with no SMTP server configured, links can still be read on a laptop.
#include "server/core/app.h"
#include "server/integrations/mime.h"
#include "shared/base/civil.h"
#include "shared/host/host.h"

#include <ctype.h>
#include <stdio.h>

// 20251230T140000Z-<job>.eml: sorts by time, and a retry writes the same file again.
static void file_name(const struct mail *mail, struct buf *out)
{
    struct civil c = civil_from_ms(mail->at);
    buf_addf(out, "%04d%02d%02dT%02d%02d%02dZ-", c.year, c.month, c.day, c.hour, c.minute, c.second);
    for (const char *p = mail->message_id; *p != '\0' && *p != '@'; p++)
        if (isalnum((unsigned char)*p) || *p == '-')
            buf_add_char(out, *p);
    buf_add_text(out, ".eml");
}

static bool send_to_file(struct app *app, const struct mail *mail, struct err *err)
{
    CLEANUP(buf_free) struct buf path = { 0 }, text = { 0 };
    buf_addf(&path, "%s/mail", app->config.data);
    if (!mime_write(mail, &text, err) || !folder_make(buf_text(&path), 0700, err))
        return false;
    buf_add_char(&path, '/');
    file_name(mail, &path);
    return file_write_atomic(buf_text(&path), text.data, text.len, 0600, err);
}

const struct mail_port mail_files = { .send = send_to_file };
