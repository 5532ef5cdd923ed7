#include "tests/sim/network.h"

#include "tests/sim/seat.h"
#include "tests/sim/server.h"
#include "tests/sim/trace.h"

#include <stdlib.h>
#include <string.h>

enum { WIRES_MAX = 64, HOSTILE_EVERY = 6 };

static struct {
    struct chance chance;
    bool hostile;
    struct wire *wires[WIRES_MAX];
    size_t wire_count;
    int next_id;
    struct errand *errands;
} network;

// Lanes -----------------------------------------------------------------------------------------------------------

static void lane_init(struct lane *lane)
{
    *lane = (struct lane){ .end = &lane->first };
}

static void lane_add(struct lane *lane, enum parcel_kind kind, const void *data, size_t size, bool binary)
{
    struct parcel *parcel = calloc(1, sizeof *parcel);
    CHECK(parcel != NULL);
    parcel->kind = kind;
    parcel->binary = binary;
    buf_add(&parcel->bytes, data, size);
    *lane->end = parcel;
    lane->end = &parcel->next;
    lane->count++;
    lane->bytes += size;
}

static struct parcel *lane_take(struct lane *lane)
{
    struct parcel *parcel = lane->first;
    if (parcel == NULL)
        return NULL;
    lane->first = parcel->next;
    if (lane->first == NULL)
        lane->end = &lane->first;
    lane->count--;
    lane->bytes -= parcel->bytes.len;
    return parcel;
}

static void parcel_free(struct parcel *parcel)
{
    buf_free(&parcel->bytes);
    free(parcel);
}

static void lane_drop_after(struct lane *lane, size_t kept)
{
    struct lane rest = *lane;
    lane_init(lane);
    for (size_t i = 0; rest.first != NULL; i++) {
        struct parcel *parcel = lane_take(&rest);
        if (i < kept)
            lane_add(lane, parcel->kind, parcel->bytes.data, parcel->bytes.len, parcel->binary);
        parcel_free(parcel);
    }
}

// A tail is lost, then the end shows.
static void lane_break(struct lane *lane)
{
    lane_drop_after(lane, chance_below(&network.chance, (unsigned)lane->count + 1));
    lane_add(lane, PARCEL_CLOSE, "", 0, false);
}

// Connections -----------------------------------------------------------------------------------------------------

void network_reset(struct chance chance, bool hostile)
{
    memset(&network, 0, sizeof network);
    network.chance = chance;
    network.hostile = hostile;
}

void network_set_hostile(bool hostile)
{
    network.hostile = hostile;
}

struct wire *wire_connect(struct seat *seat, struct loop *client)
{
    struct wire *wire = calloc(1, sizeof *wire);
    CHECK(wire != NULL && network.wire_count < WIRES_MAX);
    wire->id = network.next_id++;
    wire->seat = seat;
    wire->client = client;
    lane_init(&wire->up);
    lane_init(&wire->down);
    lane_add(&wire->up, PARCEL_OPEN, "", 0, false);
    network.wires[network.wire_count++] = wire;
    trace("wire %d: %s connects", wire->id, seat_name(seat));
    return wire;
}

void wire_accept(struct wire *wire, struct push_session *server)
{
    wire->server = server;
    lane_add(&wire->down, PARCEL_OPEN, "", 0, false);
}

void wire_send_up(struct wire *wire, const void *data, size_t size, bool binary)
{
    if (!wire->cut)
        lane_add(&wire->up, PARCEL_DATA, data, size, binary);
}

void wire_send_down(struct wire *wire, const void *data, size_t size, bool binary)
{
    if (!wire->cut)
        lane_add(&wire->down, PARCEL_DATA, data, size, binary);
}

void wire_leave_up(struct wire *wire)
{
    wire->client = NULL;
    if (!wire->cut)
        lane_add(&wire->up, PARCEL_CLOSE, "", 0, false);
}

