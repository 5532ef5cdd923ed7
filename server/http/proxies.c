#include "server/http/proxies.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROXIES_MAX = 32, BITS_V4 = 32, BITS_V6 = 128, PEER_UNIX = -1 };

struct network {
    int family; // AF_INET, AF_INET6 or PEER_UNIX
    int bits;
    unsigned char address[16];
};

struct proxies {
    size_t count;
    struct network networks[PROXIES_MAX];
};

static bool parse_address(const char *text, struct network *ret)
{
    ret->family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    ret->bits = ret->family == AF_INET6 ? BITS_V6 : BITS_V4;
    return inet_pton(ret->family, text, ret->address) == 1;
}

static bool parse_network(char *text, struct network *ret)
{
    *ret = (struct network){ .family = PEER_UNIX };
    if (strcmp(text, "unix") == 0)
        return true;
    char *slash = strchr(text, '/'), *end = NULL;
    if (slash != NULL)
        *slash++ = '\0';
    if (!parse_address(text, ret))
        return false;
    if (slash == NULL)
        return true;
    long bits = strtol(slash, &end, 10);
    if (end == slash || *end != '\0' || bits < 0 || bits > ret->bits)
        return false;
    ret->bits = (int)bits;
    return true;
}

bool proxies_create(struct proxies **ret_proxies, const char *list, struct err *err)
{
    struct proxies *proxies = calloc(1, sizeof *proxies);
    char *copy = strdup(list == NULL ? "" : list), *save = NULL;
    CHECK(proxies != NULL && copy != NULL);
    bool ok = true;
    for (char *word = strtok_r(copy, ", ", &save); ok && word != NULL; word = strtok_r(NULL, ", ", &save))
        ok = proxies->count < PROXIES_MAX && parse_network(word, &proxies->networks[proxies->count++]);
    free(copy);
    if (!ok) {
        free(proxies);
        return err_field(err, "trusted_proxies", "The trusted proxies are no list of addresses: %s", list);
    }
    *ret_proxies = proxies;
    return true;
}

void proxies_destroy(struct proxies *proxies)
{
    free(proxies);
}

static bool same_bits(const unsigned char *a, const unsigned char *b, int bits)
{
    int bytes = bits / 8, rest = bits % 8;
    return memcmp(a, b, (size_t)bytes) == 0 && (rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0);
}

static bool trusted(const struct proxies *proxies, const struct network *peer)
{
    for (size_t i = 0; i < proxies->count; i++) {
        const struct network *network = &proxies->networks[i];
        if (network->family == peer->family && same_bits(network->address, peer->address, network->bits))
            return true;
    }
    return false;
}

// Cuts the last entry off the list; NULL when there is none.
static char *cut_last(char *list)
{
    size_t length = strlen(list);
    while (length > 0 && strchr(", \t", list[length - 1]) != NULL)
        list[--length] = '\0';
    while (length > 0 && strchr(", \t", list[length - 1]) == NULL)
        length--;
    if (list[length] == '\0')
        return NULL;
    return list + length;
}

void proxies_client(const struct proxies *proxies, const char *peer, const char *forwarded,
                    char ret[ADDRESS_SIZE])
{
    struct network network = { .family = PEER_UNIX };
    char list[512];
    snprintf(ret, ADDRESS_SIZE, "%s", peer);
    if (forwarded == NULL || strlen(forwarded) >= sizeof list ||
        (peer[0] != '\0' && !parse_address(peer, &network)))
        return;
    snprintf(list, sizeof list, "%s", forwarded);
    while (trusted(proxies, &network)) {
        char *last = cut_last(list);
        if (last == NULL || !parse_address(last, &network))
            return;
        snprintf(ret, ADDRESS_SIZE, "%s", last);
        *last = '\0';
    }
}
