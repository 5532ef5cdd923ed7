#include "shared/domain/notes.h"

#include <stddef.h>

const char *const note_kind_words[] = { "consultant", "live",   "preparation", "internal",
                                        "shared",     "client", NULL };

static const struct {
    unsigned readers, writers;
} rights[NOTE_KINDS] = {
    [NOTE_CONSULTANT] = { ROLE_CONSULTANT, ROLE_CONSULTANT },
    [NOTE_LIVE] = { ROLE_ANYONE_SIGNED_IN, ROLE_CONSULTANT },
    [NOTE_PREPARATION] = { ROLE_CONSULTANT, ROLE_CONSULTANT },
    [NOTE_INTERNAL] = { ROLE_CONSULTANT | ROLE_ADMIN, ROLE_CONSULTANT | ROLE_ADMIN },
    [NOTE_SHARED] = { ROLE_ANYONE_SIGNED_IN, ROLE_ANYONE_SIGNED_IN },
    [NOTE_CLIENT] = { ROLE_ANYONE_SIGNED_IN, ROLE_CLIENT | ROLE_ADMIN },
};

unsigned note_readers(enum note_kind kind)
{
    return rights[kind].readers;
}

unsigned note_writers(enum note_kind kind)
{
    return rights[kind].writers;
}
