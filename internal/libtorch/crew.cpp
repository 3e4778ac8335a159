#include "crew.hpp"

#include <atomic>
#include <cfenv>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace {

constexpr std::chrono::microseconds kStandby{200};  // awake for the next piece of work: operators in a row come in less

// A piece of work, of which whoever is free takes the next part.
class Work {
 public:
  Work(int64_t parts, const std::function<void(int64_t)>& f) : f_(f), parts_(parts) { std::fegetenv(&floats_); }

  // Takes parts until none is left. Once all are done f is gone, and only those that took one are waited for.
  void take() {
    for (int64_t i; (i = next_.fetch_add(1)) < parts_;) {
      try {
        f_(i);
      } catch (...) {
        std::call_once(first_, [&] { failed_ = std::current_exception(); });
      }
      if (done_.fetch_add(1) + 1 == parts_) done_.notify_one();
    }
  }

  // As take, on another thread: with the caller's handling of floats, such as denormal numbers.
  void help() {
    std::fenv_t own;
    std::fegetenv(&own);
    std::fesetenv(&floats_);
    take();
    std::fesetenv(&own);
  }

  void finish() {
    take();
    for (int64_t done; (done = done_.load()) < parts_;) done_.wait(done);
    if (failed_) std::rethrow_exception(failed_);
  }

 private:
  const std::function<void(int64_t)>& f_;
  const int64_t parts_;
  std::atomic<int64_t> next_{0}, done_{0};
  std::exception_ptr failed_;
  std::once_flag first_;
  std::fenv_t floats_;
};

class Crew {
 public:
  bool share(int64_t n, const std::function<void(int64_t)>& f) {
    std::unique_lock<std::mutex> only(caller_, std::try_to_lock);
    auto work = std::make_shared<Work>(n, f);
    if (only.owns_lock()) {
      grow(n - 1);
      post(work);
    }
    work->finish();
    if (only.owns_lock()) post(nullptr);
    return only.owns_lock();
  }

 private:
  void grow(int64_t size) {
    try {
      for (; size_ < size; size_++) std::thread([this] { stand_by(); }).detach();
    } catch (const std::system_error&) {
      // The process may have no more threads: those that are there take the parts.
    }
  }

  void post(std::shared_ptr<Work> work) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = std::move(work);
      if (!work_) return;
    }
    posted_.fetch_add(1);
    posted_.notify_all();
  }

  void stand_by() {
    for (int64_t seen = 0;; seen = wait(seen)) {
      std::shared_ptr<Work> work;
      {
        std::lock_guard<std::mutex> lock(mutex_);
        work = work_;
      }
      if (work) work->help();
    }
  }

  // Waits for work that was posted after seen, awake at first.
  int64_t wait(int64_t seen) {
    const auto until = std::chrono::steady_clock::now() + kStandby;
    while (posted_.load() == seen) {
      if (std::chrono::steady_clock::now() >= until) {
        posted_.wait(seen);
      } else {
        std::this_thread::yield();
      }
    }
    return posted_.load();
  }

  std::mutex caller_, mutex_;
  std::shared_ptr<Work> work_;
  std::atomic<int64_t> posted_{0};
  int64_t size_ = 0;
};

}  // namespace

bool mt::share(int64_t n, const std::function<void(int64_t)>& f) {
  static Crew* const crew = new Crew;  // its threads may outlive what is destroyed when the process ends
  return crew->share(n, f);
}
