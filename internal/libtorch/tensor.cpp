// Tensors: made from memory, read back, looked at and let go.
#include "shim.hpp"

#include <ATen/ops/from_blob.h>

#include <cstring>

void mt_free(mt_tensor t) {
  try {
    mt::Impl::reclaim(reinterpret_cast<c10::TensorImpl*>(t));
  } catch (...) {  // a destructor's hook; there is no one to tell
  }
}

void mt_free_many(const mt_tensor* ts, int64_t n) {
  for (int64_t i = 0; i < n; i++) mt_free(ts[i]);
}

mt_error* mt_set_resizable(mt_tensor t, int32_t on, int32_t* before) {
  return mt::guarded([&] {
    c10::StorageImpl* storage = mt::borrow(t).storage().unsafeGetStorageImpl();
    *before = storage->resizable();
    storage->set_resizable(on != 0);
  });
}

mt_tensor mt_retain(mt_tensor t) { return mt::release(mt::borrow(t)); }

mt_error* mt_from_memory(void* data, const int64_t* shape, int64_t dims, int32_t dtype, uintptr_t held, mt_tensor* out) {
  auto owner = std::make_shared<mt::Callback>(held);
  return mt::guarded([&] {
    *out = mt::release(at::from_blob(data, at::IntArrayRef(shape, dims), [owner](void*) {},
                                     at::TensorOptions(static_cast<at::ScalarType>(dtype))));
  });
}

mt_error* mt_copy_out(mt_tensor h, char* dst, int64_t nbytes) {
  return mt::guarded([&] {
    at::Tensor t = mt::borrow(h).detach().to(at::kCPU).contiguous().resolve_conj().resolve_neg();
    if (static_cast<int64_t>(t.nbytes()) != nbytes)
      throw mt::Failure{MT_ERROR_VALUE, "the tensor takes " + std::to_string(t.nbytes()) + " bytes, but " +
                                            std::to_string(nbytes) + " were given"};
    if (nbytes == 0) return;
    if (t._is_zerotensor()) std::memset(dst, 0, nbytes);  // which has no memory
    else if (t.data_ptr() == nullptr) throw mt::Failure{MT_ERROR_VALUE, "the tensor has no memory"};
    else std::memcpy(dst, t.data_ptr(), nbytes);
  });
}

mt_error* mt_tensor_info(mt_tensor h, mt_info* out) {
  return mt::guarded([&] {
    at::Tensor t = mt::borrow(h);
    out->dims = t.dim();
    out->numel = t.numel();
    out->dtype = static_cast<int32_t>(t.scalar_type());
    out->device_type = static_cast<int32_t>(t.device().type());
    out->device_index = t.device().index();
    out->item_size = static_cast<int32_t>(t.element_size());
    out->requires_grad = t.requires_grad();
    out->is_leaf = t.is_leaf();
    out->has_storage = t.has_storage();
    if (!t.has_storage()) return;
    out->is_contiguous = t.is_contiguous();
    out->offset = t.storage_offset();
    out->storage_bytes = static_cast<int64_t>(t.storage().nbytes());
    out->storage_id = reinterpret_cast<uint64_t>(t.storage().unsafeGetStorageImpl());
    out->version = t.unsafeGetTensorImpl()->is_inference() ? 0 : static_cast<int64_t>(t._version());
  });
}

mt_error* mt_sizes(mt_tensor h, int64_t* sizes, int64_t* strides, int64_t cap) {
  return mt::guarded([&] {
    at::Tensor t = mt::borrow(h);
    for (int64_t i = 0; i < std::min<int64_t>(cap, t.dim()); i++) {
      if (sizes != nullptr) sizes[i] = t.size(i);
      if (strides != nullptr) strides[i] = t.stride(i);
    }
  });
}

mt_error* mt_data_ptr(mt_tensor h, uintptr_t* out) {
  return mt::guarded([&] { *out = reinterpret_cast<uintptr_t>(mt::borrow(h).data_ptr()); });
}
