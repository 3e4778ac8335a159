// TorchScript: programs that PyTorch scripted or traced, run by libtorch's own
// interpreter.
#include "stream.hpp"

#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>
#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

using c10::IValue;
using c10::TypeKind;
using mt::Value;
using torch::jit::Module;

namespace {

const Module& module(mt_script s) { return *reinterpret_cast<Module*>(s); }

// Reads the very file that was checked, whatever its name stands for by now.
class File final : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit File(int fd) : fd_(fd) {}
  size_t size() const override {
    struct stat s;
    return fstat(fd_, &s) == 0 ? s.st_size : 0;
  }
  size_t read(uint64_t pos, void* buf, size_t n, const char*) const override {
    size_t got = 0;
    while (got < n) {
      ssize_t k = pread(fd_, static_cast<char*>(buf) + got, n - got, pos + got);
      if (k <= 0) break;
      got += k;
    }
    return got;
  }

 private:
  int fd_;
};

[[noreturn]] void mismatch(const c10::TypePtr& type, const Value& v) {
  throw mt::Failure{MT_ERROR_TYPE, "expected a value of type " + type->repr_str() + ", but got " + mt::tag_name(v.tag)};
}

IValue convert(const c10::TypePtr& type, const Value& v);

// A value where the program says nothing about its type.
IValue untyped(const c10::TypePtr& type, const Value& v) {
  switch (v.tag) {
    case MT_NONE: return IValue();
    case MT_TENSOR: return mt::borrow(v.handle());
    case MT_INT: return v.integer();
    case MT_DOUBLE: return v.real();
    case MT_BOOL: return v.integer() != 0;
    case MT_COMPLEX: return c10::complex<double>(v.real(0), v.real(1));
    case MT_STRING: return v.text();
    case MT_DEVICE: return v.device();
    default: mismatch(type, v);
  }
}

IValue sequence(const c10::TypePtr& type, const Value& v) {
  if (v.item_tag() == 0 && v.tag != MT_LIST && v.tag != MT_TUPLE && v.tag != MT_DICT) mismatch(type, v);
  const std::vector<Value> items = v.items();
  switch (type->kind()) {
    case TypeKind::ListType: {
      if (v.tag == MT_DICT) mismatch(type, v);
      c10::TypePtr element = type->castRaw<c10::ListType>()->getElementType();
      c10::impl::GenericList list(element);
      for (const Value& item : items) list.push_back(convert(element, item));
      return list;
    }
    case TypeKind::TupleType: {
      const auto elements = type->castRaw<c10::TupleType>()->elements();
      if (v.tag == MT_DICT || elements.size() != items.size()) mismatch(type, v);
      std::vector<IValue> values;
      for (size_t i = 0; i < items.size(); i++) values.push_back(convert(elements[i], items[i]));
      return c10::ivalue::Tuple::create(std::move(values));
    }
    default: {
      if (v.tag != MT_DICT) mismatch(type, v);
      auto* d = type->castRaw<c10::DictType>();
      c10::impl::GenericDict dict(d->getKeyType(), d->getValueType());
      for (size_t i = 0; i + 1 < items.size(); i += 2)
        dict.insert_or_assign(convert(d->getKeyType(), items[i]), convert(d->getValueType(), items[i + 1]));
      return dict;
    }
  }
}

IValue convert(const c10::TypePtr& type, const Value& v) {
  bool fits = false;
  switch (type->kind()) {
    case TypeKind::OptionalType:
      if (v.tag == MT_NONE) return IValue();
      return convert(type->castRaw<c10::OptionalType>()->getElementType(), v);
    case TypeKind::ListType:
    case TypeKind::TupleType:
    case TypeKind::DictType: return sequence(type, v);
    case TypeKind::FloatType:
      if (v.is_int()) return static_cast<double>(v.integer());
      fits = v.tag == MT_DOUBLE;
      break;
    case TypeKind::ComplexType:
      if (v.is_int()) return c10::complex<double>(static_cast<double>(v.integer()));
      if (v.tag == MT_DOUBLE) return c10::complex<double>(v.real());
      fits = v.tag == MT_COMPLEX;
      break;
    case TypeKind::TensorType: fits = v.tag == MT_TENSOR; break;
    case TypeKind::IntType: fits = v.tag == MT_INT; break;
    case TypeKind::BoolType: fits = v.tag == MT_BOOL; break;
    case TypeKind::NumberType: fits = v.is_int() || v.tag == MT_DOUBLE || v.tag == MT_COMPLEX; break;
    case TypeKind::StringType: fits = v.tag == MT_STRING; break;
    case TypeKind::NoneType: fits = v.tag == MT_NONE; break;
    case TypeKind::AnyType: fits = true; break;
    case TypeKind::DeviceObjType:
      if (v.tag == MT_STRING) return c10::Device(v.text());
      fits = v.tag == MT_DEVICE;
      break;
    default: break;
  }
  if (!fits) mismatch(type, v);
  return untyped(type, v);
}

