#include "shared/base/err.h"

#include "shared/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int status;
} codes[ERR_COUNT] = {
    [ERR_NONE] = { "OK", 200 },
    [ERR_BAD_REQUEST] = { "BAD_REQUEST", 400 },
    [ERR_UNAUTHENTICATED] = { "UNAUTHENTICATED", 401 },
    [ERR_BAD_CREDENTIALS] = { "BAD_CREDENTIALS", 401 },
    [ERR_INSUFFICIENT_CREDITS] = { "INSUFFICIENT_CREDITS", 402 },
    [ERR_FORBIDDEN] = { "FORBIDDEN", 403 },
    [ERR_NOT_VERIFIED] = { "NOT_VERIFIED", 403 },
    [ERR_NOT_FOUND] = { "NOT_FOUND", 404 },
    [ERR_METHOD_NOT_ALLOWED] = { "METHOD_NOT_ALLOWED", 405 },
    [ERR_CONFLICT] = { "CONFLICT", 409 },
    [ERR_SLOT_TAKEN] = { "SLOT_TAKEN", 409 },
    [ERR_NOT_AVAILABLE] = { "NOT_AVAILABLE", 409 },
    [ERR_WRONG_STATE] = { "WRONG_STATE", 409 },
    [ERR_ALREADY_EXISTS] = { "ALREADY_EXISTS", 409 },
    [ERR_GONE] = { "GONE", 410 },
    [ERR_LENGTH_REQUIRED] = { "LENGTH_REQUIRED", 411 },
    [ERR_TOO_LARGE] = { "TOO_LARGE", 413 },
    [ERR_UNSUPPORTED_TYPE] = { "UNSUPPORTED_TYPE", 415 },
    [ERR_IDEMPOTENCY_MISMATCH] = { "IDEMPOTENCY_MISMATCH", 422 },
    [ERR_UPGRADE_REQUIRED] = { "UPGRADE_REQUIRED", 426 },
    [ERR_RATE_LIMITED] = { "RATE_LIMITED", 429 },
    [ERR_HEADERS_TOO_LARGE] = { "HEADERS_TOO_LARGE", 431 },
    [ERR_INTERNAL] = { "INTERNAL", 500 },
    [ERR_NOT_IMPLEMENTED] = { "NOT_IMPLEMENTED", 501 },
    [ERR_UNAVAILABLE] = { "UNAVAILABLE", 503 },
    [ERR_STORAGE_FULL] = { "STORAGE_FULL", 507 },
    [ERR_OFFLINE] = { "OFFLINE", 503 },
};

// Controls and what is no UTF-8, a character cut off at the end included, become question marks.
static void make_plain(char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        uint32_t code = 0;
        size_t length = (size_t)utf8_decode(text, left, &code);
        if (length == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
            length = length == 0 ? 1 : length;
            memset(text, '?', length);
        }
        text += length;
        left -= length;
    }
}

PRINTF_LIKE(4, 0)
static void fill(struct err *err, enum err_code code, const char *field, const char *format, va_list args)
{
    err->code = code;
    err->details = NULL;
    snprintf(err->field, sizeof err->field, "%s", field);
    vsnprintf(err->message, sizeof err->message, format, args);
    make_plain(err->message);
    make_plain(err->field);
}

#undef err_set
bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(err, code, "", format, args);
    va_end(args);
    return false;
}

#undef err_field
bool err_field(struct err *err, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(err, ERR_BAD_REQUEST, field, format, args);
    va_end(args);
    return false;
}

void err_clear(struct err *err)
{
    *err = (struct err){ 0 };
}

int err_status(enum err_code code)
{
    return codes[code].status;
}

const char *err_name(enum err_code code)
{
    return codes[code].name;
}

enum err_code err_from_name(const char *name)
{
    for (size_t i = 0; i < ERR_COUNT; i++)
        if (strcmp(codes[i].name, name) == 0)
            return (enum err_code)i;
    return ERR_INTERNAL;
}
