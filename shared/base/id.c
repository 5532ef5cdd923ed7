#include "shared/base/id.h"

#include <string.h>

void id_make(struct id *ret_id, int64_t at, const unsigned char random[10])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[16];
    for (int i = 0; i < 6; i++)
        bytes[i] = (unsigned char)((uint64_t)at >> (40 - 8 * i));
    memcpy(bytes + 6, random, 10);
    bytes[6] = (unsigned char)(0x70 | (bytes[6] & 0x0f));
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f));
    char *out = ret_id->text;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
    *out = '\0';
}

bool id_valid(const char *text)
{
    for (int i = 0; i < ID_LEN; i++) {
        char c = text[i];
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !hex)
            return false;
    }
    return text[ID_LEN] == '\0';
}
