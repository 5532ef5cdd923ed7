#include "tests/lib/testbed.h"

#include "server/core/clock.h"
#include "server/core/metrics.h"
#include "server/db/migrations.h"
#include "shared/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *next_folder;

static void must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "testbed: %s\n", err->message);
    abort();
}

static void ensure_tenant(const struct testbed *bed)
{
    struct err err = { 0 };
    struct db *db = NULL;
    must(db_open(&db, bed->path, DB_WRITER, &err), &err);
    must(db_run(db,
                "INSERT INTO tenant (id, name, epoch, created_at) VALUES ($1, 'Test', 'e1', 1) "
                "ON CONFLICT (id) DO NOTHING",
                DB_ARGS(db_text(TENANT_DEFAULT)), NULL, &err),
         &err);
    db_close(db);
}

void testbed_start(struct testbed *bed, const struct testbed_options *options)
{
    struct err err = { 0 };
    bed->app = (struct app){ .config = { .data = bed->folder, .readers = 1 }, .store = bed->path };
    bed->app.clock = clock_create();
    bed->app.metrics = metrics_create();
    bed->app.zones = zone_db_create();
    must(store_prepare(bed->path, host_now_ms(), &err), &err);
    ensure_tenant(bed);
    must(engine_start(&bed->app.engine, &bed->app, bed->path, options == NULL ? NULL : options->wake,
                      options == NULL ? NULL : options->user, &err),
         &err);
}

static const char *temporary(void)
{
    const char *folder = getenv("TMPDIR");
    return folder == NULL || folder[0] != '/' ? "/tmp" : folder;
}

void testbed_use_folder(const char *folder)
{
    next_folder = folder;
}

void testbed_open(struct testbed *ret_bed, const struct testbed_options *options)
{
    const char *folder = options != NULL && options->folder != NULL ? options->folder : next_folder;
    next_folder = NULL;
    *ret_bed = (struct testbed){ 0 };
    if (folder != NULL)
        snprintf(ret_bed->folder, sizeof(ret_bed->folder), "%s", folder);
    else
        snprintf(ret_bed->folder, sizeof(ret_bed->folder), "%.40s/serenity-test-XXXXXX", temporary());
    CHECK(folder != NULL || mkdtemp(ret_bed->folder) != NULL);
    snprintf(ret_bed->path, sizeof(ret_bed->path), "%s/store.db", ret_bed->folder);
    testbed_start(ret_bed, options);
}

void testbed_stop(struct testbed *bed)
{
    engine_stop(bed->app.engine);
    zone_db_destroy(bed->app.zones);
    metrics_destroy(bed->app.metrics);
    clock_destroy(bed->app.clock);
    bed->app = (struct app){ 0 };
}

void testbed_close(struct testbed *bed)
{
    static const char *const suffixes[] = { "", "-wal", "-shm" };
    testbed_stop(bed);
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s%s", bed->path, suffixes[i]);
        unlink(path);
    }
    rmdir(bed->folder);
}

struct op_request *testbed_request(const struct op *op, const struct actor *actor, const char *args,
                                   const char *key)
{
    struct err err = { 0 };
    struct op_request *request = op_request_create();
    request->op = op;
    request->trusted = actor != NULL;
    if (actor != NULL)
        request->actor = *actor;
    if (args != NULL) {
        request->body = json_parse(args, strlen(args), &err);
        must(request->body != NULL, &err);
    }
    request->idempotency_key = arena_strdup(&request->arena, key);
    request->request_id = "test";
    return request;
}

struct op_request *testbed_run(struct testbed *bed, const struct op *op, const struct actor *actor,
                               const char *args, const char *key)
{
    struct op_request *request = testbed_request(op, actor, args, key);
    engine_run(bed->app.engine, request);
    return request;
}

int64_t testbed_int(const struct testbed *bed, const char *sql)
{
    struct err err = { 0 };
    struct db *db = NULL;
    int64_t value = 0;
    must(db_open(&db, bed->path, DB_READER, &err), &err);
    must(db_one_int(db, sql, DB_NO_ARGS, &value, NULL, &err), &err);
    db_close(db);
    return value;
}
