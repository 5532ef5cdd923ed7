// One connected client program. Internal to server/push.
//
// A connection starts in CONN_HELLO, is checked by a reader thread, receives a snapshot or what it missed, and then
// lives in CONN_LIVE: clean (it was told everything that it may see) or dirty (there is something behind `cursor`).
#pragma once

#include "server/push/feed.h"
#include "server/push/messages.h"
#include "server/push/push.h"

struct push_session;

enum conn_state {
    CONN_HELLO,    // waits for the first message
    CONN_CHECKING, // the token is being checked
    CONN_SNAPSHOT, // pages are being sent
    CONN_LIVE,
    CONN_OUTBOX,  // a program that is too old: its operations are taken, it is told nothing
    CONN_CLOSING, // what is queued is sent, then the socket closes
};

struct out_frame {
    struct frame *frame;
    struct out_frame *next;
};

struct pending_op; // ops.c
struct text_ask;   // texts.c
struct room;       // presence.c
struct snapshot;   // snapshot.c

struct caret {
    int note;       // note_kind_words; -1: none
    char agent[17]; // 16 hex digits
    int64_t seq;
};

struct conn {
    struct push *push;
    struct push_session *session; // NULL once the socket is gone
    unsigned refs;                // the socket's, and one for each work under way
    enum conn_state state;
    struct conn *previous, *next; // all connections

    char *user_id, *name, *tenant, *session_id, *device, *token; // NULL before sign-in
    unsigned roles;                                              // the account's, as of the last look
    char *client_id, *consultant_id;
    char *scopes; // principals whose rows the client was sent; NULL before it is live
    struct audience *audience;
    struct conn *audience_previous, *audience_next;

    int64_t told;   // the last seq the client was told, its cursor
    int64_t cursor; // it heard of everything up to here, and while it is clean up to the head of its feed
    int64_t wanted; // the greatest seq of its own operations: it must be told that far
    bool dirty;
    bool reading;     // a page of the change log is being read
    bool catching_up; // `ready` is owed when nothing is left
    unsigned life;    // counts hellos and resets, so that work begun before is known
    bool poked;
    bool late; // in the list of those that wait for their 30 ms
    struct conn *late_next;
    bool eager; // in the list of those that are written to when the changes at hand have been taken
    struct conn *eager_next;
    int64_t frame_at; // when the last chg went out, monotonic us
    struct snapshot *snapshot;
    int64_t snapshot_at; // of the snapshot that was sent whole; 0 none

    struct out_frame *out, **out_end;
    size_t out_count;
    struct pending_op *ops, **ops_end;
    unsigned op_count;
    bool paused; // its input is not read

    struct text_ask *texts, **texts_end; // asked for, and not begun
    unsigned text_count, texts_under_way;
    unsigned life_of_texts; // counts what was asked for in vain, so that late answers are known

    struct room *room;
    struct conn *room_next;
    int64_t number; // of the connection: a device, to those in its room
    int room_state;
    unsigned room_roles; // who the person is there, bits of enum role: decides whose carets they see
    struct caret caret;
    int64_t room_until, room_checked_at;

    int64_t deadline;         // for hello, or for closing; 0 none
    int64_t check_at;         // when the session is looked at again
    unsigned checks, checked; // looks begun; the latest that was heeded
    int64_t busy_until;       // a bucket of messages, as a time when it is full again
};

struct push {
    struct app *app;
    struct feed **feeds;
    size_t feed_count;
    struct conn *conns;
    int64_t count;
    int64_t last_number;           // of a connection
    struct conn *late, **late_end; // those that wait to be written to
    struct conn *eager, **eager_end;
    int64_t alarm_at; // when it rings; monotonic us, 0: not asked for
    struct room *rooms;
    bool draining;
    int64_t started_at;  // UTC ms
    int64_t restored_at; // when the server went back to a backup, as far as it knows; UTC ms
    bool sweep_wanted;   // a session was revoked, nobody knows whose
    int64_t swept_at;
    void (*alarm)(void *user, int64_t in_us);
    void *alarm_user;
    void (*changed)(void *user, const struct change_batch *batch); // NULL: nobody else listens
    void *changed_user;
};

// --- conn.c: life, what goes out
struct conn *conn_open(struct push *push, struct push_session *session);
void conn_closed(struct conn *conn); // the socket is gone
struct conn *conn_ref(struct conn *conn);
void conn_unref(struct conn *conn);
bool conn_gone(const struct conn *conn); // closed or closing: results of work are dropped
// The next frame to send, one reference for the caller; NULL when there is none now. backed_up: too much is unsent.
struct frame *conn_next_frame(struct conn *conn, bool backed_up);
bool conn_wants_close(const struct conn *conn);

void conn_send(struct conn *conn, struct buf *text);          // takes the text, leaves the buffer empty
void conn_send_frame(struct conn *conn, struct frame *frame); // takes the reference
// Says err and closes.
void conn_fail(struct conn *conn, enum err_code code, const char *message);
void conn_fail_with(struct conn *conn, const struct err *err);
void conn_bye(struct conn *conn);
void conn_mark_dirty(struct conn *conn, int64_t from);
// Writes to everyone marked since the last time, at once where the socket is clear.
void conn_write_eager(struct push *push);
void conn_go_live(struct conn *conn, int64_t cursor);
// Nothing more is read while the client has too much under way, or does not read its answers.
void conn_balance(struct conn *conn);

// --- receive.c: a whole message; one that is wrong closes the connection
void conn_message(struct conn *conn, const char *text, size_t size);

// --- push.c
struct feed *push_feed(struct push *push, const char *tenant, int64_t head);
void push_later(struct push *push, struct conn *conn, int64_t in_us);
void push_ring_in(struct push *push, int64_t in_us); // push_rang() then, or earlier

// --- hello.c: who it is
void hello_received(struct conn *conn, const struct msg_hello *hello);
// Looks at the session again, with this token or the one it has (NULL).
void conn_check(struct conn *conn, const char *token);
// All is to be fetched anew.
void conn_reset(struct conn *conn, const char *why);

// --- snapshot.c
void snapshot_start(struct conn *conn, int64_t at, const struct msg_resume *resume);
// Some tables of the last one once more: the client's sums differ.
void snapshot_again(struct conn *conn, const struct msg_again *again);
void snapshot_continue(struct conn *conn); // when there is room for another page
void snapshot_free(struct conn *conn);

// --- log_page.c: what it missed, from the change log
void log_page_start(struct conn *conn);

// --- scopes.c
// What the client may see is no longer what it was sent (conn->scopes): sends the difference.
void scopes_change(struct conn *conn);

// --- ops.c
void ops_received(struct conn *conn, const cJSON *message);
void ops_abandon(struct conn *conn);

// --- texts.c
void texts_received(struct conn *conn, const cJSON *message);
void texts_continue(struct conn *conn); // when there is room for another answer
void texts_abandon(struct conn *conn);

// --- presence.c
void presence_received(struct conn *conn, const struct msg_presence *presence);
void presence_leave(struct conn *conn);
void presence_tick(struct push *push, int64_t now);
// A consultation changed, and who may see it now: who may not leaves its room.
void presence_changed(struct push *push, const char *tenant, const struct change_entry *entry);

// --- session.c
void socket_wants_write(struct push_session *session);
// Sends the next frame now unless something is still in the way; then as soon as it is gone.
void socket_write(struct push_session *session);
void socket_end(struct push_session *session); // without another word
void socket_pause(struct push_session *session, bool pause);
