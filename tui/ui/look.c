#include "tui/ui/look.h"

const char *const ink_names[INKS] = {
    [INK_TEXT] = "text",       [INK_STRONG] = "strong", [INK_DIM] = "dim",     [INK_FAINT] = "faint",
    [INK_TITLE] = "title",     [INK_ACCENT] = "accent", [INK_KEY] = "key",     [INK_DISABLED] = "disabled",
    [INK_GOOD] = "good",       [INK_WARN] = "warn",     [INK_BAD] = "bad",     [INK_INFO] = "info",
    [INK_SPECIAL] = "special", [INK_BOX] = "box",       [INK_FOCUS] = "focus", [INK_MATCH] = "match",
};

const char *const paper_names[PAPERS] = {
    [PAPER_BASE] = "base",       [PAPER_BAR] = "bar",           [PAPER_PANEL] = "panel",
    [PAPER_INPUT] = "input",     [PAPER_SELECTED] = "selected", [PAPER_MARKED] = "marked",
    [PAPER_TODAY] = "today",     [PAPER_BOOKED] = "booked",     [PAPER_PENDING] = "pending",
    [PAPER_RUNNING] = "running", [PAPER_DONE] = "done",         [PAPER_OFF] = "off",
    [PAPER_TOAST] = "toast",     [PAPER_ALERT] = "alert",
};
