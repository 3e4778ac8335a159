// Autograd numbers its operations in the order in which they are recorded, and sums
// gradients that meet in that order. libtorch counts per OS thread, which is Python's
// thread; a goroutine may go on on another one, whose count is behind or ahead, and so
// get other last bits. So the functions that count are given anew here: one count for
// all threads that Go calls from keeps each goroutine's order. (libtorch calls them as
// any exported function, through the table that takes the program's own first. Where
// another libtorch was in the process before, it keeps its own, and Python's way.)
#include "shim.hpp"

#include <ATen/SequenceNumber.h>

#include <atomic>

namespace {

std::atomic<uint64_t> shared{0};
thread_local uint64_t own = 0;  // of autograd's threads for GPUs, as in Python

}  // namespace

namespace at::sequence_number {

__attribute__((visibility("default"))) uint64_t peek() { return mt::called_from_go ? shared.load(std::memory_order_relaxed) : own; }

__attribute__((visibility("default"))) uint64_t get_and_increment() {
  return mt::called_from_go ? shared.fetch_add(1, std::memory_order_relaxed) : own++;
}

}  // namespace at::sequence_number
