#include "tui/term/term_private.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

enum { ESCAPE_DELAY_MS = 25 };

void term_write(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, text, size);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return;
        if (written > 0) {
            text += written;
            size -= (size_t)written;
        }
    }
}

void modes_set(int fd, bool on)
{
    static const char set[] = "\033[?2004h\033[?1004h", reset[] = "\033[?1004l\033[?2004l";
    term_write(fd, on ? set : reset, on ? sizeof(set) - 1 : sizeof(reset) - 1);
}

static void use_utf8(void)
{
    setlocale(LC_ALL, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
    setlocale(LC_NUMERIC, "C");
}

static bool open_files(struct term *term, struct err *err)
{
    term->fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (term->fd < 0)
        return err_set(err, ERR_UNAVAILABLE, "there is no terminal to draw on; try a subcommand, see --help");
    int in = fcntl(term->fd, F_DUPFD_CLOEXEC, 3), out = fcntl(term->fd, F_DUPFD_CLOEXEC, 3);
    term->tty_in = fdopen(in, "r");
    term->tty_out = fdopen(out, "w");
    CHECK(term->tty_in != NULL && term->tty_out != NULL);
    return true;
}

static bool open_curses(struct term *term, struct err *err)
{
    const char *type = getenv("TERM");
    term->screen = type && *type ? newterm(NULL, term->tty_out, term->tty_in) : NULL;
    if (!term->screen)
        return err_set(err, ERR_UNAVAILABLE,
                       "unknown terminal type \"%.40s\"; set TERM, for example to xterm-256color",
                       type ? type : "");
    set_term(term->screen);
    raw();
    noecho();
    nonl();
    set_escdelay(ESCAPE_DELAY_MS);
    leaveok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
    curs_set(0);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    return true;
}

bool term_open(struct term **ret_term, struct err *err)
{
    use_utf8();
    struct term *term = calloc(1, sizeof(*term));
    CHECK(term != NULL);
    term->fd = -1;
    if (!open_files(term, err)) {
        free(term);
        return false;
    }
    crash_arm(term->fd);
    if (!open_curses(term, err)) {
        term_close(term);
        return false;
    }
    input_open(term);
    modes_set(term->fd, true);
    *ret_term = term;
    return true;
}

void term_close(struct term *term)
{
    if (!term)
        return;
    if (term->screen) {
        modes_set(term->fd, false);
        if (term->pad)
            delwin(term->pad);
        endwin();
        delscreen(term->screen);
    }
    crash_disarm();
    fclose(term->tty_in);
    fclose(term->tty_out);
    close(term->fd);
    grid_free(&term->shown);
    buf_free(&term->paste);
    free(term->looks);
    free(term);
}

int term_fd(const struct term *term)
{
    return term->fd;
}

void term_measure(struct term *term, int *ret_width, int *ret_height)
{
    struct winsize size;
    if (ioctl(term->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0 &&
        (size.ws_row != LINES || size.ws_col != COLS)) {
        resizeterm(size.ws_row, size.ws_col);
        term->forgotten = true;
    }
    *ret_width = COLS;
    *ret_height = LINES;
}

void term_set_styles(struct term *term, struct style_table styles, bool colour)
{
    term->styles = styles;
    term->colour = colour && has_colors();
    looks_build(term);
    term->forgotten = true;
}

// The cluster as ncurses takes it; false when the C library disagrees about its width, which would shift the line.
static bool cell_to_wide(const struct cell *cell, wchar_t wide[CCHARW_MAX])
{
    mbstate_t state = { 0 };
    const char *text = cell->text;
    wchar_t all[CLUSTER_SIZE];
    size_t count = mbsrtowcs(all, &text, CLUSTER_SIZE, &state);
    if (count == (size_t)-1 || count == 0 || wcwidth(all[0]) != cell->width)
        return false;
    wide[0] = all[0];
    size_t used = 1;
    for (size_t i = 1; i < count && used + 1 < CCHARW_MAX; i++) {
        if (wcwidth(all[i]) == 0)
            wide[used++] = all[i];
    }
    wide[used] = L'\0';
    return true;
}

static void put_cell(const struct term *term, int x, int y, const struct cell *cell)
{
    const struct ink_on_paper *look = &term->looks[cell->ink * term->styles.paper_count + cell->paper];
    attr_t attrs = look->attrs;
    attrs |= cell->marks & MARK_BOLD ? A_BOLD : 0;
    attrs |= cell->marks & MARK_UNDERLINE ? A_UNDERLINE : 0;
    attrs ^= cell->marks & MARK_REVERSE ? A_REVERSE : 0;
    int pair = look->pair;
    wchar_t wide[CCHARW_MAX] = { 0 };
    cchar_t out;
    if (cell_to_wide(cell, wide)) {
        setcchar(&out, wide, attrs, 0, &pair);
        mvadd_wch(y, x, &out);
        return;
    }
    for (int i = 0; i < cell->width; i++) {
        setcchar(&out, i == 0 ? L"\xFFFD" : L" ", attrs, 0, &pair);
        mvadd_wch(y, x + i, &out);
    }
}

static bool put_row(struct term *term, const struct grid *grid, int y, bool everything)
{
    const struct cell *row = &grid->cells[y * grid->width];
    struct cell *shown = &term->shown.cells[y * grid->width];
    size_t size = sizeof(struct cell) * (size_t)grid->width;
    if (!everything && memcmp(row, shown, size) == 0)
        return false;
    for (int x = 0; x < grid->width; x++) {
        if (row[x].width > 0 && (everything || memcmp(&row[x], &shown[x], sizeof(struct cell)) != 0))
            put_cell(term, x, y, &row[x]);
    }
    memcpy(shown, row, size);
    return true;
}

static bool put_rows(struct term *term, const struct grid *grid)
{
    bool everything =
        term->forgotten || term->shown.width != grid->width || term->shown.height != grid->height;
    if (everything) {
        grid_resize(&term->shown, grid->width, grid->height);
        werase(stdscr);
        clearok(curscr, TRUE);
        term->forgotten = false;
    }
    bool changed = everything;
    for (int y = 0; y < grid->height; y++)
        changed |= put_row(term, grid, y, everything);
    return changed;
}

static void place_cursor(struct term *term, const struct grid *grid)
{
    bool visible = grid->cursor_x >= 0;
    curs_set(visible ? 1 : 0);
    if (visible)
        move(grid->cursor_y, grid->cursor_x);
    term->shown.cursor_x = grid->cursor_x;
    term->shown.cursor_y = grid->cursor_y;
}

void term_draw(struct term *term, const struct grid *grid)
{
    static const char begin[] = "\033[?2026h", end[] = "\033[?2026l";
    bool changed = put_rows(term, grid);
    bool moved = term->shown.cursor_x != grid->cursor_x || term->shown.cursor_y != grid->cursor_y;
    if (!changed && !moved)
        return;
    term_write(term->fd, begin, sizeof(begin) - 1);
    place_cursor(term, grid);
    wnoutrefresh(stdscr);
    doupdate();
    term_write(term->fd, end, sizeof(end) - 1);
}

void term_forget(struct term *term)
{
    term->forgotten = true;
}

void term_suspend(struct term *term)
{
    modes_set(term->fd, false);
    curs_set(1);
    endwin();
}

void term_resume(struct term *term)
{
    reset_prog_mode();
    modes_set(term->fd, true);
    flushinp();
    term->forgotten = true;
    wnoutrefresh(stdscr);
    doupdate();
}

void term_stop(struct term *term)
{
    term_suspend(term);
    kill(0, SIGSTOP);
    term_resume(term);
}
