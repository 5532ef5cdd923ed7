// Shared by the files of this folder.
#pragma once

#include "tui/term/term.h"

#include <curses.h>
#include <stdio.h>

struct term {
    FILE *tty_in, *tty_out;
    int fd;
    SCREEN *screen;
    WINDOW *pad;       // input is read from here: reading from stdscr would refresh it
    struct grid shown; // what the terminal shows
    bool forgotten;
    struct style_table styles;
    bool colour;
    struct ink_on_paper *looks; // ink_count x paper_count
    struct buf paste;
    bool pasting, paste_given;
};

struct ink_on_paper {
    attr_t attrs;
    int pair;
};

// look.c
void looks_build(struct term *term);
// input.c
void input_open(struct term *term);
// crash.c: what must be undone by a process that is dying
void crash_arm(int fd);
void crash_disarm(void);
// modes that ncurses does not know: focus events, bracketed paste
void modes_set(int fd, bool on);
void term_write(int fd, const char *text, size_t size);
