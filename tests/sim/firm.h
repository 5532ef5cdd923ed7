// The firm that everybody in the simulation works for or books with, and what its platform does of itself.
//
// Ada administers; John (New York) and Mary (London) consult; Jane and Joe are of Acme, Bob is of Beta.
#pragma once

#include "tests/sim/chance.h"
#include "tests/sim/disk.h"

#define FIRM_PASSWORD "correct horse battery"

// Founds it on the server that is up. Once a program, then put by with disk_save().
void firm_found(void);

// Something that no person on a device does, right now: a notification is withdrawn, a consultant is hidden or shown,
// Joe changes organisation, credits are granted, somebody joins or leaves a session, a note is handed in as a whole text.
// The server is up; it may be refused.
void firm_act(struct chance *chance);
// The e-mail address of a person whose rights changed since the run began; NULL: nobody's.
const char *firm_moved(void);
void firm_reset(void);
