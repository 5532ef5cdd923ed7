// Themes: from assets/themes (compiled in) or a file of the person's own.
#pragma once

#include "shared/base/err.h"
#include "tui/ui/look.h"

// Reads the lines of a theme file over *theme: "ink NAME ..." or "paper NAME ...", as the files say.
// ERR_BAD_REQUEST names the line.
bool theme_parse(struct theme *theme, const char *text, struct err *err);
// One of the built-in themes. False when there is none of that name.
bool theme_builtin(const char *name, struct theme *ret);
// The name of the built-in theme after that one, for switching through them. mono is left out.
const char *theme_after(const char *name);
// dark or light, by what the environment says of the terminal (COLORFGBG); mono with NO_COLOR.
const char *theme_guess(void);
