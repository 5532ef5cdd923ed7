// The server's part about one note, played by a test: it merges what homes send, numbers it, and tells of it in rows.
#pragma once

#include "shared/text/text.h"
#include "tests/sync/home.h"

struct text_server {
    struct text *text;
    int64_t epoch, head;
    struct buf updates[4096]; // by number - 1
    const char *note;         // "<consultation>:<kind>"
    void (*meanwhile)(void);  // called while an answer is on its way; may be NULL
};

void text_server_begin(struct text_server *server, int64_t epoch, const char *note);
void text_server_end(struct text_server *server);
// Merges an update as the server stores it.
void text_server_merge(struct text_server *server, const void *batch, size_t size);
// Takes what the home sends and answers it; how many edits there were. Other operations are answered too.
int text_server_take(struct text_server *server, struct home *home);
// Sends the note's row with its last `tail` updates.
void text_server_tell(const struct text_server *server, struct home *home, int tail);
// Answers the home's questions about texts; how many there were.
int text_server_answer(const struct text_server *server, struct home *home);
// Something else that somebody typed: `bytes` at the end.
void text_server_type(struct text_server *server, size_t at, const char *bytes);
const char *text_server_content(const struct text_server *server, struct arena *arena);