void wire_leave_down(struct wire *wire)
{
    wire->server = NULL;
    if (!wire->cut)
        lane_add(&wire->down, PARCEL_CLOSE, "", 0, false);
}

void wire_cut(struct wire *wire)
{
    if (wire->cut)
        return;
    trace("wire %d is cut", wire->id);
    wire->cut = true;
    lane_break(&wire->up);
    lane_break(&wire->down);
}

static void wire_free(struct wire *wire)
{
    lane_drop_after(&wire->up, 0);
    lane_drop_after(&wire->down, 0);
    free(wire);
}

static void bury_dead(void)
{
    size_t left = 0;
    for (size_t i = 0; i < network.wire_count; i++) {
        struct wire *wire = network.wires[i];
        bool opening = wire->up.first != NULL && wire->up.first->kind == PARCEL_OPEN;
        if (wire->client == NULL && wire->server == NULL && !opening)
            wire_free(wire);
        else
            network.wires[left++] = wire;
    }
    network.wire_count = left;
}

void network_lost_seat(struct seat *seat)
{
    for (size_t i = 0; i < network.wire_count; i++) {
        struct wire *wire = network.wires[i];
        if (wire->seat != seat)
            continue;
        wire_cut(wire);
        wire->client = NULL;
    }
    for (struct errand *errand = network.errands; errand != NULL; errand = errand->next)
        if (errand->seat == seat)
            errand->call = NULL;
    bury_dead();
}

void network_lost_server(void)
{
    for (size_t i = 0; i < network.wire_count; i++) {
        wire_cut(network.wires[i]);
        lane_drop_after(&network.wires[i]->up, 0);
        network.wires[i]->server = NULL;
    }
    for (struct errand *errand = network.errands; errand != NULL; errand = errand->next)
        errand->lost = errand->lost || errand->state != ERRAND_ANSWERED;
    bury_dead();
}

void network_cut_seat(struct seat *seat)
{
    for (size_t i = 0; i < network.wire_count; i++)
        if (network.wires[i]->seat == seat)
            wire_cut(network.wires[i]);
    for (struct errand *errand = network.errands; errand != NULL; errand = errand->next)
        if (errand->seat == seat && errand->state != ERRAND_RUNS)
            errand->lost = true;
}

// Errands ---------------------------------------------------------------------------------------------------------

