// Breaks text into lines that fit: at spaces where there are some, inside a word only when it is wider than the line.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct wrap {
    const char *text;
    size_t size, at;
    int width;
    bool done;
};

struct wrap_line {
    size_t start, end; // bytes; the spaces at a soft break and the newline lie behind end
    size_t next;       // where the next line starts
};

struct wrap wrap_begin(const char *text, size_t size, int width);
// The next line; a text that ends in a newline has an empty last line. False when there is no more.
bool wrap_next(struct wrap *wrap, struct wrap_line *ret_line);
