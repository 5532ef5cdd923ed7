// Who holds the session, when to connect, what to say about it: what happens at each event of the loop.

#include "tui/net/net_internal.h"

#include "shared/host/host.h"
#include "tui/net/backoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    UPGRADE_MS = 60 * 60 * 1000,
    FRESH_MS = 20 * 1000,
    GOODBYE_MS = 800,
    TROUBLE_AGAIN_MS = 60 * 1000,
    BREAKS_MAX = 3
};

int64_t net_now(const struct net *net)
{
    return port_machine_now(net->model);
}

int64_t net_monotonic(void)
{
    return host_monotonic_us() / 1000;
}

// --- the device ----------------------------------------------------------------------------------------------------------

void net_device_changed(struct net *net)
{
    net->device_known = false;
}

void net_read_device(struct net *net)
{
    if (net->device_known)
        return;
    arena_free(&net->device_arena);
    net->device = (struct device){ 0 };
    net->device_known = feed_device(net->feed, &net->device_arena, &net->device);
    net->session.user_id = net->device.user_id;
}

// Tokens of one server are never shown to another.
bool net_signed_in(const struct net *net)
{
    const char *asked = port_server(net->model);
    if (net->device.refresh == NULL || net->device.server == NULL)
        return false;
    return asked == NULL || server_url_same(asked, net->device.server);
}

bool net_access_fresh(const struct net *net)
{
    return net->device.access != NULL && !net->access_bad &&
           net->device.access_until - net_now(net) > FRESH_MS;
}

void net_trouble(struct net *net, const struct err *err)
{
    int64_t now = net_now(net);
    bool again = strcmp(net->trouble, err->message) == 0 && now - net->trouble_at < TROUBLE_AGAIN_MS;
    if (again)
        return;
    struct model_event event = { .kind = MODEL_TROUBLE, .at = now, .err = *err };
    snprintf(net->trouble, sizeof net->trouble, "%s", err->message);
    net->trouble_at = now;
    port_event(net->model, &event);
}

// --- trying again ----------------------------------------------------------------------------------------------------------

void net_try_now(struct net *net)
{
    net->attempt = 0;
    net->next_try = 0;
}

static bool near_server(const struct net *net)
{
    struct server_url url;
    struct err err;
    return net->device.server != NULL && server_url_parse(net->device.server, &url, &err) && !url.secure;
}

void net_retry_later(struct net *net, const char *why)
{
    uint32_t random;
    host_random(&random, sizeof random);
    if (net->lost_at == 0 || net->online)
        net->lost_at = net_now(net);
    net->online = false;
    net->next_try = net_now(net) + backoff_ms(net->attempt++, random, near_server(net));
    snprintf(net->why, sizeof net->why, "%s", why);
}

static void end_connection(struct net *net)
{
    loop_drop(net->loop);
    net->session.welcomed = net->session.current = false;
}

// --- what the session came to ----------------------------------------------------------------------------------------------

static void broke(struct net *net, struct err *err)
{
    struct err ignored;
    if (err->code == ERR_BAD_REQUEST && ++net->breaks >= BREAKS_MAX) {
        net->breaks = 0;
        feed_reset(net->feed, false, &ignored); // perhaps the cache is what is wrong
    }
    if (err->code != ERR_OFFLINE)
        net_trouble(net, err);
    net_retry_later(net, err->message);
}

static void stale(struct net *net, struct err *err)
{
    net_device_changed(net);
    if (err->code == ERR_BAD_REQUEST && ++net->breaks >= BREAKS_MAX)
        net_retry_later(net, err->message);
    else
        net_try_now(net);
}

static void come_back_later(struct net *net, int64_t after, const char *why)
{
    uint32_t random;
    host_random(&random, sizeof random);
    net_retry_later(net, why);
    net->attempt = 0;
    if (after > 0)
        net->next_try = net_now(net) + after + (int64_t)(random % (uint64_t)(after / 4 + 1));
}

static void ended(struct net *net, enum session_end end, struct err *err)
{
    if (end == SESSION_GOES_ON)
        return;
    int64_t after = net->session.come_back;
    end_connection(net);
    switch (end) {
    case SESSION_GOES_ON:
        break;
    case SESSION_BROKEN:
        broke(net, err);
        break;
    case SESSION_STALE:
        stale(net, err);
        break;
    case SESSION_DENIED:
        net->access_bad = true;
        net_retry_later(net, err->message);
        break;
    case SESSION_BYE:
        come_back_later(net, after, err->message);
        break;
    case SESSION_TOO_OLD:
        net->too_old = true;
        come_back_later(net, UPGRADE_MS, err->message);
        break;
    }
}

// --- the loop's events -----------------------------------------------------------------------------------------------------

static void on_opened(void *user)
{
    struct net *net = user;
    struct err err;
    bool good =
        net->device.access != NULL && session_begin(&net->session, net->device.access, net_monotonic(), &err);
    if (good)
        return;
    end_connection(net);
    if (net->device.access != NULL)
        broke(net, &err);
}

static void say(struct net *net);

// The connection stays, for what is written meanwhile.
static void note_too_old(struct net *net)
{
    if (!net->session.too_old)
        return;
    net->too_old = true;
    snprintf(net->why, sizeof net->why, "%s", net->session.notice);
}

static void became_current(struct net *net)
{
    if (net->online || !net->session.current)
        return;
    net->online = true;
    net->too_old = false;
    net->attempt = 0;
    net->breaks = 0;
    net->lost_at = net_now(net); // since when it is online; a loss sets it anew
    net->why[0] = '\0';
    say(net);
}

static void on_heard(void *user)
{
    struct net *net = user;
    session_heard(&net->session, net_monotonic());
}

