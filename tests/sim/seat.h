// A seat: the real client's model and net on a machine that can die.
#pragma once

#include "tests/sim/disk.h"
#include "tests/sim/network.h"

#include <stddef.h>
#include <stdint.h>

enum { SEATS_MAX = 8 };

struct model; // tui/model/model.h

struct seat_options {
    const char *name;
    const char *email; // whose it is
    const char *folder;
    int64_t skew_ms; // of its clock
};

void seats_reset(void);
struct seat *seat_create(const struct seat_options *options);
size_t seat_count(void);
struct seat *seat_at(size_t index);

const char *seat_name(const struct seat *seat);
const char *seat_email(const struct seat *seat);
int seat_node(const struct seat *seat);
const char *seat_folder(const struct seat *seat);

// Starts the program. When it cannot, the run has failed, unless the power has: then it has to go down again.
void seat_up(struct seat *seat);
void seat_down(struct seat *seat);
bool seat_is_up(const struct seat *seat);
// Its model, while it is up. Whoever calls it wraps that in seat_enter() and seat_leave(): its clock counts.
struct model *seat_model(struct seat *seat);
void seat_enter(struct seat *seat);
void seat_leave(void);

void seat_set_link(struct seat *seat, bool up);
bool seat_has_link(const struct seat *seat);

// One event of its loop, when one is due. False: none is.
bool seat_step(struct seat *seat);

// From the network.
void seat_receive(struct wire *wire, const struct parcel *parcel);
void seat_errand_done(struct seat *seat, struct http_call *call, int status, const char *text, size_t size);
