#include "server/integrations/mime.h"

#include "shared/base/civil.h"

#include <ctype.h>
#include <string.h>

enum {
    LINE_MAX_ASCII = 200, // longer ones are sent quoted-printable
    QP_LINE = 75,
    WORD_MAX = 75,   // of one encoded word (RFC 2047)
    WORD_BYTES = 45, // that fit into one as base64
    HEADER_LINE = 76
};

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 127 || ((unsigned char)*text < 32 && *text != '\n' && *text != '\t'))
            return false;
    return true;
}

static void add_base64(struct buf *out, const unsigned char *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        unsigned word = (unsigned)data[i] << 16 | (left > 1 ? (unsigned)data[i + 1] << 8 : 0) |
                        (left > 2 ? (unsigned)data[i + 2] : 0);
        buf_add_char(out, digits[word >> 18 & 63]);
        buf_add_char(out, digits[word >> 12 & 63]);
        buf_add_char(out, left > 1 ? digits[word >> 6 & 63] : '=');
        buf_add_char(out, left > 2 ? digits[word & 63] : '=');
    }
}

// How many bytes, at most `most`, end at the end of a code point.
static size_t whole_characters(const char *text, size_t most)
{
    size_t size = strnlen(text, most + 1);
    if (size <= most)
        return size;
    size = most;
    while (size > 1 && ((unsigned char)text[size] & 0xc0) == 0x80)
        size--;
    return size;
}

static void add_encoded_words(struct buf *out, const char *text, size_t column)
{
    const size_t around = strlen("=?UTF-8?B?") + strlen("?=");
    while (*text != '\0') {
        size_t room = column + around + 4 < WORD_MAX ? (WORD_MAX - column - around) / 4 * 3 : 0;
        if (room < 6) { // not worth a word on this line
            buf_add_text(out, "\r\n ");
            column = 1;
            continue;
        }
        size_t size = whole_characters(text, room < WORD_BYTES ? room : WORD_BYTES);
        buf_add_text(out, "=?UTF-8?B?");
        add_base64(out, (const unsigned char *)text, size);
        buf_add_text(out, "?=");
        text += size;
        if (*text != '\0')
            buf_add_text(out, "\r\n ");
        column = 1;
    }
}

void mime_add_header_text(struct buf *out, const char *text, size_t column)
{
    // "=?" would be read as an encoded word; a line too long must be folded, and words fold safely everywhere.
    if (is_ascii(text) && strpbrk(text, "\n\t") == NULL && strstr(text, "=?") == NULL &&
        column + strlen(text) <= HEADER_LINE)
        buf_add_text(out, text);
    else
        add_encoded_words(out, text, column);
}

void mime_bare_address(const char *mailbox, struct buf *out)
{
    const char *open = strrchr(mailbox, '<');
    if (open == NULL)
        buf_add_text(out, mailbox);
    else
        buf_add(out, open + 1, strcspn(open + 1, ">"));
}

// An address ends up in headers and in SMTP commands: nothing that could end either.
static bool check_address(const char *address, struct err *err)
{
    for (const char *p = address; *p != '\0'; p++)
        if ((unsigned char)*p <= 32 || *p == 127 || *p == '<' || *p == '>' || *p == ',' || *p == ';')
            return err_set(err, ERR_INTERNAL, "A mail address holds characters that no address holds.");
    return strchr(address, '@') != NULL || err_set(err, ERR_INTERNAL, "A mail address has no @.");
}

static bool is_atom_text(const char *text)
{
    for (; *text != '\0'; text++)
        if (!isalnum((unsigned char)*text) && strchr(" !#$%&'*+-/=?^_`{|}~", *text) == NULL)
            return false;
    return true;
}

// A display name: words as they are, quoted, or encoded.
static void add_phrase(struct buf *out, const char *name, size_t column)
{
    if (!is_ascii(name) || strpbrk(name, "\n\t") != NULL || strstr(name, "=?") != NULL || strlen(name) > 60) {
        add_encoded_words(out, name, column);
        return;
    }
    if (is_atom_text(name)) {
        buf_add_text(out, name);
        return;
    }
    buf_add_char(out, '"');
    for (const char *p = name; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, *p);
    }
    buf_add_char(out, '"');
}