static char *copy(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

struct errand *errand_send(struct seat *seat, struct http_call *call, const char *method, const char *path,
                           const char *token, const char *body)
{
    struct errand *errand = calloc(1, sizeof *errand);
    CHECK(errand != NULL);
    *errand = (struct errand){
        .seat = seat,
        .call = call,
        .method = copy(method),
        .path = copy(path),
        .token = copy(token),
        .body = copy(body),
    };
    struct errand **end = &network.errands;
    while (*end != NULL)
        end = &(*end)->next;
    *end = errand;
    trace("%s asks %s %s", seat_name(seat), method, path);
    return errand;
}

void errand_answer(struct errand *errand, int status, const char *text, size_t size)
{
    errand->state = ERRAND_ANSWERED;
    errand->status = status;
    buf_add(&errand->answer, text, size);
}

static void errand_end(struct errand *errand)
{
    struct errand **link = &network.errands;
    while (*link != errand)
        link = &(*link)->next;
    *link = errand->next;
    free(errand->method);
    free(errand->path);
    free(errand->token);
    free(errand->body);
    buf_free(&errand->answer);
    free(errand);
}

static void errand_move(struct errand *errand)
{
    bool reachable = seat_has_link(errand->seat) && (errand->state == ERRAND_ANSWERED || server_is_up());
    if (!errand->lost && reachable && errand->state == ERRAND_ASKED) {
        errand->state = ERRAND_RUNS;
        server_errand(errand);
        return;
    }
    bool answered = !errand->lost && reachable;
    trace("%s: %s comes back with %d", seat_name(errand->seat), errand->path, answered ? errand->status : 0);
    if (errand->call != NULL)
        seat_errand_done(errand->seat, errand->call, answered ? errand->status : 0, buf_text(&errand->answer),
                         errand->answer.len);
    errand_end(errand);
}

// One that the server works on moves only when it was lost with the server.
static bool can_move(const struct errand *errand)
{
    return errand->state != ERRAND_RUNS || errand->lost;
}

// Delivering ------------------------------------------------------------------------------------------------------

static void tamper(struct lane *lane)
{
    struct parcel *first = lane->first, *second = first->next;
    if (!network.hostile || first->kind != PARCEL_DATA || !chance_once_in(&network.chance, HOSTILE_EVERY))
        return;
    switch (chance_below(&network.chance, 3)) {
    case 0:
        trace("a message is lost");
        parcel_free(lane_take(lane));
        break;
    case 1:
        trace("a message comes twice");
        lane_add(lane, first->kind, first->bytes.data, first->bytes.len, first->binary);
        break;
    default:
        if (second == NULL || second->kind != PARCEL_DATA)
            return;
        trace("two messages change places");
        first->next = second->next;
        second->next = first;
        lane->first = second;
        if (first->next == NULL)
            lane->end = &first->next;
        break;
    }
}

static void trace_parcel(const struct wire *wire, const char *way, const struct parcel *parcel)
{
    trace("wire %d %s: %s %zu", wire->id, way,
          parcel->kind == PARCEL_DATA   ? "data"
          : parcel->kind == PARCEL_OPEN ? "open"
                                        : "close",
          parcel->bytes.len);
    trace_bytes(parcel->bytes.data, parcel->bytes.len);
}

static void deliver_up(struct wire *wire)
{
    struct parcel *parcel = lane_take(&wire->up);
    trace_parcel(wire, "up", parcel);
    server_receive(wire, parcel);
    parcel_free(parcel);
}

static void deliver_down(struct wire *wire)
{
    struct parcel *parcel = lane_take(&wire->down);
    trace_parcel(wire, "down", parcel);
    seat_receive(wire, parcel);
    parcel_free(parcel);
}

// Nothing comes through to or from a seat whose link is down, and the server reads when it wants to.
static bool can_deliver(const struct wire *wire, bool up)
{
    const struct lane *lane = up ? &wire->up : &wire->down;
    if (lane->first == NULL || !seat_has_link(wire->seat))
        return false;
    return !up || server_reads(wire);
}

static void deliver(struct wire *wire, bool up)
{
    struct lane *lane = up ? &wire->up : &wire->down;
    tamper(lane);
    if (lane->first == NULL)
        return;
    if (up)
        deliver_up(wire);
    else
        deliver_down(wire);
    bury_dead();
}

bool network_step(void)
{
    unsigned choices = 0;
    for (size_t i = 0; i < network.wire_count; i++)
        choices += (unsigned)can_deliver(network.wires[i], true) + can_deliver(network.wires[i], false);
    for (struct errand *errand = network.errands; errand != NULL; errand = errand->next)
        choices += can_move(errand);
    if (choices == 0)
        return false;
    unsigned chosen = chance_below(&network.chance, choices);
    for (size_t i = 0; i < network.wire_count; i++)
        for (int up = 0; up < 2; up++)
            if (can_deliver(network.wires[i], up) && chosen-- == 0) {
                deliver(network.wires[i], up);
                return true;
            }
    for (struct errand *errand = network.errands; errand != NULL; errand = errand->next)
        if (can_move(errand) && chosen-- == 0) {
            errand_move(errand);
            return true;
        }
    return false;
}

bool network_is_quiet(void)
{
    for (size_t i = 0; i < network.wire_count; i++)
        if (network.wires[i]->up.first != NULL || network.wires[i]->down.first != NULL)
            return false;
    return network.errands == NULL;
}

void network_clear(void)
{
    for (size_t i = 0; i < network.wire_count; i++)
        wire_free(network.wires[i]);
    network.wire_count = 0;
    while (network.errands != NULL)
        errand_end(network.errands);
}
