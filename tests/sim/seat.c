// The seat and what stands in place of tui/net/loop.c and tui/net/http.c.
#include "tests/sim/seat.h"

#include "shared/host/host.h"
#include "tests/sim/machine.h"
#include "tests/sim/server.h"
#include "tests/sim/trace.h"
#include "tui/net/net_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loop {
    struct seat *seat;
    const struct loop_events *events;
    void *user;
    struct wire *wire; // NULL: not connected
    bool woken;
    int64_t tick_at;
};

struct http {
    struct seat *seat;
    void (*wake)(void *user);
    void *user;
    struct http_call *asked, *running, *answered;
};

struct seat {
    char name[32], email[64], folder[128];
    int64_t skew_ms;
    int node;
    bool has_link;
    struct model *model; // NULL: down
    struct net *net;
    struct loop *loop;
    struct http *http;
};

static struct {
    struct seat seats[SEATS_MAX];
    size_t count;
    struct seat *at; // whose code runs
} clients;

// Devices ---------------------------------------------------------------------------------------------------------

void seats_reset(void)
{
    memset(&clients, 0, sizeof clients);
}

struct seat *seat_create(const struct seat_options *options)
{
    CHECK(clients.count < SEATS_MAX);
    struct seat *seat = &clients.seats[clients.count++];
    snprintf(seat->name, sizeof seat->name, "%s", options->name);
    snprintf(seat->email, sizeof seat->email, "%s", options->email);
    snprintf(seat->folder, sizeof seat->folder, "%s", options->folder);
    seat->skew_ms = options->skew_ms;
    seat->node = disk_node(seat->folder);
    seat->has_link = true;
    return seat;
}

size_t seat_count(void)
{
    return clients.count;
}

struct seat *seat_at(size_t index)
{
    return &clients.seats[index];
}

const char *seat_name(const struct seat *seat)
{
    return seat->name;
}

const char *seat_email(const struct seat *seat)
{
    return seat->email;
}

int seat_node(const struct seat *seat)
{
    return seat->node;
}

const char *seat_folder(const struct seat *seat)
{
    return seat->folder;
}

bool seat_is_up(const struct seat *seat)
{
    return seat->model != NULL;
}

struct model *seat_model(struct seat *seat)
{
    return seat->model;
}

void seat_enter(struct seat *seat)
{
    clients.at = seat;
    machine_set_skew(seat->skew_ms);
}

void seat_leave(void)
{
    clients.at = NULL;
    machine_set_skew(0);
}

void seat_set_link(struct seat *seat, bool up)
{
    seat->has_link = up;
}

bool seat_has_link(const struct seat *seat)
{
    return seat->has_link;
}

void seat_up(struct seat *seat)
{
    struct err err = { 0 };
    struct model_options options = { .home = seat->folder, .server = SERVER_ADDRESS };
    seat_enter(seat);
    bool started = model_open(&seat->model, &options, &err) && net_open(&seat->net, seat->model, &err);
    if (!started && !disk_is_off(seat->node))
        fail_run("%s cannot start: %s", seat->name, err.message);
    seat_leave();
    trace("%s starts", seat->name);
}

void seat_down(struct seat *seat)
{
    seat_enter(seat);
    network_lost_seat(seat);
    if (seat->loop != NULL)
        seat->loop->wire = NULL;
    if (seat->net != NULL)
        net_close(seat->net);
    model_close(seat->model);
    seat->net = NULL;
    seat->model = NULL;
    seat_leave();
    trace("%s ends", seat->name);
}

// In place of tui/net/loop.c --------------------------------------------------------------------------------------

bool loop_create(struct loop **ret_loop, const struct loop_events *events, void *user, struct err *err)
{
    (void)err;
    struct loop *loop = calloc(1, sizeof *loop);
    CHECK(loop != NULL && clients.at != NULL);
    *loop = (struct loop){ .seat = clients.at, .events = events, .user = user };
    clients.at->loop = *ret_loop = loop;
    return true;
}

void loop_destroy(struct loop *loop)
{
    if (loop == NULL)
        return;
    loop_drop(loop);
    loop->seat->loop = NULL;
    free(loop);
}

void loop_wake(struct loop *loop)
{
    loop->woken = true;
}

