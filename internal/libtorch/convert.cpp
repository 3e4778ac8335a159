// Values from Go, turned into what a schema asks for: a boxed call and
// TorchScript's interpreter convert nothing themselves.
#include "stream.hpp"

#include <ATen/ScalarOps.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>

#include <unordered_set>

using c10::IValue;
using c10::Type;
using c10::TypeKind;

namespace mt {

namespace {

// One conversion; arg is what the message of a mismatch names.
class Conversion {
 public:
  Conversion(const c10::Argument& arg, const Value& whole, bool numbers) : arg_(arg), whole_(whole), numbers_(numbers) {}

  IValue run(const Type& type, const Value& v) const {
    switch (type.kind()) {
      case TypeKind::OptionalType:
        if (v.tag == MT_NONE) return IValue();
        return run(*type.castRaw<c10::OptionalType>()->getElementType(), v);
      case TypeKind::ListType: return list(type, v);
      case TypeKind::TupleType: return tuple(*type.castRaw<c10::TupleType>(), v);
      case TypeKind::DictType: return dict(*type.castRaw<c10::DictType>(), v);
      case TypeKind::TensorType:
        if (numbers_ && v.is_number() && arg_.alias_info() == nullptr) return number_tensor(v);
        return check(v.tag == MT_TENSOR, v);
      case TypeKind::NumberType: return check(v.is_number(), v);
      case TypeKind::IntType:
      case TypeKind::SymIntType:
      case TypeKind::ScalarTypeType:
      case TypeKind::LayoutType:
      case TypeKind::MemoryFormatType: return check(v.is_int(), v), v.integer();
      case TypeKind::BoolType: return check(v.is_int(), v), v.integer() != 0;
      case TypeKind::FloatType: return check(v.is_int() || v.tag == MT_DOUBLE, v), v.number();
      case TypeKind::ComplexType:
        if (v.is_int() || v.tag == MT_DOUBLE) return c10::complex<double>(v.number());
        return check(v.tag == MT_COMPLEX, v);
      case TypeKind::StringType: return check(v.tag == MT_STRING, v);
      case TypeKind::DeviceObjType:
        if (v.tag == MT_STRING) return c10::Device(v.text());
        return check(v.tag == MT_DEVICE, v);
      case TypeKind::GeneratorType: return check(v.tag == MT_GENERATOR, v);
      case TypeKind::StorageType:  // stands in schemas where a tensor's memory is meant
        return check(v.tag == MT_TENSOR, v).toTensor().storage();
      case TypeKind::NoneType: return check(v.tag == MT_NONE, v);
      case TypeKind::AnyType: return check(v.item_tag() == 0, v);
      default: mismatch(v);
    }
  }

 private:
  [[noreturn]] void mismatch(const Value& v) const {
    std::string got = tag_name(whole_.tag);
    if (whole_.item_tag() == 0 && v.words != whole_.words) got += std::string(" with ") + tag_name(v.tag);
    throw Failure{MT_ERROR_TYPE, "argument '" + arg_.name() + "' is of type " + arg_.type()->str() + ", but got " + got};
  }

  // The value as it is, where that fits.
  IValue check(bool fits, const Value& v) const {
    if (!fits) mismatch(v);
    switch (v.tag) {
      case MT_NONE: return IValue();
      case MT_TENSOR: return borrow(v.handle());
      case MT_INT: return v.integer();
      case MT_DOUBLE: return v.real();
      case MT_BOOL: return v.integer() != 0;
      case MT_COMPLEX: return c10::complex<double>(v.real(0), v.real(1));
      case MT_STRING: return v.text();
      case MT_DEVICE: return v.device();
      case MT_GENERATOR:
        return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(
            reinterpret_cast<c10::GeneratorImpl*>(v.handle())));
      default: mismatch(v);
    }
  }

  // A single value stands for a list of one, or of as many as the schema asks for
  // (int[2]).
  IValue list(const Type& type, const Value& v) const {
    const c10::TypePtr& element = type.castRaw<c10::ListType>()->getElementType();
    c10::impl::GenericList items(element->kind() == TypeKind::SymIntType ? c10::TypePtr(c10::IntType::get()) : element);
    if (v.tag == MT_DICT || v.tag == MT_NONE || (v.tag == MT_BOOLS && element->kind() != TypeKind::BoolType)) mismatch(v);
    if (v.is_sequence()) {
      items.reserve(v.count);
      v.each([&](const Value& item) { items.push_back(run(*element, item)); });
    } else {
      items.push_back(run(*element, v));
    }
    const int32_t asked = arg_.N() ? *arg_.N() : 1;
    if (items.size() == 1)
      for (int32_t i = 1; i < asked; i++) items.push_back(items.get(0));
    return items;
  }

