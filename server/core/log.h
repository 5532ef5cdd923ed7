// Structured logs on standard error: one JSON object a line, or readable text on a terminal. Texts are cleaned of
// control characters; nothing secret is ever handed in.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

struct log_field {
    const char *key;
    const char *text; // NULL: the number counts
    int64_t number;
};

#define LOG_TEXT(field_key, value)                                                                           \
    ((struct log_field){ .key = (field_key), .text = (value) == NULL ? "" : (value) })
#define LOG_INT(field_key, value) ((struct log_field){ .key = (field_key), .number = (value) })

// log_event(LOG_LEVEL_INFO, "listening", LOG_TEXT("address", address), LOG_INT("port", port));
#define log_event(level, ...) log_event_at_(level, __VA_ARGS__, (struct log_field){ 0 })
#define log_event_at_(level, message, ...)                                                                   \
    log_fields((level), (message), (const struct log_field[]){ __VA_ARGS__ })

// fields: ended by one without a key. Thread safe: one write a line.
void log_fields(enum log_level level, const char *message, const struct log_field *fields);

// level: debug, info, warn, error; format: auto, json, text.
void log_setup(const char *level, const char *format);
