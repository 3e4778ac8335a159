// Operators: found in libtorch's registry, matched to its schema by name when
// first used, and called boxed. Arguments are converted by the running schema's
// types, since a boxed call converts nothing itself.
#include "stream.hpp"

#include <ATen/core/IListRef.h>
#include <ATen/core/IListRef_inl.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include <sstream>

using c10::IValue;
using c10::TypeKind;
using mt::Value;
using mt::Writer;

namespace {

// What one schema argument takes.
struct Kind {
  TypeKind base;            // of the value, or of the list's elements
  bool list = false;
  bool optional = false;    // the value itself may be None
  bool optional_elements = false;
  int32_t fixed_size = 0;   // int[2]: a single int stands for {n, n}
};

Kind kind_of(const c10::Argument& arg) {
  Kind k;
  c10::TypePtr t = arg.type();
  if (t->kind() == TypeKind::OptionalType) {
    k.optional = true;
    t = t->castRaw<c10::OptionalType>()->getElementType();
  }
  if (t->kind() == TypeKind::ListType) {
    k.list = true;
    if (arg.N()) k.fixed_size = *arg.N();
    t = t->castRaw<c10::ListType>()->getElementType();
    if (t->kind() == TypeKind::OptionalType) {
      k.optional_elements = true;
      t = t->castRaw<c10::OptionalType>()->getElementType();
    }
  }
  k.base = t->kind();
  return k;
}

[[noreturn]] void mismatch(const c10::Argument& arg, const Value& v) {
  throw mt::Failure{MT_ERROR_TYPE, "argument '" + arg.name() + "' is of type " + arg.type()->str() + ", but got " +
                                 mt::tag_name(v.tag)};
}

c10::Scalar scalar(const c10::Argument& arg, const Value& v) {
  switch (v.tag) {
    case MT_INT: return c10::Scalar(v.integer());
    case MT_DOUBLE: return c10::Scalar(v.real());
    case MT_BOOL: return c10::Scalar(v.integer() != 0);
    case MT_COMPLEX: return c10::Scalar(c10::complex<double>(v.real(0), v.real(1)));
    default: mismatch(arg, v);
  }
}

std::string text(const c10::Argument& arg, const Value& v) {
  if (v.tag != MT_STRING) mismatch(arg, v);
  return v.text();
}

IValue list_value(const Kind& k, const c10::Argument& arg, const Value& v) {
  switch (k.base) {
    case TypeKind::IntType:
    case TypeKind::SymIntType: {
      c10::List<int64_t> l;
      if (v.is_int()) {
        for (int32_t i = 0; i < std::max(k.fixed_size, 1); i++) l.push_back(v.integer());
      } else if (v.tag == MT_INTS) {
        l.reserve(v.count);
        for (uint32_t i = 0; i < v.count; i++) l.push_back(v.integer(i));
        if (v.count == 1 && k.fixed_size > 1)
          for (int32_t i = 1; i < k.fixed_size; i++) l.push_back(v.integer(0));
      } else {
        mismatch(arg, v);
      }
      return l;
    }
    case TypeKind::FloatType: {
      c10::List<double> l;
      if (v.tag == MT_DOUBLE) l.push_back(v.real());
      else if (v.is_int()) l.push_back(static_cast<double>(v.integer()));
      else if (v.tag == MT_DOUBLES) for (uint32_t i = 0; i < v.count; i++) l.push_back(v.real(i));
      else if (v.tag == MT_INTS) for (uint32_t i = 0; i < v.count; i++) l.push_back(static_cast<double>(v.integer(i)));
      else mismatch(arg, v);
      return l;
    }
    case TypeKind::BoolType: {
      c10::List<bool> l;
      if (v.tag == MT_BOOL) for (int32_t i = 0; i < std::max(k.fixed_size, 1); i++) l.push_back(v.integer() != 0);
      else if (v.tag == MT_BOOLS) for (uint32_t i = 0; i < v.count; i++) l.push_back(v.integer(i) != 0);
      else mismatch(arg, v);
      return l;
    }
    case TypeKind::NumberType: {
      auto l = c10::impl::GenericList(c10::NumberType::get());
      if (v.tag == MT_DOUBLES) for (uint32_t i = 0; i < v.count; i++) l.push_back(IValue(v.real(i)));
      else if (v.tag == MT_INTS) for (uint32_t i = 0; i < v.count; i++) l.push_back(IValue(v.integer(i)));
      else if (v.tag == MT_LIST) for (const Value& item : v.items()) l.push_back(IValue(scalar(arg, item)));
      else l.push_back(IValue(scalar(arg, v)));
      return l;
    }
    case TypeKind::StringType: {
      c10::List<std::string> l;
      if (v.tag == MT_STRING) l.push_back(v.text());
      else if (v.tag == MT_LIST) for (const Value& item : v.items()) l.push_back(text(arg, item));
      else mismatch(arg, v);
      return l;
    }
    case TypeKind::TensorType: {
      if (v.tag != MT_TENSORS && v.tag != MT_TENSOR) mismatch(arg, v);
      uint32_t n = v.tag == MT_TENSOR ? 1 : v.count;
      if (k.optional_elements) {
        c10::List<c10::optional<at::Tensor>> l;
        l.reserve(n);
        for (uint32_t i = 0; i < n; i++) {
          at::Tensor t = mt::borrow(v.handle(i));
          l.push_back(t.defined() ? c10::optional<at::Tensor>(std::move(t)) : c10::nullopt);
        }
        return l;
      }
      c10::List<at::Tensor> l;
      l.reserve(n);
      for (uint32_t i = 0; i < n; i++) l.push_back(mt::borrow(v.handle(i)));
      return l;
    }
    default: mismatch(arg, v);
  }
}

IValue convert(const Kind& k, const c10::Argument& arg, const Value& v) {
  if (v.tag == MT_NONE) {
    if (k.optional) return IValue();
    if (k.base == TypeKind::TensorType && !k.list) return IValue(at::Tensor());
    mismatch(arg, v);
  }
  if (k.list) return list_value(k, arg, v);
  switch (k.base) {
    case TypeKind::TensorType:
      if (v.tag == MT_TENSOR) return mt::borrow(v.handle());
      break;
    case TypeKind::NumberType:
      return IValue(scalar(arg, v));
    case TypeKind::IntType:
    case TypeKind::SymIntType:
    case TypeKind::ScalarTypeType:
    case TypeKind::LayoutType:
    case TypeKind::MemoryFormatType:
      if (v.is_int()) return IValue(v.integer());
      break;
    case TypeKind::FloatType:
      if (v.tag == MT_DOUBLE) return IValue(v.real());
      if (v.is_int()) return IValue(static_cast<double>(v.integer()));
      break;
    case TypeKind::BoolType:
      if (v.is_int()) return IValue(v.integer() != 0);
      break;
    case TypeKind::StringType:
      return IValue(text(arg, v));
    case TypeKind::StorageType:  // stands in schemas where a tensor's memory is meant
      if (v.tag == MT_TENSOR) return IValue(mt::borrow(v.handle()).storage());
      break;
    case TypeKind::DeviceObjType:
      if (v.tag == MT_DEVICE) return IValue(v.device());
      if (v.tag == MT_STRING) return IValue(c10::Device(v.text()));
      break;
    case TypeKind::GeneratorType:
      if (v.tag == MT_GENERATOR)
        return IValue(at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(
            reinterpret_cast<c10::GeneratorImpl*>(v.handle()))));
      break;
    default: break;
  }
  mismatch(arg, v);
}

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
// kernel's own C++ type, which saves the boxing: a tenth of a small operator.
enum class Direct { no, unary, binary, binary_alpha, list_dim, ilist_dim };

