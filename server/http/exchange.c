#include "server/http/exchange.h"

#include "server/core/log.h"
#include "server/core/metrics.h"
#include "server/http/args.h"
#include "server/http/reply.h"
#include "server/http/system.h"
#include "server/http/waits.h"
#include "server/push/push.h"
#include "shared/base/utf8.h"
#include "shared/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BODY_KEPT = 16 * 1024, IDEMPOTENCY_KEY_MAX = 128, SPARES_MAX = 256 };

struct exchange {
    struct http_server *server;
    void *session; // NULL: the peer has gone
    enum exchange_state state;
    enum http_method method;
    char request_id[REQUEST_ID_MAX + 1];
    char path[128]; // for the log, shortened
    int64_t started;

    struct op_request *request; // NULL: answered without an operation
    size_t expected;            // bytes of body
    struct buf in;              // the body so far; later the content of an answer of our own

    struct err err; // what is answered when code is set
    struct system_answer system;
    char extra[96];
    int retry_after;
    bool close;            // after the answer
    bool waits;            // in server->waits: for a change, until its time is over
    struct exchange *next; // of the spare ones
};

enum exchange_state exchange_state(const struct exchange *exchange)
{
    return exchange->state;
}

static struct exchange *exchange_take(struct http_server *server)
{
    struct exchange *exchange = server->spare;
    if (exchange != NULL)
        server->spare = exchange->next;
    else
        exchange = calloc(1, sizeof *exchange);
    CHECK(exchange != NULL);
    struct buf in = exchange->in;
    buf_clear(&in);
    *exchange = (struct exchange){ .server = server, .in = in };
    server->exchanges++;
    return exchange;
}

static void exchange_free(struct exchange *exchange)
{
    struct http_server *server = exchange->server;
    if (exchange->request != NULL)
        op_request_free(exchange->request);
    exchange->request = NULL;
    if (exchange->in.cap > BODY_KEPT)
        buf_free(&exchange->in);
    server->exchanges--;
    exchange->next = server->spare;
    server->spare = exchange;
}

void exchanges_free(struct http_server *server)
{
    for (struct exchange *next; server->spare != NULL; server->spare = next) {
        next = server->spare->next;
        buf_free(&server->spare->in);
        free(server->spare);
    }
}

// The answer is an error of the request itself; close: what follows on the connection cannot be trusted.
static void fail(struct exchange *exchange, bool close)
{
    exchange->close = exchange->close || close;
    exchange->state = EXCHANGE_READY;
}

// --- the request id ------------------------------------------------------------------------------------------------

static bool is_request_id(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= REQUEST_ID_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-") == length;
}

static void choose_request_id(struct exchange *exchange, const char *given)
{
    struct http_server *server = exchange->server;
    if (given != NULL && is_request_id(given))
        snprintf(exchange->request_id, sizeof exchange->request_id, "%s", given);
    else
        snprintf(exchange->request_id, sizeof exchange->request_id, "%s-%llx", server->request_prefix,
                 (unsigned long long)++server->requests);
}

// --- what is checked before an operation is looked at ---------------------------------------------------------------

static bool takes_body(enum http_method method)
{
    return method == HTTP_POST || method == HTTP_PUT || method == HTTP_PATCH || method == HTTP_DELETE;
}

// Anything wrong here leaves the end of the request in doubt: the connection closes after the answer.
static bool check_framing(const struct http_head *head, struct err *err)
{
    if (head->too_large)
        return err_set(err, ERR_HEADERS_TOO_LARGE, "Headers may take %d bytes.", HTTP_HEADERS_MAX);
    if (head->bad_version)
        return err_set(err, ERR_BAD_REQUEST, "Speak HTTP/1.1.");
    if (head->transfer_encoding)
        return err_set(err, ERR_NOT_IMPLEMENTED,
                       "Send the body with Content-Length, without Transfer-Encoding.");
    if (head->content_length == LENGTH_BAD)
        return err_set(err, ERR_BAD_REQUEST, "The Content-Length is no number, or given twice.");
    if (head->no_host && !head->old_version)
        return err_set(err, ERR_BAD_REQUEST, "One Host header is required.");
    if (head->method == HTTP_METHODS)
        return err_set(err, ERR_NOT_IMPLEMENTED, "No such method.");
    if (takes_body(head->method) && head->content_length == LENGTH_NONE)
        return err_set(err, ERR_LENGTH_REQUIRED, "Send a Content-Length, 0 for no body.");
    if (!takes_body(head->method) && head->content_length > 0)
        return err_set(err, ERR_BAD_REQUEST, "%s takes no body.", http_method_name(head->method));
    if (head->content_length > HTTP_BODY_MAX)
        return err_set(err, ERR_TOO_LARGE, "A body may take %d bytes.", HTTP_BODY_MAX);
    return true;
}

