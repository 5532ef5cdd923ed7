// The facts and texts of a consultation as lines: for the overview and for the workbench's panels.
#pragma once

#include "tui/screens/common/desk.h"

// Draws line after line into a canvas that is scrolled by `top` lines.
struct pen {
    const struct canvas *canvas;
    struct app *app;
    int y;   // lines written so far
    int top; // first of them that is shown
};

void pen_line(struct pen *pen, enum ink ink, const char *text); // cut at the edge; nothing for NULL or ""
void pen_text(struct pen *pen, enum ink ink, const char *text); // wrapped
void pen_fact(struct pen *pen, const char *label, const char *value);
void pen_heading(struct pen *pen, const char *text, const char *detail);
void pen_gap(struct pen *pen);

void detail_facts(struct pen *pen, const struct consultation_detail *detail);
void detail_texts(struct pen *pen, const struct consultation_detail *detail);
void detail_action_items(struct pen *pen, const struct consultation_detail *detail);
void detail_deliverables(struct pen *pen, const struct consultation_detail *detail);
void detail_attendees(struct pen *pen, const struct consultation_detail *detail);
// Why it costs what it costs, and what would happen to the credit. In the frame's arena.
const char *detail_why(struct app *app, const struct consultation_detail *detail);
// NULL when there is none of that kind.
const struct note_view *detail_note(const struct consultation_detail *detail, enum note_kind kind);
