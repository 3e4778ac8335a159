// Operators: found in libtorch's registry, matched to its schema by name when
// first used, and called boxed, or directly where that can be.
#include "division.hpp"
#include "stream.hpp"

#include <ATen/core/IListRef.h>
#include <ATen/core/IListRef_inl.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/jit_type.h>

#include <sstream>

using c10::IValue;
using c10::TypeKind;
using mt::Value;

namespace {

// A stack that keeps its memory between calls. A call within a call (a hook in
// backward) gets one of its own.
struct StackLease {
  static thread_local torch::jit::Stack kept;
  static thread_local bool busy;
  torch::jit::Stack own;
  torch::jit::Stack& stack;
  bool leased;
  StackLease() : stack(busy ? own : kept), leased(!busy) { busy = true; }
  ~StackLease() {
    stack.clear();
    if (leased) busy = false;
  }
};
thread_local torch::jit::Stack StackLease::kept;
thread_local bool StackLease::busy = false;

// Most calls of a program have one of a few shapes. These go straight to the
// kernel's own C++ type, which saves the boxing: a tenth of a small operator. A
// slot reads one argument of such a shape, or says that what came is another.
template <class T>
struct Slot;

constexpr uint64_t one(uint32_t tag) { return tag | uint64_t{1} << 32; }

template <>
struct Slot<const at::Tensor&> {
  static constexpr char kind = 'T';
  at::Tensor value;
  bool borrowed = true;
  bool read(const uint64_t*& p, int32_t& left, bool numbers) {
    if (left-- <= 0) return false;
    if (p[0] == one(MT_TENSOR)) {
      value = at::Tensor(mt::Impl::reclaim(reinterpret_cast<c10::TensorImpl*>(p[1])));
      p += 2;
      return true;
    }
    const uint64_t* next = p;
    const Value v = Value::read(next);
    if (!numbers || !v.is_number()) return false;
    value = mt::number_tensor(v);
    borrowed = false;
    p = next;
    return true;
  }
  ~Slot() {
    if (borrowed) value.unsafeReleaseTensorImpl();  // the caller's reference: it was not counted
  }
};

template <>
struct Slot<int64_t> {
  static constexpr char kind = 'I';
  int64_t value;
  bool read(const uint64_t*& p, int32_t& left, bool) {
    if (left-- <= 0 || p[0] != one(MT_INT)) return false;
    value = static_cast<int64_t>(p[1]);
    p += 2;
    return true;
  }
};

template <>
struct Slot<c10::SymInt> : Slot<int64_t> {
  static constexpr char kind = 'S';
};

// Of the schemas' numbers, only those that are 1 when not given.
template <>
struct Slot<const c10::Scalar&> {
  static constexpr char kind = 'A';
  c10::Scalar value{1};
  bool read(const uint64_t*&, int32_t& left, bool) { return left == 0; }
};

template <>
struct Slot<at::TensorList> {
  static constexpr char kind = 'L';
  c10::SmallVector<at::Tensor, 8> tensors;
  at::TensorList value;
  bool read(const uint64_t*& p, int32_t& left, bool) {
    const auto n = static_cast<uint32_t>(p[0] >> 32);
    if (left-- <= 0 || static_cast<uint32_t>(p[0]) != MT_TENSORS) return false;
    for (uint32_t i = 1; i <= n; i++) {
      if (p[i] == 0) return false;
      tensors.push_back(mt::borrow(p[i]));
    }
    p += 1 + n;
    value = tensors;
    return true;
  }
};

template <>
struct Slot<const at::ITensorListRef&> : Slot<at::TensorList> {};

using Direct = bool (*)(const c10::OperatorHandle&, bool numbers, const uint64_t* args, int32_t nargs, at::Tensor& result);

template <class F>
struct Shape;

template <class... Args>
struct Shape<at::Tensor(Args...)> {
  static std::string kinds() { return {Slot<Args>::kind...}; }
  static bool call(const c10::OperatorHandle& op, bool numbers, const uint64_t* p, int32_t left, at::Tensor& result) {
    std::tuple<Slot<Args>...> slots;
    return std::apply([&](auto&... slot) {
      if (!(slot.read(p, left, numbers) && ...) || left != 0) return false;
      result = op.typed<at::Tensor(Args...)>().call(slot.value...);
      return true;
    }, slots);
  }
};

template <class F>
bool has_type(const c10::OperatorHandle& op) {
  try {
    op.typed<F>();  // checks the C++ signature that the kernel was registered with
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

template <class... Fs>
Direct first_of(const c10::OperatorHandle& op, const std::string& kinds) {
  Direct found = nullptr;
  ((found = found == nullptr && Shape<Fs>::kinds() == kinds && has_type<Fs>(op) ? &Shape<Fs>::call : found), ...);
  return found;
}

char kind_of(const c10::Argument& arg) {
  switch (arg.real_type()->kind()) {
    case TypeKind::TensorType: return 'T';
    case TypeKind::IntType: return 'I';
    case TypeKind::SymIntType: return 'S';
    case TypeKind::NumberType: return arg.name() == "alpha" ? 'A' : '?';
    case TypeKind::ListType: return arg.type()->castRaw<c10::ListType>()->getElementType()->kind() == TypeKind::TensorType ? 'L' : '?';
    default: return '?';
  }
}

// Decided by the running schema. What is changed in place has another C++ type.
Direct direct_call(const c10::OperatorHandle& op) {
  const auto& schema = op.schema();
  if (schema.returns().size() != 1 || schema.returns()[0].type()->kind() != TypeKind::TensorType || schema.is_vararg())
    return nullptr;
  std::string kinds;
  for (const auto& arg : schema.arguments()) {
    if (arg.alias_info() != nullptr && arg.alias_info()->isWrite()) return nullptr;
    kinds += kind_of(arg);
  }
  using T = const at::Tensor&;
  return first_of<at::Tensor(T), at::Tensor(T, T), at::Tensor(T, T, const c10::Scalar&),      // exp, mul, add
                  at::Tensor(T, int64_t, int64_t), at::Tensor(T, int64_t, c10::SymInt),       // transpose, select
                  at::Tensor(at::TensorList, int64_t), at::Tensor(const at::ITensorListRef&, int64_t)>(op, kinds);  // stack, cat
}

struct Operator {
  c10::OperatorHandle handle;
  std::vector<std::string> names;  // the caller's
  std::vector<int> position;       // caller's order -> schema's; -1: this libtorch lacks it
  bool in_order = true;            // position[i] == i
  bool numbers = false;            // may stand for tensors
  Direct direct = nullptr;
  mt::Guard guard = nullptr;
};

int find_argument(const c10::FunctionSchema& schema, const std::string& alternatives) {
  std::stringstream in(alternatives);
  for (std::string name; std::getline(in, name, '|');)
    for (size_t i = 0; i < schema.arguments().size(); i++)
      if (schema.arguments()[i].name() == name) return static_cast<int>(i);
  return -1;
}

// Arguments whose order is not the schema's, or that this libtorch lacks.
void push_reordered(const Operator* op, const uint64_t* p, int32_t nargs, torch::jit::Stack& stack) {
  const auto& schema = op->handle.schema();
  if (static_cast<size_t>(nargs) > op->position.size())
    throw mt::Failure{MT_ERROR_TYPE, "takes " + std::to_string(op->position.size()) + " arguments, but got " +
                                         std::to_string(nargs)};
  std::vector<Value> given(schema.arguments().size(), Value{MT_DEFAULT, 0, nullptr});
  for (int32_t i = 0; i < nargs; i++) {
    Value v = Value::read(p);
    if (op->position[i] >= 0) given[op->position[i]] = v;
    else if (v.tag != MT_DEFAULT && v.tag != MT_NONE)
      throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, "libtorch " + std::string(mt_loaded_version()) + " has no argument '" +
                                                      op->names[i] + "': " + toString(schema)};
  }
  for (size_t i = 0; i < given.size(); i++) stack.push_back(mt::argument(schema.arguments()[i], given[i], op->numbers));
}

void call_boxed(const Operator* op, const uint64_t* args, int32_t nargs, torch::jit::Stack& stack) {
  if (op->in_order) mt::push_arguments(op->handle.schema(), 0, args, nargs, stack, op->numbers);
  else push_reordered(op, args, nargs, stack);
  if (op->guard != nullptr) op->guard(op->handle.schema(), stack);
  op->handle.callBoxed(stack);
}

bool call_directly(const Operator* op, const uint64_t* args, int32_t nargs, at::Tensor& result) {
  return op->direct != nullptr && op->direct(op->handle, op->numbers, args, nargs, result);
}

}  // namespace

mt_error* mt_op_find(const char* name, const char* overload, const char* names, mt_op* out) {
  return mt::guarded([&] {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!found) {
      std::string full = *overload ? std::string(name) + "." + overload : name;
      throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, "libtorch " + std::string(mt_loaded_version()) + " has no operator " + full};
    }
    auto op = std::make_unique<Operator>(Operator{*found, {}, {}});
    const auto& schema = found->schema();
    if (names == nullptr) {
      for (const auto& arg : schema.arguments()) op->names.push_back(arg.name());
    } else {
      std::stringstream in(names);
      for (std::string n; std::getline(in, n);) op->names.push_back(n);
    }
    for (const std::string& n : op->names) {
      op->in_order = op->in_order && find_argument(schema, n) == static_cast<int>(op->position.size());
      op->position.push_back(find_argument(schema, n));
    }
    op->numbers = mt::takes_numbers(name);
    op->guard = mt::division_guard(schema);
    if (op->in_order && op->guard == nullptr) op->direct = direct_call(*found);
    *out = reinterpret_cast<mt_op>(op.release());
  });
}

