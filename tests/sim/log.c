// The server's log as lines of the trace, in place of server/core/log.c.
#include "server/core/log.h"

#include "shared/base/buf.h"
#include "tests/sim/trace.h"

void log_setup(const char *level, const char *format)
{
    (void)level, (void)format;
}

void log_fields(enum log_level level, const char *message, const struct log_field *fields)
{
    CLEANUP(buf_free) struct buf line = { 0 };
    if (level < LOG_LEVEL_WARN)
        return;
    for (; fields->key != NULL; fields++)
        if (fields->text != NULL)
            buf_addf(&line, "; %s: %s", fields->key, fields->text);
    trace("server's log: %s%s", message, buf_text(&line));
}
