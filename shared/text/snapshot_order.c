#include "shared/text/snapshot.h"

#include <stdlib.h>

// One pass with a stack whose ages rise: what a piece takes off the stack is younger and has it for its right.
void pieces_find_neighbours(struct piece *pieces, uint32_t count)
{
    uint32_t *stack = malloc((count + 1) * sizeof *stack);
    CHECK(stack != NULL);
    uint32_t depth = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct piece *piece = &pieces[i];
        while (depth > 0 && pieces[stack[depth - 1]].age > piece->age)
            pieces[stack[--depth]].right = (struct id){ piece->agent, piece->seq };
        const struct piece *left = depth > 0 ? &pieces[stack[depth - 1]] : NULL;
        piece->left = left == NULL ? EDGE : (struct id){ left->agent, left->seq + left->len - 1 };
        piece->right = EDGE;
        stack[depth++] = i;
    }
    free(stack);
}
