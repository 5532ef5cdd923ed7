// What the whole server shares: configuration, clock, engine, counters. Made in main.c; nobody keeps state elsewhere.
#pragma once

#include "server/core/config.h"
#include "server/core/engine.h"

struct metrics;    // server/core/metrics.h
struct job_runner; // server/jobs/jobs.h
struct mail_port;  // server/integrations/mail.h
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
};

// UTC ms of the injected clock. Thread safe.
int64_t app_now(const struct app *app);
