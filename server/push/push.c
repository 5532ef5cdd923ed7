#include "server/push/push.h"

#include "server/push/conn.h"
#include "shared/host/host.h"

#include <stdlib.h>
#include <string.h>

enum {
    SWEEP_PAUSE_US = 1000000, // between two looks at every session
};

struct push *push_create(struct app *app)
{
    struct push *push = calloc(1, sizeof *push);
    CHECK(push != NULL);
    push->app = app;
    push->started_at = app_now(app);
    push->late_end = &push->late;
    push->eager_end = &push->eager;
    return push;
}

void push_destroy(struct push *push)
{
    if (push == NULL)
        return;
    for (size_t i = 0; i < push->feed_count; i++)
        feed_destroy(push->feeds[i]);
    free(push->feeds);
    free(push);
}

void push_set_alarm(struct push *push, void (*alarm)(void *user, int64_t in_us), void *user)
{
    push->alarm = alarm;
    push->alarm_user = user;
}

void push_listen(struct push *push, void (*changed)(void *user, const struct change_batch *batch), void *user)
{
    push->changed = changed;
    push->changed_user = user;
}

int64_t push_heard(const struct push *push, const char *tenant)
{
    for (size_t i = 0; i < push->feed_count; i++)
        if (strcmp(feed_tenant(push->feeds[i]), tenant) == 0)
            return feed_head(push->feeds[i]);
    return 0;
}

struct feed *push_feed(struct push *push, const char *tenant, int64_t head)
{
    for (size_t i = 0; i < push->feed_count; i++)
        if (strcmp(feed_tenant(push->feeds[i]), tenant) == 0)
            return push->feeds[i];
    push->feeds = realloc(push->feeds, (push->feed_count + 1) * sizeof(struct feed *));
    CHECK(push->feeds != NULL);
    return push->feeds[push->feed_count++] = feed_create(tenant, head);
}

static void touched(struct audience *audience, int64_t from)
{
    for (struct conn *conn = audience->conns; conn != NULL; conn = conn->audience_next)
        conn_mark_dirty(conn, from);
}

// Somebody's own row changed: the roles, and with them what she may see, may be others. A consultation changed: who is
// in its room may have no place there any more.
static void check_people(struct push *push, const struct change_batch *batch)
{
    for (size_t i = 0; i < batch->entries.count; i++) {
        const struct change_entry *entry = LIST_AT(&batch->entries, struct change_entry, i);
        if (entry->table == ROW_ME)
            push_auth_changed(push, entry->id, true);
        else if (entry->table == ROW_CONSULTATION)
            presence_changed(push, batch->tenant, entry);
    }
}

void push_take_changes(struct push *push)
{
    struct change_batch *batch;
    while ((batch = engine_take_changes(push->app->engine)) != NULL) {
        check_people(push, batch);
        if (push->changed != NULL)
            push->changed(push->changed_user, batch);
        feed_add(push_feed(push, batch->tenant, batch->from), batch, touched);
    }
    conn_write_eager(push);
}

void push_auth_changed(struct push *push, const char *user_id, bool ok)
{
    if (user_id == NULL) {
        push->sweep_wanted = push->sweep_wanted || !ok;
        return;
    }
    for (struct conn *conn = push->conns; conn != NULL; conn = conn->next)
        if (conn->user_id != NULL && strcmp(conn->user_id, user_id) == 0)
            conn_check(conn, NULL);
}

static void sweep(struct push *push, int64_t now)
{
    if (!push->sweep_wanted || now - push->swept_at < SWEEP_PAUSE_US)
        return;
    push->sweep_wanted = false;
    push->swept_at = now;
    for (struct conn *conn = push->conns; conn != NULL; conn = conn->next)
        if (conn->user_id != NULL)
            conn_check(conn, NULL);
}

static void tick_conn(struct conn *conn, int64_t now)
{
    if (conn->deadline != 0 && conn->deadline < now) {
        if (conn->state == CONN_HELLO)
            conn_fail(conn, ERR_UNAUTHENTICATED, "The first message must be hello, within 10 seconds.");
        else
            socket_end(conn->session);
        return;
    }
    if (conn->user_id == NULL || conn_gone(conn))
        return;
    if (conn->check_at < now)
        conn_check(conn, NULL);
    if (conn->state == CONN_LIVE && !conn->dirty && conn->told < conn->wanted &&
        conn->wanted <= feed_head(conn->audience->feed))
        conn_mark_dirty(conn, feed_head(conn->audience->feed));
}

void push_ring_in(struct push *push, int64_t in_us)
{
    int64_t at = host_monotonic_us() + in_us;
    if (push->alarm_at != 0 && push->alarm_at <= at)
        return;
    push->alarm_at = at;
    push->alarm(push->alarm_user, in_us);
}

void push_rang(struct push *push)
{
    push->alarm_at = 0;
    presence_tick(push, host_monotonic_us());
    struct conn *late = push->late;
    push->late = NULL;
    push->late_end = &push->late;
    while (late != NULL) {
        struct conn *next = late->late_next;
        late->late = false;
        if (late->session != NULL)
            socket_write(late->session);
        late = next;
    }
}

void push_tick(struct push *push, int64_t now)
{
    sweep(push, now);
    for (struct conn *conn = push->conns, *next; conn != NULL; conn = next) {
        next = conn->next;
        tick_conn(conn, now);
    }
    conn_write_eager(push);
    presence_tick(push, now);
}

void push_drain(struct push *push)
{
    push->draining = true;
    for (struct conn *conn = push->conns; conn != NULL; conn = conn->next)
        if (conn->op_count == 0)
            conn_bye(conn);
}

bool push_drained(const struct push *push)
{
    for (const struct conn *conn = push->conns; conn != NULL; conn = conn->next)
        if (!conn_wants_close(conn))
            return false;
    return true;
}
