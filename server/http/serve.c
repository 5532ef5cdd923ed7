#include "server/http/http.h"

#include "server/core/log.h"
#include "server/http/exchange.h"
#include "server/http/listener.h"
#include "server/http/waits.h"
#include "server/push/push.h"
#include "shared/host/host.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAIN_US = 4000000 };

static volatile sig_atomic_t stop_asked;
static struct listener *volatile stop_listener;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
    if (stop_listener != NULL)
        listener_wake(stop_listener);
}

static void catch_signals(struct listener *listener)
{
    struct sigaction action = { .sa_handler = on_signal };
    stop_listener = listener;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void server_woken(struct http_server *server)
{
    if (server->app->engine == NULL)
        return; // starting or stopping
    engine_deliver(server->app->engine);
    push_take_changes(server->push);
}

// Answers what is under way, says goodbye to who listens; both within DRAIN_US.
static void drain(struct http_server *server, struct listener *listener)
{
    int64_t end = host_monotonic_us() + DRAIN_US;
    log_event(LOG_LEVEL_INFO, "stopping", LOG_INT("requests", server->exchanges));
    server->draining = true;
    waits_end(server->waits);
    push_drain(server->push);
    while ((server->exchanges > 0 || !push_drained(server->push)) && host_monotonic_us() < end)
        listener_turn(listener);
}

static void changed(void *user, const struct change_batch *batch)
{
    struct http_server *server = user;
    waits_changed(server->waits, batch);
}

static bool start_parts(struct http_server *server, struct listener **ret_listener, struct err *err)
{
    struct app *app = server->app;
    unsigned char random[4];
    host_random(random, sizeof random);
    snprintf(server->request_prefix, sizeof server->request_prefix, "%02x%02x%02x%02x", random[0], random[1],
             random[2], random[3]);
    server->router = router_create(op_table, op_table_count, app->config.test_clock);
    server->limits = limits_create(app->config.rate_per_minute, app->config.login_rate_per_minute);
    server->push = push_create(app);
    server->waits = waits_create(exchange_woken);
    push_listen(server->push, changed, server);
    return proxies_create(&server->proxies, app->config.trusted_proxies, err) &&
           listener_create(ret_listener, server, err);
}

static void stop_parts(struct http_server *server, struct listener *listener)
{
    if (listener != NULL)
        listener_destroy(listener);
    push_destroy(server->push);
    waits_destroy(server->waits);
    proxies_destroy(server->proxies);
    limits_destroy(server->limits);
    router_destroy(server->router);
    exchanges_free(server);
}

static void announce(const struct listener *listener)
{
    printf("serenityd listening on %s\n", listener_name(listener));
    fflush(stdout);
    log_event(LOG_LEVEL_INFO, "listening", LOG_TEXT("address", listener_name(listener)));
}

// Where links in mails lead when nobody said: here.
static const char *public_url(const struct listener *listener)
{
    const char *name = listener_name(listener);
    return strncmp(name, "http://", 7) == 0 ? name : "http://127.0.0.1:8180";
}

int http_serve(struct app *app, struct err *err)
{
    struct http_server server = { .app = app };
    struct listener *listener = NULL;
    bool ok = start_parts(&server, &listener, err);
    if (ok && app->config.public_url == NULL) // before there is a thread that reads it
        app->config.public_url = public_url(listener);
    ok = ok && app_start(app, listener_wake, listener, err);
    if (ok) {
        catch_signals(listener);
        announce(listener);
        while (!stop_asked)
            listener_turn(listener);
        drain(&server, listener);
        stop_listener = NULL;
        app_stop(app);
    }
    stop_parts(&server, listener);
    return ok ? 0 : 1;
}
