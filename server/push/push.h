// The websocket side (handbook SYNC): who is connected, what of the change log each may see, and sending it.
//
// Everything here runs on the loop's thread. A connection stores how far it was told and whether there is more; what it
// is sent is made when it can be written, from the last batches of its tenant or, when it lags, from the change log.
#pragma once

#include "server/core/app.h"

struct push;

struct push *push_create(struct app *app);
// After the sockets were closed and the engine stopped.
void push_destroy(struct push *push);

// alarm(user, in_us) asks for push_rang() in that many microseconds, and forgets what it asked for before.
void push_set_alarm(struct push *push, void (*alarm)(void *user, int64_t in_us), void *user);
void push_rang(struct push *push);
// Timers: at least twice a second. now: monotonic us.
void push_tick(struct push *push, int64_t now);

// Takes what was committed from the engine and marks who is to hear of it.
void push_take_changes(struct push *push);
// Before anybody is told, changed(user, batch) sees each batch that push_take_changes() takes.
struct change_batch;
void push_listen(struct push *push, void (*changed)(void *user, const struct change_batch *batch),
                 void *user);
// Up to which seq batches of that tenant were taken; 0: none yet.
int64_t push_heard(const struct push *push, const char *tenant);
// An auth.* operation that changes something ended. Sessions that are no longer good are closed at once: those of the
// person, or, when a refusal names nobody (a refresh token used twice revokes its session), whichever it was.
void push_auth_changed(struct push *push, const char *user_id, bool ok);

// Lets operations under way end, says `bye` to everyone.
void push_drain(struct push *push);
bool push_drained(const struct push *push);
