// The bytes of an update. One operation: a head byte, its agent, its seq, what it builds on, its text to the end.
// Several: a byte 0x80, the agents that are named (those whose first operation is within by their whole ids, the others
// by their low 32 bits, for they must be known), then each operation with its head byte; an operation follows the one
// before of its agent unless its head says otherwise. Numbers are varints; one's own ids go as distances back.
#pragma once

enum update_head {
    UPDATE_SEVERAL = 0x80,
    // of one operation: its agent in full; within several: another agent than before
    HEAD_AGENT = 0x40,
    HEAD_DELETE = 0x20,
    // insertion: two bits of left, two of right
    LEFT_MASK = 0x03,
    LEFT_FOLLOWS = 0x00, // the unit before of the same agent, and that one's right
    LEFT_OWN = 0x01,
    LEFT_OTHER = 0x02,
    LEFT_START = 0x03,
    RIGHT_MASK = 0x0c,
    RIGHT_END = 0x00,
    RIGHT_NEXT = 0x04, // the id after left
    RIGHT_OWN = 0x08,
    RIGHT_OTHER = 0x0c,
    INSERT_UNUSED = 0x10,
    // deletion
    TARGET_MASK = 0x03,
    TARGET_FOLLOWS = 0x00, // one further than the deletion before; of one operation only
    TARGET_OWN = 0x01,
    TARGET_OTHER = 0x02,
    DELETE_BACK = 0x04,
    DELETE_ONE = 0x08,
    DELETE_UNUSED = 0x10,
};