static void on_message(void *user, const void *data, size_t size, bool binary)
{
    struct net *net = user;
    struct err err;
    ended(net, session_receive(&net->session, data, size, binary, net_monotonic(), &err), &err);
    note_too_old(net);
    became_current(net);
    if (loop_connected(net->loop) && net->session.ops_wait)
        loop_wake(net->loop);
}

static void on_closed(void *user, const char *why)
{
    struct net *net = user;
    net->session.welcomed = net->session.current = false;
    net_retry_later(net, why);
}

static void send_text(void *user, struct buf *text)
{
    struct net *net = user;
    loop_send(net->loop, text);
}

// --- one tick ----------------------------------------------------------------------------------------------------------------

static void begin_connection(struct net *net)
{
    struct server_url url;
    struct err err;
    if (!server_url_parse(net->device.server, &url, &err)) {
        net_retry_later(net, err.message);
        return;
    }
    net->session = (struct session){
        .feed = net->feed,
        .model = net->model,
        .user_id = net->device.user_id,
        .send = send_text,
        .user = net,
    };
    net->linked_account = net->device.account;
    net->next_try = 0;
    loop_connect(net->loop, &url);
}

static void keep_connection(struct net *net, bool outbox_changed)
{
    struct err err;
    if (net->linked_account != net->device.account) {
        end_connection(net);
        net_try_now(net);
        return;
    }
    if (!net_access_fresh(net))
        net_refresh(net);
    int64_t retry = feed_next_retry(net->feed);
    if (outbox_changed || (retry != 0 && retry <= net_now(net)))
        net->session.ops_wait = true;
    if (net->session.heard_at != 0)
        ended(net, session_tick(&net->session, net_monotonic(), &err), &err);
}

static void want_connection(struct net *net)
{
    if (net->refreshing || net_now(net) < net->next_try)
        return;
    if (net_access_fresh(net))
        begin_connection(net);
    else
        net_refresh(net);
}

static enum link_state state_of(const struct net *net)
{
    if (!net_signed_in(net))
        return LINK_SIGNED_OUT;
    if (net->online)
        return LINK_ONLINE;
    if (net->too_old)
        return LINK_TOO_OLD;
    return loop_connected(net->loop) || net->refreshing ? LINK_CONNECTING : LINK_OFFLINE;
}

static void say(struct net *net)
{
    struct connection now = { .state = state_of(net), .since = net->lost_at };
    if (now.state == LINK_OFFLINE)
        now.next_try = net->next_try;
    now.loading = loop_connected(net->loop) && net->session.loaded > 0 && !net->session.current;
    now.loaded = now.loading ? net->session.loaded : 0;
    if (now.state != LINK_ONLINE)
        snprintf(now.why, sizeof now.why, "%s", net->why);
    if (net->said_any && connection_same(&now, &net->said))
        return;
    net->said = now;
    net->said_any = true;
    feed_connection(net->feed, &now);
}

// Another program has the session: what it says is passed on.
static void listen_in(struct net *net)
{
    struct connection theirs = { 0 };
    net->said_any = false; // all is said again when this one takes over
    if (feed_connection_elsewhere(net->feed, &theirs))
        port_set_connection(net->model, &theirs);
}

static void on_tick(void *user)
{
    struct net *net = user;
    bool outbox_changed = false;
    net_take_answers(net);
    feed_idle(net->feed, &outbox_changed);
    if (!atomic_load(&net->stop)) // nobody waits for it at the end; the next program finds the time
        feed_fold(net->feed);
    if (outbox_changed)
        net_device_changed(net);
    net_take_requests(net);
    net_read_device(net);
    if (!feed_take_session(net->feed)) {
        listen_in(net);
        return;
    }
    if (!net_signed_in(net)) {
        if (loop_connected(net->loop))
            end_connection(net);
        net->online = false;
    } else if (loop_connected(net->loop)) {
        keep_connection(net, outbox_changed);
    } else {
        want_connection(net);
    }
    say(net);
}

// --- the end ---------------------------------------------------------------------------------------------------------

static bool has_more_to_say(const struct net *net)
{
    if (net->session.too_old)
        return net->revoking > 0 || !feed_drained(net->feed);
    return net->revoking > 0 || (net->online && !feed_settled(net->feed));
}

// What must still be said: that a session ended here, and the last words that were typed.
void net_say_goodbye(struct net *net)
{
    int64_t until = net_monotonic() + GOODBYE_MS;
    net_take_requests(net);
    if (net->online || net->session.too_old)
        feed_hurry(net->feed);
    net->session.ops_wait = true;
    loop_wake(net->loop);
    while (has_more_to_say(net) && net_monotonic() < until)
        loop_turn(net->loop);
    loop_drop(net->loop);
}

// --- opening and closing ---------------------------------------------------------------------------------------------

static void wake(void *user)
{
    struct net *net = user;
    loop_wake(net->loop);
}

static const struct loop_events events = {
    .tick = on_tick,
    .opened = on_opened,
    .heard = on_heard,
    .message = on_message,
    .closed = on_closed,
};

bool net_open(struct net **ret_net, struct model *model, struct err *err)
{
    struct net *net = calloc(1, sizeof *net);
    CHECK(net != NULL);
    net->model = model;
    if (!feed_open(&net->feed, model, err) || !loop_create(&net->loop, &events, net, err) ||
        !http_start(&net->http, wake, net, err)) {
        net_close(net);
        return false;
    }
    port_set_wake(model, wake, net);
    *ret_net = net;
    return true;
}

void net_close(struct net *net)
{
    port_set_wake(net->model, NULL, NULL);
    http_stop(net->http);
    loop_destroy(net->loop);
    for (size_t i = 0; i < net->waiting_count; i++)
        request_free(net->waiting[i]);
    feed_close(net->feed);
    arena_free(&net->device_arena);
    free(net);
}
