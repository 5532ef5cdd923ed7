#include "tui/net/loop.h"

#include "shared/wire/messages.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 32, CONNECT_S = 10, RECEIVE_BUFFER = 32 * 1024, MESSAGE_MAX = SYNC_PAGE_MAX };

struct out_message {
    struct buf bytes; // LWS_PRE, then the text
    struct out_message *next;
};

struct link { // one connection, from the first try to its end
    struct loop *loop;
    struct lws *wsi;
    bool open, dropped, said_closed;
    struct buf in;
    struct out_message *out, **out_end;
    struct link *next;
};

struct loop {
    struct lws_context *context;
    lws_sorted_usec_list_t timer;
    const struct loop_events *events;
    void *user;
    struct link *current; // NULL when there is none
    struct link *all;     // dropped ones too, until their sockets are gone
};

// --- links ---------------------------------------------------------------------------------------------------------------

static struct link *link_create(struct loop *loop)
{
    struct link *link = calloc(1, sizeof *link);
    CHECK(link != NULL);
    link->loop = loop;
    link->out_end = &link->out;
    link->next = loop->all;
    loop->all = link;
    return link;
}

static void link_remove(struct link *link)
{
    struct link **at = &link->loop->all;
    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
}

static void link_free(struct link *link)
{
    while (link->out != NULL) {
        struct out_message *message = link->out;
        link->out = message->next;
        buf_free(&message->bytes);
        free(message);
    }
    buf_free(&link->in);
    free(link);
}

static void link_closed(struct link *link, const char *why)
{
    struct loop *loop = link->loop;
    bool tell = !link->dropped && !link->said_closed;
    link->said_closed = true;
    if (loop->current == link)
        loop->current = NULL;
    if (tell)
        loop->events->closed(loop->user, why);
}

// --- what libwebsockets tells ------------------------------------------------------------------------------------------

static int receive(struct link *link, struct lws *wsi, const void *data, size_t size)
{
    if (lws_is_first_fragment(wsi))
        buf_clear(&link->in);
    if (link->in.len + size > MESSAGE_MAX) {
        link_closed(link, "the server sent too much at once");
        return -1;
    }
    buf_add(&link->in, data, size);
    link->loop->events->heard(link->loop->user);
    if (lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0)
        link->loop->events->message(link->loop->user, link->in.data, link->in.len,
                                    lws_frame_is_binary(wsi) != 0);
    return link->dropped ? -1 : 0;
}

static int write_next(struct link *link, struct lws *wsi)
{
    struct out_message *message = link->out;
    if (message == NULL)
        return 0;
    size_t size = message->bytes.len - LWS_PRE;
    int put = lws_write(wsi, (unsigned char *)message->bytes.data + LWS_PRE, size, LWS_WRITE_TEXT);
    link->out = message->next;
    if (link->out == NULL)
        link->out_end = &link->out;
    explicit_bzero(message->bytes.data, message->bytes.len); // it may hold a token
    buf_free(&message->bytes);
    free(message);
    if (put < (int)size)
        return -1;
    if (link->out != NULL)
        lws_callback_on_writable(wsi);
    return 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    struct link *link = wsi != NULL ? lws_get_opaque_user_data(wsi) : NULL;
    (void)user;
    if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED) {
        struct loop *loop = lws_context_user(lws_get_context(wsi));
        loop->events->tick(loop->user);
        return 0;
    }
    if (link == NULL)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        link->open = true;
        if (link->dropped)
            return -1;
        link->loop->events->opened(link->loop->user);
        return link->dropped ? -1 : 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return link->dropped ? -1 : receive(link, wsi, in, size);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return link->dropped ? -1 : write_next(link, wsi);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        link_closed(link, in != NULL ? in : "no connection");
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        link_closed(link, "the connection was lost");
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        link_closed(link, "the connection was lost");
        lws_set_opaque_user_data(wsi, NULL);
        link_remove(link);
        link_free(link);
        return 0;
    default:
        return 0;
    }
}

