// A process that dies must not leave the terminal unusable: the handlers here only use what is safe in a handler.
#include "tui/term/term_private.h"

#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int fatal_signals[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };

static struct {
    volatile sig_atomic_t fd; // -1: nothing to restore
    struct termios before;
} saved = { .fd = -1 };

// Synchronized output, focus, paste and mouse off; colours and cursor back; out of the other screen.
static const char restore[] =
    "\033[?2026l\033[?1004l\033[?2004l\033[?1006;1002;1000l\033[0m\033[?25h\033[?1049l\r\n";

static void die(int number)
{
    if (saved.fd >= 0) {
        ssize_t ignored = write(saved.fd, restore, sizeof(restore) - 1);
        (void)ignored;
        tcsetattr(saved.fd, TCSAFLUSH, &saved.before);
    }
    raise(number); // the handler was for one time, so this is the real end
}

void crash_arm(int fd)
{
    if (tcgetattr(fd, &saved.before) != 0)
        return;
    saved.fd = fd;
    struct sigaction action = { .sa_handler = die, .sa_flags = (int)SA_RESETHAND | SA_NODEFER };
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
        sigaction(fatal_signals[i], &action, NULL);
}

void crash_disarm(void)
{
    saved.fd = -1;
    for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
        signal(fatal_signals[i], SIG_DFL);
}
