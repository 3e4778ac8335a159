// Random numbers: libtorch's own generators, so that the same seed gives the
// same draws as in Python.
#include "shim.hpp"

#include <ATen/Context.h>

namespace {

template <class F>
mt_error* locked(mt_generator g, F&& f) {
  return mt::guarded([&] {
    at::Generator gen(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(reinterpret_cast<c10::GeneratorImpl*>(g)));
    std::lock_guard<std::mutex> lock(gen.mutex());
    f(gen);
  });
}

mt_generator owned(at::Generator g) { return reinterpret_cast<mt_generator>(g.unsafeReleaseGeneratorImpl()); }

}  // namespace

mt_error* mt_manual_seed(uint64_t seed) {
  return mt::guarded([&] { at::manual_seed(seed); });
}

mt_error* mt_initial_seed(mt_generator g, uint64_t* seed) {
  return locked(g, [&](at::Generator& gen) { *seed = gen.current_seed(); });
}

mt_error* mt_generator_default(int32_t device_type, int32_t index, mt_generator* out) {
  return mt::guarded([&] {
    const c10::Device device = mt::device(device_type, index);
    if (device.is_cuda() && *mt_cuda_why_not() != 0)
      throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, std::string("CUDA is not available: ") + mt_cuda_why_not()};
    *out = owned(at::globalContext().defaultGenerator(device));
  });
}

mt_error* mt_generator_clone(mt_generator g, mt_generator* out) {
  return locked(g, [&](at::Generator& gen) {
    at::Generator clone = gen.clone();
    // libtorch up to 2.x starts its clones without the weak reference that strong ones
    // stand for, and would never delete them.
    if (auto p = clone.getIntrusivePtr(); p.weak_use_count() == 0) c10::raw::weak_intrusive_ptr::incref(p.get());
    *out = owned(std::move(clone));
  });
}

mt_error* mt_generator_seed_anew(mt_generator g, uint64_t* seed) {
  return locked(g, [&](at::Generator& gen) { *seed = gen.seed(); });
}

mt_error* mt_generator_seed(mt_generator g, uint64_t seed) {
  return locked(g, [&](at::Generator& gen) { gen.set_current_seed(seed); });
}

void mt_generator_free(mt_generator g) {
  c10::intrusive_ptr<c10::GeneratorImpl>::reclaim(reinterpret_cast<c10::GeneratorImpl*>(g));
}

mt_error* mt_generator_state(mt_generator g, mt_tensor* out) {
  return locked(g, [&](at::Generator& gen) { *out = mt::release(gen.get_state()); });
}

mt_error* mt_set_generator_state(mt_generator g, mt_tensor state) {
  return locked(g, [&](at::Generator& gen) { gen.set_state(mt::borrow(state)); });
}
