// The table of availability rules.
#pragma once

#include "server/core/op.h"
#include "shared/domain/availability.h"

// "[[540,720],[780,1020]]", as the table and the sync row keep the hours of a rule, and back: struct minutes_span.
const char *spans_format(const struct list *spans, struct arena *arena);
void spans_parse(const char *json, struct arena *arena, struct list *ret_spans);

// All rules of a consultant, oldest first: struct row_availability.
bool availability_load_all(struct op_ctx *ctx, const char *consultant_id, struct list *ret_rules);
bool availability_insert(struct op_ctx *ctx, const struct row_availability *rule);
