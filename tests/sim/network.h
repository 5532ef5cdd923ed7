// The network between devices and the server: websockets as two lanes of whole messages, and HTTP calls as errands.
//
// A connection keeps the order of its messages and loses nothing until it is cut; then the tail of each lane is lost,
// and each end learns of it when its lane has been delivered. Until then the server hears an old connection beside a new
// one. A hostile network loses, doubles and swaps whole messages besides, which TCP never does.
#pragma once

#include "shared/base/buf.h"
#include "tests/sim/chance.h"

#include <stdbool.h>

struct seat;         // seat.h
struct http_call;    // tui/net/http.h
struct op_request;   // server/core/engine.h
struct push_session; // server/push/session.h
struct loop;         // tui/net/loop.h

enum parcel_kind { PARCEL_OPEN, PARCEL_DATA, PARCEL_CLOSE };

struct parcel {
    enum parcel_kind kind;
    bool binary;
    struct buf bytes;
    struct parcel *next;
};

struct lane {
    struct parcel *first, **end;
    size_t count, bytes;
};

struct wire {
    int id;
    struct seat *seat;
    struct loop *client;         // NULL once that end has left or learned of the end
    struct push_session *server; // the same; NULL before it has accepted
    struct lane up, down;
    bool cut; // what is sent from now on is lost
};

enum errand_state { ERRAND_ASKED, ERRAND_RUNS, ERRAND_ANSWERED };

struct errand { // one HTTP call on its way there, at the server, on its way back
    struct seat *seat;
    struct http_call *call; // NULL: who asked is gone
    enum errand_state state;
    bool lost;
    char *method, *path, *token, *body;
    int status;
    struct buf answer;
    struct errand *next;
};

void network_reset(struct chance chance, bool hostile);
// Everything ends; both ends must be gone.
void network_clear(void);
void network_set_hostile(bool hostile);

// A client connects: PARCEL_OPEN goes up, and comes down when the server has accepted.
struct wire *wire_connect(struct seat *seat, struct loop *client);
void wire_send_up(struct wire *wire, const void *data, size_t size, bool binary);
void wire_send_down(struct wire *wire, const void *data, size_t size, bool binary);
void wire_accept(struct wire *wire, struct push_session *server);
// One end leaves of its own accord: what it sent before still arrives.
void wire_leave_up(struct wire *wire);
void wire_leave_down(struct wire *wire);
// The connection breaks: a tail of both lanes is lost.
void wire_cut(struct wire *wire);
// The same because one end's machine died.
void network_lost_seat(struct seat *seat);
void network_lost_server(void);
void network_cut_seat(struct seat *seat); // all its connections and errands

// Takes the call; it comes back through seat_errand_done().
struct errand *errand_send(struct seat *seat, struct http_call *call, const char *method, const char *path,
                           const char *token, const char *body);
void errand_answer(struct errand *errand, int status, const char *text, size_t size);

// Delivers one message of some connection, or moves one errand. False: nothing is under way.
bool network_step(void);
bool network_is_quiet(void);