// "application/json", with no other charset than UTF-8
static bool is_json(const char *type)
{
    static const char json[] = "application/json", charset[] = "charset=";
    if (type == NULL || strncasecmp(type, json, sizeof json - 1) != 0)
        return false;
    type += sizeof json - 1;
    type += strspn(type, " \t");
    if (*type == '\0')
        return true;
    if (*type++ != ';')
        return false;
    type += strspn(type, " \t");
    if (strncasecmp(type, charset, sizeof charset - 1) != 0)
        return false;
    type += sizeof charset - 1;
    return strcasecmp(type, "utf-8") == 0 || strcasecmp(type, "\"utf-8\"") == 0;
}

static bool is_sign_in(const struct op *op)
{
    static const char family[] = "auth.";
    return strncmp(op->spec->name, family, sizeof family - 1) == 0 && (op->spec->roles & ROLE_PUBLIC) &&
           strcmp(op->spec->name, "auth.refresh") != 0;
}

static const char *bearer(const char *authorization)
{
    static const char scheme[] = "Bearer ";
    if (strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return ""; // no token is like it, so the answer is 401
    authorization += sizeof scheme - 1;
    return authorization + strspn(authorization, " ");
}

static bool limited(struct exchange *exchange)
{
    metrics_add(exchange->server->app->metrics, METRIC_HTTP_LIMITED, 1);
    err_set(&exchange->err, ERR_RATE_LIMITED, "Too many requests; try again in %d s.", exchange->retry_after);
    return false;
}

static bool check_limits(struct exchange *exchange, const struct http_head *head, const struct op *op)
{
    struct limits *limits = exchange->server->limits;
    int *after = &exchange->retry_after;
    int64_t now = exchange->started;
    if (!limits_take(limits, LIMIT_ADDRESS, head->address, now, after))
        return limited(exchange);
    if (op != NULL && is_sign_in(op) && !limits_take(limits, LIMIT_SIGN_IN, head->address, now, after))
        return limited(exchange);
    if (head->authorization != NULL && !limits_take_token(limits, bearer(head->authorization), now, after))
        return limited(exchange);
    return true;
}

static bool check_route(struct exchange *exchange, const struct route_match *match)
{
    if (match->op != NULL)
        return true;
    if (match->allow == 0)
        return err_set(&exchange->err, ERR_NOT_FOUND, "There is no such path.");
    char methods[64];
    http_methods_format(match->allow, methods, sizeof methods);
    snprintf(exchange->extra, sizeof exchange->extra, "Allow: %s\r\n", methods);
    return err_set(&exchange->err, ERR_METHOD_NOT_ALLOWED, "This path takes %s.", methods);
}

// --- handing over ---------------------------------------------------------------------------------------------------

static bool is_key(const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return length > 0 && length <= IDEMPOTENCY_KEY_MAX;
}

// The request with what its headers say; it waits for its body.
static bool prepare(struct exchange *exchange, const struct http_head *head, const struct route_match *match)
{
    struct op_request *request = exchange->request = op_request_create();
    struct err *err = &exchange->err;
    request->op = match->op;
    request->received_at = exchange->started;
    request->request_id = arena_strdup(&request->arena, exchange->request_id);
    request->address = arena_strdup(&request->arena, head->address);
    if (head->authorization != NULL)
        request->token = arena_strdup(&request->arena, bearer(head->authorization));
    if (head->idempotency_key != NULL && match->op->spec->kind == OP_CHANGE) {
        if (!is_key(head->idempotency_key))
            return err_set(err, ERR_BAD_REQUEST, "An Idempotency-Key is 1 to %d printable ASCII characters.",
                           IDEMPOTENCY_KEY_MAX);
        request->idempotency_key = arena_strdup(&request->arena, head->idempotency_key);
    }
    return args_gather(match, head->query, head->query_count, &request->body, err);
}

static void after_auth(struct exchange *exchange, const struct op_request *request)
{
    if (strncmp(request->op->spec->name, "auth.", 5) == 0 && request->op->spec->kind == OP_CHANGE)
        push_auth_changed(exchange->server->push, request->actor.user_id, request->ok);
}

static void answer(struct exchange *exchange)
{
    exchange->state = EXCHANGE_READY;
    if (exchange->session == NULL)
        exchange_free(exchange);
    else
        http_session_ready(exchange->session);
}

static void finished(struct op_request *request, void *user);

// Runs the query once more, as if it had come now.
static void ask_again(struct exchange *exchange)
{
    struct op_request *before = exchange->request, *request = exchange->request = op_request_create();
    request->op = before->op;
    request->body = cJSON_Duplicate(before->body, true);
    CHECK(request->body != NULL);
    request->received_at = host_monotonic_us();
    request->request_id = arena_strdup(&request->arena, before->request_id);
    request->address = arena_strdup(&request->arena, before->address);
    request->token = arena_strdup(&request->arena, before->token);
    request->done = finished;
    request->user = exchange;
    op_request_free(before);
    engine_submit(exchange->server->app->engine, request);
}

void exchange_woken(void *who, bool again)
{
    struct exchange *exchange = who;
    exchange->waits = false;
    if (again && !exchange->server->draining)
        ask_again(exchange);
    else
        answer(exchange);
}

// Whether the answer, which says that there is nothing new, is put off.
static bool put_off(struct exchange *exchange, const struct op_request *request)
{
    struct http_server *server = exchange->server;
    int64_t until = exchange->started + request->wait.seconds * INT64_C(1000000);
    if (!request->ok || request->wait.seconds == 0 || exchange->session == NULL || server->draining ||
        until <= host_monotonic_us())
        return false;
    exchange->waits = waits_add(server->waits, exchange, request, until);
    if (exchange->waits && push_heard(server->push, request->actor.tenant) > request->wait.behind) {
        waits_forget(server->waits, exchange); // it came meanwhile
        exchange_woken(exchange, true);
        return true;
    }
    return exchange->waits;
}

static void finished(struct op_request *request, void *user)
{
    struct exchange *exchange = user;
    if (request->token != NULL && request->actor.user_id != NULL)
        limits_learn(exchange->server->limits, request->token, request->actor.user_id);
    after_auth(exchange, request);
    if (!put_off(exchange, request))
        answer(exchange);
}

static void submit(struct exchange *exchange)
{
    struct op_request *request = exchange->request;
    if (!args_merge_body(&request->body, exchange->in.data, exchange->in.len, &exchange->err)) {
        fail(exchange, false);
        return;
    }
    buf_clear(&exchange->in);
    request->done = finished;
    request->user = exchange;
    exchange->state = EXCHANGE_WAIT;
    engine_submit(exchange->server->app->engine, request);
}

static void begin_operation(struct exchange *exchange, const struct http_head *head)
{
    struct route_match match;
    struct err *err = &exchange->err;
    router_find(exchange->server->router, head->method, head->path, head->path_size, &match);
    bool ok = check_limits(exchange, head, match.op) && check_route(exchange, &match);
    if (ok && exchange->server->draining) {
        exchange->retry_after = 1;
        ok = err_set(err, ERR_UNAVAILABLE, "The server is stopping.");
    }
    if (ok && head->content_length > 0 && !is_json(head->content_type))
        ok = err_set(err, ERR_UNSUPPORTED_TYPE, "Send the body as application/json.");
    ok = ok && prepare(exchange, head, &match);
    if (!ok) {
        fail(exchange, head->content_length > 0); // the body was not read
        return;
    }
    exchange->expected = head->content_length > 0 ? (size_t)head->content_length : 0;
    exchange->state = EXCHANGE_BODY;
    if (exchange->expected == 0)
        submit(exchange);
}

static bool is_plain_line(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ')
            return false;
    return utf8_is_plain(text, size);
}

static void note_path(struct exchange *exchange, const struct http_head *head)
{
    size_t size = head->path_size < sizeof exchange->path ? head->path_size : sizeof exchange->path - 1;
    memcpy(exchange->path, head->path, size);
    exchange->path[size] = '\0';
}

struct exchange *exchange_begin(struct http_server *server, const struct http_head *head, void *session)
{
    struct exchange *exchange = exchange_take(server);
    exchange->session = session;
    exchange->method = head->method;
    exchange->started = host_monotonic_us();
    exchange->close = head->old_version || server->draining;
    note_path(exchange, head);
    choose_request_id(exchange, head->request_id);
    if (!check_framing(head, &exchange->err))
        fail(exchange, true);
    else if (!is_plain_line(head->path, head->path_size)) {
        err_set(&exchange->err, ERR_BAD_REQUEST, "The path holds characters that cannot be taken.");
        fail(exchange, head->content_length > 0);
    } else if (system_answer(server, head->method, head->path, head->path_size, &exchange->in,
                             &exchange->system))
        fail(exchange, head->content_length > 0);
    else
        begin_operation(exchange, head);
    return exchange;
}

void exchange_body(struct exchange *exchange, const void *data, size_t size)
{
    size_t missing = exchange->expected - exchange->in.len;
    buf_add(&exchange->in, data, size < missing ? size : missing);
    if (exchange->in.len == exchange->expected)
        submit(exchange);
}

void exchange_abandon(struct exchange *exchange)
{
    exchange->session = NULL;
    if (exchange->waits)
        waits_forget(exchange->server->waits, exchange);
    if (exchange->waits || exchange->state != EXCHANGE_WAIT)
        exchange_free(exchange);
}

// --- the answer -----------------------------------------------------------------------------------------------------

static void count(const struct exchange *exchange, int status)
{
    static const enum metric classes[] = { METRIC_HTTP_2XX, METRIC_HTTP_4XX, METRIC_HTTP_5XX };
    metrics_add(exchange->server->app->metrics, classes[status < 400 ? 0 : status < 500 ? 1 : 2], 1);
    bool routine = status < 400 && (exchange->method == HTTP_GET || exchange->method == HTTP_HEAD);
    const char *method = exchange->method == HTTP_METHODS ? "?" : http_method_name(exchange->method);
    const struct op_request *request = exchange->request;
    log_event(routine ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "request", LOG_TEXT("id", exchange->request_id),
              LOG_TEXT("method", method), LOG_TEXT("path", exchange->path), LOG_INT("status", status),
              LOG_INT("us", host_monotonic_us() - exchange->started),
              LOG_TEXT("user", request == NULL ? NULL : request->actor.user_id));
}

// What to say, from whichever of the three said it: this side, a system path, the operation.
static void fill_response(struct exchange *exchange, struct response *response)
{
    const struct op_request *request = exchange->request;
    if (exchange->err.code == ERR_NONE && request != NULL && !request->ok) {
        exchange->err = request->err;
        exchange->retry_after = request->retry_after;
    }
    if (exchange->err.code != ERR_NONE) {
        buf_clear(&exchange->in);
        response_error_body(&exchange->in, &exchange->err);
        response->status = err_status(exchange->err.code);
        if (exchange->err.code == ERR_UNAUTHENTICATED)
            response->extra = "WWW-Authenticate: Bearer\r\n";
    } else if (request != NULL) {
        response->status = request->status;
        response->before = "{\"success\":true,\"data\":";
        response->body = request->reply.len > 0 ? request->reply.data : "{}";
        response->body_size = request->reply.len > 0 ? request->reply.len : 2;
        response->after = "}";
        return;
    } else {
        response->status = exchange->system.status;
        response->type = exchange->system.type;
        response->extra = exchange->system.extra;
    }
    response->body = exchange->in.data;
    response->body_size = exchange->in.len;
}

void exchange_render(struct exchange *exchange, struct buf *out, bool *ret_close)
{
    struct response response = {
        .type = TYPE_JSON,
        .request_id = exchange->request_id,
        .extra = exchange->extra[0] != '\0' ? exchange->extra : NULL,
        .head_only = exchange->method == HTTP_HEAD,
        .before = "",
        .after = "",
    };
    fill_response(exchange, &response);
    response.close = exchange->close;
    response.retry_after = exchange->retry_after;
    response_write(out, &response, host_now_ms());
    count(exchange, response.status);
    *ret_close = exchange->close;
    exchange_free(exchange);
}
