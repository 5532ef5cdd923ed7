#include "server/identity/email.h"

#include <ctype.h>
#include <string.h>

enum { LOCAL_MAX = 64, EMAIL_MAX = 254, LABEL_MAX = 63 };

static bool is_letter_or_digit(unsigned char c)
{
    return c < 128 && isalnum(c);
}

static bool local_ok(const char *local, size_t length)
{
    if (length == 0 || length > LOCAL_MAX || local[0] == '.' || local[length - 1] == '.')
        return false;
    for (size_t i = 0; i < length; i++) {
        if (local[i] == '.' && local[i + 1] == '.')
            return false;
        if (!is_letter_or_digit((unsigned char)local[i]) && strchr("!#$%&'*+-/=?^_`{|}~.", local[i]) == NULL)
            return false;
    }
    return true;
}

static bool label_ok(const char *label, size_t length)
{
    if (length == 0 || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_letter_or_digit((unsigned char)label[i]) && label[i] != '-')
            return false;
    return true;
}

static bool domain_ok(const char *domain)
{
    size_t labels = 0;
    for (;; domain++) {
        size_t length = strcspn(domain, ".");
        if (!label_ok(domain, length))
            return false;
        labels++;
        domain += length;
        if (*domain == '\0')
            return labels >= 2;
    }
}

bool email_check(const char *email, struct err *err)
{
    const char *at = strchr(email, '@');
    if (at == NULL || strlen(email) > EMAIL_MAX || !local_ok(email, (size_t)(at - email)) ||
        !domain_ok(at + 1))
        return err_field(err, "email", "This is not an e-mail address.");
    return true;
}

const char *email_key(const char *email, struct arena *arena)
{
    char *key = arena_strdup(arena, email);
    for (char *p = key; *p != '\0'; p++)
        if ((unsigned char)*p < 128)
            *p = (char)tolower((unsigned char)*p);
    return key;
}
