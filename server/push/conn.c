#include "server/push/conn.h"

#include "server/core/metrics.h"
#include "shared/host/host.h"

#include <stdlib.h>
#include <string.h>

enum {
    BURST_US = 30000,      // between two chg frames of one connection
    BACKED_UP_US = 200000, // until a slow reader is looked at again
    OUT_PAUSE = 64,        // frames waiting: nothing more is read
    CLOSE_US = 5000000,    // for what is queued when closing
};

// --- life -----------------------------------------------------------------------------------------------------------

struct conn *conn_open(struct push *push, struct push_session *session)
{
    struct conn *conn = calloc(1, sizeof *conn);
    CHECK(conn != NULL);
    conn->push = push;
    conn->number = ++push->last_number;
    conn->session = session;
    conn->refs = 1;
    conn->out_end = &conn->out;
    conn->ops_end = &conn->ops;
    conn->texts_end = &conn->texts;
    conn->deadline = host_monotonic_us() + SYNC_HELLO_MS * INT64_C(1000);
    conn->next = push->conns;
    if (push->conns != NULL)
        push->conns->previous = conn;
    push->conns = conn;
    push->count++;
    metrics_set(push->app->metrics, METRIC_SYNC_CONNECTIONS, push->count);
    return conn;
}

struct conn *conn_ref(struct conn *conn)
{
    conn->refs++;
    return conn;
}

void conn_unref(struct conn *conn)
{
    if (--conn->refs > 0)
        return;
    free(conn->user_id);
    free(conn->name);
    free(conn->tenant);
    free(conn->session_id);
    free(conn->device);
    free(conn->token);
    free(conn->client_id);
    free(conn->consultant_id);
    free(conn->scopes);
    free(conn);
}

static void drop_out(struct conn *conn)
{
    while (conn->out != NULL) {
        struct out_frame *next = conn->out->next;
        frame_unref(conn->out->frame);
        free(conn->out);
        conn->out = next;
    }
    conn->out_end = &conn->out;
    conn->out_count = 0;
}

static void leave_late(struct conn *conn)
{
    struct push *push = conn->push;
    struct conn **link = &push->late;
    while (*link != conn)
        link = &(*link)->late_next;
    *link = conn->late_next;
    if (push->late_end == &conn->late_next)
        push->late_end = link;
    conn->late = false;
}

static void leave_eager(struct conn *conn)
{
    struct push *push = conn->push;
    struct conn **link = &push->eager;
    while (*link != conn)
        link = &(*link)->eager_next;
    *link = conn->eager_next;
    if (push->eager_end == &conn->eager_next)
        push->eager_end = link;
    conn->eager = false;
}

void conn_closed(struct conn *conn)
{
    struct push *push = conn->push;
    conn->session = NULL;
    conn->state = CONN_CLOSING;
    presence_leave(conn);
    ops_abandon(conn);
    texts_abandon(conn);
    snapshot_free(conn);
    if (conn->audience != NULL)
        audience_leave(conn->audience, conn);
    if (conn->late)
        leave_late(conn);
    if (conn->eager)
        leave_eager(conn);
    drop_out(conn);
    if (conn->previous != NULL)
        conn->previous->next = conn->next;
    else
        push->conns = conn->next;
    if (conn->next != NULL)
        conn->next->previous = conn->previous;
    push->count--;
    metrics_set(push->app->metrics, METRIC_SYNC_CONNECTIONS, push->count);
    conn_unref(conn);
}

bool conn_gone(const struct conn *conn)
{
    return conn->session == NULL || conn->state == CONN_CLOSING;
}

// --- what goes out --------------------------------------------------------------------------------------------------

static void want_write(struct conn *conn)
{
    if (conn->session != NULL)
        socket_wants_write(conn->session);
}

void conn_send_frame(struct conn *conn, struct frame *frame)
{
    if (conn->session == NULL) {
        frame_unref(frame);
        return;
    }
    struct out_frame *out = calloc(1, sizeof *out);
    CHECK(out != NULL);
    out->frame = frame;
    *conn->out_end = out;
    conn->out_end = &out->next;
    conn->out_count++;
    conn_balance(conn);
    want_write(conn);
}

void conn_send(struct conn *conn, struct buf *text)
{
    conn_send_frame(conn, frame_create(text->data, text->len, false));
    buf_clear(text);
}

void conn_fail_with(struct conn *conn, const struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    if (conn_gone(conn))
        return;
    write_err(&text, err);
    conn_send(conn, &text);
    conn->state = CONN_CLOSING;
    conn->deadline = host_monotonic_us() + CLOSE_US;
    snapshot_free(conn);
    presence_leave(conn);
}

void conn_fail(struct conn *conn, enum err_code code, const char *message)
{
    struct err err = { 0 };
    err_set(&err, code, "%s", message);
    conn_fail_with(conn, &err);
}

void conn_bye(struct conn *conn)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    uint32_t random;
    if (conn_gone(conn))
        return;
    host_random(&random, sizeof random);
    int64_t spread = 500 + conn->push->count * 2; // so that not everyone comes back at once
    write_bye(&text, 200 + (int64_t)(random % (uint64_t)(spread > 15000 ? 15000 : spread)), "restart");
    conn_send(conn, &text);
    conn->state = CONN_CLOSING;
    conn->deadline = host_monotonic_us() + CLOSE_US;
    snapshot_free(conn);
    presence_leave(conn);
}

