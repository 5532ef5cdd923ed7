#include "tests/sim/sockets.h"

#include "server/push/conn.h"
#include "tests/sim/bugs.h"
#include "tests/sim/prove.h"
#include "tests/sim/server.h"

#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 8,
    UNSENT_MAX = 256 * 1024
}; // frames that lie in the kernel; bytes, as server/push/session.c

struct push_session {
    struct wire *wire;
    struct conn *conn;
    bool wants_write, paused, ended;
    struct push_session *next;
};

static struct push_session *sessions;

// What server/push asks of a socket ---------------------------------------------------------------------------------

void socket_wants_write(struct push_session *session)
{
    session->wants_write = true;
}

// A socket that is clear: it is written to when its turn comes, as any other.
void socket_write(struct push_session *session)
{
    session->wants_write = true;
}

void socket_pause(struct push_session *session, bool pause)
{
    session->paused = pause;
}

void socket_end(struct push_session *session)
{
    session->ended = true;
}

// Its life ----------------------------------------------------------------------------------------------------------

void sockets_open(struct push *push, struct wire *wire)
{
    struct push_session *session = calloc(1, sizeof *session);
    CHECK(session != NULL);
    session->wire = wire;
    session->next = sessions;
    sessions = session;
    wire_accept(wire, session);
    session->conn = conn_open(push, session);
}

bool sockets_read(const struct push_session *session)
{
    return !session->paused;
}

// The wire has let go of it already, or is about to.
static void end(struct push_session *session)
{
    struct push_session **link = &sessions;
    while (*link != session)
        link = &(*link)->next;
    *link = session->next;
    conn_closed(session->conn);
    free(session);
}

void sockets_close(struct push_session *session)
{
    session->wire->server = NULL;
    end(session);
}

void sockets_close_all(void)
{
    while (sessions != NULL)
        sockets_close(sessions);
}

static void hang_up(struct push_session *session)
{
    wire_leave_down(session->wire);
    end(session);
}

void sockets_receive(struct push_session *session, const struct parcel *parcel)
{
    if (parcel->binary || parcel->bytes.len > SYNC_FRAME_MAX)
        hang_up(session);
    else {
        prove_client_says(session->conn->device, buf_text(&parcel->bytes), parcel->bytes.len);
        conn_message(session->conn, buf_text(&parcel->bytes), parcel->bytes.len);
    }
}

// Going out ---------------------------------------------------------------------------------------------------------

static void send(struct push_session *session, struct frame *frame)
{
    const char *text = (const char *)frame->bytes + FRAME_HEADROOM;
    CLEANUP(buf_free) struct buf bytes = { 0 };
    buf_add(&bytes, text, frame->size);
    if (!frame->binary) {
        prove_server_says(session->conn->device, session->conn->user_id, buf_text(&bytes), bytes.len);
        bugs_touch_frame(&bytes);
    }
    wire_send_down(session->wire, bytes.data, bytes.len, frame->binary);
    frame_unref(frame);
}

static void write_one(struct push_session *session)
{
    session->wants_write = false;
    if (session->ended || conn_wants_close(session->conn)) {
        hang_up(session);
        return;
    }
    struct frame *frame = conn_next_frame(session->conn, session->wire->down.bytes > UNSENT_MAX);
    if (frame != NULL)
        send(session, frame);
}

static bool may_write(const struct push_session *session)
{
    return session->ended || (session->wants_write && session->wire->down.count < WINDOW);
}

bool sockets_step(struct chance *chance)
{
    unsigned count = 0;
    for (const struct push_session *session = sessions; session != NULL; session = session->next)
        count += may_write(session);
    if (count == 0)
        return false;
    unsigned chosen = chance_below(chance, count);
    for (struct push_session *session = sessions; session != NULL; session = session->next)
        if (may_write(session) && chosen-- == 0) {
            write_one(session);
            return true;
        }
    return false;
}
