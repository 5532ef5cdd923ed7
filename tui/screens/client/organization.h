// Whoever belongs to several client organisations says here for which one: whose credits are shown and used.
#pragma once

#include "tui/screens/common/desk.h"

bool organization_several(struct screen *screen, const char **ret_reason);
// The next one, by name.
void organization_switch(struct screen *screen);
