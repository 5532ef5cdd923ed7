#include "tui/net/http.h"

#include "tui/model/server_url.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 4 * 1024 * 1024, CONNECT_S = 5, SILENCE_S = 10, WHOLE_S = 20 };

struct queue {
    struct http_call *first, **end;
};

struct http {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct queue asked, answered;
    atomic_bool stop;
    void (*wake)(void *user);
    void *user;
};

// --- queues --------------------------------------------------------------------------------------------------------

static void push(struct queue *queue, struct http_call *call)
{
    call->next = NULL;
    *queue->end = call;
    queue->end = &call->next;
}

static struct http_call *pop(struct queue *queue)
{
    struct http_call *call = queue->first;
    if (call == NULL)
        return NULL;
    queue->first = call->next;
    if (queue->first == NULL)
        queue->end = &queue->first;
    return call;
}

// --- one call ------------------------------------------------------------------------------------------------------------

static size_t receive(char *data, size_t size, size_t count, void *user)
{
    struct buf *answer = user;
    if (answer->len + size * count > ANSWER_MAX)
        return 0;
    buf_add(answer, data, size * count);
    return size * count;
}

static int keep_going(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct http *http = user;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&http->stop) ? 1 : 0;
}

static struct curl_slist *add_header(struct curl_slist *headers, const char *text)
{
    struct curl_slist *longer = curl_slist_append(headers, text);
    CHECK(longer != NULL);
    return longer;
}

static struct curl_slist *headers_of(const struct http_call *call)
{
    struct curl_slist *headers = add_header(NULL, "Expect:");
    headers = add_header(headers, "Accept: application/json");
    if (call->body != NULL)
        headers = add_header(headers, "Content-Type: application/json");
    if (call->token != NULL) {
        struct buf line = { 0 };
        buf_addf(&line, "Authorization: Bearer %s", call->token);
        headers = add_header(headers, line.data);
        explicit_bzero(line.data, line.len);
        buf_free(&line);
    }
    return headers;
}

static void set_options(CURL *curl, struct http *http, const struct http_call *call, struct buf *answer)
{
    struct err err;
    struct server_url url = { 0 };
    bool secure = server_url_parse(call->server, &url, &err) && url.secure;
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, secure ? "https" : "http");
    if (!secure)
        curl_easy_setopt(curl, CURLOPT_NOPROXY, "*"); // this machine
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT,
                     1L); // of a call that is swallowed the others behind it wait
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "serenity/" SERENITY_VERSION);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, keep_going);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, http);
    if (call->body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(call->body));
    }
}

static void perform(struct http *http, struct http_call *call)
{
    CURL *curl = curl_easy_init();
    CHECK(curl != NULL);
    struct buf url = { 0 }, answer = { 0 };
    struct curl_slist *headers = headers_of(call);
    char words[CURL_ERROR_SIZE] = "";
    buf_addf(&url, "%s%s", call->server, call->path);
    set_options(curl, http, call, &answer);
    curl_easy_setopt(curl, CURLOPT_URL, url.data);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK)
        http_call_answer(call, (int)status, buf_text(&answer), answer.len);
    else
        err_set(&call->err, ERR_OFFLINE, "cannot reach %.100s: %.100s", call->server,
                words[0] != '\0' ? words : curl_easy_strerror(code));
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    buf_free(&url);
    if (answer.data != NULL)
        explicit_bzero(answer.data, answer.len); // it may hold tokens
    buf_free(&answer);
}

// --- the thread ----------------------------------------------------------------------------------------------------------

static struct http_call *next_call(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    while (http->asked.first == NULL && !atomic_load(&http->stop))
        pthread_cond_wait(&http->more, &http->lock);
    struct http_call *call = atomic_load(&http->stop) ? NULL : pop(&http->asked);
    pthread_mutex_unlock(&http->lock);
    return call;
}

static void *work(void *user)
{
    struct http *http = user;
    for (struct http_call *call; (call = next_call(http)) != NULL;) {
        perform(http, call);
        pthread_mutex_lock(&http->lock);
        push(&http->answered, call);
        pthread_mutex_unlock(&http->lock);
        http->wake(http->user);
    }
    return NULL;
}

bool http_start(struct http **ret_http, void (*wake)(void *user), void *user, struct err *err)
{
    struct http *http = calloc(1, sizeof *http);
    CHECK(http != NULL);
    curl_global_init(CURL_GLOBAL_DEFAULT); // before there are threads that use it
    http->asked.end = &http->asked.first;
    http->answered.end = &http->answered.first;
    http->wake = wake;
    http->user = user;
    CHECK(pthread_mutex_init(&http->lock, NULL) == 0 && pthread_cond_init(&http->more, NULL) == 0);
    if (pthread_create(&http->thread, NULL, work, http) != 0) {
        free(http);
        return err_set(err, ERR_INTERNAL, "cannot start a thread");
    }
    *ret_http = http;
    return true;
}

void http_stop(struct http *http)
{
    if (http == NULL)
        return;
    atomic_store(&http->stop, true);
    pthread_mutex_lock(&http->lock);
    pthread_cond_signal(&http->more);
    pthread_mutex_unlock(&http->lock);
    pthread_join(http->thread, NULL);
    for (struct http_call *call; (call = pop(&http->asked)) != NULL;)
        http_call_free(call);
    for (struct http_call *call; (call = pop(&http->answered)) != NULL;)
        http_call_free(call);
    pthread_cond_destroy(&http->more);
    pthread_mutex_destroy(&http->lock);
    free(http);
}

void http_submit(struct http *http, struct http_call *call)
{
    pthread_mutex_lock(&http->lock);
    push(&http->asked, call);
    pthread_cond_signal(&http->more);
    pthread_mutex_unlock(&http->lock);
}

struct http_call *http_take_answer(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    struct http_call *call = pop(&http->answered);
    pthread_mutex_unlock(&http->lock);
    return call;
}
