#include "tui/term/term_private.h"

#include "shared/base/utf8.h"

#include <string.h>
#include <wchar.h>

enum { // key codes given to ncurses for sequences that terminfo does not name
    CODE_PASTE_BEGIN = KEY_MAX + 1,
    CODE_PASTE_END,
    CODE_FOCUS_IN,
    CODE_FOCUS_OUT,
    CODE_CTRL_UP,
    CODE_CTRL_DOWN,
    CODE_CTRL_LEFT,
    CODE_CTRL_RIGHT,
};

enum { PASTE_MAX = 1024 * 1024 };

static const struct {
    const char *sequence;
    int code;
} sequences[] = {
    { "\033[A", KEY_UP },
    { "\033[B", KEY_DOWN },
    { "\033[C", KEY_RIGHT },
    { "\033[D", KEY_LEFT },
    { "\033OA", KEY_UP },
    { "\033OB", KEY_DOWN },
    { "\033OC", KEY_RIGHT },
    { "\033OD", KEY_LEFT },
    { "\033[H", KEY_HOME },
    { "\033[F", KEY_END },
    { "\033[1~", KEY_HOME },
    { "\033[4~", KEY_END },
    { "\033[1;5A", CODE_CTRL_UP },
    { "\033[1;5B", CODE_CTRL_DOWN },
    { "\033[1;5C", CODE_CTRL_RIGHT },
    { "\033[1;5D", CODE_CTRL_LEFT },
    { "\033[200~", CODE_PASTE_BEGIN },
    { "\033[201~", CODE_PASTE_END },
    { "\033[I", CODE_FOCUS_IN },
    { "\033[O", CODE_FOCUS_OUT },
};

static const struct {
    int code;
    keycode key;
} codes[] = {
    { KEY_UP, K_UP },
    { KEY_DOWN, K_DOWN },
    { KEY_LEFT, K_LEFT },
    { KEY_RIGHT, K_RIGHT },
    { KEY_HOME, K_HOME },
    { KEY_END, K_END },
    { KEY_PPAGE, K_PAGE_UP },
    { KEY_NPAGE, K_PAGE_DOWN },
    { KEY_ENTER, K_ENTER },
    { KEY_BTAB, K_BACKTAB },
    { KEY_BACKSPACE, K_BACKSPACE },
    { KEY_DC, K_DELETE },
    { KEY_IC, K_INSERT },
    { CODE_CTRL_UP, K_CTRL | K_UP },
    { CODE_CTRL_DOWN, K_CTRL | K_DOWN },
    { CODE_CTRL_LEFT, K_CTRL | K_LEFT },
    { CODE_CTRL_RIGHT, K_CTRL | K_RIGHT },
};

void input_open(struct term *term)
{
    term->pad = newpad(1, 1);
    CHECK(term->pad != NULL);
    keypad(term->pad, TRUE);
    nodelay(term->pad, TRUE);
    for (size_t i = 0; i < ARRAY_LEN(sequences); i++)
        define_key(sequences[i].sequence, sequences[i].code);
    mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    mouseinterval(0);
}

static keycode key_of_code(int code)
{
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (codes[i].code == code)
            return codes[i].key;
    }
    if (code >= KEY_F(1) && code <= KEY_F(12))
        return (keycode)(K_F1 + (code - KEY_F(1)));
    return K_NONE;
}

static keycode key_of_char(wint_t c)
{
    switch (c) {
    case '\r':
    case '\n':
        return K_ENTER;
    case '\t':
        return K_TAB;
    case 27:
        return K_ESC;
    case 8:
    case 127:
        return K_BACKSPACE;
    default:
        break;
    }
    if (c >= 1 && c <= 26)
        return K_CTRL | (keycode)('a' + c - 1);
    return c >= ' ' && c < 0x110000 ? (keycode)c : K_NONE;
}

static bool read_mouse(struct event *ret)
{
    MEVENT mouse;
    if (getmouse(&mouse) != OK)
        return false;
    *ret = (struct event){ .kind = EVENT_CLICK, .x = mouse.x, .y = mouse.y };
    if (mouse.bstate & BUTTON1_PRESSED)
        return true;
    ret->kind = EVENT_WHEEL;
    ret->by = mouse.bstate & BUTTON4_PRESSED ? -1 : 1;
    return mouse.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED);
}

