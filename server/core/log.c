#include "server/core/log.h"

#include "shared/base/buf.h"
#include "shared/base/civil.h"
#include "shared/base/utf8.h"
#include "shared/host/host.h"
#include "shared/wire/json.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const char *const level_words[] = { "debug", "info", "warn", "error" };

static enum log_level lowest = LOG_LEVEL_INFO;
static bool as_json = true;

void log_setup(const char *level, const char *format)
{
    for (size_t i = 0; i < ARRAY_LEN(level_words); i++)
        if (strcmp(level, level_words[i]) == 0)
            lowest = (enum log_level)i;
    as_json = strcmp(format, "json") == 0 || (strcmp(format, "auto") == 0 && !isatty(STDERR_FILENO));
}

static void add_clean_json(struct buf *line, const char *text)
{
    CLEANUP(buf_free) struct buf clean = { 0 };
    utf8_clean(&clean, text, strlen(text), false);
    json_add_text(line, buf_text(&clean));
}

static void write_json(struct buf *line, const char *at, enum log_level level, const char *message,
                       const struct log_field *fields)
{
    buf_addf(line, "{\"at\":\"%s\",\"level\":\"%s\",\"msg\":", at, level_words[level]);
    add_clean_json(line, message);
    for (; fields->key != NULL; fields++) {
        buf_addf(line, ",\"%s\":", fields->key);
        if (fields->text != NULL)
            add_clean_json(line, fields->text);
        else
            buf_addf(line, "%" PRId64, fields->number);
    }
    buf_add_char(line, '}');
}

static void write_text(struct buf *line, const char *at, enum log_level level, const char *message,
                       const struct log_field *fields)
{
    buf_addf(line, "%s %-5s ", at, level_words[level]);
    utf8_clean(line, message, strlen(message), false);
    for (; fields->key != NULL; fields++) {
        buf_addf(line, " %s=", fields->key);
        if (fields->text != NULL)
            utf8_clean(line, fields->text, strlen(fields->text), false);
        else
            buf_addf(line, "%" PRId64, fields->number);
    }
}

void log_fields(enum log_level level, const char *message, const struct log_field *fields)
{
    if (level < lowest)
        return;
    char at[CIVIL_ISO_SIZE];
    civil_format_iso(host_now_ms(), at);
    CLEANUP(buf_free) struct buf line = { 0 };
    (as_json ? write_json : write_text)(&line, at, level, message, fields);
    buf_add_char(&line, '\n');
    ssize_t written = write(STDERR_FILENO, line.data, line.len);
    (void)written; // nowhere left to complain
}