static void on_timer(lws_sorted_usec_list_t *timer)
{
    struct loop *loop = lws_container_of(timer, struct loop, timer);
    lws_sul_schedule(loop->context, 0, &loop->timer, on_timer, LOOP_TICK_MS * LWS_USEC_PER_SEC / 1000);
    loop->events->tick(loop->user);
}

// --- the loop ------------------------------------------------------------------------------------------------------------

static const struct lws_protocols protocols[] = {
    { .name = SYNC_SUBPROTOCOL, .callback = on_event, .rx_buffer_size = RECEIVE_BUFFER },
    { 0 },
};

bool loop_create(struct loop **ret_loop, const struct loop_events *events, void *user, struct err *err)
{
    struct loop *loop = calloc(1, sizeof *loop);
    CHECK(loop != NULL);
    loop->events = events;
    loop->user = user;
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
        .fd_limit_per_thread = FILES_MAX,
        .pt_serv_buf_size = RECEIVE_BUFFER,
        .timeout_secs = CONNECT_S,
        .gid = -1,
        .uid = -1,
        .user = loop,
    };
    lws_set_log_level(0, NULL);
    loop->context = lws_create_context(&info);
    if (loop->context == NULL) {
        free(loop);
        return err_set(err, ERR_INTERNAL, "cannot set up the connection to the server");
    }
    lws_sul_schedule(loop->context, 0, &loop->timer, on_timer, 1);
    *ret_loop = loop;
    return true;
}

void loop_destroy(struct loop *loop)
{
    if (loop == NULL)
        return;
    for (struct link *link = loop->all; link != NULL; link = link->next)
        link->dropped = true;
    lws_sul_cancel(&loop->timer);
    lws_context_destroy(loop->context);
    for (struct link *link = loop->all, *next; link != NULL; link = next) {
        next = link->next;
        link_free(link);
    }
    free(loop);
}

void loop_turn(struct loop *loop)
{
    lws_service(loop->context, 0);
}

void loop_wake(struct loop *loop)
{
    lws_cancel_service(loop->context);
}

bool loop_connected(const struct loop *loop)
{
    return loop->current != NULL;
}

void loop_connect(struct loop *loop, const struct server_url *url)
{
    char host[sizeof url->host + 16];
    struct link *link = link_create(loop);
    loop->current = link;
    snprintf(host, sizeof host, "%s:%u", url->host, url->port);
    struct lws_client_connect_info info = {
        .context = loop->context,
        .address = url->host,
        .port = url->port,
        .path = SYNC_PATH,
        .host = url->secure ? url->host : host,
        .protocol = SYNC_SUBPROTOCOL,
        .local_protocol_name = SYNC_SUBPROTOCOL,
        .ssl_connection = url->secure ? LCCSCF_USE_SSL : 0,
        .opaque_user_data = link,
        .pwsi = &link->wsi,
    };
    struct lws *wsi = lws_client_connect_via_info(&info);
    if (wsi == NULL && loop->current == link)
        link_closed(link, "no connection"); // it was not told yet; freed with the loop
}

void loop_send(struct loop *loop, struct buf *text)
{
    struct link *link = loop->current;
    if (link == NULL || !link->open) {
        buf_free(text);
        return;
    }
    struct out_message *message = calloc(1, sizeof *message);
    CHECK(message != NULL);
    static const unsigned char room[LWS_PRE];
    buf_add(&message->bytes, room, sizeof room);
    buf_add(&message->bytes, text->data, text->len);
    buf_free(text);
    *link->out_end = message;
    link->out_end = &message->next;
    lws_callback_on_writable(link->wsi);
}

void loop_drop(struct loop *loop)
{
    struct link *link = loop->current;
    if (link == NULL)
        return;
    loop->current = NULL;
    link->dropped = true;
    if (link->wsi != NULL)
        lws_set_timeout(link->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}
