// Where stories of notes take place: John's and Jane's homes, a server played by the test, and the shared document of a
// consultation of theirs.
#pragma once

#include "tests/sync/text_server.h"
#include "tui/model/texts.h"

extern struct home john, jane;
extern struct text_server server;
extern const char *id; // of the consultation

// cmocka's setup and teardown.
int open_homes(void **state);
int close_homes(void **state);

struct model_text *open_shared(struct home *home);
// Types until the text says what is wanted.
void type(struct model_text *text, const char *wanted);
void put_in(struct model_text *text, size_t at, const char *bytes);
void is_now(struct model_text *text, const char *wanted);
