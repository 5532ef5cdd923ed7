#include "server/db/migrations.h"

#include "server/db/driver.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKSUM_SIZE = 65 };

static const char create_table[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "version BIGINT NOT NULL, name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, "
    "at BIGINT NOT NULL)";

static void checksum(const struct asset *file, char ret[CHECKSUM_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    CHECK(EVP_Digest(file->text, file->size, hash, &size, EVP_sha256(), NULL) == 1 && size == 32);
    for (unsigned i = 0; i < size; i++) {
        ret[2 * i] = digits[hash[i] >> 4];
        ret[2 * i + 1] = digits[hash[i] & 15];
    }
    ret[CHECKSUM_SIZE - 1] = '\0';
}

static long version_of(const char *name)
{
    return strtol(name, NULL, 10);
}

// 0002_guards.sqlite.sql is for SQLite alone, 0001_spine.sql for all.
static bool is_for(const char *name, const char *engine)
{
    const char *dot = strchr(name, '.');
    if (dot == NULL || strcmp(dot, ".sql") == 0)
        return true;
    size_t length = strlen(engine);
    return strncmp(dot + 1, engine, length) == 0 && strcmp(dot + 1 + length, ".sql") == 0;
}

static bool check_known(struct db *db, const struct asset *files, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, "SELECT name, checksum FROM schema_migration ORDER BY version, name", DB_NO_ARGS,
                  err))
        return false;
    while (db_next(&rows)) {
        const char *name = db_col_text(&rows, 0);
        const struct asset *file = asset_find(files, name);
        if (file == NULL)
            return err_set(
                err, ERR_UPGRADE_REQUIRED,
                "A newer program wrote this store (it holds %s); start that one, or restore a backup.", name);
        char sum[CHECKSUM_SIZE];
        checksum(file, sum);
        if (strcmp(sum, db_col_text(&rows, 1)) != 0)
            return err_set(err, ERR_CONFLICT, "The migration %s differs from the one that made this store.",
                           name);
    }
    return db_ok(&rows);
}

static bool is_done(struct db *db, const struct asset *file, bool *ret_done, struct err *err)
{
    int64_t version = 0;
    return db_one_int(db, "SELECT version FROM schema_migration WHERE name = $1",
                      DB_ARGS(db_text(file->name)), &version, ret_done, err);
}

static bool run_in_transaction(struct db *db, const struct asset *file, int64_t now, struct err *err)
{
    char sum[CHECKSUM_SIZE];
    checksum(file, sum);
    return db_script(db, file->text, err) &&
           db_run(db, "INSERT INTO schema_migration (version, name, checksum, at) VALUES ($1, $2, $3, $4)",
                  DB_ARGS(db_int(version_of(file->name)), db_text(file->name), db_text(sum), db_int(now)),
                  NULL, err) &&
           db_commit(db, err);
}

static bool run_file(struct db *db, const struct asset *file, int64_t now, struct err *err)
{
    if (!db_begin(db, err))
        return false;
    if (run_in_transaction(db, file, now, err))
        return true;
    db_rollback(db);
    struct err why = *err;
    return err_set(err, why.code, "Migration %s: %.180s", file->name, why.message);
}

bool migrations_run(struct db *db, const struct asset *files, int64_t now, struct err *err)
{
    if (!db_script(db, create_table, err) || !check_known(db, files, err))
        return false;
    for (const struct asset *file = files; file->name != NULL; file++) {
        CHECK(file == files || strcmp(file[-1].name, file->name) < 0);
        bool done = false;
        if (!is_for(file->name, db->driver->name))
            continue;
        if (!is_done(db, file, &done, err) || (!done && !run_file(db, file, now, err)))
            return false;
    }
    return true;
}

bool store_prepare(const char *path, int64_t now, struct err *err)
{
    CLEANUP(db_closep) struct db *db = NULL;
    return db_open(&db, path, DB_WRITER, err) && migrations_run(db, migration_files, now, err);
}