using Unary = at::Tensor(const at::Tensor&);
using Binary = at::Tensor(const at::Tensor&, const at::Tensor&);
using BinaryAlpha = at::Tensor(const at::Tensor&, const at::Tensor&, const c10::Scalar&);
using ListDim = at::Tensor(at::TensorList, int64_t);              // stack
using IListDim = at::Tensor(const at::ITensorListRef&, int64_t);  // cat

template <class F>
bool has_type(const c10::OperatorHandle& op) {
  try {
    op.typed<F>();  // checks the C++ signature that the kernel was registered with
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

// Decided by the running schema; alias annotations mean in-place, which has
// another C++ type.
Direct direct_call(const c10::OperatorHandle& op) {
  const auto& schema = op.schema();
  if (schema.returns().size() != 1 || schema.returns()[0].type()->kind() != TypeKind::TensorType ||
      schema.returns()[0].alias_info() != nullptr || schema.is_vararg())
    return Direct::no;
  std::string kinds;
  for (const auto& arg : schema.arguments()) {
    if (arg.alias_info() != nullptr) return Direct::no;
    const Kind k = kind_of(arg);
    if (k.list && k.base == TypeKind::TensorType && !k.optional_elements) kinds += 'L';
    else if (arg.type()->kind() == TypeKind::IntType) kinds += 'I';
    else if (arg.type()->kind() == TypeKind::TensorType) kinds += 'T';
    else if (arg.type()->kind() == TypeKind::NumberType && arg.name() == "alpha") kinds += 'A';
    else return Direct::no;
  }
  if (kinds == "T" && has_type<Unary>(op)) return Direct::unary;
  if (kinds == "TT" && has_type<Binary>(op)) return Direct::binary;
  if (kinds == "TTA" && has_type<BinaryAlpha>(op)) return Direct::binary_alpha;
  if (kinds == "LI" && has_type<ListDim>(op)) return Direct::list_dim;
  if (kinds == "LI" && has_type<IListDim>(op)) return Direct::ilist_dim;
  return Direct::no;
}

// A tensor that the caller keeps alive, without counting the reference.
struct Lent {
  at::Tensor tensor;
  explicit Lent(uint64_t h) : tensor(mt::Impl::reclaim(reinterpret_cast<c10::TensorImpl*>(h))) {}
  ~Lent() { tensor.unsafeReleaseTensorImpl(); }
};

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Kind> kinds;                 // by schema position
  std::vector<c10::optional<IValue>> defaults;
  std::vector<int> position;               // caller's order -> schema's; -1: this libtorch lacks it
  std::vector<std::string> names;          // the caller's
  bool in_order;                           // position[i] == i
  Direct direct;
};

int find_argument(const c10::FunctionSchema& schema, const std::string& alternatives) {
  std::stringstream in(alternatives);
  for (std::string name; std::getline(in, name, '|');)
    for (size_t i = 0; i < schema.arguments().size(); i++)
      if (schema.arguments()[i].name() == name) return static_cast<int>(i);
  return -1;
}

void push_default(const Operator* op, size_t i, torch::jit::Stack& stack) {
  if (!op->defaults[i])
    throw mt::Failure{MT_ERROR_TYPE, "argument '" + op->handle.schema().arguments()[i].name() + "' is required"};
  stack.push_back(*op->defaults[i]);
}

void push_arguments(const Operator* op, const uint64_t* p, int32_t nargs, torch::jit::Stack& stack) {
  const auto& args = op->handle.schema().arguments();
  if (static_cast<size_t>(nargs) > op->position.size())
    throw mt::Failure{MT_ERROR_TYPE, "takes " + std::to_string(op->position.size()) + " arguments, but got " +
                                   std::to_string(nargs)};
  if (op->in_order) {
    for (int32_t i = 0; i < nargs; i++) {
      Value v = Value::read(p);
      if (v.tag == MT_DEFAULT) push_default(op, i, stack);
      else stack.push_back(convert(op->kinds[i], args[i], v));
    }
    for (size_t i = nargs; i < args.size(); i++) push_default(op, i, stack);
    return;
  }
  std::vector<Value> given(args.size(), Value{MT_DEFAULT, 0, nullptr});
  for (int32_t i = 0; i < nargs; i++) {
    Value v = Value::read(p);
    if (op->position[i] >= 0) given[op->position[i]] = v;
    else if (v.tag != MT_DEFAULT && v.tag != MT_NONE)
      throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, "libtorch " + std::string(mt_loaded_version()) +
                                               " has no argument '" + op->names[i] + "': " +
                                               toString(op->handle.schema())};
  }
  for (size_t i = 0; i < args.size(); i++) {
    if (given[i].tag == MT_DEFAULT) push_default(op, i, stack);
    else stack.push_back(convert(op->kinds[i], args[i], given[i]));
  }
}

}  // namespace

