// Finds the operation for a method and path. Built once from the operation table (handbook ARCHITECTURE).
#pragma once

#include "server/core/op.h"

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_METHODS,
};

enum { ROUTE_PARAMS_MAX = 4 };

struct route_param {
    const char *name; // of the path's ":name"
    const char *text; // not terminated
    size_t size;
};

struct route_match {
    const struct op *op; // NULL: none
    unsigned allow;      // when op is NULL: bits of the methods that this path does take; 0: no such path
    struct route_param params[ROUTE_PARAMS_MAX];
    size_t param_count;
};

struct router;

// tests: also operations that are test_only. Two operations on one route are a bug and stop the process.
struct router *router_create(const struct op *const *ops, size_t count, bool tests);
void router_destroy(struct router *router);

// path: decoded, size bytes. Paths answer under /api and under /api/v1. A fixed segment wins over a parameter; HEAD is
// answered as GET.
void router_find(const struct router *router, enum http_method method, const char *path, size_t size,
                 struct route_match *ret);

const char *http_method_name(enum http_method method);
// "GET, HEAD, POST"
void http_methods_format(unsigned methods, char *buffer, size_t size);
