// A server core without transports: a store in a folder of its own, an engine over it, operations run one by one.
// Who links this gives row_sources and identity_authenticate, real or pretended.
#pragma once

#include "server/core/app.h"

struct testbed {
    struct app app;
    char folder[64];
    char path[96]; // of the store
};

struct testbed_options {
    void (*wake)(void *user); // NULL: nobody takes changes
    void *user;
    const char *folder; // an existing one to use again; NULL makes a new one
};

// The default tenant is there. Stops the test when something fails.
void testbed_open(struct testbed *ret_bed, const struct testbed_options *options);
// The next testbed_open() uses that folder: for fixtures that open a testbed of their own.
void testbed_use_folder(const char *folder);
// Stops the engine and keeps the folder.
void testbed_stop(struct testbed *bed);
void testbed_start(struct testbed *bed, const struct testbed_options *options);
// Stops and removes everything.
void testbed_close(struct testbed *bed);

// Runs an operation to its end. args: a JSON object, or NULL. The caller frees the request (op_request_free).
struct op_request *testbed_run(struct testbed *bed, const struct op *op, const struct actor *actor,
                               const char *args, const char *key);
// A request like that, not submitted yet.
struct op_request *testbed_request(const struct op *op, const struct actor *actor, const char *args,
                                   const char *key);
// One number out of the store, by a connection of its own.
int64_t testbed_int(const struct testbed *bed, const char *sql);
