// HTTP calls to the server, one after another on a thread of their own, so that nothing else waits for them.
#pragma once

#include "shared/base/err.h"
#include "shared/wire/json.h"
#include "shared/wire/op.h"

struct http;

struct http_call {
    int kind;            // the caller's
    char *server;        // "http://127.0.0.1:8180"; owned, as all texts here
    char *method, *path; // "/api/v1/auth/login"
    char *token;         // bearer, or NULL
    char *body;          // JSON, or NULL
    char *note;          // the caller's, or NULL
    char *note2;

    // the answer
    bool ok;
    int status;     // HTTP status, 0 when nobody answered
    cJSON *data;    // of a success: its `data`
    struct err err; // ERR_OFFLINE when nobody answered
    struct http_call *next;
};

// wake: called on the http thread when an answer is there.
bool http_start(struct http **ret_http, void (*wake)(void *user), void *user, struct err *err);
// Breaks off what runs; answers not taken yet are dropped. NULL is allowed.
void http_stop(struct http *http);

// A call of an operation, its path filled: one ":name" is replaced by `id` (may be NULL).
struct http_call *http_call_create(int kind, const char *server, const struct op_spec *spec, const char *id);
void http_call_free(struct http_call *call); // wipes token and body first
// Notes what the server answered: a status and its JSON text.
void http_call_answer(struct http_call *call, int status, const char *text, size_t size);
// Takes the call over; it comes back by http_take_answer().
void http_submit(struct http *http, struct http_call *call);
struct http_call *http_take_answer(struct http *http); // NULL when there is none
