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
#include <vector>

namespace {

constexpr int64_t kLarge = int64_t{1} << 18;  // elements of a matrix: below, waking the threads takes longer than they save
constexpr int64_t kBlock = 64;                // columns: MKL computes several at once, and a part starts where such a group does
constexpr int64_t kNarrow = 256;              // columns of a part at least: for a few MKL has other ways

// bias + row · matrix, or without a bias where it is undefined.
struct Product {
  const at::Tensor &bias, &row, &matrix;

  bool large() const {
    return row.dim() == 2 && matrix.dim() == 2 && row.size(0) == 1 && row.size(1) == matrix.size(0) && matrix.numel() >= kLarge &&
           matrix.size(1) >= 2 * kNarrow && row.is_contiguous() && (matrix.stride(0) == 1 || matrix.stride(1) == 1) &&
           (row.scalar_type() == at::kFloat || row.scalar_type() == at::kDouble) && matrix.scalar_type() == row.scalar_type() &&
           (!bias.defined() ||
            (bias.dim() > 0 && bias.size(-1) == matrix.size(1) && bias.numel() == matrix.size(1) && bias.scalar_type() == row.scalar_type()));
  }

  at::Tensor whole() const {
    return bias.defined() ? at::cpu::addmm(bias, row, matrix) : at::cpu::mm(row, matrix);
  }

  at::Tensor parts() const {
    const int64_t n = matrix.size(1), count = std::min<int64_t>(at::get_num_threads(), n / kNarrow);
    const int64_t width = n / count / kBlock * kBlock;  // one part for each thread: the narrower, the slower to read
    at::Tensor out = at::empty({1, n}, row.options());
    mt::share(count, [&](int64_t i) {
      at::AutoDispatchBelowADInplaceOrView below;  // as on the thread that calls
      const int64_t start = i * width, length = i + 1 < count ? width : n - start;
      at::Tensor part = out.narrow(1, start, length), columns = matrix.narrow(1, start, length);
      if (bias.defined()) {
        at::cpu::addmm_out(part, bias.narrow(-1, start, length), row, columns);
      } else {
        at::cpu::mm_out(part, row, columns);
      }
    });
    return out;
  }

  // What MKL's order of operations may depend on, and whether threads pay.
  std::array<int64_t, 6> kind() const {
    return {matrix.size(0), matrix.size(1), matrix.stride(0), static_cast<int64_t>(row.scalar_type()), bias.defined(), at::get_num_threads()};
  }
};

bool same_bits(const at::Tensor& a, const at::Tensor& b) { return std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0; }

// Numbers between -1 and 1 that are rounded in any sum, from a generator of its own.
at::Tensor noise(at::IntArrayRef shape, const at::Tensor& like) {
  at::Tensor t = at::empty(shape, like.options().dtype(at::kDouble));
  uint64_t state = 1;
  for (double *x = t.data_ptr<double>(), *end = x + t.numel(); x < end; x++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    *x = static_cast<double>(static_cast<int64_t>(state)) / 9223372036854775808.0;
  }
  return t.to(like.scalar_type());
}

// Whether parts have the bits of the whole for numbers that tell: those of the program may be zeros. Of a large matrix it
// takes some columns, and the same rest beside whole blocks.
bool same_for_noise(const Product& p) {
  const int64_t k = p.matrix.size(0), n = p.matrix.size(1), enough = std::max<int64_t>((1 << 21) / k, 2 * kNarrow * at::get_num_threads());
  const int64_t columns = n - std::max<int64_t>((n - enough) / kBlock, 0) * kBlock;
  const at::Tensor row = noise({1, k}, p.row), bias = p.bias.defined() ? noise({columns}, p.row) : at::Tensor();
  const at::Tensor matrix = p.matrix.stride(0) == 1 ? noise({columns, k}, p.row).t() : noise({k, columns}, p.row);
  const Product like{bias, row, matrix};
  return same_bits(like.whole(), like.parts());
}

// Whether a kind of product is computed in parts. Another processor or another MKL may have another order of operations, or
// threads of its own: so the first product, and one of noise, are computed both ways, and parts are out of the question if a bit differs. A matrix
// that stays in a cache may be read faster by one thread: so some later products are timed, by turns, as the program makes
// them (the first may wait for a file), and the faster way is taken. Until then it is parts for what no cache keeps.
class Choice {
 public:
  at::Tensor product(const Product& p) {
    const int64_t call = calls_.fetch_add(1);
    if (call == 0) return compare(p);
    if (!same_ || call < kFirst || call >= kFirst + 2 * kTrials) return faster_ ? p.parts() : p.whole();
    const bool in_parts = call % 2 == 0;
    const auto begin = std::chrono::steady_clock::now();
    at::Tensor result = in_parts ? p.parts() : p.whole();
    note(in_parts, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    return result;
  }

 private:
  static constexpr int64_t kFirst = 12, kTrials = 5;
  static constexpr size_t kUncached = size_t{32} << 20;  // bytes

  at::Tensor compare(const Product& p) {
    at::Tensor whole = p.whole();
    same_ = same_bits(whole, p.parts()) && same_for_noise(p);
    faster_ = same_ && p.matrix.nbytes() >= kUncached;
    return whole;
  }

  void note(bool in_parts, double seconds) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto& mine = in_parts ? parts_ : whole_;
    mine.push_back(seconds);
    std::sort(mine.begin(), mine.end());
    if (parts_.size() == kTrials && whole_.size() == kTrials) faster_ = parts_[kTrials / 2] < 0.9 * whole_[kTrials / 2];
  }

  std::atomic<int64_t> calls_{0};
  std::atomic<bool> same_{false}, faster_{false};
  std::mutex mutex_;
  std::vector<double> whole_, parts_;  // seconds
};

at::Tensor product(const Product& p) {
  static auto& mutex = *new std::mutex;
  static auto& choices = *new std::map<std::array<int64_t, 6>, Choice>;  // which stay where they are
  Choice* choice = nullptr;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (choices.size() < 10000) choice = &choices[p.kind()];
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
