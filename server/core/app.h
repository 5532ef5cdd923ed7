// What the whole server shares: configuration, clock, engine, counters. Made in main.c; nobody keeps state elsewhere.
#pragma once

#include "server/core/config.h"
#include "server/core/engine.h"

struct metrics;    // server/core/metrics.h
struct job_runner; // server/jobs/jobs.h
struct mail_port;  // server/integrations/mail.h
struct texts;      // server/texts/texts.h
struct zone_db;    // shared/host/host.h

struct app {
    struct app_config config;
    struct engine *engine;
    struct metrics *metrics;
    struct zone_db *zones;
    struct job_runner *jobs; // NULL in tools that run none
    const struct mail_port *mail;
    unsigned char token_key[32]; // signs access tokens; made once, kept in the data folder (mode 0600)
    struct clock *clock;         // server/core/clock.h
    struct texts *texts;         // merging texts in memory: made and used by the writer alone
    const char *store;           // path of the database file
    struct arena arena;          // of what lives as long as the app
    int lock;                    // held on the data folder: one server at a time
    _Atomic bool stopping;       // app_stop() has begun: who waits for another host gives up
};

// UTC ms of the injected clock. Thread safe.
int64_t app_now(const struct app *app);

// Takes the data folder (made with mode 0700; ERR_CONFLICT when another server holds it), reads or makes the key of
// access tokens, brings the store's schema up to date. Starts no thread. The configuration is copied, its strings are not.
bool app_create(struct app *ret_app, const struct app_config *config, struct err *err);
// The data folder and its lock alone, for tools that replace the store.
bool app_take(struct app *ret_app, const struct app_config *config, struct err *err);
// app_create() for tools that only read, whether a server runs or not: takes no lock, changes nothing, ERR_NOT_FOUND when
// there is no store.
bool app_look(struct app *ret_app, const struct app_config *config, struct err *err);
void app_destroy(struct app *app);

// server/wiring: starts the engine (engine.h: wake and user), makes sure of the default tenant, starts the job runner.
bool app_start(struct app *app, void (*wake)(void *user), void *user, struct err *err);
// Stops both; what was queued is finished first.
void app_stop(struct app *app);
