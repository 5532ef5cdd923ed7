// The server's node: engine, push and jobs of the real server, turned by hand.
#pragma once

#include "tests/sim/chance.h"
#include "tests/sim/disk.h"
#include "tests/sim/network.h"

struct app;

#define SERVER_ADDRESS "http://127.0.0.1:8180"

struct server_options {
    const char *folder;     // on a real file system too: lock files live there
    int64_t access_minutes; // life of an access token
};

// Makes the node (disk_node); it is not up yet.
void server_create(const struct server_options *options);
int server_node(void);
// When the power fails meanwhile it is up in name only: it has to go down before anything else.
void server_up(void);
// Says bye to whoever has nothing under way, as before a restart; server_down() follows.
void server_say_bye(void);
// Everything of it ends. The node's disk is off or on as it was; call disk_restart() before it comes up again.
void server_down(void);
bool server_is_up(void);
// Its application, while it is up.
struct app *server_app(void);
const char *server_store(void);

// One unit of work of one of its threads. False: nothing to do now.
bool server_step(struct chance *chance);

// From the network.
void server_receive(struct wire *wire, const struct parcel *parcel);
bool server_reads(const struct wire *wire);
void server_errand(struct errand *errand);
