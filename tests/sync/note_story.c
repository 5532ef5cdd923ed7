#include "tests/sync/note_story.h"

#include "tests/sync/typing.h"

#include <string.h>

struct home john, jane;
struct text_server server;
const char *id;

int open_homes(void **state)
{
    (void)state;
    home_open(&john, false);
    home_open(&jane, true);
    id = home_id(&john, CONSULTATIONS, 1);
    text_server_begin(&server, 77, arena_printf(&john.arena, "%s:shared", id));
    return 0;
}

static void close_home(struct home *home)
{
    char folder[64];
    memcpy(folder, home->folder, sizeof folder);
    home_close(home);
    home_remove(folder);
}

int close_homes(void **state)
{
    (void)state;
    text_server_end(&server);
    close_home(&john);
    close_home(&jane);
    return 0;
}

struct model_text *open_shared(struct home *home)
{
    return model_text_open(home->model, id, NOTE_SHARED);
}

void type(struct model_text *text, const char *wanted)
{
    struct err err;
    if (!type_text(text, wanted, &err))
        fail_msg("typing: %s", err.message);
}

void put_in(struct model_text *text, size_t at, const char *bytes)
{
    struct err err;
    if (!model_text_replace(text, at, 0, bytes, strlen(bytes), false, &err))
        fail_msg("typing: %s", err.message);
}

void is_now(struct model_text *text, const char *wanted)
{
    model_text_refresh(text);
    assert_string_equal(model_text_content(text, NULL), wanted);
}
