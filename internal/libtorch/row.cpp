// One row times a large matrix, as when a model makes one token after the other: that takes as long as the matrix takes
// to be read, and MKL reads it with one thread. Here each thread multiplies the row by columns of its own.
#include "crew.hpp"
#include "shim.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/addmm_cpu_dispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm_cpu_dispatch.h>
#include <torch/library.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace {

constexpr int64_t kLarge = int64_t{1} << 18;  // elements of a matrix: below, waking the threads takes longer than they save
constexpr int64_t kBlock = 64;                // columns: MKL computes several at once, and a part starts where such a group does
constexpr int64_t kNarrow = 256;              // columns of a part at least: for a few MKL has other ways

// Whether a tensor's dimensions have names, in versions that know names.
template <class T>
auto named(const T& t, int) -> decltype(t.has_names()) {
  return t.defined() && t.has_names();
}
template <class T>
bool named(const T&, long) {
  return false;
}

// bias + row · matrix, or without a bias where it is undefined.
struct Product {
  const at::Tensor &bias, &row, &matrix;

  bool large() const {
    if (row.dim() != 2 || matrix.dim() != 2 || row.size(0) != 1 || row.size(1) != matrix.size(0) || matrix.numel() < kLarge) return false;
    const int64_t k = matrix.size(0), n = matrix.size(1);
    const bool across = matrix.stride(1) == 1 && matrix.stride(0) >= n, down = matrix.stride(0) == 1 && matrix.stride(1) >= k;
    return n >= 2 * kNarrow && (across || down) && row.is_contiguous() &&
           (row.scalar_type() == at::kFloat || row.scalar_type() == at::kDouble) &&
           matrix.scalar_type() == row.scalar_type() && !named(row, 0) && !named(matrix, 0) && !named(bias, 0) &&
           (!bias.defined() || (bias.dim() > 0 && bias.size(-1) == n && bias.numel() == n && bias.scalar_type() == row.scalar_type()));
  }

  at::Tensor whole() const {
    return bias.defined() ? at::cpu::addmm(bias, row, matrix) : at::cpu::mm(row, matrix);
  }

  // How many parts there are: one for each thread, for the narrower they are, the slower they are read.
  int64_t count() const { return std::min<int64_t>(at::get_num_threads(), matrix.size(1) / kNarrow); }

  // The product in parts, and whether others took some.
  std::pair<at::Tensor, bool> parts(int64_t count) const {
    const int64_t n = matrix.size(1), width = n / count / kBlock * kBlock;
    at::Tensor out = at::empty({1, n}, row.options());
    const bool shared = mt::share(count, [&](int64_t i) {
      at::AutoDispatchBelowADInplaceOrView below;  // as on the thread that calls
      const int64_t start = i * width, length = i + 1 < count ? width : n - start;
      at::Tensor part = out.narrow(1, start, length), columns = matrix.narrow(1, start, length);
      if (bias.defined()) {
        at::cpu::addmm_out(part, bias.narrow(-1, start, length), row, columns);
      } else {
        at::cpu::mm_out(part, row, columns);
      }
    });
    return {out, shared};
  }

  bool same_bits(int64_t count) const {
    const at::Tensor a = whole(), b = parts(count).first;
    return std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
  }

  // What MKL's order of operations may depend on, and whether threads pay.
  std::array<int64_t, 7> kind() const {
    return {matrix.size(0), matrix.size(1), matrix.stride(0), matrix.stride(1), static_cast<int64_t>(row.scalar_type()), bias.defined(),
            at::get_num_threads()};
  }
};

// Numbers between -1 and 1 that are rounded in any sum, from a generator of its own.
template <class T>
void fill_with_noise(at::Tensor& t) {
  uint64_t state = 1;
  for (T *x = t.data_ptr<T>(), *end = x + t.numel(); x < end; x++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    *x = static_cast<T>(static_cast<double>(static_cast<int64_t>(state)) / 9223372036854775808.0);
  }
}

at::Tensor noise(at::IntArrayRef shape, const at::Tensor& like) {
  at::Tensor t = at::empty(shape, like.options());
  if (like.scalar_type() == at::kFloat) {
    fill_with_noise<float>(t);
  } else {
    fill_with_noise<double>(t);
  }
  return t;
}