torch::jit::Method find_method(const Module& m, const std::string& name) {
  if (auto method = m.find_method(name)) return *method;
  std::string known;
  for (const auto& method : m.get_methods()) known += (known.empty() ? "" : ", ") + method.name();
  throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, "the program has no method '" + name + "'; it has " +
                                                  (known.empty() ? "none" : known)};
}

std::vector<IValue> arguments(const c10::FunctionSchema& schema, const uint64_t* p, int32_t nargs) {
  const auto& expected = schema.arguments();  // the first one is self
  if (static_cast<size_t>(nargs) + 1 > expected.size())
    throw mt::Failure{MT_ERROR_TYPE, "takes " + std::to_string(expected.size() - 1) + " arguments, but got " + std::to_string(nargs)};
  std::vector<IValue> values;
  for (int32_t i = 0; i < nargs; i++) {
    const c10::Argument& arg = expected[i + 1];
    Value v = Value::read(p);
    if (v.tag == MT_DEFAULT) {
      if (!arg.default_value()) throw mt::Failure{MT_ERROR_TYPE, "argument '" + arg.name() + "' is required"};
      values.push_back(*arg.default_value());
      continue;
    }
    try {
      values.push_back(convert(arg.type(), v));
    } catch (const mt::Failure& f) {
      throw mt::Failure{f.kind, "argument '" + arg.name() + "': " + f.message};
    }
  }
  return values;
}

void finish(mt::Writer& w, int64_t count, mt_results* out) {
  out->count = count;
  out->spill = reinterpret_cast<uint64_t>(w.spill());
}

// The order of Python's state_dict: a module's parameters, its buffers, its children.
int64_t write_state(const Module& m, const std::string& prefix, mt::Writer& w) {
  int64_t n = 0;
  auto put = [&](const std::string& name, bool buffer, const at::Tensor& t) {
    if (!t.defined()) return;
    w.value(prefix + name);
    w.value(buffer);
    w.value(t);
    n++;
  };
  for (const auto& p : m.named_parameters(false)) put(p.name, false, p.value);
  for (const auto& b : m.named_buffers(false)) put(b.name, true, b.value);
  for (const auto& child : m.named_children()) n += write_state(child.value, prefix + child.name + ".", w);
  return n;
}

}  // namespace

mt_error* mt_script_load(int32_t fd, mt_script* out) {
  return mt::guarded([&] {
    auto m = torch::jit::load(std::make_shared<File>(fd), c10::Device(c10::DeviceType::CPU));
    *out = reinterpret_cast<mt_script>(new Module(std::move(m)));
  });
}

void mt_script_free(mt_script s) { delete reinterpret_cast<Module*>(s); }

mt_error* mt_script_methods(mt_script s, char** out) {
  return mt::guarded([&] {
    std::ostringstream all;
    for (const auto& method : module(s).get_methods()) all << method.function().getSchema() << '\n';
    *out = mt::copy_string(all.str());
  });
}

mt_error* mt_script_call(mt_script s, const char* name, const uint64_t* args, int32_t nargs, mt_results* out) {
  return mt::guarded([&] {
    torch::jit::Method method = find_method(module(s), name);
    IValue result = method(arguments(method.function().getSchema(), args, nargs));
    mt::Writer w(out->words, MT_RESULT_WORDS);
    w.value(std::move(result));
    finish(w, 1, out);
  });
}

mt_error* mt_script_state(mt_script s, mt_results* out) {
  return mt::guarded([&] {
    mt::Writer w(out->words, MT_RESULT_WORDS);
    const int64_t n = write_state(module(s), "", w);
    finish(w, 3 * n, out);
  });
}

mt_error* mt_script_train(mt_script s, int32_t on) {
  return mt::guarded([&] { Module(module(s)).train(on != 0); });
}

int32_t mt_script_training(mt_script s) {
  int32_t on = 0;
  mt_error_free(mt::guarded([&] { on = module(s).is_training(); }));
  return on;
}

mt_error* mt_script_to(mt_script s, int32_t device_type, int32_t index) {
  return mt::guarded([&] {
    Module(module(s)).to(c10::Device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(index)));
  });
}

mt_error* mt_script_save(mt_script s, char** data, int64_t* nbytes) {
  return mt::guarded([&] {
    size_t size = 0;
    FILE* memory = open_memstream(data, &size);
    if (memory == nullptr) throw std::bad_alloc();
    try {
      torch::jit::ExportModule(module(s), [&](const void* p, size_t n) { return std::fwrite(p, 1, n, memory); });
    } catch (...) {
      std::fclose(memory);
      std::free(*data);
      *data = nullptr;
      throw;
    }
    if (std::fclose(memory) != 0) throw std::bad_alloc();
    *nbytes = static_cast<int64_t>(size);
  });
}
