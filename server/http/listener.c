#include "server/http/listener.h"

#include "server/core/log.h"
#include "server/core/metrics.h"
#include "server/http/bound.h"
#include "server/http/session.h"
#include "server/http/waits.h"
#include "server/push/session.h"
#include "shared/host/host.h"
#include "shared/wire/messages.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    IDLE_SECONDS = 75,            // between two requests of a connection
    HEADER_BUFFER = 16384,        // what libwebsockets keeps of one request's headers
    READ_BUFFER = 16384,          // of the loop, one for all
    WRITE_MAX = 16 * 1024 * 1024, // of one write; by default no more than is read at once
    FDS_BESIDE = 64,              // files that are no connections
    SWEEP_US = 500000,
    PING_SECONDS = SYNC_PING_MS / 1000,
    SILENT_SECONDS = PING_SECONDS + 15, // after which a websocket without a pong is gone
};

struct listener {
    struct http_server *server;
    struct lws_context *context;
    struct lws_vhost *vhost;
    lws_sorted_usec_list_t sweep, alarm;
    atomic_flag woken;
    bool is_unix;
    int port;
    char host[INET_ADDRSTRLEN];
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    char name[sizeof(((struct sockaddr_un *)0)->sun_path) + 16];
};

// --- what to listen on ----------------------------------------------------------------------------------------------

static bool parse_port(const char *text, int *ret)
{
    char *end;
    long port = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || port > 65535)
        return false;
    *ret = (int)port;
    return true;
}

static bool is_loopback(const char *host)
{
    struct in_addr address;
    return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

// libwebsockets 4.1 is not fit to face a network (handbook LIBRARIES), so nothing but loopback is taken.
static bool parse_listen(struct listener *listener, const char *text, struct err *err)
{
    static const char unix_prefix[] = "unix:";
    if (strncmp(text, unix_prefix, sizeof unix_prefix - 1) == 0) {
        const char *path = text + sizeof unix_prefix - 1;
        if (*path == '\0' || strlen(path) >= sizeof listener->path)
            return err_field(err, "listen", "The path of the socket must have 1 to %zu characters.",
                             sizeof listener->path - 1);
        listener->is_unix = true;
        snprintf(listener->path, sizeof listener->path, "%s", path);
        return true;
    }
    const char *colon = strrchr(text, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - text);
    if (length == 0 || length >= sizeof listener->host || !parse_port(colon + 1, &listener->port))
        return err_field(err, "listen", "Listen at 127.0.0.1:PORT or unix:PATH, not at %s.", text);
    memcpy(listener->host, text, length);
    listener->host[length] = '\0';
    if (strcmp(listener->host, "localhost") == 0)
        snprintf(listener->host, sizeof listener->host, "%s", "127.0.0.1");
    if (!is_loopback(listener->host))
        return err_field(err, "listen",
                         "serenityd listens on loopback or a unix socket only; put nginx before it.");
    return true;
}

// A socket that a killed server left behind is removed; a living server's is not.
static bool clear_path(const char *path, struct err *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct stat status;
    if (lstat(path, &status) != 0)
        return true;
    if (!S_ISSOCK(status.st_mode))
        return err_field(err, "listen", "%s exists and is no socket.", path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool alive = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    if (alive)
        return err_field(err, "listen", "Another server listens at %s.", path);
    unlink(path);
    return true;
}

// --- callbacks ------------------------------------------------------------------------------------------------------

static void deliver(struct listener *listener)
{
    atomic_flag_clear(&listener->woken);
    server_woken(listener->server);
}

static int connection_opened(struct http_server *server)
{
    if (server->connections >= server->app->config.connections)
        return -1;
    return 0;
}

static void count_connection(struct http_server *server, int change)
{
    server->connections += change;
    metrics_set(server->app->metrics, METRIC_HTTP_CONNECTIONS, server->connections);
}

static int http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    (void)user;
    struct lws_context *context = lws_get_context(wsi);
    struct listener *listener = context == NULL ? NULL : lws_context_user(context);
    if (listener == NULL)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        deliver(listener);
        return 0;
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return connection_opened(listener->server);
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED:
        count_connection(listener->server, +1);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        http_session_closed(wsi);
        count_connection(listener->server, -1);
        return 0;
    default:
        return http_session_event(listener->server, wsi, reason, in, size);
    }
}

static int push_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    struct listener *listener = lws_context_user(lws_get_context(wsi));
    if (reason == LWS_CALLBACK_WSI_DESTROY) {
        http_session_closed(wsi);
        count_connection(listener->server, -1);
        return 0;
    }
    return push_session_event(listener->server->push, wsi, reason, user, in, size);
}

// --- timers ---------------------------------------------------------------------------------------------------------

static void on_sweep(lws_sorted_usec_list_t *sul)
{
    struct listener *listener = lws_container_of(sul, struct listener, sweep);
    http_sessions_sweep(host_monotonic_us());
    deliver(listener);
    push_tick(listener->server->push, host_monotonic_us());
    waits_tick(listener->server->waits, host_monotonic_us());
    lws_sul_schedule(listener->context, 0, &listener->sweep, on_sweep, SWEEP_US);
}