  IValue tuple(const c10::TupleType& type, const Value& v) const {
    std::vector<IValue> items;
    if (!v.is_sequence() || v.tag == MT_DICT || type.elements().size() != v.count) mismatch(v);
    v.each([&](const Value& item) { items.push_back(run(*type.elements()[items.size()], item)); });
    return c10::ivalue::Tuple::create(std::move(items));
  }

  IValue dict(const c10::DictType& type, const Value& v) const {
    c10::impl::GenericDict items(type.getKeyType(), type.getValueType());
    IValue key;
    if (v.tag != MT_DICT) mismatch(v);
    v.each([&, n = 0](const Value& item) mutable {
      if (n++ % 2 == 0) key = run(*type.getKeyType(), item);
      else items.insert_or_assign(key, run(*type.getValueType(), item));
    });
    return items;
  }

  const c10::Argument& arg_;
  const Value& whole_;
  const bool numbers_;
};

}  // namespace

// The list of PyTorch's python_arg_parser.cpp (should_allow_numbers_as_tensors).
bool takes_numbers(const std::string& name) {
  static const std::unordered_set<std::string> names{
      "add", "div", "divide", "mul", "multiply", "sub", "subtract", "true_divide", "floor_divide", "copy", "_to_copy"};
  if (name.rfind("aten::", 0) != 0) return false;
  std::string bare = name.substr(6);
  if (!bare.empty() && bare.back() == '_') bare.pop_back();  // in place
  return names.count(bare) != 0;
}

at::Tensor number_tensor(const Value& v) {
  at::AutoDispatchBelowADInplaceOrView below;  // it is nobody's: autograd has nothing to note
  at::Tensor t;
  switch (v.tag) {
    case MT_INT: t = c10::scalar_to_tensor(v.integer()); break;
    case MT_BOOL: t = c10::scalar_to_tensor(v.integer() != 0); break;
    case MT_DOUBLE: t = c10::scalar_to_tensor(v.real()); break;
    default: t = c10::scalar_to_tensor(c10::complex<double>(v.real(0), v.real(1))); break;
  }
  t.unsafeGetTensorImpl()->set_wrapped_number(true);
  return t;
}

// A number that stands for no dtype would be looked up in tables all the same.
static void check_dtype(const c10::Argument& arg, const Value& v) {
  const c10::Type* type = arg.real_type().get();
  if (type->kind() == TypeKind::OptionalType) type = type->castRaw<c10::OptionalType>()->getElementType().get();
  if (type->kind() == TypeKind::ScalarTypeType && (v.integer() < 0 || v.integer() >= static_cast<int64_t>(at::ScalarType::Undefined)))
    throw Failure{MT_ERROR_TYPE, "argument '" + arg.name() + "' is a dtype, but got the number " + std::to_string(v.integer())};
}

IValue argument(const c10::Argument& arg, const Value& v, bool numbers) {
  if (v.tag == MT_INT) check_dtype(arg, v);
  if (v.tag != MT_DEFAULT) return Conversion(arg, v, numbers).run(*arg.type(), v);
  if (!arg.default_value()) throw Failure{MT_ERROR_TYPE, "argument '" + arg.name() + "' is required"};
  return *arg.default_value();
}

void push_arguments(const c10::FunctionSchema& schema, size_t first, const uint64_t* p, int32_t n,
                    std::vector<IValue>& stack, bool numbers) {
  const auto& args = schema.arguments();
  if (first + n > args.size())
    throw Failure{MT_ERROR_TYPE, "takes " + std::to_string(args.size() - first) + " arguments, but got " + std::to_string(n)};
  for (size_t i = first; i < args.size(); i++)
    stack.push_back(argument(args[i], i - first < static_cast<size_t>(n) ? Value::read(p) : Value{MT_DEFAULT, 0, nullptr}, numbers));
}

}  // namespace mt
