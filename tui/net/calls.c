// What goes over HTTP: signing in and out, fresh tokens, free slots.

#include "tui/net/net_internal.h"

#include "shared/base/civil.h"
#include "shared/wire/args_identity.h"
#include "shared/wire/args_people.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALL_SIGN_IN, CALL_REFRESH, CALL_REVOKE, CALL_SLOTS };

enum { REFRESH_PAUSE_MS = 5000 };

static char *body_of(const struct shape *shape, const void *args)
{
    struct buf text = { 0 };
    shape_write(shape, args, &text);
    return text.data;
}

static char *without_slash(const char *server)
{
    size_t length = strlen(server);
    return strndup(server, length > 0 && server[length - 1] == '/' ? length - 1 : length);
}

// --- requests ------------------------------------------------------------------------------------------------------------

static void sign_in(struct net *net, const struct request *request)
{
    char *server = without_slash(request->server);
    net_read_device(net);
    struct http_call *call = http_call_create(CALL_SIGN_IN, server, &op_auth_login, NULL);
    struct args_login args = { .email = request->email,
                               .password = request->secret,
                               .device = net->device.id };
    call->body = body_of(&shape_login, &args);
    call->note = strdup(request->email);
    free(server);
    http_submit(net->http, call);
}

static void revoke(struct net *net, const struct request *request)
{
    struct http_call *call = http_call_create(CALL_REVOKE, request->server, &op_auth_logout, NULL);
    call->token = strdup(request->secret);
    net->revoking++;
    http_submit(net->http, call);
}

static void ask_slots(struct net *net, const struct request *request)
{
    struct http_call *call =
        http_call_create(CALL_SLOTS, net->device.server, &op_consultant_availability_get, request->id);
    char question[128], from[CIVIL_ISO_SIZE], to[CIVIL_ISO_SIZE];
    struct buf path = { 0 };
    buf_addf(&path, "%s?from=%s&to=%s&minutes=%" PRId64, call->path, civil_format_iso(request->from, from),
             civil_format_iso(request->to, to), request->minutes);
    free(call->path);
    call->path = path.data;
    call->token = strdup(net->device.access);
    call->note = strdup(
        slots_question(request->id, request->from, request->to, request->minutes, question, sizeof question));
    http_submit(net->http, call);
}

static void refuse_slots(struct net *net, const struct request *request, const char *why)
{
    char question[128];
    slots_question(request->id, request->from, request->to, request->minutes, question, sizeof question);
    port_slots(net->model, question, SLOTS_FAILED, why);
}

// True: the request is kept until there is a fresh token.
static bool keep_for_token(struct net *net, struct request *request)
{
    if (net_access_fresh(net) || net->waiting_count == SLOTS_WAITING_MAX)
        return false;
    net->waiting[net->waiting_count++] = request;
    net_refresh(net);
    return true;
}

static bool take_slots_request(struct net *net, struct request *request)
{
    net_read_device(net);
    if (!net_signed_in(net))
        refuse_slots(net, request, "nobody is signed in");
    else if (!id_valid(request->id) && strcmp(request->id, "me") != 0)
        refuse_slots(net, request, "there is no such consultant");
    else if (keep_for_token(net, request))
        return true;
    else if (!net_access_fresh(net))
        refuse_slots(net, request, "too many questions wait");
    else
        ask_slots(net, request);
    return false;
}

static void take_request(struct net *net, struct request *request)
{
    bool kept = false;
    switch (request->kind) {
    case REQUEST_SIGN_IN:
        sign_in(net, request);
        break;
    case REQUEST_REVOKE:
        revoke(net, request);
        break;
    case REQUEST_SLOTS:
        kept = take_slots_request(net, request);
        break;
    case REQUEST_CONNECT:
        net_try_now(net);
        break;
    case REQUEST_PRESENCE:
        net->session.beat_at = INT64_MIN / 2;
        break;
    }
    if (!kept)
        request_free(request);
}

void net_take_requests(struct net *net)
{
    for (struct request *request; (request = port_take_request(net->model)) != NULL;)
        take_request(net, request);
}

void net_refresh(struct net *net)
{
    if (net->refreshing || net->device.refresh == NULL || net_now(net) < net->refresh_after)
        return;
    struct http_call *call = http_call_create(CALL_REFRESH, net->device.server, &op_auth_refresh, NULL);
    struct args_refresh args = { .refreshToken = net->device.refresh };
    call->body = body_of(&shape_refresh, &args);
    call->note = strdup(net->device.refresh);
    net->refreshing = true;
    net->refresh_after = net_now(net) + REFRESH_PAUSE_MS;
    http_submit(net->http, call);
}

// --- answers -------------------------------------------------------------------------------------------------------------

struct tokens {
    const char *access, *refresh;
    int64_t until; // machine ms
};

