#include "tests/fuzz/client_home.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t clock_of_test(void)
{
    return INT64_C(1900000000000);
}

bool client_home_open(const char *folder, struct model **ret_model, struct feed **ret_feed, struct err *err)
{
    struct model_options options = { .home = folder, .now = clock_of_test };
    if (!model_open(ret_model, &options, err))
        return false;
    if (feed_open(ret_feed, *ret_model, err))
        return true;
    model_close(*ret_model);
    return false;
}

void client_home_create(char folder[CLIENT_FOLDER_MAX])
{
    struct err err;
    struct stat info;
    struct model *model;
    struct feed *feed;
    snprintf(folder, CLIENT_FOLDER_MAX, "%s/serenity-fuzz-XXXXXX",
             stat("/dev/shm", &info) == 0 ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
    CHECK(client_home_open(folder, &model, &feed, &err));
    CHECK(device_sign_in(feed_outbox(feed), "http://127.0.0.1:1", "a@example.com", "u1", "A", "R", 1, &err));
    CHECK(model_mark_read(model, "01900001-0000-7000-8000-000000000001", NULL, &err));
    client_home_close(model, feed);
}

void client_home_close(struct model *model, struct feed *feed)
{
    feed_close(feed);
    model_close(model);
}

void client_home_remove(const char *folder)
{
    static const char *const names[] = { "cache.db",  "cache.db-wal",  "cache.db-shm",  "cache.db.lock",
                                         "outbox.db", "outbox.db-wal", "outbox.db-shm", "outbox.db.lock",
                                         "sync.lock", "cache.bad" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

void client_home_look(struct model *model)
{
    struct arena arena = { 0 };
    struct model_news news;
    struct list list = { 0 };
    struct consultation_detail detail;
    struct credit_summary credits;
    model_consultations(model, 0, INT64_C(4000000000000), &arena, &list);
    for (size_t i = 0; i < list.count; i++)
        CHECK(model_consultation(model, LIST_AT(&list, struct consultation, i)->row.id, &arena, &detail));
    model_credits(model, &credits);
    model_waiting(model, &arena, &list);
    model_refusals(model, &arena, &list);
    model_notifications(model, 50, &arena, &list);
    model_take_news(model, &arena, &news);
    arena_free(&arena);
}