// Whether parts have the bits of the whole: for the program's numbers, for a row of noise, and for a matrix of noise in two
// parts, since what a program begins with may be zeros. That matrix is as high, and has the same rest beside whole blocks.
bool same_bits(const Product& p) {
  const int64_t k = p.matrix.size(0), n = p.matrix.size(1), columns = 2 * kNarrow + kBlock + n % kBlock;
  const at::Tensor row = noise({1, k}, p.row), bias = p.bias.defined() ? noise({columns}, p.row) : at::Tensor();
  const at::Tensor matrix = p.matrix.stride(0) == 1 ? noise({columns, k}, p.row).t() : noise({k, columns}, p.row);
  return p.same_bits(p.count()) && Product{p.bias, row, p.matrix}.same_bits(p.count()) && Product{bias, row, matrix}.same_bits(2);
}

// Whether a kind of product is computed in parts. Another processor or another MKL may have another order of operations, or
// threads of its own: so when a kind comes again, it is computed both ways, and noise too, and parts are out of the question if a
// bit differs. A matrix that stays in a cache may be read faster by one thread: so some later products are timed, by turns, as
// the program makes them (the first may wait for a file), and the faster way is taken. Until then it is parts for what no cache
// keeps.
class Choice {
 public:
  at::Tensor product(const Product& p) {
    const int64_t call = calls_.fetch_add(1);
    if (call == 1) compare(p);
    if (!same_) return p.whole();
    const int64_t trial = trials_.fetch_add(1) - kFirst;
    if (trial < 0 || trial >= kTrials) return faster_ ? p.parts(p.count()).first : p.whole();
    const auto begin = std::chrono::steady_clock::now();
    auto [result, shared] = trial % 2 == 0 ? p.parts(p.count()) : std::make_pair(p.whole(), true);
    note(trial % 2 == 0, shared, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    return result;
  }

 private:
  static constexpr int64_t kFirst = 12, kTrials = 10;
  static constexpr size_t kUncached = size_t{32} << 20;  // bytes

  void compare(const Product& p) {
    try {
      if (!same_bits(p)) return;
    } catch (const std::exception&) {  // no memory for noise, say: the program's product is another matter
      return;
    }
    faster_ = p.matrix.nbytes() >= kUncached;
    same_ = true;
  }

  void note(bool in_parts, bool shared, double seconds) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (shared) (in_parts ? parts_ : whole_).push_back(seconds);  // alone, parts say nothing about threads
    if (++noted_ < kTrials || parts_.empty() || whole_.empty()) return;
    faster_ = median(parts_) < 0.9 * median(whole_);
  }

  static double median(std::vector<double>& seconds) {
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
  }

  std::atomic<int64_t> calls_{0}, trials_{0};
  std::atomic<bool> same_{false}, faster_{false};
  std::mutex mutex_;
  std::vector<double> whole_, parts_;  // seconds
  int64_t noted_ = 0;
};

at::Tensor product(const Product& p) {
  static auto& mutex = *new std::mutex;
  static auto& choices = *new std::map<std::array<int64_t, 7>, Choice>;  // which stay where they are
  Choice* choice = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex);
    const auto known = choices.find(p.kind());
    if (known != choices.end()) {
      choice = &known->second;
    } else if (choices.size() < 10000) {
      choice = &choices[p.kind()];
    }
  }
  return choice == nullptr ? p.whole() : choice->product(p);
}

bool threads() { return at::get_num_threads() > 1 && !at::in_parallel_region(); }

at::Tensor addmm(const at::Tensor& bias, const at::Tensor& a, const at::Tensor& b, const at::Scalar& beta, const at::Scalar& alpha) {
  const Product p{bias, a, b};
  if (threads() && p.large() && beta.equal(1) && alpha.equal(1)) return product(p);
  return at::cpu::addmm(bias, a, b, beta, alpha);
}

at::Tensor mm(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor none;
  const Product p{none, a, b};
  if (threads() && p.large()) return product(p);
  return at::cpu::mm(a, b);
}

}  // namespace

void mt::multiply_rows_by_threads() {
  if (!at::hasMKL()) return;  // OpenBLAS and BLIS have threads of their own for it
  quietly([] {  // libtorch warns that kernels are replaced
    static torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::CPU, __FILE__, __LINE__);
    library.impl("addmm", &addmm);
    library.impl("mm", &mm);
  });
}
