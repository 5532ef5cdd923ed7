#include "server/push/session.h"

#include "server/core/metrics.h"
#include "server/push/conn.h"

#include <assert.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

enum { FRAGMENTS_MAX = 256, UNSENT_MAX = 256 * 1024 };

static_assert(FRAME_HEADROOM >= LWS_PRE, "the websocket's header goes before the payload");

struct push_session {
    struct lws *wsi;
    struct conn *conn;
    struct buf message; // of which some has come; empty between messages
    unsigned fragments;
    int unsent_at_most; // bytes in the kernel
};

const size_t push_session_size = sizeof(struct push_session);

void socket_wants_write(struct push_session *session)
{
    lws_callback_on_writable(session->wsi);
}

void socket_pause(struct push_session *session, bool pause)
{
    lws_rx_flow_control(session->wsi, !pause);
}

void socket_end(struct push_session *session)
{
    lws_set_timeout(session->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

static int hang_up(struct push_session *session, enum lws_close_status status, const char *why)
{
    char text[64];
    int size = snprintf(text, sizeof text, "%s", why);
    lws_close_reason(session->wsi, status, (unsigned char *)text, (size_t)size);
    return -1;
}

// --- what comes in --------------------------------------------------------------------------------------------------

static int receive(struct push_session *session, const char *data, size_t size)
{
    struct lws *wsi = session->wsi;
    bool whole = lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0;
    if (lws_frame_is_binary(wsi))
        return hang_up(session, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "text only");
    if (session->message.len + size > SYNC_FRAME_MAX || lws_remaining_packet_payload(wsi) > SYNC_FRAME_MAX)
        return hang_up(session, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "too large");
    if (++session->fragments > FRAGMENTS_MAX)
        return hang_up(session, LWS_CLOSE_STATUS_POLICY_VIOLATION, "too many fragments");
    if (whole && session->message.len == 0) {
        session->fragments = 0;
        conn_message(session->conn, data, size);
        return 0;
    }
    buf_add(&session->message, data, size);
    if (!whole)
        return 0;
    struct buf message = session->message;
    session->message = (struct buf){ 0 };
    session->fragments = 0;
    conn_message(session->conn, message.data, message.len);
    buf_free(&message);
    return 0;
}

// --- what goes out --------------------------------------------------------------------------------------------------

// The peer does not read: more than this lies in the kernel, which is asked only when it may be so.
static bool is_backed_up(struct push_session *session)
{
    int unsent = 0;
    if (session->unsent_at_most <= UNSENT_MAX)
        return false;
    if (ioctl(lws_get_socket_fd(session->wsi), SIOCOUTQ, &unsent) == 0)
        session->unsent_at_most = unsent;
    return session->unsent_at_most > UNSENT_MAX;
}

static int send_frame(struct push_session *session, struct frame *frame)
{
    struct metrics *metrics = session->conn->push->app->metrics;
    int written = lws_write(session->wsi, frame->bytes + FRAME_HEADROOM, frame->size,
                            frame->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
    metrics_add(metrics, METRIC_SYNC_FRAMES_OUT, 1);
    metrics_add(metrics, METRIC_SYNC_BYTES_OUT, (int64_t)frame->size);
    session->unsent_at_most += (int)frame->size + FRAME_HEADROOM;
    frame_unref(frame);
    return written < 0 ? -1 : 0;
}

static int writable(struct push_session *session)
{
    struct conn *conn = session->conn;
    if (conn_wants_close(conn))
        return hang_up(session,
                       conn->push->draining ? LWS_CLOSE_STATUS_GOINGAWAY : LWS_CLOSE_STATUS_POLICY_VIOLATION,
                       conn->push->draining ? "bye" : "err");
    struct frame *frame = conn_next_frame(conn, is_backed_up(session));
    return frame == NULL ? 0 : send_frame(session, frame);
}

void socket_write(struct push_session *session)
{
    if (lws_partial_buffered(session->wsi) != 0 || conn_wants_close(session->conn))
        lws_callback_on_writable(session->wsi);
    else if (writable(session) != 0)
        socket_end(session);
}

// --- callbacks ------------------------------------------------------------------------------------------------------

static void open_session(struct push *push, struct lws *wsi, struct push_session *session)
{
    session->wsi = wsi;
    session->conn = conn_open(push, session);
}

static void close_session(struct push_session *session)
{
    if (session == NULL || session->conn == NULL)
        return;
    struct conn *conn = session->conn;
    session->conn = NULL;
    buf_free(&session->message);
    conn_closed(conn);
}

int push_session_event(struct push *push, struct lws *wsi, enum lws_callback_reasons reason,
                       struct push_session *session, void *in, size_t size)
{
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        open_session(push, wsi, session);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        return session->conn == NULL ? -1 : receive(session, in, size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return session->conn == NULL ? 0 : writable(session);
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED:
        close_session(session);
        return 0;
    default:
        return 0;
    }
}
