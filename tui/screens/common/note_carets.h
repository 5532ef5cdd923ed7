// Others in a note: their carets in the text, their names beside what they wrote.
#pragma once

#include "tui/core/app.h"
#include "tui/model/texts.h"
#include "tui/ui/text_area.h"

// Over the drawn area: a mark where each of the others is, with the name where there is room.
void note_carets_draw(struct model_text *text, const struct text_area *area, struct app *app,
                      const struct canvas *canvas);
// Those whose place is out of sight, and which way it is, one beside the other from column `x` on.
void note_carets_away(struct model_text *text, const struct text_area *area, struct app *app,
                      const struct canvas *canvas, int x, int y);
// Who wrote each shown line, before the area is drawn beside it (its width is set already).
void note_authors_draw(struct model_text *text, const struct text_area *area, struct app *app,
                       const struct canvas *gutter);
// Makes the difference between two texts to a third that grew from the first: at the places that the first still has.
bool note_rewrite_since(struct model_text *text, const char *given, const char *back, struct err *err);