static void paste_add(struct term *term, wint_t c)
{
    bool is_text = c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c != 127 && !(c >= 0x80 && c < 0xA0));
    if (!is_text || term->paste.len >= PASTE_MAX)
        return;
    char bytes[4];
    int length = utf8_encode(c == '\r' ? '\n' : (uint32_t)c, bytes);
    buf_add(&term->paste, bytes, (size_t)length);
}

// False: this one means nothing to us, read on.
static bool read_code(struct term *term, int code, struct event *ret)
{
    switch (code) {
    case CODE_PASTE_BEGIN:
        term->pasting = true;
        buf_clear(&term->paste);
        return false;
    case CODE_PASTE_END:
        if (!term->pasting)
            return false;
        term->pasting = false;
        term->paste_given = true;
        *ret = (struct event){ .kind = EVENT_PASTE, .paste = buf_text(&term->paste) };
        return true;
    case CODE_FOCUS_IN:
    case CODE_FOCUS_OUT:
        *ret = (struct event){ .kind = EVENT_FOCUS, .has_focus = code == CODE_FOCUS_IN };
        return true;
    case KEY_MOUSE:
        return read_mouse(ret);
    default:
        *ret = (struct event){ .kind = EVENT_KEY, .key = key_of_code(code) };
        return !term->pasting && ret->key != K_NONE;
    }
}

void term_ask_background(struct term *term)
{
    static const char question[] = "\033]11;?\033\\";
    term_write(term->fd, question, sizeof(question) - 1);
}

// "11;rgb:RRRR/GGGG/BBBB", with one to four digits each.
static bool parse_background(const char *answer, struct event *ret)
{
    unsigned r, g, b;
    if (sscanf(answer, "11;rgb:%4x/%4x/%4x", &r, &g, &b) != 3)
        return false;
    const char *slash = strchr(answer, '/'), *colon = strchr(answer, ':');
    double most = (double)((1u << (4 * (unsigned)(slash - colon - 1))) - 1);
    *ret = (struct event){ .kind = EVENT_BACKGROUND, .is_light = 0.3 * r + 0.6 * g + 0.1 * b > 0.5 * most };
    return true;
}

// An answer of the terminal begins like the escape key, but the rest is there at once: ESC ] ... BEL or ESC \.
static bool read_answer(struct term *term, struct event *ret)
{
    char answer[64];
    size_t length = 0;
    wint_t c, last = 0;
    while (wget_wch(term->pad, &c) == OK && c != '\a' && !(last == 27 && c == '\\')) {
        if (length + 1 < sizeof(answer))
            answer[length++] = c < 128 ? (char)c : '?';
        last = c;
    }
    answer[length] = '\0';
    return parse_background(answer, ret);
}

// The escape key, or the beginning of an answer. False: nothing to report.
static bool read_escape(struct term *term, struct event *ret)
{
    wint_t c;
    *ret = (struct event){ .kind = EVENT_KEY, .key = K_ESC };
    int kind = wget_wch(term->pad, &c);
    if (kind == OK && c == ']')
        return read_answer(term, ret);
    if (kind == OK)
        unget_wch((wchar_t)c);
    else if (kind == KEY_CODE_YES)
        ungetch((int)c);
    return true;
}

bool term_read(struct term *term, struct event *ret)
{
    if (term->paste_given) {
        buf_free(&term->paste);
        term->paste_given = false;
    }
    for (;;) {
        wint_t c;
        int kind = wget_wch(term->pad, &c);
        if (kind == ERR)
            return false;
        if (kind == KEY_CODE_YES) {
            if (read_code(term, (int)c, ret))
                return true;
            continue;
        }
        if (term->pasting) {
            paste_add(term, c);
            continue;
        }
        if (c == 27) {
            if (read_escape(term, ret))
                return true;
            continue;
        }
        *ret = (struct event){ .kind = EVENT_KEY, .key = key_of_char(c) };
        if (ret->key != K_NONE)
            return true;
    }
}
