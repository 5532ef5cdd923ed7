#include "tui/core/theme.h"

#include "shared/base/asset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct asset theme_files[];

static const char *const cycle[] = { "dark", "light", "high-contrast" };

static const struct {
    const char *word;
    unsigned attr;
} attrs[] = {
    { "bold", STYLE_BOLD },           { "dim", STYLE_DIM },         { "italic", STYLE_ITALIC },
    { "underline", STYLE_UNDERLINE }, { "reverse", STYLE_REVERSE },
};

static struct style *style_find(struct theme *theme, const char *kind, const char *name)
{
    bool is_ink = strcmp(kind, "ink") == 0;
    if (!is_ink && strcmp(kind, "paper") != 0)
        return NULL;
    for (int i = 0; i < (is_ink ? (int)INKS : (int)PAPERS); i++) {
        if (strcmp(name, is_ink ? ink_names[i] : paper_names[i]) == 0)
            return is_ink ? &theme->inks[i] : &theme->papers[i];
    }
    return NULL;
}

static bool parse_colour(const char *word, int32_t *ret)
{
    if (word[0] != '#' || strlen(word) != 7 || strspn(word + 1, "0123456789abcdefABCDEF") != 6)
        return false;
    *ret = (int32_t)strtol(word + 1, NULL, 16);
    return true;
}

static bool parse_attr(const char *word, unsigned *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
        if (strcmp(attrs[i].word, word) == 0) {
            *ret |= attrs[i].attr;
            return true;
        }
    }
    return false;
}

static bool parse_words(char **rest, struct style *ret)
{
    struct style style = { .fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT };
    bool on = false;
    for (char *word; (word = strtok_r(NULL, " \t\r", rest)) != NULL;) {
        if (strcmp(word, "on") == 0)
            on = true;
        else if (!parse_colour(word, on ? &style.bg : &style.fg) && !parse_attr(word, &style.attrs))
            return false;
    }
    *ret = style;
    return true;
}

static bool parse_line(struct theme *theme, char *line)
{
    char *rest;
    const char *kind = strtok_r(line, " \t\r", &rest);
    if (!kind || kind[0] == '#')
        return true;
    const char *name = strtok_r(NULL, " \t\r", &rest);
    struct style *style = name ? style_find(theme, kind, name) : NULL;
    return style && parse_words(&rest, style);
}

bool theme_parse(struct theme *theme, const char *text, struct err *err)
{
    for (int number = 1; *text; number++) {
        char line[160];
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)(length < sizeof(line) ? length : sizeof(line) - 1), text);
        if (!parse_line(theme, line))
            return err_set(err, ERR_BAD_REQUEST, "line %d of the theme is not \"ink NAME #rrggbb\" or alike",
                           number);
        text += length + (text[length] == '\n');
    }
    return true;
}

static void theme_blank(struct theme *theme, const char *name)
{
    static const struct style plain = { .fg = COLOUR_DEFAULT, .bg = COLOUR_DEFAULT };
    snprintf(theme->name, sizeof(theme->name), "%s", name);
    for (int i = 0; i < INKS; i++)
        theme->inks[i] = plain;
    for (int i = 0; i < PAPERS; i++)
        theme->papers[i] = plain;
}

bool theme_builtin(const char *name, struct theme *ret)
{
    char file[THEME_NAME_MAX + 8];
    snprintf(file, sizeof(file), "%s.theme", name);
    const struct asset *asset = asset_find(theme_files, file);
    if (!asset)
        return false;
    theme_blank(ret, name);
    struct err err;
    CHECK(theme_parse(ret, asset->text, &err));
    return true;
}

const char *theme_after(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(cycle); i++) {
        if (strcmp(cycle[i], name) == 0)
            return cycle[(i + 1) % ARRAY_LEN(cycle)];
    }
    return cycle[0];
}

const char *theme_guess(void)
{
    const char *no_colour = getenv("NO_COLOR");
    if (no_colour && *no_colour)
        return "mono";
    const char *colours = getenv("COLORFGBG"); // "foreground;background", 0 to 15
    const char *background = colours ? strrchr(colours, ';') : NULL;
    if (background && (strcmp(background, ";15") == 0 || strcmp(background, ";7") == 0))
        return "light";
    return "dark";
}
