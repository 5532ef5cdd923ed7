#include "server/http/router.h"

#include <stdio.h>
#include <string.h>

// A tree of path segments in the router's arena.
struct node {
    const char *segment; // NULL: a parameter
    size_t size;
    const struct op *ops[HTTP_METHODS];
    struct node *children, *next;
};

struct router {
    struct arena arena;
    struct node root;
};

static const char *const method_names[HTTP_METHODS] = {
    [HTTP_GET] = "GET",     [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",       [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
};

const char *http_method_name(enum http_method method)
{
    return method_names[method];
}

void http_methods_format(unsigned methods, char *buffer, size_t size)
{
    size_t length = 0;
    buffer[0] = '\0';
    for (int i = 0; i < HTTP_METHODS; i++)
        if ((methods & 1u << i) && length < size)
            length += (size_t)snprintf(buffer + length, size - length, "%s%s", length > 0 ? ", " : "",
                                       method_names[i]);
}

struct segment {
    const char *at;
    size_t size;
};

// The segment that starts at *path with a '/'; moves behind it.
static bool next_segment(const char **path, const char *end, struct segment *ret)
{
    if (*path == end || **path != '/')
        return false;
    const char *start = *path + 1;
    const char *stop = memchr(start, '/', (size_t)(end - start));
    *path = stop == NULL ? end : stop;
    *ret = (struct segment){ start, (size_t)(*path - start) };
    return true;
}

static bool is(const struct segment *segment, const char *text)
{
    return segment->size == strlen(text) && memcmp(segment->at, text, segment->size) == 0;
}

// What follows "/api" or "/api/v1"; NULL for other paths.
static const char *behind_prefix(const char *path, const char *end)
{
    struct segment segment;
    if (!next_segment(&path, end, &segment) || !is(&segment, "api"))
        return NULL;
    const char *rest = path;
    if (next_segment(&path, end, &segment) && is(&segment, "v1"))
        rest = path;
    return rest;
}

static struct node *child_for(struct router *router, struct node *node, const struct segment *segment)
{
    bool param = segment->size > 0 && segment->at[0] == ':';
    for (struct node *child = node->children; child != NULL; child = child->next)
        if (param ? child->segment == NULL
                  : child->segment != NULL && child->size == segment->size &&
                        memcmp(child->segment, segment->at, segment->size) == 0)
            return child;
    struct node *child = ARENA_NEW(&router->arena, struct node);
    child->segment = param ? NULL : segment->at;
    child->size = segment->size;
    child->next = node->children;
    node->children = child;
    return child;
}

static enum http_method method_find(const char *name)
{
    for (int i = 0; i < HTTP_METHODS; i++)
        if (strcmp(method_names[i], name) == 0)
            return (enum http_method)i;
    return HTTP_METHODS;
}

static void add(struct router *router, const struct op *op)
{
    const char *end = op->spec->path + strlen(op->spec->path);
    const char *rest = behind_prefix(op->spec->path, end);
    enum http_method method = method_find(op->spec->method);
    CHECK(rest != NULL && method != HTTP_METHODS);
    struct node *node = &router->root;
    struct segment segment;
    while (next_segment(&rest, end, &segment))
        node = child_for(router, node, &segment);
    CHECK(node->ops[method] == NULL);
    node->ops[method] = op;
    if (method == HTTP_GET)
        node->ops[HTTP_HEAD] = op;
}

struct router *router_create(const struct op *const *ops, size_t count, bool tests)
{
    struct arena arena = { 0 };
    struct router *router = ARENA_NEW(&arena, struct router);
    router->arena = arena;
    for (size_t i = 0; i < count; i++)
        if (ops[i]->spec->path != NULL && (tests || !ops[i]->test_only))
            add(router, ops[i]);
    return router;
}

void router_destroy(struct router *router)
{
    if (router == NULL)
        return;
    struct arena arena = router->arena; // the router lives in it
    arena_free(&arena);
}

static unsigned methods_of(const struct node *node)
{
    unsigned methods = 0;
    for (int i = 0; i < HTTP_METHODS; i++)
        if (node->ops[i] != NULL)
            methods |= 1u << i;
    return methods;
}

struct walk {
    enum http_method method;
    const char *end;
    struct route_match *match;
};

static bool descend(const struct walk *walk, const struct node *node, const char *path);

static bool enter(const struct walk *walk, const struct node *child, const struct segment *segment,
                  const char *path)
{
    struct route_match *match = walk->match;
    if (child->segment != NULL)
        return child->size == segment->size && memcmp(child->segment, segment->at, segment->size) == 0 &&
               descend(walk, child, path);
    if (segment->size == 0 || match->param_count == ROUTE_PARAMS_MAX)
        return false;
    match->params[match->param_count++] = (struct route_param){ .text = segment->at, .size = segment->size };
    if (descend(walk, child, path))
        return true;
    match->param_count--;
    return false;
}

static bool descend(const struct walk *walk, const struct node *node, const char *path)
{
    struct segment segment;
    if (path == walk->end) { // it is this path, though perhaps with other methods
        walk->match->op = node->ops[walk->method];
        walk->match->allow = methods_of(node);
        return walk->match->allow != 0;
    }
    if (!next_segment(&path, walk->end, &segment))
        return false;
    for (int params = 0; params < 2; params++) // fixed segments first
        for (const struct node *child = node->children; child != NULL; child = child->next)
            if ((child->segment == NULL) == (params == 1) && enter(walk, child, &segment, path))
                return true;
    return false;
}

// The names that the operation's path gives to the segments found.
static void name_params(struct route_match *match)
{
    const char *path = match->op->spec->path, *end = path + strlen(path);
    struct segment segment;
    size_t n = 0;
    while (n < match->param_count && next_segment(&path, end, &segment)) {
        if (segment.size == 0 || segment.at[0] != ':')
            continue;
        match->params[n].name = NULL;
        const struct shape *in = match->op->spec->in;
        for (size_t i = 0; in != NULL && i < in->count; i++)
            if (strlen(in->fields[i].name) == segment.size - 1 &&
                memcmp(in->fields[i].name, segment.at + 1, segment.size - 1) == 0)
                match->params[n].name = in->fields[i].name;
        CHECK(match->params[n].name != NULL);
        n++;
    }
}

void router_find(const struct router *router, enum http_method method, const char *path, size_t size,
                 struct route_match *ret)
{
    *ret = (struct route_match){ 0 };
    struct walk walk = { .method = method, .end = path + size, .match = ret };
    const char *rest = behind_prefix(path, walk.end);
    if (rest != NULL && rest != walk.end && descend(&walk, &router->root, rest) && ret->op != NULL) {
        ret->allow = 0;
        name_params(ret);
    }
}
