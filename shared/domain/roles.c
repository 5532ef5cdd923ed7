#include "shared/domain/roles.h"

#include "shared/base/check.h"

#include <stdio.h>
#include <string.h>

// In the order in which they are written. Every account is a "user"; that says nothing about what it may do.
static const struct {
    const char *word;
    unsigned role;
} words[] = {
    { "client", ROLE_CLIENT },
    { "consultant", ROLE_CONSULTANT },
    { "admin", ROLE_ADMIN },
    { "user", 0 },
};

char *roles_format(unsigned roles, char *buffer, size_t size)
{
    CHECK(size > 0);
    size_t length = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(words) && length < size; i++)
        if (words[i].role == 0 || (roles & words[i].role) != 0)
            length += (size_t)snprintf(buffer + length, size - length, "%s%s", length > 0 ? "," : "",
                                       words[i].word);
    return buffer;
}

unsigned roles_parse(const char *text)
{
    unsigned roles = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        for (size_t i = 0; i < ARRAY_LEN(words); i++)
            if (strlen(words[i].word) == length && strncmp(words[i].word, text, length) == 0)
                roles |= words[i].role;
        text += length + (text[length] == ',');
    }
    return roles;
}
