// Small charts made of cells. Each is drawn with its figures beside it by its owner.
#pragma once

#include "tui/ui/canvas.h"

// The area under values[0..count), filling the canvas, in eighths of a cell; from 0 to `max`.
void chart_area(const struct canvas *canvas, enum ink ink, const double *values, int count, double max);
// `width` cells, of which done/total are full, in eighths of a cell.
void chart_bar(const struct canvas *canvas, int x, int y, int width, enum ink ink, double done, double total);
