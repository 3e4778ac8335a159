// Errors and warnings on their way from C++ to Go.
#include "shim.hpp"

#include <c10/util/Logging.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <new>

namespace mt {

char* copy_string(const std::string& s) {
  char* c = static_cast<char*>(std::malloc(s.size() + 1));
  if (c != nullptr) std::memcpy(c, s.c_str(), s.size() + 1);
  return c;
}

mt_error* make_error(int32_t kind, const std::string& message) {
  auto* e = static_cast<mt_error*>(std::malloc(sizeof(mt_error) + message.size() + 1));
  if (e == nullptr) std::abort();  // not even an error message's worth of memory is left
  e->kind = kind;
  std::memcpy(e->message, message.c_str(), message.size() + 1);
  return e;
}

// How libtorch words it where the type does not tell: TorchScript's interpreter
// makes a runtime_error of whatever an operator throws.
static bool tells_of_memory(const std::string& what) {
  return what.find("DefaultCPUAllocator: ") != std::string::npos || what.find("out of memory") != std::string::npos;
}

static int32_t kind_of(const c10::Error& e) {
  if (dynamic_cast<const c10::IndexError*>(&e)) return MT_ERROR_INDEX;
  if (dynamic_cast<const c10::ValueError*>(&e)) return MT_ERROR_VALUE;
  if (dynamic_cast<const c10::TypeError*>(&e)) return MT_ERROR_TYPE;
  if (dynamic_cast<const c10::NotImplementedError*>(&e)) return MT_ERROR_NOT_IMPLEMENTED;
  if (dynamic_cast<const c10::LinAlgError*>(&e)) return MT_ERROR_LINALG;
  if (dynamic_cast<const c10::OutOfMemoryError*>(&e)) return MT_ERROR_OUT_OF_MEMORY;
  return tells_of_memory(e.what_without_backtrace()) ? MT_ERROR_OUT_OF_MEMORY : MT_ERROR_OTHER;
}

// The kind of a C++ exception, so that Go need not read its words.
mt_error* current_exception() {
  try {
    throw;
  } catch (const Failure& f) {
    return make_error(f.kind, f.message);
  } catch (const GoPanic& p) {  // from here on the number is Go's to release
    return make_error(MT_ERROR_GO_PANIC, std::to_string(std::exchange(p.value->id, 0)));
  } catch (const c10::Error& e) {
    return make_error(kind_of(e), e.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return make_error(MT_ERROR_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception& e) {
    return make_error(tells_of_memory(e.what()) ? MT_ERROR_OUT_OF_MEMORY : MT_ERROR_OTHER, e.what());
  } catch (...) {
    return make_error(MT_ERROR_OTHER, "an exception of an unknown type");
  }
}

namespace {

std::mutex warnings_mutex;
std::deque<std::string> warnings;
int64_t warning_count = 0;  // read by Go without a call

constexpr size_t max_waiting = 64;  // a flood keeps its beginning

thread_local bool quiet = false;

void keep_warning(const std::string& msg) {
  if (quiet) return;
  std::lock_guard<std::mutex> lock(warnings_mutex);
  if (warnings.size() >= max_waiting) return;
  warnings.push_back(msg);
  __atomic_add_fetch(&warning_count, 1, __ATOMIC_RELEASE);
}

struct Handler : c10::WarningHandler {
#if TORCH_VERSION_MAJOR < 2
  void process(const c10::SourceLocation&, const std::string& msg, const bool) override {
    keep_warning(msg);
  }
#else
  void process(const c10::Warning& w) override { keep_warning(w.msg()); }
#endif
};

}  // namespace

// Every error would carry a C++ back-trace: milliseconds of looking up symbols,
// for words that Go leaves out.
__attribute__((constructor)) void leave_out_backtraces() {
  if (fits()) c10::SetStackTraceFetcher([] { return std::string(); });
}

// libtorch keeps its warning handler per thread; the default writes to stderr.
void watch_warnings() {
  static Handler handler;
#if TORCH_VERSION_MAJOR < 2
  c10::Warning::set_warning_handler(&handler);
#else
  c10::WarningUtils::set_warning_handler(&handler);
#endif
}

void quietly(const std::function<void()>& f) {
  struct Quiet {
    Quiet() { quiet = true; }
    ~Quiet() { quiet = false; }
  };
  watch_warnings();
  Quiet here;
  f();
}

}  // namespace mt

void mt_error_free(mt_error* e) { std::free(e); }

const int64_t* mt_warning_count(void) { return &mt::warning_count; }

char* mt_next_warning(void) {
  std::lock_guard<std::mutex> lock(mt::warnings_mutex);
  if (mt::warnings.empty()) return nullptr;
  char* s = mt::copy_string(mt::warnings.front());
  mt::warnings.pop_front();
  return s;
}