// Nobody turns it but the scheduler; net_say_goodbye() is for programs that end in peace.
void loop_turn(struct loop *loop)
{
    (void)loop;
    CHECK(false);
}

void loop_connect(struct loop *loop, const struct server_url *url)
{
    (void)url;
    loop->wire = wire_connect(loop->seat, loop);
    if (!loop->seat->has_link)
        wire_cut(loop->wire);
}

bool loop_connected(const struct loop *loop)
{
    return loop->wire != NULL;
}

void loop_send(struct loop *loop, struct buf *text)
{
    if (loop->wire != NULL && !disk_is_off(loop->seat->node))
        wire_send_up(loop->wire, text->data, text->len, false);
    buf_free(text);
}

void loop_drop(struct loop *loop)
{
    if (loop->wire != NULL)
        wire_leave_up(loop->wire);
    loop->wire = NULL;
}

// In place of tui/net/http.c --------------------------------------------------------------------------------------

bool http_start(struct http **ret_http, void (*wake)(void *user), void *user, struct err *err)
{
    (void)err;
    struct http *http = calloc(1, sizeof *http);
    CHECK(http != NULL && clients.at != NULL);
    *http = (struct http){ .seat = clients.at, .wake = wake, .user = user };
    clients.at->http = *ret_http = http;
    return true;
}

static void free_calls(struct http_call *call)
{
    while (call != NULL) {
        struct http_call *next = call->next;
        http_call_free(call);
        call = next;
    }
}

void http_stop(struct http *http)
{
    if (http == NULL)
        return;
    free_calls(http->asked);
    free_calls(http->running);
    free_calls(http->answered);
    http->seat->http = NULL;
    free(http);
}

static void append(struct http_call **list, struct http_call *call)
{
    while (*list != NULL)
        list = &(*list)->next;
    *list = call;
    call->next = NULL;
}

static struct http_call *take(struct http_call **list)
{
    struct http_call *call = *list;
    if (call != NULL)
        *list = call->next;
    return call;
}

static void send_next(struct http *http)
{
    if (http->running != NULL || http->asked == NULL || disk_is_off(http->seat->node))
        return;
    http->running = take(&http->asked);
    http->running->next = NULL;
    const struct http_call *call = http->running;
    errand_send(http->seat, http->running, call->method, call->path, call->token, call->body);
}

void http_submit(struct http *http, struct http_call *call)
{
    append(&http->asked, call);
    send_next(http);
}

struct http_call *http_take_answer(struct http *http)
{
    return take(&http->answered);
}

void seat_errand_done(struct seat *seat, struct http_call *call, int status, const char *text, size_t size)
{
    struct http *http = seat->http;
    CHECK(http->running == call);
    http->running = NULL;
    if (status == 0)
        err_set(&call->err, ERR_OFFLINE, "cannot reach the server");
    else
        http_call_answer(call, status, text, size);
    append(&http->answered, call);
    http->wake(http->user);
    send_next(http);
}

// Events ----------------------------------------------------------------------------------------------------------

bool seat_step(struct seat *seat)
{
    struct loop *loop = seat->loop;
    if (loop == NULL || (!loop->woken && loop->tick_at > machine_time()))
        return false;
    loop->woken = false;
    loop->tick_at = machine_time() + LOOP_TICK_MS * INT64_C(1000);
    trace("%s: tick", seat->name);
    seat_enter(seat);
    loop->events->tick(loop->user);
    seat_leave();
    return true;
}

static void lost(struct loop *loop)
{
    loop->wire->client = NULL;
    loop->wire = NULL;
    loop->events->closed(loop->user, "the connection was lost");
}

void seat_receive(struct wire *wire, const struct parcel *parcel)
{
    struct loop *loop = wire->client;
    if (loop == NULL)
        return; // it has left
    seat_enter(loop->seat);
    switch (parcel->kind) {
    case PARCEL_OPEN:
        loop->events->opened(loop->user);
        break;
    case PARCEL_DATA:
        loop->events->message(loop->user, buf_text(&parcel->bytes), parcel->bytes.len, parcel->binary);
        break;
    case PARCEL_CLOSE:
        lost(loop);
        break;
    }
    seat_leave();
}