namespace {

// The tensors of a list and the dimension behind it; false for anything else.
bool read_list_dim(const uint64_t* p, int32_t nargs, c10::SmallVector<at::Tensor, 8>& list, int64_t& dim) {
  const auto n = static_cast<uint32_t>(p[0] >> 32);
  if (nargs != 2 || static_cast<uint32_t>(p[0]) != MT_TENSORS || static_cast<uint32_t>(p[1 + n]) != MT_INT) return false;
  for (uint32_t i = 0; i < n; i++) {
    if (p[1 + i] == 0) return false;
    list.push_back(mt::borrow(p[1 + i]));
  }
  dim = static_cast<int64_t>(p[2 + n]);
  return true;
}

// Runs op directly where its shape and these arguments allow it.
bool call_directly(const Operator* op, const uint64_t* p, int32_t nargs, mt_results* out) {
  constexpr uint64_t tensor = MT_TENSOR | uint64_t{1} << 32;
  if (op->direct == Direct::no || !op->in_order || nargs == 0) return false;
  at::Tensor result;
  if (op->direct == Direct::list_dim || op->direct == Direct::ilist_dim) {
    c10::SmallVector<at::Tensor, 8> list;
    int64_t dim;
    if (!read_list_dim(p, nargs, list, dim)) return false;
    result = op->direct == Direct::list_dim ? op->handle.typed<ListDim>().call(list, dim)
                                            : op->handle.typed<IListDim>().call(at::TensorList(list), dim);
  } else if (op->direct == Direct::unary) {
    if (nargs != 1 || p[0] != tensor) return false;
    Lent a(p[1]);
    result = op->handle.typed<Unary>().call(a.tensor);
  } else {
    if (nargs != 2 || p[0] != tensor || p[2] != tensor) return false;
    Lent a(p[1]), b(p[3]);
    static const c10::Scalar one(1);
    result = op->direct == Direct::binary ? op->handle.typed<Binary>().call(a.tensor, b.tensor)
                                          : op->handle.typed<BinaryAlpha>().call(a.tensor, b.tensor, one);
  }
  out->count = 1;
  out->spill = 0;
  out->words[0] = result.defined() ? tensor : MT_NONE;
  out->words[1] = mt::release(std::move(result));
  return true;
}

}  // namespace

