// The reducer of gradients: PyTorch's own, which sits on the parameters' nodes of autograd.
#include "common.hpp"

#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <algorithm>
#include <limits>
#include <sstream>

using mtd::guarded;
using mtd::of;

namespace {

// Reducer's constructor, by its arguments of each version.
template <class... More>
std::shared_ptr<c10d::Reducer> reducer(std::vector<at::Tensor> parameters, std::vector<std::vector<size_t>> buckets,
                                       std::vector<size_t> limits, c10::intrusive_ptr<c10d::ProcessGroup> group,
                                       std::vector<bool> sparse, const mtd_reducer_options& o,
                                       std::unordered_map<size_t, std::string> names) {
#if TORCH_VERSION_MAJOR < 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 9)
  return std::make_shared<c10d::Reducer>(std::move(parameters), std::move(buckets), std::move(limits), std::move(group),
                                         std::move(sparse), o.bucket_bytes, o.find_unused != 0, o.bucket_view != 0,
                                         std::move(names), o.first_bucket_bytes);
#else
  return std::make_shared<c10d::Reducer>(std::move(parameters), std::move(buckets), std::move(group), std::move(sparse),
                                         o.bucket_bytes, o.find_unused != 0, o.bucket_view != 0, std::move(names),
                                         o.first_bucket_bytes, false, false, std::vector<int64_t>());
#endif
}

}  // namespace

char* mtd_reducer_new(mtd_group g, const mtd_tensor* parameters, const int32_t* sparse, int64_t n, const char* names,
                      const mtd_reducer_options* options, mtd_reducer* out) {
  return guarded([&] {
    std::vector<at::Tensor> all = mt::borrow_all(parameters, n);
    const std::vector<bool> is_sparse(sparse, sparse + n);
    std::unordered_map<size_t, std::string> named;
    std::istringstream lines(names);
    for (std::string name; std::getline(lines, name);) named.emplace(named.size(), name);
    // As Python's DistributedDataParallel: one bucket, or where parameters may be unused, buckets from the start. After
    // the first backward the reducer makes others, in the order in which gradients came.
    std::vector<size_t> limits{std::numeric_limits<size_t>::max() / 2};
    if (options->find_unused && !options->static_graph)
      limits = {static_cast<size_t>(options->first_bucket_bytes), static_cast<size_t>(options->bucket_bytes)};
    auto [buckets, bucket_limits] = c10d::compute_bucket_assignment_by_size(all, limits, is_sparse);
    std::reverse(buckets.begin(), buckets.end());
    std::reverse(bucket_limits.begin(), bucket_limits.end());
    auto r = reducer(std::move(all), std::move(buckets), std::move(bucket_limits), of<mtd::Group>(g)->outer, is_sparse,
                     *options, std::move(named));
    if (options->static_graph) r->set_static_graph();
    *out = mtd::handle(new std::shared_ptr<c10d::Reducer>(std::move(r)));
  });
}

using ReducerPtr = std::shared_ptr<c10d::Reducer>;

void mtd_reducer_free(mtd_reducer r) {
  std::free(guarded([&] { delete of<ReducerPtr>(r); }));
}

char* mtd_reducer_before_forward(mtd_reducer r, int32_t* rebuilt) {
  return guarded([&] {
    auto& reducer = *of<ReducerPtr>(r);
    reducer->prepare_for_forward();
    *rebuilt = reducer->rebuild_buckets();
  });
}

char* mtd_reducer_before_backward(mtd_reducer r, const mtd_tensor* outputs, int64_t n) {
  return guarded([&] { (*of<ReducerPtr>(r))->prepare_for_backward(mt::borrow_all(outputs, n)); });
}

char* mtd_reducer_buckets(mtd_reducer r, int64_t** sizes, int64_t* n) {
  return guarded([&] {
    const auto buckets = (*of<ReducerPtr>(r))->get_grad_buckets();
    *sizes = static_cast<int64_t*>(std::malloc(sizeof(int64_t) * (buckets.size() + 1)));
    if (*sizes == nullptr) std::abort();
    *n = 0;
    for (const auto& b : buckets) (*sizes)[(*n)++] = b.getBuffer().numel();
  });
}
