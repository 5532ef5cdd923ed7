// What the parts of the net thread share.
#pragma once

#include "tui/net/http.h"
#include "tui/net/loop.h"
#include "tui/net/net.h"
#include "tui/net/session.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SLOTS_WAITING_MAX = 16 };

struct net {
    struct model *model;
    struct feed *feed;
    struct http *http;
    struct loop *loop;
    pthread_t thread;
    atomic_bool stop;

    struct arena device_arena;
    struct device device; // as last read
    bool device_known;
    int64_t linked_account; // of the present connection

    struct session session;
    bool online;  // the connection is up to date
    bool too_old; // the server said so, and nothing else since
    unsigned attempt;
    int64_t next_try; // machine ms, 0 at once
    int64_t lost_at;  // machine ms: offline since; 0: never was online
    char why[ERR_MESSAGE_MAX];
    unsigned breaks; // of the protocol by the server, in a row
    struct connection said;
    bool said_any;

    bool refreshing, access_bad;
    int64_t refresh_after;                      // machine ms
    int revoking;                               // calls under way
    struct request *waiting[SLOTS_WAITING_MAX]; // for a token
    size_t waiting_count;
    char trouble[ERR_MESSAGE_MAX];
    int64_t trouble_at;
};

int64_t net_now(const struct net *net);   // machine, UTC ms
int64_t net_monotonic(void);              // ms
void net_device_changed(struct net *net); // read it again
void net_read_device(struct net *net);
// Signed in, to the server that was asked for.
bool net_signed_in(const struct net *net);
// The access token is good for a while yet.
bool net_access_fresh(const struct net *net);
void net_trouble(struct net *net, const struct err *err);

// --- calls.c: HTTP
void net_take_requests(struct net *net);
void net_take_answers(struct net *net);
// Asks for fresh tokens, unless that is under way.
void net_refresh(struct net *net);

// --- net.c
// Everything but the thread: whoever turns the loop has the conversation. net_start() and net_stop() are these two and
// a thread.
bool net_open(struct net **ret_net, struct model *model, struct err *err);
void net_close(struct net *net);
void net_say_goodbye(struct net *net);
// Tries again at once.
void net_try_now(struct net *net);
// The connection's end, for whatever reason.
void net_retry_later(struct net *net, const char *why);