static bool add_mailbox(struct buf *out, const char *header, const char *address, const char *name,
                        struct err *err)
{
    if (!check_address(address, err))
        return false;
    buf_addf(out, "%s: ", header);
    if (name == NULL || name[0] == '\0') {
        buf_addf(out, "%s\r\n", address);
        return true;
    }
    add_phrase(out, name, strlen(header) + 2);
    buf_addf(out, "\r\n <%s>\r\n", address);
    return true;
}

// The sender is configured as "Name <address>" or as an address alone.
static bool add_sender(struct buf *out, const char *mailbox, struct err *err)
{
    CLEANUP(buf_free) struct buf address = { 0 }, name = { 0 };
    const char *open = strrchr(mailbox, '<');
    mime_bare_address(mailbox, &address);
    if (open != NULL)
        buf_add(&name, mailbox, (size_t)(open - mailbox));
    while (name.len > 0 && name.data[name.len - 1] == ' ')
        buf_truncate(&name, name.len - 1);
    return add_mailbox(out, "From", buf_text(&address), buf_text(&name), err);
}

static void add_date(struct buf *out, int64_t at)
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct civil c = civil_from_ms(at);
    buf_addf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[civil_weekday(civil_day_of_ms(at))],
             c.day, months[c.month - 1], c.year, c.hour, c.minute, c.second);
}

static bool lines_are_short(const char *text)
{
    for (;;) {
        size_t length = strcspn(text, "\n");
        if (length > LINE_MAX_ASCII)
            return false;
        text += length;
        if (*text++ == '\0')
            return true;
    }
}

static void add_plain(struct buf *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\n')
            buf_add_char(out, '\r');
        buf_add_char(out, *p);
    }
}

// RFC 2045, 6.7: a soft break keeps every line within 76 characters; blanks before a line's end are escaped.
static void add_quoted_printable(struct buf *out, const char *text)
{
    size_t column = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\n') {
            buf_add_text(out, "\r\n");
            column = 0;
            continue;
        }
        unsigned char c = (unsigned char)*p;
        bool blank_at_end = (c == ' ' || c == '\t') && (p[1] == '\n' || p[1] == '\0');
        bool plain = ((c > 32 && c < 127 && c != '=') || c == ' ' || c == '\t') && !blank_at_end;
        size_t size = plain ? 1 : 3;
        if (column + size > QP_LINE) {
            buf_add_text(out, "=\r\n");
            column = 0;
        }
        if (plain)
            buf_add_char(out, *p);
        else
            buf_addf(out, "=%02X", c);
        column += size;
    }
}

static void add_part(struct buf *out, const char *boundary, const char *type, const char *text)
{
    bool plain = is_ascii(text) && lines_are_short(text);
    buf_addf(out, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
             boundary, type, plain ? "7bit" : "quoted-printable");
    if (plain)
        add_plain(out, text);
    else
        add_quoted_printable(out, text);
    buf_add_text(out, "\r\n");
}

// Made of the Message-ID, so that the same mail is the same bytes at every try. "=_" cannot stand in quoted-printable,
// and in plain text no line of ours starts with "--=_".
static void make_boundary(struct buf *out, const char *message_id)
{
    buf_add_text(out, "=_");
    for (const char *p = message_id; *p != '\0' && out->len < 60; p++)
        if (isalnum((unsigned char)*p))
            buf_add_char(out, *p);
}

bool mime_write(const struct mail *mail, struct buf *out, struct err *err)
{
    CLEANUP(buf_free) struct buf boundary = { 0 };
    for (const char *p = mail->message_id; *p != '\0'; p++)
        if ((unsigned char)*p <= 32 || (unsigned char)*p >= 127)
            return err_set(err, ERR_INTERNAL, "A Message-ID holds characters that it must not hold.");
    make_boundary(&boundary, mail->message_id);
    if (!add_sender(out, mail->from, err) || !add_mailbox(out, "To", mail->to, mail->to_name, err))
        return false;
    buf_add_text(out, "Subject: ");
    mime_add_header_text(out, mail->subject, strlen("Subject: "));
    buf_add_text(out, "\r\n");
    add_date(out, mail->at);
    buf_addf(out, "Message-ID: %s\r\n", mail->message_id);
    buf_add_text(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    buf_addf(out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", buf_text(&boundary));
    add_part(out, buf_text(&boundary), "text/plain", mail->text);
    add_part(out, buf_text(&boundary), "text/html", mail->html);
    buf_addf(out, "--%s--\r\n", buf_text(&boundary));
    return true;
}
