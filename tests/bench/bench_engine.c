// What the engine costs over the bare store: the same rows, durable, in groups of the same size, first straight into
// SQLite by prepared statements, then as operations through the engine, with 64 of them always under way.
//
//     bench_engine [OPERATIONS] [GROUP]
#include "shared/host/host.h"
#include "tests/lib/testbed.h"
#include "tests/store/pretend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int operations = 40000, group = 64;

static double seconds_since(int64_t began)
{
    return (double)(host_monotonic_us() - began) / 1e6;
}

static void must(bool ok, const struct err *err)
{
    if (!ok) {
        fprintf(stderr, "bench_engine: %s\n", err->message);
        exit(1);
    }
}

// The rows of one operation: the thing itself, its seq, its change, its audit entry.
static void write_rows(struct db *db, int number, struct err *err)
{
    char key[32], hash[65];
    snprintf(key, sizeof(key), "bare-%d", number);
    memset(hash, 'a', 64);
    hash[64] = '\0';
    int64_t seq = 0;
    must(db_run(db, "INSERT INTO config (key, value) VALUES ($1, $2)",
                DB_ARGS(db_text(key), db_text("value")), NULL, err),
         err);
    must(db_one_int(db, "UPDATE tenant SET seq = seq + 1 WHERE id = $1 RETURNING seq",
                    DB_ARGS(db_text("default")), &seq, NULL, err),
         err);
    must(db_run(db,
                "INSERT INTO change (tenant, seq, tbl, id, kind, was, now, actor, op, at) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                DB_ARGS(db_text("default"), db_int(seq), db_int(1), db_text(key), db_int(0), db_text(""),
                        db_text("pub"), db_text("jane"), db_text("pretend.put"), db_int(1)),
                NULL, err),
         err);
    must(db_run(db,
                "INSERT INTO audit (n, at, tenant, actor, op, target, request_id, address, args, hash) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                DB_ARGS(db_int(number + 1), db_int(1), db_text("default"), db_text("jane"),
                        db_text("pretend.put"), db_text(key), db_text("bench"), db_null(),
                        db_text("{\"key\":\"bare-1000\"}"), db_text(hash)),
                NULL, err),
         err);
}

static double run_bare(const char *path)
{
    struct err err = { 0 };
    struct db *db = NULL;
    must(db_open(&db, path, DB_WRITER, &err), &err);
    int64_t began = host_monotonic_us();
    for (int i = 0; i < operations; i += group) {
        must(db_begin(db, &err), &err);
        for (int j = i; j < i + group; j++)
            write_rows(db, j, &err);
        must(db_commit(db, &err), &err);
        if (db_log_size(db) > 16 * 1024 * 1024 * (int64_t)(1 + i / 100000))
            db_checkpoint(db);
    }
    double rate = operations / seconds_since(began);
    db_close(db);
    return rate;
}

// Operations ------------------------------------------------------------------------------------------------------

struct run {
    struct testbed bed;
    int submitted, answered;
};

static void submit(struct run *run);

static void answered(struct op_request *request, void *user)
{
    struct run *run = user;
    must(request->ok, &request->err);
    op_request_free(request);
    run->answered++;
    submit(run);
}

static void submit(struct run *run)
{
    if (run->submitted == operations)
        return;
    char args[64];
    snprintf(args, sizeof(args), "{\"key\":\"op-%d\",\"value\":\"value\"}", run->submitted++);
    struct op_request *request = testbed_request(&pretend_put, &pretend_jane, args, NULL);
    request->done = answered;
    request->user = run;
    engine_submit(run->bed.app.engine, request);
}

static double run_engine(void)
{
    struct run run = { 0 };
    testbed_open(&run.bed, NULL);
    int64_t began = host_monotonic_us();
    for (int i = 0; i < group; i++)
        submit(&run);
    while (run.answered < operations) {
        engine_deliver(run.bed.app.engine);
        usleep(20);
    }
    double rate = operations / seconds_since(began);
    testbed_close(&run.bed);
    return rate;
}

int main(int argc, char **argv)
{
    operations = argc > 1 ? atoi(argv[1]) : operations;
    group = argc > 2 ? atoi(argv[2]) : group;
    struct testbed bed;
    testbed_open(&bed, NULL);
    testbed_stop(&bed);
    double bare = run_bare(bed.path);
    testbed_start(&bed, NULL);
    testbed_close(&bed);
    double engine = run_engine();
    printf("bare group commit   %8.0f operations/s, in groups of %d\n", bare, group);
    printf("through the engine  %8.0f operations/s, %d under way\n", engine, group);
    printf("ratio               %8.2f\n", engine / bare);
    return 0;
}
