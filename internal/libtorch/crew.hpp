// Threads that stand by to take parts of a piece of work.
#pragma once
#include <cstdint>
#include <functional>

namespace mt {

// Calls f with each of 0 to n-1, on this thread and on n-1 others. When it returns all is done; what one of them throws comes
// back once. While they work for one caller, others do their own work themselves, and get false.
//
// libtorch's own threads within operators are OpenMP's: code has them that is compiled for the same OpenMP, of which the
// newest wheels bring their own. Those between operators sleep, and take longer to wake than half a megabyte to be read.
bool share(int64_t n, const std::function<void(int64_t)>& f);

}  // namespace mt
