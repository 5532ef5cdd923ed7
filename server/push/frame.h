// A message ready to send, shared by all who get the same one.
#pragma once

#include "shared/base/buf.h"

#include <stdbool.h>

enum { FRAME_HEADROOM = 16 }; // before the payload, for the websocket's own header

struct frame {
    unsigned refs;
    bool binary;
    size_t size;
    unsigned char bytes[]; // FRAME_HEADROOM, then the payload
};

// One reference for the caller.
struct frame *frame_create(const void *payload, size_t size, bool binary);
struct frame *frame_ref(struct frame *frame);
void frame_unref(struct frame *frame); // NULL is allowed