mt_error* mt_op_find(const char* name, const char* overload, const char* names, mt_op* out) {
  return mt::guarded([&] {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!found) {
      std::string full = *overload ? std::string(name) + "." + overload : name;
      throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, "libtorch " + std::string(mt_loaded_version()) + " has no operator " + full};
    }
    auto op = std::make_unique<Operator>(Operator{*found, {}, {}, {}, {}, true, direct_call(*found)});
    const auto& args = found->schema().arguments();
    for (const auto& arg : args) {
      op->kinds.push_back(kind_of(arg));
      op->defaults.push_back(arg.default_value());
      if (names == nullptr) op->names.push_back(arg.name());
    }
    if (names != nullptr) {
      std::stringstream in(names);
      for (std::string n; std::getline(in, n);) op->names.push_back(n);
    }
    for (size_t i = 0; i < op->names.size(); i++) {
      op->position.push_back(find_argument(found->schema(), op->names[i]));
      if (op->position[i] != static_cast<int>(i)) op->in_order = false;
    }
    *out = reinterpret_cast<mt_op>(op.release());
  });
}

static void call(const Operator* op, const uint64_t* args, int32_t nargs, mt_results* out) {
  if (call_directly(op, args, nargs, out)) return;
  StackLease lease;
  push_arguments(op, args, nargs, lease.stack);
  op->handle.callBoxed(lease.stack);
  Writer w(out->words, MT_RESULT_WORDS);
  out->count = static_cast<int64_t>(lease.stack.size());
  for (IValue& v : lease.stack) w.value(std::move(v));
  out->spill = reinterpret_cast<uint64_t>(w.spill());
}

mt_error* mt_call(mt_op op, const uint64_t* args, int32_t nargs, mt_results* out) {
  return mt::guarded([&] { call(reinterpret_cast<const Operator*>(op), args, nargs, out); });
}

mt_error* mt_call_tensors(mt_op op, mt_tensor a, mt_tensor b, mt_tensor* out) {
  return mt::guarded([&] {
    constexpr uint64_t tensor = MT_TENSOR | uint64_t{1} << 32;
    const uint64_t args[] = {tensor, a, tensor, b};
    mt_results results;
    call(reinterpret_cast<const Operator*>(op), args, b == 0 ? 1 : 2, &results);
    *out = results.words[0] == tensor ? results.words[1] : 0;
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
