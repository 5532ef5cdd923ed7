// The OpenAPI 3.1 document, made from the operation table: nothing in it is written twice.
#pragma once

#include "shared/base/buf.h"

void openapi_write(struct buf *out);
