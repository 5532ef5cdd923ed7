#include "shared/domain/notes.h"

#include "shared/base/civil.h"

#include <stddef.h>

const char *const note_kind_words[] = { "consultant", "live",   "preparation", "internal",
                                        "shared",     "client", NULL };

enum {
    GIVERS = ROLE_CONSULTANT | ROLE_CO_CONSULTANT,
    EVERYONE = ROLE_ANYONE_SIGNED_IN | ROLE_CO_CONSULTANT,
};

static const struct {
    unsigned readers, writers;
} rights[NOTE_KINDS] = {
    [NOTE_CONSULTANT] = { ROLE_CONSULTANT, ROLE_CONSULTANT },
    [NOTE_LIVE] = { EVERYONE, GIVERS },
    [NOTE_PREPARATION] = { GIVERS, GIVERS },
    [NOTE_INTERNAL] = { GIVERS | ROLE_ADMIN, GIVERS | ROLE_ADMIN },
    [NOTE_SHARED] = { EVERYONE, EVERYONE },
    [NOTE_CLIENT] = { EVERYONE, ROLE_CLIENT | ROLE_ADMIN },
};

unsigned note_readers(enum note_kind kind)
{
    return rights[kind].readers;
}

unsigned note_writers(enum note_kind kind)
{
    return rights[kind].writers;
}

int64_t note_purge_before(int64_t now)
{
    return now - NOTE_PURGE_DAYS * (int64_t)DAY_MS;
}
