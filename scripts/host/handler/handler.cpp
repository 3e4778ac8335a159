// C++ calls the new handler when memory is short.
#include <new>

static int called = 0;

static void handler() {
  called++;
  throw std::bad_alloc();
}

extern "C" int handler_called(void) {
  std::new_handler before = std::set_new_handler(handler);
  try {
    volatile std::size_t more_than_there_is = std::size_t{1} << 60;
    ::operator delete(::operator new(more_than_there_is));
  } catch (const std::bad_alloc&) {
  }
  std::set_new_handler(before);
  return called;
}
