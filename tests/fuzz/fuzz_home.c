// Damaged files in a client's home. The input is a list of damages: which file, where, what. A damaged cache is thrown
// away, sooner or later, and filled again; a damaged outbox is never thrown away, but refused with words that name it.
#include "tests/fuzz/client_home.h"
#include "tui/model/texts.h"
#include "tui/net/session.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CACHE, OUTBOX, FILES, FILE_MAX = 512 * 1024, WAITING = 2, OPENINGS_MAX = 4 };

static const char *const names[FILES] = { "cache.db", "outbox.db" };
static char folder[CLIENT_FOLDER_MAX];
static struct {
    uint8_t bytes[FILE_MAX], now[FILE_MAX];
    size_t size, now_size;
    bool damaged;
} files[FILES];

static const char path_of_row[] = "01900001-0000-7000-8000-000000000001";

// --- a home worth damaging ---------------------------------------------------------------------------------------------

static void drop(void *user, struct buf *text)
{
    (void)user;
    buf_free(text);
}

static bool receive(struct session *session, const char *line, bool is_page)
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf page = { 0 };
    if (is_page)
        CHECK(page_deflate(line, strlen(line), &page, &err));
    return session_receive(session, is_page ? page.data : line, is_page ? page.len : strlen(line), is_page, 1,
                           &err) == SESSION_GOES_ON &&
           session_tick(session, 1, &err) == SESSION_GOES_ON;
}

// What a server says to a new device. False when the home could not take it.
static bool fill(struct model *model, struct feed *feed)
{
    static const char welcome[] =
        "{\"t\":\"welcome\",\"protocol\":1,\"epoch\":\"e1\",\"head\":10,\"oldest\":1,\"scopes\":[\"mine\"],"
        "\"opFloor\":0,\"now\":\"2026-01-01T00:00:00Z\",\"mode\":\"snapshot\"}";
    static const char row[] =
        "{\"t\":\"snap\",\"scope\":\"mine\",\"at\":10,\"table\":\"consultation\",\"after\":\"\",\"rows\":[{"
        "\"id\":"
        "\"01900001-0000-7000-8000-000000000001\",\"rev\":5,\"code\":\"CONS-1\",\"clientName\":\"Acme\","
        "\"consultantId\":\"01900003-0000-7000-8000-000000000001\","
        "\"start\":"
        "1900000000000,\"end\":1900003600000,\"status\":\"scheduled\",\"minutes\":60,\"timezone\":\"UTC\"}],"
        "\"last\":true}";
    static const char note[] =
        "{\"t\":\"snap\",\"scope\":\"mine\",\"at\":10,\"table\":\"note\",\"after\":\"\",\"rows\":[{\"id\":"
        "\"01900001-0000-7000-8000-000000000001:live\",\"rev\":6,\"consultationId\":"
        "\"01900001-0000-7000-8000-000000000001\",\"kind\":\"live\",\"epoch\":77,\"head\":1,\"tail\":"
        "\"FkMBAgMEBQYHCHdoYXQgd2FzIHNhaWQ\",\"tailCount\":1}],\"last\":true}";
    static const char me[] =
        "{\"t\":\"snap\",\"scope\":\"mine\",\"at\":10,\"table\":\"me\",\"after\":\"\",\"rows\":[{\"id\":"
        "\"01900009-0000-7000-8000-000000000001\",\"rev\":4,\"email\":\"a@example.com\",\"roles\":"
        "\"consultant,"
        "user\",\"consultantId\":\"01900003-0000-7000-8000-000000000001\","
        "\"timezone\":\"UTC\",\"verified\":true}],\"last\":true}";
    struct err err;
    struct session session = { .feed = feed, .model = model, .user_id = "u1", .send = drop };
    return feed_take_session(feed) && feed_reset(feed, true, &err) && session_begin(&session, "A", 1, &err) &&
           receive(&session, welcome, false) && receive(&session, me, true) && receive(&session, row, true) &&
           receive(&session, note, true) &&
           receive(&session, "{\"t\":\"ready\",\"at\":10,\"sums\":{}}", false);
}

static const char *path_of(int file, char path[128])
{
    snprintf(path, 128, "%s/%s", folder, names[file]);
    return path;
}

