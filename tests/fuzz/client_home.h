// A client's home for fuzz targets: a folder, in memory where the machine has room there, and a look at all of it.
#pragma once

#include "tui/model/feed.h"

enum { CLIENT_FOLDER_MAX = 64 };

// Makes a folder and a home in it, signed in as u1 with one operation that waits. Stops the run when something fails.
void client_home_create(char folder[CLIENT_FOLDER_MAX]);
// Opens it; false with *err when it cannot be.
bool client_home_open(const char *folder, struct model **ret_model, struct feed **ret_feed, struct err *err);
void client_home_close(struct model *model, struct feed *feed);
void client_home_remove(const char *folder);
// Asks everything that screens ask.
void client_home_look(struct model *model);
