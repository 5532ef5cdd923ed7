// Text as it takes up cells: grapheme clusters, made safe to draw, with their width (handbook TERMINAL).
//
// Everything that reaches the screen passes through cluster_next(): what cannot be drawn safely is replaced by U+FFFD
// or dropped, by the same rules as utf8_clean().
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { CLUSTER_SIZE = 20 };

struct cluster {
    char text[CLUSTER_SIZE]; // base and combining marks, terminated; "" when nothing of it may be drawn
    int width;               // cells: 0 (nothing to draw), 1 or 2
    size_t bytes;            // how much of the source it took
};

// The cluster at `text`, of which `size` > 0 bytes are left. ZWJ sequences and flags are cut down to their base.
void cluster_next(const char *text, size_t size, struct cluster *ret);
// Byte offset of the cluster before `at` (0 < at <= size).
size_t cluster_before(const char *text, size_t size, size_t at);

// Cells that the text takes on one line.
int text_width(const char *text);
int text_width_n(const char *text, size_t size);
// Bytes of text whose clusters fit into `width` cells; *ret_width (may be NULL) the cells they take.
size_t text_fit(const char *text, size_t size, int width, int *ret_width);
