// Sets of principals: space-separated words, few of them.
#include "server/core/change_set.h"
#include "shared/base/buf.h"

#include <string.h>

struct word {
    const char *at;
    size_t length;
};

// The next word at *text, which moves behind it. False at the end.
static bool next_word(const char **text, struct word *ret)
{
    const char *start = *text + strspn(*text, " ");
    size_t length = strcspn(start, " ");
    *text = start + length;
    *ret = (struct word){ start, length };
    return length > 0;
}

static bool has_word(const char *set, const struct word *wanted)
{
    struct word word;
    while (next_word(&set, &word))
        if (word.length == wanted->length && memcmp(word.at, wanted->at, word.length) == 0)
            return true;
    return false;
}

bool principals_meet(const char *a, const char *b)
{
    struct word word;
    while (next_word(&a, &word))
        if (has_word(b, &word))
            return true;
    return false;
}

const char *principals_without(const char *set, const char *others, struct arena *arena)
{
    const char *left = "";
    for (struct word word; next_word(&set, &word);)
        if (!has_word(others, &word))
            left =
                arena_printf(arena, "%s%s%.*s", left, left[0] == '\0' ? "" : " ", (int)word.length, word.at);
    return left;
}

const char *principals_union(const char *a, const char *b, struct arena *arena)
{
    char *both = arena_alloc(arena, strlen(a) + strlen(b) + 2);
    size_t length = strlen(a);
    memcpy(both, a, length);
    struct word word;
    while (next_word(&b, &word)) {
        if (has_word(both, &word))
            continue;
        if (length > 0)
            both[length++] = ' ';
        memcpy(both + length, word.at, word.length);
        length += word.length;
        both[length] = '\0';
    }
    return both;
}

bool actor_has_client(const struct actor *actor, const char *client_id)
{
    const struct word wanted = { client_id, strlen(client_id) };
    const char *clients = actor->clients != NULL ? actor->clients : actor->client_id;
    return clients != NULL && has_word(clients, &wanted);
}

const char *principals_of(const struct actor *actor, struct arena *arena)
{
    static const struct {
        unsigned role;
        const char *word;
    } roles[] = {
        { ROLE_CLIENT, "client" },
        { ROLE_CONSULTANT, "consultant" },
        { ROLE_ADMIN, "admin" },
    };
    if (actor->user_id == NULL)
        return "";
    const char *text = arena_printf(arena, "pub u:%s", actor->user_id);
    const char *clients = actor->clients != NULL ? actor->clients : actor->client_id;
    for (struct word word; clients != NULL && next_word(&clients, &word);)
        text = arena_printf(arena, "%s org:%.*s", text, (int)word.length, word.at);
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (actor->roles & roles[i].role)
            text = arena_printf(arena, "%s role:%s:%s", text, actor->tenant, roles[i].word);
    return text;
}
