#include "tui/ui/fuzzy.h"

#include <string.h>

enum { // what a matched letter is worth
    SCORE_LETTER = 1,
    SCORE_NEIGHBOUR = 8,
    SCORE_WORD_START = 10,
    SCORE_TEXT_START = 6,
    COST_GAP = 1,
    GAP_MAX = 6,
    TEXT_MAX = 160,
    NOTHING = -100000,
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool starts_word(const char *text, int at)
{
    if (at == 0)
        return true;
    char before = text[at - 1];
    bool separator =
        before == ' ' || before == '.' || before == '-' || before == '_' || before == '/' || before == '(';
    return separator || (before >= 'a' && before <= 'z' && text[at] >= 'A' && text[at] <= 'Z');
}

static int letter_score(const char *text, int at)
{
    return SCORE_LETTER + (starts_word(text, at) ? SCORE_WORD_START : 0) + (at == 0 ? SCORE_TEXT_START : 0);
}

struct search {
    int best[FUZZY_MAX][TEXT_MAX]; // best score with letter i of the word at place j
    int from[FUZZY_MAX][TEXT_MAX]; // where the letter before it stands then
};

static int step(const struct search *search, int letter, int at, int *ret_from)
{
    int best = NOTHING;
    for (int before = 0; before < at; before++) {
        int score = search->best[letter - 1][before];
        if (score <= NOTHING)
            continue;
        int gap = at - before - 1;
        score += gap == 0 ? SCORE_NEIGHBOUR : -COST_GAP * (gap < GAP_MAX ? gap : GAP_MAX);
        if (score > best) {
            best = score;
            *ret_from = before;
        }
    }
    return best;
}

// The best way to find one word of the pattern, letter by letter.
static bool match_word(const char *word, int length, const char *text, int size, struct fuzzy_match *ret)
{
    static _Thread_local struct search search;
    for (int i = 0; i < length; i++) {
        for (int j = 0; j < size; j++) {
            search.best[i][j] = NOTHING;
            if (lower(word[i]) != lower(text[j]))
                continue;
            int before = i == 0 ? 0 : step(&search, i, j, &search.from[i][j]);
            if (before > NOTHING)
                search.best[i][j] = before + letter_score(text, j);
        }
    }
    int end = -1;
    for (int j = 0; j < size; j++) {
        int score = search.best[length - 1][j];
        if (score > NOTHING && (end < 0 || score > search.best[length - 1][end]))
            end = j;
    }
    if (end < 0 || ret->count + length > FUZZY_MAX)
        return false;
    ret->score += search.best[length - 1][end];
    for (int i = length - 1, at = end; i >= 0; at = search.from[i][at], i--)
        ret->position[ret->count + i] = at;
    ret->count += length;
    return true;
}

static void sort_positions(struct fuzzy_match *match)
{
    for (int i = 1; i < match->count; i++) {
        int value = match->position[i], j = i;
        for (; j > 0 && match->position[j - 1] > value; j--)
            match->position[j] = match->position[j - 1];
        match->position[j] = value;
    }
}

bool fuzzy_match(const char *pattern, const char *text, struct fuzzy_match *ret)
{
    struct fuzzy_match match = { 0 };
    size_t length = strlen(text);
    int size = length < TEXT_MAX ? (int)length : TEXT_MAX;
    while (*pattern) {
        size_t word = strcspn(pattern, " ");
        if (word >= FUZZY_MAX || (word > 0 && !match_word(pattern, (int)word, text, size, &match)))
            return false;
        pattern += word;
        pattern += strspn(pattern, " ");
    }
    if (match.count > 0)
        match.score -= size / 16; // of equals, the shorter
    sort_positions(&match);
    *ret = match;
    return true;
}
