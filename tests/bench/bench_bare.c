// The yardstick of bench_fanout: libwebsockets and nothing else. It lets everyone in who says hello, and for every
// request sends each websocket a change as long as one of serenityd's. Prints its port.
//
//   bench_bare [BYTES]
#include <libwebsockets.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 1024, CLIENTS_MAX = 4096, REQUEST_MAX = 16384 };

struct session {
    bool greeted, welcome_due, change_due;
};

static unsigned char change[LWS_PRE + 65536];
static size_t change_size = BYTES;

static int greet(struct lws *wsi)
{
    static const char text[] = "{\"t\":\"welcome\",\"epoch\":\"bare\",\"head\":1}";
    unsigned char bytes[LWS_PRE + sizeof text];
    memcpy(bytes + LWS_PRE, text, sizeof text);
    return lws_write(wsi, bytes + LWS_PRE, sizeof text - 1, LWS_WRITE_TEXT) < 0 ? -1 : 0;
}

static int on_websocket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    struct session *session = user;
    (void)in;
    (void)size;
    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
        session->welcome_due = true;
        lws_callback_on_writable(wsi);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        if (session->welcome_due) {
            session->welcome_due = false;
            session->greeted = true;
            return greet(wsi);
        }
        if (!session->greeted)
            return 0;
        return lws_write(wsi, change + LWS_PRE, change_size, LWS_WRITE_TEXT) < 0 ? -1 : 0;
    default:
        return 0;
    }
}

static int answer(struct lws *wsi)
{
    unsigned char bytes[LWS_PRE + 256], *at = bytes + LWS_PRE, *end = bytes + sizeof bytes - 1;
    if (lws_add_http_common_headers(wsi, HTTP_STATUS_OK, "text/plain", 0, &at, end) != 0 ||
        lws_finalize_write_http_header(wsi, bytes + LWS_PRE, &at, end) != 0)
        return -1;
    return lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
}

static const struct lws_protocols protocols[3];

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    (void)user;
    (void)in;
    (void)size;
    if (reason == LWS_CALLBACK_HTTP_BODY_COMPLETION) {
        lws_callback_on_writable_all_protocol(lws_get_context(wsi), &protocols[1]);
        return answer(wsi);
    }
    return 0;
}

static const struct lws_protocols protocols[] = {
    { .name = "http", .callback = on_http },
    { .name = "serenity-sync.1",
      .callback = on_websocket,
      .per_session_data_size = sizeof(struct session),
      .rx_buffer_size = 4096,
      .tx_packet_size = sizeof change },
    { 0 },
};

int main(int argc, char **argv)
{
    if (argc > 1 && strtoul(argv[1], NULL, 10) < sizeof change - LWS_PRE)
        change_size = strtoul(argv[1], NULL, 10);
    memset(change + LWS_PRE, ' ', change_size);
    memcpy(change + LWS_PRE, "{\"t\":\"chg\"", 10);
    change[LWS_PRE + change_size - 1] = '}';
    struct lws_context_creation_info info = {
        .iface = "127.0.0.1",
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_DISABLE_IPV6,
        .max_http_header_data = REQUEST_MAX,
        .fd_limit_per_thread = CLIENTS_MAX,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
    };
    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context *context = lws_create_context(&info);
    if (context == NULL)
        return 1;
    printf("%d\n", lws_get_vhost_listen_port(lws_get_vhost_by_name(context, "default")));
    fflush(stdout);
    while (lws_service(context, 0) >= 0) {
    }
    return 0;
}
