// What a person at a device does, chosen by chance among what the screens offer.
#pragma once

#include "tests/sim/chance.h"
#include "tests/sim/seat.h"

void acts_reset(void);
// The program ends: notes that were kept open are closed.
void acts_leave(struct seat *seat);
// One act of whoever sits there; the seat is up.
void act(struct seat *seat, struct chance *chance);
// Signs in, when nobody is; as its person does when asked to.
void act_sign_in(struct seat *seat);
// Makes what was typed durable and lets it go at once.
void act_flush(struct seat *seat);
// When the next session in this person's calendar starts, UTC ms; 0: none.
int64_t act_next_start(struct seat *seat);