static void read_file(int file)
{
    char path[128];
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(path_of(file, path), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
    FILE *stream = fopen(path, "rb");
    CHECK(stream != NULL);
    files[file].size = fread(files[file].bytes, 1, FILE_MAX, stream);
    CHECK(files[file].size > 0 && files[file].size < FILE_MAX);
    fclose(stream);
}

static void remove_home(void)
{
    client_home_remove(folder);
}

static bool type_more(struct model *model, struct err *err)
{
    static const char more[] = ", and more";
    size_t size;
    struct model_text *text = model_text_open(model, path_of_row, NOTE_LIVE);
    const char *content = model_text_content(text, &size);
    bool good = strcmp(content, "what was said") == 0 &&
                model_text_replace(text, size, 0, more, strlen(more), false, err);
    model_text_close(text);
    return good;
}

static void make_home(void)
{
    struct err err;
    struct model *model;
    struct feed *feed;
    client_home_create(folder);
    atexit(remove_home);
    CHECK(client_home_open(folder, &model, &feed, &err));
    CHECK(fill(model, feed));
    CHECK(model_confirm(model, path_of_row, NULL, NULL, &err));
    CHECK(type_more(model, &err));
    CHECK(fill(model, feed)); // takes them: what follows is an answer
    client_home_close(model, feed);
    for (int file = 0; file < FILES; file++)
        read_file(file);
}

// --- damage ----------------------------------------------------------------------------------------------------------

// One damage: kind, three bytes of place, and for an overwrite its length and bytes. Returns how much of the input it was.
static size_t damage(const uint8_t *data, size_t size)
{
    if (size < 5)
        return size;
    int file = data[0] & 1;
    bool cut = (data[0] & 0x0e) == 0x0e;
    size_t place = ((size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3]) % files[file].size;
    size_t length = data[4] % 32;
    if (cut) {
        files[file].now_size = place < files[file].now_size ? place : files[file].now_size;
        files[file].damaged = true;
        return 4;
    }
    for (size_t i = 0; i < length && 5 + i < size && place + i < files[file].size; i++)
        files[file].now[place + i] = data[5 + i];
    files[file].damaged = true;
    return 5 + length < size ? 5 + length : size;
}

static void write_home(const uint8_t *data, size_t size)
{
    for (int file = 0; file < FILES; file++) {
        memcpy(files[file].now, files[file].bytes, files[file].size);
        files[file].now_size = files[file].size;
        files[file].damaged = false;
    }
    for (size_t at = 0; at < size;)
        at += damage(data + at, size - at);
    client_home_remove(folder);
    CHECK(mkdir(folder, 0700) == 0);
    for (int file = 0; file < FILES; file++) {
        char path[128];
        FILE *stream = fopen(path_of(file, path), "wb");
        CHECK(stream != NULL &&
              fwrite(files[file].now, 1, files[file].now_size, stream) == files[file].now_size);
        fclose(stream);
    }
}

static ino_t outbox_there(void)
{
    char path[128];
    struct stat info;
    CHECK(stat(path_of(OUTBOX, path), &info) == 0);
    return info.st_ino;
}

// --- what must hold ------------------------------------------------------------------------------------------------------

// True when it opened and took what a server says.
static bool use_home(void)
{
    struct err err = { 0 };
    struct model *model;
    struct feed *feed;
    struct outbox_counts counts;
    if (!client_home_open(folder, &model, &feed, &err)) {
        CHECK(files[OUTBOX].damaged);
        CHECK(err.code != ERR_NONE && strstr(err.message, "outbox") != NULL);
        return false;
    }
    client_home_look(model);
    bool filled = fill(model, feed);
    client_home_look(model);
    model_outbox_counts(model, &counts);
    CHECK(files[OUTBOX].damaged || counts.waiting >= WAITING);
    client_home_close(model, feed);
    return filled;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (folder[0] == '\0')
        make_home();
    write_home(data, size);
    ino_t outbox = outbox_there();
    bool good = false;
    for (int i = 0; i < (files[OUTBOX].damaged ? 1 : OPENINGS_MAX) && !good; i++)
        good = use_home();
    CHECK(good || files[OUTBOX].damaged);
    CHECK(outbox_there() == outbox);
    return 0;
}
