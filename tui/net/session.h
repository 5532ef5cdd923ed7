// One connection's conversation with the server, without the socket: messages in, messages out (handbook SYNC,
// shared/wire/messages.h). What it learns goes to the feed.
#pragma once

#include "tui/model/feed.h"

enum session_end {
    SESSION_GOES_ON,
    SESSION_BROKEN,  // the server broke the protocol, or this device cannot store: err says
    SESSION_STALE,   // the cache was emptied (or belongs to somebody else now): connect again at once
    SESSION_DENIED,  // the token is no longer good
    SESSION_BYE,     // the server goes; come back after `come_back` ms
    SESSION_TOO_OLD, // this program is too old for the server
};

struct session {
    struct feed *feed;
    struct model *model;
    const char *user_id;                        // whose it is: presence of others leaves them out
    void (*send)(void *user, struct buf *text); // takes the text
    void *user;

    bool welcomed, current;       // current: up to date with the server
    bool again;                   // tables come once more: what else is told meanwhile is void
    int64_t pages;                // of the snapshot, on this connection
    bool too_old;                 // the server takes operations and tells nothing
    char notice[ERR_MESSAGE_MAX]; // its words about that
    int64_t loaded;               // rows of a snapshot so far
    int64_t told_cursor, told_at; // what `cur` said last, and when (monotonic ms)
    int64_t rows_since;
    int64_t heard_at; // monotonic ms of the last byte
    int64_t pinged_at, beat_at;
    unsigned place_told;   // port_place() as the server was told
    struct page_rows rows; // of the message being received
    int64_t come_back;
    bool ops_wait; // there may be operations to send
};

// Says hello. now: monotonic ms, here and below.
bool session_begin(struct session *session, const char *token, int64_t now, struct err *err);
// Some of a message came: on a slow line one takes longer than a server may be silent.
void session_heard(struct session *session, int64_t now);
enum session_end session_receive(struct session *session, const void *data, size_t size, bool binary,
                                 int64_t now, struct err *err);
// Ping, cursor, presence, operations: whatever is due.
enum session_end session_tick(struct session *session, int64_t now, struct err *err);
// A fresh access token.
void session_renew(struct session *session, const char *token);
