// What a hub and its worker say to each other, over a socket that keeps frames apart. The bytes of
// messages lie in two memory files, one for each direction, at their beginning.
#ifndef PATCHBAY_FRAMES_H
#define PATCHBAY_FRAMES_H

#include <stdint.h>

// Descriptors that a worker is born with.
#define WORKER_SOCKET 3
#define WORKER_LIBRARY 4
#define WORKER_INPUT 5   // the hub writes, the worker reads
#define WORKER_OUTPUT 6  // the worker writes, the hub reads

// Operations of the hub. Each is answered by one frame.
#define WORKER_OPEN 1u
#define WORKER_STEP 2u
#define WORKER_CLOSE 3u
// Of a worker that maps pages and has no library: the program, then pages, both as a body.
#define WORKER_COMPILE 4u
#define WORKER_MAP 5u

typedef struct worker_order {
  uint32_t operation;
  uint32_t session;  // the hub's number for it
  uint32_t kind;     // of the message; 0 for a step without one
  uint32_t reserved;
  uint64_t number;  // its report gives it back
  int64_t now_ms;
  uint64_t seed;
  uint64_t correlation;
  uint64_t head_size;  // the head lies first …  (OPEN: messages that a step may emit)
  uint64_t body_size;  // … and the body behind it  (OPEN: bytes that a step may emit)
} worker_order;

// How an order ended.
#define WORKER_DONE 0u
#define WORKER_REFUSED 1u  // the output holds `bytes` of text that say why

typedef struct worker_report {
  uint32_t result;
  uint32_t session;
  uint32_t verdict;  // what `step` answered
  uint32_t flags;
  uint64_t number;  // of the order that it answers; 0 when the process is ready
  uint64_t count;  // messages in the output …
  uint64_t bytes;  // … and their size
  uint64_t fault_head, fault_body;  // of the message that was not taken for its sizes
} worker_report;

#define WORKER_WAS_FULL 1u
#define WORKER_HAS_ENDED 2u
#define WORKER_TOO_LARGE 4u   // a message larger than is allowed
#define WORKER_LATE_EMIT 16u  // the sink of an earlier step was used between the steps
#define WORKER_NO_BYTES 8u    // a message with a size and no bytes

// A message in the output: this header, the head, the body, and padding to eight bytes.
typedef struct worker_message {
  uint32_t kind;
  uint32_t reserved;
  uint64_t correlation;
  uint64_t head_size;
  uint64_t body_size;
} worker_message;

_Static_assert(sizeof(worker_order) == 64, "frames have one layout");
_Static_assert(sizeof(worker_report) == 56, "frames have one layout");
_Static_assert(sizeof(worker_message) == 32, "frames have one layout");

#endif
