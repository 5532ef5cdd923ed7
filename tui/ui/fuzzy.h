// Which of many words somebody means by a few letters.
#pragma once

#include <stdbool.h>

enum { FUZZY_MAX = 64 };

struct fuzzy_match {
    int score;               // higher is better
    int count;               // letters matched
    int position[FUZZY_MAX]; // bytes of `text` that matched, rising
};

// All letters of the pattern (spaces separate words that may match anywhere) in that order, case-insensitive for ASCII.
// Starts of words, neighbours and early matches count more. An empty pattern matches everything with score 0.
bool fuzzy_match(const char *pattern, const char *text, struct fuzzy_match *ret);
