// Another C++ that replaces the program's operator new, as a program may.
#include <atomic>
#include <cstdlib>
#include <new>

static std::atomic<long> served{0};

void* operator new(std::size_t n) {
  served++;
  if (void* p = std::malloc(n > 0 ? n : 1)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

extern "C" long second_served(void) { return served; }
