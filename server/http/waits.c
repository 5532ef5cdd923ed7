#include "server/http/waits.h"

#include "server/core/changes.h"

#include <stdlib.h>
#include <string.h>

enum { WAITS_MAX = 2000, WAITS_OF_ONE_MAX = 8 };

struct waiter {
    void *who;
    const struct op_request *request; // tenant, person and principals live there
    int64_t until;
    struct waiter *next;
};

struct waits {
    void (*woken)(void *who, bool again);
    struct waiter *first;
    size_t count;
};

struct waits *waits_create(void (*woken)(void *who, bool again))
{
    struct waits *waits = calloc(1, sizeof *waits);
    CHECK(waits != NULL);
    waits->woken = woken;
    return waits;
}

void waits_destroy(struct waits *waits)
{
    if (waits == NULL)
        return;
    CHECK(waits->first == NULL);
    free(waits);
}

static void *take(struct waits *waits, struct waiter **place)
{
    struct waiter *waiter = *place;
    void *who = waiter->who;
    *place = waiter->next;
    waits->count--;
    free(waiter);
    return who;
}

// The newest stand first.
static void make_room(struct waits *waits, const char *user_id)
{
    struct waiter **oldest = NULL;
    size_t count = 0;
    for (struct waiter **place = &waits->first; *place != NULL; place = &(*place)->next)
        if (strcmp((*place)->request->actor.user_id, user_id) == 0) {
            oldest = place;
            count++;
        }
    if (count >= WAITS_OF_ONE_MAX)
        waits->woken(take(waits, oldest), false);
}

bool waits_add(struct waits *waits, void *who, const struct op_request *request, int64_t until)
{
    if (request->actor.user_id == NULL || waits->count >= WAITS_MAX)
        return false;
    make_room(waits, request->actor.user_id);
    struct waiter *waiter = calloc(1, sizeof *waiter);
    CHECK(waiter != NULL);
    *waiter = (struct waiter){ who, request, until, waits->first };
    waits->first = waiter;
    waits->count++;
    return true;
}

void waits_forget(struct waits *waits, void *who)
{
    for (struct waiter **place = &waits->first; *place != NULL; place = &(*place)->next)
        if ((*place)->who == who) {
            take(waits, place);
            return;
        }
}

static bool concerns(const struct waiter *waiter, const struct change_batch *batch)
{
    const struct op_request *request = waiter->request;
    if (strcmp(request->actor.tenant, batch->tenant) != 0 || batch->to <= request->wait.behind)
        return false;
    for (size_t i = 0; i < batch->entries.count; i++) {
        const struct change_entry *entry = LIST_AT(&batch->entries, struct change_entry, i);
        if (principals_meet(entry->now, request->wait.principals) ||
            principals_meet(entry->was, request->wait.principals))
            return true;
    }
    return false;
}

void waits_changed(struct waits *waits, const struct change_batch *batch)
{
    for (struct waiter **place = &waits->first; *place != NULL;) {
        if (concerns(*place, batch))
            waits->woken(take(waits, place), true);
        else
            place = &(*place)->next;
    }
}

void waits_tick(struct waits *waits, int64_t now)
{
    for (struct waiter **place = &waits->first; *place != NULL;) {
        if ((*place)->until <= now)
            waits->woken(take(waits, place), true);
        else
            place = &(*place)->next;
    }
}

void waits_end(struct waits *waits)
{
    while (waits->first != NULL)
        waits->woken(take(waits, &waits->first), false);
}
