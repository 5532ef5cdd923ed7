// What an engine must be able to do to stand behind db.h. One constant per engine; db.c calls through it and adds what
// is the same for all of them.
#pragma once

#include "server/db/db.h"

enum db_step { DB_STEP_ROW, DB_STEP_DONE, DB_STEP_FAILED };

struct db { // first member of every engine's connection
    const struct db_driver *driver;
};

struct db_driver {
    const char *name; // "sqlite": also the suffix of migrations that are for it alone

    bool (*open)(struct db **ret_db, const char *path, enum db_mode mode, struct err *err);
    void (*close)(struct db *db);

    // A statement ready to step, its parameters bound. It is handed back with finish, always.
    bool (*start)(struct db *db, const char *sql, const struct db_value *args, size_t count,
                  void **ret_statement, struct err *err);
    enum db_step (*step)(struct db *db, void *statement, struct err *err);
    void (*finish)(struct db *db, void *statement);
    int64_t (*changes)(struct db *db); // rows changed by the statement that finished last
    bool (*script)(struct db *db, const char *sql, struct err *err);

    enum db_type (*col_type)(void *statement, int column);
    int64_t (*col_int)(void *statement, int column);
    double (*col_real)(void *statement, int column);
    const char *(*col_text)(void *statement, int column);
    const void *(*col_blob)(void *statement, int column, size_t *ret_size);

    bool (*begin)(struct db *db, bool write, struct err *err);
    bool (*commit)(struct db *db, struct err *err);
    void (*rollback)(struct db *db);
    bool (*savepoint)(struct db *db, struct err *err);
    bool (*release)(struct db *db, struct err *err);
    bool (*rollback_to)(struct db *db);
    bool (*in_transaction)(struct db *db);

    int64_t (*log_size)(struct db *db);
    void (*checkpoint)(struct db *db);
    bool (*backup)(const char *path, const char *to_path, struct err *err);
    bool (*is_copy)(struct db *db, bool *ret_copy, struct err *err);
    bool (*adopt)(struct db *db, struct err *err);
    bool (*integrity)(struct db *db, struct buf *out, struct err *err);
};

extern const struct db_driver db_driver_sqlite;