static void on_alarm(lws_sorted_usec_list_t *sul)
{
    struct listener *listener = lws_container_of(sul, struct listener, alarm);
    push_rang(listener->server->push);
}

static void set_alarm(void *user, int64_t in_us)
{
    struct listener *listener = user;
    lws_sul_schedule(listener->context, 0, &listener->alarm, on_alarm, in_us < 1 ? 1 : in_us);
}

// --- life -----------------------------------------------------------------------------------------------------------

static void note(int level, const char *line)
{
    log_event(level & LLL_ERR ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "libwebsockets", LOG_TEXT("line", line));
}

// Room for as many sockets as the configuration allows.
static int64_t raise_file_limit(int64_t connections)
{
    struct rlimit limit;
    int64_t wanted = connections + FDS_BESIDE;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1024;
    if ((int64_t)limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < (rlim_t)wanted ? limit.rlim_max : (rlim_t)wanted;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    return (int64_t)limit.rlim_cur < wanted ? (int64_t)limit.rlim_cur : wanted;
}

static bool open_context(struct listener *listener, struct err *err)
{
    static struct lws_protocols protocols[] = {
        { .name = "http", .callback = http_callback, .tx_packet_size = WRITE_MAX },
        { .name = SYNC_SUBPROTOCOL, .callback = push_callback, .tx_packet_size = WRITE_MAX },
        { 0 },
    };
    static const lws_retry_bo_t keep_alive = {
        .secs_since_valid_ping = PING_SECONDS,
        .secs_since_valid_hangup = SILENT_SECONDS,
    };
    int64_t files = raise_file_limit(listener->server->app->config.connections);
    protocols[1].per_session_data_size = push_session_size;
    protocols[1].rx_buffer_size = PUSH_READ_SIZE;
    struct lws_context_creation_info info = {
        .port = listener->is_unix ? 0 : listener->port,
        .iface = listener->is_unix ? listener->path : listener->host,
        .protocols = protocols,
        .extensions = NULL, // permessage-deflate crashes the process
        .options = LWS_SERVER_OPTION_DISABLE_IPV6 | (listener->is_unix ? LWS_SERVER_OPTION_UNIX_SOCK : 0),
        .alpn = "http/1.1",
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .max_http_header_data = HEADER_BUFFER,
        .max_http_header_pool = (unsigned short)(files > 2048 ? 2048 : files),
        .pt_serv_buf_size = READ_BUFFER,
        .fd_limit_per_thread = (unsigned)files,
        .timeout_secs = HTTP_SLOW_SECONDS,
        .timeout_secs_ah_idle = HTTP_SLOW_SECONDS,
        .keepalive_timeout = IDLE_SECONDS,
        .retry_and_idle_policy = &keep_alive,
        .user = listener,
    };
    lws_set_log_level(LLL_ERR | LLL_WARN, note);
    listener->context = lws_create_context(&info);
    listener->vhost = listener->context == NULL ? NULL : lws_get_vhost_by_name(listener->context, "default");
    if (listener->vhost == NULL)
        return err_set(err, ERR_INTERNAL, "Cannot listen at %s.", listener->server->app->config.listen);
    return true;
}

static bool name_it(struct listener *listener, struct err *err)
{
    if (listener->is_unix) {
        // unix_socket_perms has no effect in this version
        if (chmod(listener->path, 0660) != 0)
            return err_set(err, ERR_INTERNAL, "Cannot set the permissions of %s.", listener->path);
        snprintf(listener->name, sizeof listener->name, "unix:%s", listener->path);
        return true;
    }
    int port = lws_get_vhost_listen_port(listener->vhost);
    if (port <= 0)
        return err_set(err, ERR_INTERNAL, "Cannot listen at %s.", listener->server->app->config.listen);
    snprintf(listener->name, sizeof listener->name, "http://%s:%d", listener->host, port);
    return true;
}

bool listener_create(struct listener **ret_listener, struct http_server *server, struct err *err)
{
    struct listener *listener = calloc(1, sizeof *listener);
    CHECK(listener != NULL);
    listener->server = server;
    atomic_flag_clear(&listener->woken);
    bool ok = parse_listen(listener, server->app->config.listen, err) &&
              (!listener->is_unix || clear_path(listener->path, err)) && open_context(listener, err) &&
              bound_to_loopback_alone(err) && name_it(listener, err);
    if (!ok) {
        listener_destroy(listener);
        return false;
    }
    lws_sul_schedule(listener->context, 0, &listener->sweep, on_sweep, SWEEP_US);
    push_set_alarm(server->push, set_alarm, listener);
    *ret_listener = listener;
    return true;
}

void listener_destroy(struct listener *listener)
{
    if (listener->context != NULL) {
        lws_sul_cancel(&listener->sweep);
        lws_sul_cancel(&listener->alarm);
        lws_context_destroy(listener->context);
        if (listener->is_unix)
            unlink(listener->path);
    }
    free(listener);
}

const char *listener_name(const struct listener *listener)
{
    return listener->name;
}

void listener_turn(struct listener *listener)
{
    lws_service(listener->context, 0);
}

void listener_wake(void *user)
{
    struct listener *listener = user;
    if (!atomic_flag_test_and_set(&listener->woken))
        lws_cancel_service(listener->context);
}
