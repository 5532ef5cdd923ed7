#include "server/push/frame.h"

#include <stdlib.h>
#include <string.h>

struct frame *frame_create(const void *payload, size_t size, bool binary)
{
    struct frame *frame = malloc(sizeof *frame + FRAME_HEADROOM + size);
    CHECK(frame != NULL);
    *frame = (struct frame){ .refs = 1, .binary = binary, .size = size };
    memcpy(frame->bytes + FRAME_HEADROOM, payload, size);
    return frame;
}

struct frame *frame_ref(struct frame *frame)
{
    frame->refs++;
    return frame;
}

void frame_unref(struct frame *frame)
{
    if (frame != NULL && --frame->refs == 0)
        free(frame);
}
