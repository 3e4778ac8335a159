// What libtorch's own profiler listens to: when operations begin and end, those of a process group's threads included.
#include "common.hpp"

#include <ATen/record_function.h>

#include <condition_variable>
#include <mutex>

namespace {

struct Event {
  std::string name;
  int64_t begin, end;  // nanoseconds of the monotonic clock
};

std::mutex mutex;
std::vector<Event> events;
at::CallbackHandle handle = 0;
int traces = 0, running = 0;  // how many traces there were, and what of this one has begun and not ended
std::condition_variable ended;

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Begun : at::ObserverContext {
  int64_t at = now();
  int of = 0;
};

// Collectives, and the nodes of the backward pass; a trace of all operators would be of everything else.
bool wanted(const char* name) {
  return std::strncmp(name, "gloo:", 5) == 0 || std::strncmp(name, "nccl:", 5) == 0 ||
         std::strncmp(name, "autograd::engine::evaluate_function", 35) == 0;
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& f) {
  if (!wanted(f.name())) return nullptr;
  auto begun = std::make_unique<Begun>();
  std::lock_guard<std::mutex> lock(mutex);
  begun->of = traces;
  running++;
  return begun;
}

void end(const at::RecordFunction& f, at::ObserverContext* context) {
  constexpr size_t most = 1 << 20;  // a trace that was forgotten keeps its beginning
  if (context == nullptr) return;
  std::lock_guard<std::mutex> lock(mutex);
  const auto* begun = static_cast<Begun*>(context);
  if (begun->of != traces) return;  // of a trace before
  if (events.size() < most) events.push_back({f.name(), begun->at, now()});
  if (--running == 0) ended.notify_all();
}

}  // namespace

char* mtd_trace_start(void) {
  return mtd::guarded([&] {
    std::lock_guard<std::mutex> lock(mutex);
    if (handle != 0) throw std::runtime_error("a trace is running already");
    events.clear();
    traces++;
    running = 0;
    handle = at::addGlobalCallback(at::RecordFunctionCallback(begin, end));
  });
}

char* mtd_trace_stop(char** lines) {
  return mtd::guarded([&] {
    if (handle != 0) at::removeCallback(handle);
    std::unique_lock<std::mutex> lock(mutex);
    // A collective is over for its caller a little before it is for the thread that carried it.
    ended.wait_for(lock, std::chrono::minutes(1), [] { return running == 0; });
    handle = 0;
    std::string all;
    for (const auto& e : events) all += std::to_string(e.begin) + " " + std::to_string(e.end) + " " + e.name + "\n";
    events.clear();
    *lines = mtd::text(all);
  });
}