static bool read_tokens(const struct net *net, const cJSON *data, struct tokens *ret, struct err *err)
{
    const cJSON *tokens = cJSON_GetObjectItemCaseSensitive(data, "tokens");
    const cJSON *life = cJSON_GetObjectItemCaseSensitive(tokens, "expiresIn");
    ret->access = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tokens, "accessToken"));
    ret->refresh = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tokens, "refreshToken"));
    if (ret->access == NULL || ret->refresh == NULL || !cJSON_IsNumber(life) || life->valuedouble < 0 ||
        life->valuedouble > 1e9)
        return err_set(err, ERR_INTERNAL, "the server's answer holds no tokens");
    ret->until = net_now(net) + (int64_t)(life->valuedouble * 1000);
    return true;
}

static bool keep_person(struct net *net, const struct http_call *call, struct err *err)
{
    struct tokens tokens;
    const cJSON *user = cJSON_GetObjectItemCaseSensitive(call->data, "user");
    const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(user, "id"));
    if (!read_tokens(net, call->data, &tokens, err))
        return false;
    if (id == NULL)
        return err_set(err, ERR_INTERNAL, "the server's answer names no user");
    return device_sign_in(feed_outbox(net->feed), call->server, call->note, id, tokens.access, tokens.refresh,
                          tokens.until, err);
}

static void signed_in(struct net *net, const struct http_call *call)
{
    struct model_event event = { .kind = MODEL_SIGN_IN_FAILED, .at = net_now(net), .err = call->err };
    if (call->ok && keep_person(net, call, &event.err)) {
        event.kind = MODEL_SIGNED_IN;
        net->access_bad = false;
        net_device_changed(net);
        net_try_now(net);
    }
    port_event(net->model, &event);
    port_signal(net->model, MODEL_EVERYTHING);
}

static bool is_final(const struct http_call *call)
{
    return call->status == 400 || call->status == 401 || call->status == 403 || call->status == 404;
}

static void session_over(struct net *net, const struct http_call *call)
{
    struct err err;
    struct model_event event = { .kind = MODEL_SIGNED_OUT, .at = net_now(net), .err = call->err };
    device_drop_tokens(feed_outbox(net->feed), call->note, &err);
    net_device_changed(net);
    port_event(net->model, &event);
    port_signal(net->model, MODEL_ACCOUNT | MODEL_CONNECTION);
}

static void ask_waiting(struct net *net, bool with_token)
{
    size_t count = net->waiting_count;
    net->waiting_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (with_token)
            ask_slots(net, net->waiting[i]);
        else
            refuse_slots(net, net->waiting[i], "the server cannot be reached");
        request_free(net->waiting[i]);
    }
}

// The new tokens are on the disk before anything uses them (RULES 21).
static void refreshed(struct net *net, const struct http_call *call)
{
    struct tokens tokens;
    struct err err = call->err;
    net->refreshing = false;
    bool good =
        call->ok && read_tokens(net, call->data, &tokens, &err) &&
        device_renew(feed_outbox(net->feed), call->note, tokens.access, tokens.refresh, tokens.until, &err);
    if (good) {
        net->access_bad = false;
        net_device_changed(net);
        net_read_device(net);
        if (loop_connected(net->loop) && net->session.welcomed)
            session_renew(&net->session, net->device.access);
    } else if (!call->ok && is_final(call)) {
        session_over(net, call);
    } else if (!loop_connected(net->loop)) {
        net_retry_later(net, err.message);
    }
    ask_waiting(net, good && net_signed_in(net));
}

// [{start, end}, ...] as pairs of numbers.
static bool read_slots(const cJSON *data, struct buf *out)
{
    const cJSON *slots = cJSON_GetObjectItemCaseSensitive(data, "slots"), *slot;
    if (!cJSON_IsArray(slots))
        return false;
    buf_add_char(out, '[');
    cJSON_ArrayForEach(slot, slots)
    {
        const char *start = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(slot, "start"));
        const char *end = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(slot, "end"));
        int64_t from, to;
        if (start == NULL || end == NULL || !civil_parse_iso(start, &from) || !civil_parse_iso(end, &to))
            return false;
        json_add_comma(out);
        buf_addf(out, "[%" PRId64 ",%" PRId64 "]", from, to);
    }
    buf_add_char(out, ']');
    return true;
}

static void slots_came(struct net *net, const struct http_call *call)
{
    CLEANUP(buf_free) struct buf slots = { 0 };
    struct err err = call->err;
    if (call->status == 401)
        net->access_bad = true;
    bool good = call->ok && (read_slots(call->data, &slots) ||
                             err_set(&err, ERR_INTERNAL, "the server's answer holds no slots"));
    good = good && feed_slots(net->feed, call->note, buf_text(&slots), &err);
    port_slots(net->model, call->note, good ? SLOTS_READY : SLOTS_FAILED, good ? NULL : err.message);
}

void net_take_answers(struct net *net)
{
    for (struct http_call *call; (call = http_take_answer(net->http)) != NULL; http_call_free(call)) {
        switch (call->kind) {
        case CALL_SIGN_IN:
            signed_in(net, call);
            break;
        case CALL_REFRESH:
            refreshed(net, call);
            break;
        case CALL_REVOKE:
            net->revoking--;
            break;
        case CALL_SLOTS:
            slots_came(net, call);
            break;
        }
    }
}
