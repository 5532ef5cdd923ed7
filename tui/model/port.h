// The side of a model that tui/net sees: what the screens asked for, and how to tell them what came of it. Safe from
// any thread.
#pragma once

#include "shared/text/text.h"
#include "tui/model/model.h"

enum request_kind {
    REQUEST_SIGN_IN,  // server, email, secret (password)
    REQUEST_REVOKE,   // server, secret (access token of a session that ended here)
    REQUEST_SLOTS,    // id (consultant), from, to, minutes
    REQUEST_CONNECT,  // try now
    REQUEST_PRESENCE, // port_place() changed
};

struct request {
    enum request_kind kind;
    char *server, *email, *secret, *id; // owned; NULL when not said
    int64_t from, to, minutes;
    struct request *next;
};
// NULL when there is none; the caller frees.
struct request *port_take_request(struct model *model);
void request_free(struct request *request); // wipes the secret first

// Called, from the model's thread, whenever there is a request or a new operation. It may do no more than wake a loop.
void port_set_wake(struct model *model, void (*wake)(void *user), void *user);

// bits of MODEL_ROWS() and enum model_changed
void port_signal(struct model *model, unsigned changed);
// Copies the event.
void port_event(struct model *model, const struct model_event *event);
void port_set_connection(struct model *model, const struct connection *connection);
bool connection_same(const struct connection *a, const struct connection *b);

struct port_person {
    char user_id[64], name[128];
    enum presence_state state;
    int note;                 // the kind of the note that the caret is in, -1 none
    struct text_anchor caret; // in it
};
// Who is in the room that this person is in.
void port_set_present(struct model *model, const char *room, const struct port_person *people, size_t count);
// Others in the consultation, PRESENT_MAX at most; returns how many.
enum { PRESENT_MAX = 32 };
size_t port_present(struct model *model, const char *room, struct port_person ret[PRESENT_MAX]);

// Where this person is.
struct port_place {
    char room[64]; // a consultation's id, "" nowhere
    enum presence_state state;
    int note; // as in port_person
    struct text_anchor caret;
    unsigned version; // another number after each change
};
void port_place(struct model *model, struct port_place *ret);
// The caret is at that place of the note; NULL: it has left it.
void port_set_caret(struct model *model, const char *note, const struct text_anchor *caret);

// How asking for free slots went: SLOTS_READY after the answer was written, or SLOTS_FAILED.
void port_slots(struct model *model, const char *question, enum slots_state state, const char *why);
// The key of a question for slots, as the cache keeps it. Returns buffer.
char *slots_question(const char *consultant_id, int64_t from, int64_t to, int64_t minutes, char *buffer,
                     size_t size);

// The server's clock less this machine's, ms.
void port_set_skew(struct model *model, int64_t skew);
// This machine's clock as the model was told to read it. UTC ms.
int64_t port_machine_now(const struct model *model);
// The server that --server or SERENITY_SERVER names; NULL: the one signed in to.
const char *port_server(const struct model *model);
const char *port_home(const struct model *model);
// True once after something was saved softly: it has to be flushed.
bool port_take_soft(struct model *model);