void mt_op_free(mt_op o) { delete reinterpret_cast<Operator*>(o); }

mt_error* mt_call(mt_op o, const uint64_t* args, int32_t nargs, int32_t modes, mt_results* out) {
  return mt::guarded(modes, [&] {
    auto* op = reinterpret_cast<const Operator*>(o);
    at::Tensor result;
    StackLease lease;
    if (call_directly(op, args, nargs, result)) lease.stack.emplace_back(std::move(result));
    else call_boxed(op, args, nargs, lease.stack);
    mt::Writer w(out->words, MT_RESULT_WORDS);
    for (IValue& v : lease.stack) w.value(std::move(v));
    w.finish(lease.stack.size(), out);
  });
}

mt_error* mt_call_tensor(mt_op o, const uint64_t* args, int32_t nargs, int32_t modes, mt_tensor* out) {
  return mt::guarded(modes, [&] {
    auto* op = reinterpret_cast<const Operator*>(o);
    at::Tensor result;
    if (!call_directly(op, args, nargs, result)) {
      StackLease lease;
      call_boxed(op, args, nargs, lease.stack);
      if (!lease.stack.empty() && lease.stack[0].isTensor()) result = std::move(lease.stack[0]).toTensor();
    }
    *out = mt::release(std::move(result));
  });
}

mt_error* mt_schemas(char** out) {
  return mt::guarded([&] {
    std::ostringstream s;
    auto& d = c10::Dispatcher::singleton();
    for (const auto& name : d.getAllOpNames())
      if (auto op = d.findSchema(name)) s << op->schema() << '\n';
    *out = mt::copy_string(s.str());
  });
}