bool conn_wants_close(const struct conn *conn)
{
    return conn->state == CONN_CLOSING && conn->out == NULL;
}

void conn_balance(struct conn *conn)
{
    bool pause = conn->op_count >= SYNC_OPS_MAX || conn->out_count >= OUT_PAUSE;
    if (conn->session == NULL || pause == conn->paused)
        return;
    conn->paused = pause;
    socket_pause(conn->session, pause);
}

static struct frame *take_out(struct conn *conn)
{
    struct out_frame *out = conn->out;
    struct frame *frame = out->frame;
    conn->out = out->next;
    if (conn->out == NULL)
        conn->out_end = &conn->out;
    conn->out_count--;
    free(out);
    conn_balance(conn);
    return frame;
}

void push_later(struct push *push, struct conn *conn, int64_t in_us)
{
    if (conn->late)
        return;
    conn->late = true;
    conn->late_next = NULL;
    push_ring_in(push, in_us);
    *push->late_end = conn;
    push->late_end = &conn->late_next;
}

static void be_eager(struct conn *conn)
{
    struct push *push = conn->push;
    if (conn->eager)
        return;
    conn->eager = true;
    conn->eager_next = NULL;
    *push->eager_end = conn;
    push->eager_end = &conn->eager_next;
}

void conn_mark_dirty(struct conn *conn, int64_t from)
{
    if (!conn->dirty && conn->cursor < from)
        conn->cursor = from;
    conn->dirty = true;
    if (conn->state == CONN_LIVE && !conn->late && !conn->reading)
        be_eager(conn);
}

void conn_write_eager(struct push *push)
{
    struct conn *conn;
    while ((conn = push->eager) != NULL) {
        push->eager = conn->eager_next;
        if (push->eager == NULL)
            push->eager_end = &push->eager;
        conn->eager = false;
        if (conn->session != NULL)
            socket_write(conn->session);
    }
}

void conn_go_live(struct conn *conn, int64_t cursor)
{
    conn->state = CONN_LIVE;
    conn->told = conn->cursor = cursor;
    if (conn->scopes == NULL)
        conn->scopes = strdup(conn->audience->principals);
    CHECK(conn->scopes != NULL);
    conn->dirty = cursor < feed_head(conn->audience->feed);
    conn->reading = false;
    conn->life++;
    want_write(conn);
}

static struct frame *ready_frame(struct conn *conn)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    conn->catching_up = false;
    write_ready(&text, conn->told, -1, 0, NULL);
    return frame_create(text.data, text.len, false);
}

// Nothing to see up to the head; still the client has to learn how far it is when it waits for an operation of its own.
static struct frame *nothing_to_see(struct conn *conn, int64_t head)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    conn->dirty = false;
    if (conn->told < head && (conn->told < conn->wanted || conn->catching_up)) {
        write_chg_begin(&text, conn->told, head, false);
        write_chg_end(&text);
        conn->told = head;
        if (conn->catching_up)
            want_write(conn);
        return frame_create(text.data, text.len, false);
    }
    return conn->catching_up ? ready_frame(conn) : NULL;
}

static struct frame *poke_frame(struct conn *conn)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    if (conn->poked)
        return NULL;
    conn->poked = true;
    write_poke(&text, feed_head(conn->audience->feed));
    return frame_create(text.data, text.len, false);
}

// The first change goes at once, those of a burst together.
static struct frame *live_frame(struct conn *conn, bool backed_up)
{
    struct frame *frame = NULL;
    if (backed_up) {
        push_later(conn->push, conn, BACKED_UP_US);
        return poke_frame(conn);
    }
    int64_t now = host_monotonic_us();
    if (now - conn->frame_at < BURST_US && !conn->catching_up) {
        push_later(conn->push, conn, conn->frame_at + BURST_US - now);
        return NULL;
    }
    conn->poked = false;
    int64_t head = feed_head(conn->audience->feed);
    switch (feed_frame(conn->audience, conn->told, conn->cursor, &frame)) {
    case FEED_NOTHING:
        return nothing_to_see(conn, head);
    case FEED_READ:
        log_page_start(conn);
        return NULL;
    case FEED_FRAME:
        break;
    }
    conn->dirty = false;
    conn->told = head;
    conn->frame_at = now;
    if (conn->catching_up)
        want_write(conn);
    return frame;
}

struct frame *conn_next_frame(struct conn *conn, bool backed_up)
{
    if (conn->out != NULL) {
        struct frame *frame = take_out(conn);
        if (conn->out != NULL || conn->dirty || conn->catching_up || conn->state == CONN_CLOSING)
            want_write(conn);
        if (conn->state == CONN_SNAPSHOT && !backed_up)
            snapshot_continue(conn);
        texts_continue(conn);
        return frame;
    }
    if (conn->state == CONN_SNAPSHOT)
        snapshot_continue(conn);
    if (conn->state != CONN_LIVE || conn->reading || conn->late)
        return NULL;
    if (conn->dirty)
        return live_frame(conn, backed_up);
    return conn->catching_up ? ready_frame(conn) : NULL;
}
