// The sync session and the HTTP calls behind a model, on threads of their own. The program starts it once after
// opening the model and stops it before closing; everything else goes through tui/model/model.h.
#pragma once

#include "tui/model/model.h"

struct net;

// Starts the threads. ERR_INTERNAL when the machine gives none.
bool net_start(struct net **ret_net, struct model *model, struct err *err);
// Sends what can still be sent within a moment, ends the threads (within a second) and makes what was typed durable.
// NULL is allowed.
void net_stop(struct net *net);
