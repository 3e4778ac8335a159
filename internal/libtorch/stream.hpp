// The streams of values that cross between Go and C++: read, and written.
#pragma once
#include "shim.hpp"

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>

#include <cstdlib>
#include <cstring>

namespace mt {

// One value of a stream, read without copying.
struct Value {
  uint32_t tag, count;
  const uint64_t* words;

  static Value read(const uint64_t*& p) {
    Value v{static_cast<uint32_t>(*p), static_cast<uint32_t>(*p >> 32), p + 1};
    p += 1 + v.size();
    return v;
  }
  size_t size() const {
    switch (tag) {
      case MT_DEFAULT: case MT_NONE: return 0;
      case MT_COMPLEX: return 2;
      case MT_STRING: return (count + 7) / 8;
      case MT_INTS: case MT_DOUBLES: case MT_BOOLS: case MT_TENSORS: return count;
      case MT_LIST: case MT_TUPLE: case MT_DICT: {
        const uint64_t* end = words;
        for (uint32_t i = 0; i < count; i++) read(end);
        return end - words;
      }
      default: return 1;
    }
  }
  double real(size_t i = 0) const {
    double d;
    std::memcpy(&d, &words[i], sizeof d);
    return d;
  }
  int64_t integer(size_t i = 0) const { return static_cast<int64_t>(words[i]); }
  mt_tensor handle(size_t i = 0) const { return static_cast<mt_tensor>(words[i]); }
  bool is_number() const { return is_int() || tag == MT_DOUBLE || tag == MT_COMPLEX; }
  bool is_int() const { return tag == MT_INT || tag == MT_BOOL; }
  std::string text() const { return std::string(reinterpret_cast<const char*>(words), count); }
  double number() const { return tag == MT_DOUBLE ? real() : static_cast<double>(integer()); }
  bool is_sequence() const { return item_tag() != 0 || tag == MT_LIST || tag == MT_TUPLE || tag == MT_DICT; }
  template <class F>
  void each(F&& f) const {
    const uint64_t* p = words;
    const uint32_t one = item_tag();  // numbers or tensors: a word each
    for (uint32_t i = 0; i < count; i++)
      f(one == 0 ? read(p) : Value{words[i] == 0 && one == MT_TENSOR ? uint32_t{MT_NONE} : one, 1, words + i});
  }
  uint32_t item_tag() const {
    switch (tag) {
      case MT_INTS: return MT_INT;
      case MT_DOUBLES: return MT_DOUBLE;
      case MT_BOOLS: return MT_BOOL;
      case MT_TENSORS: return MT_TENSOR;
      default: return 0;
    }
  }
  c10::Device device() const {
    return mt::device(static_cast<int32_t>(words[0] >> 16), static_cast<int16_t>(words[0] & 0xffff));
  }
};

inline const char* tag_name(uint32_t tag) {
  static const char* names[] = {"nothing", "None", "a tensor", "an int", "a float", "a bool", "a complex number",
                                "a string", "a device", "a generator", "ints", "floats", "bools", "tensors", "a list", "a tuple", "a dict"};
  return tag < sizeof names / sizeof *names ? names[tag] : "an unknown value";
}

// Whether an operator takes numbers for its tensors, as Python's add, sub, mul and div do (convert.cpp).
bool takes_numbers(const std::string& name);
// The number as Python gives it to such an operator: a tensor that does not count in type promotion.
at::Tensor number_tensor(const Value& v);

// The value that a schema's argument asks for: v, or the argument's default
// (convert.cpp). numbers: a tensor may be given as a number.
c10::IValue argument(const c10::Argument& arg, const Value& v, bool numbers = false);
// Pushes n values, and the defaults of what is left, for the arguments from first on.
void push_arguments(const c10::FunctionSchema& schema, size_t first, const uint64_t* p, int32_t n,
                    std::vector<c10::IValue>& stack, bool numbers = false);

// Writes results to the caller's words, or, where those run out, to a spill.
class Writer {
 public:
  Writer(uint64_t* out, size_t cap) : out_(out), cap_(cap) {}
  void header(uint32_t tag, size_t count = 1) { put(tag | static_cast<uint64_t>(count) << 32); }
  void put(uint64_t w) {
    if (spill_.empty() && n_ < cap_) {
      out_[n_++] = w;
      return;
    }
    if (spill_.empty()) spill_.assign(out_, out_ + n_);
    spill_.push_back(w);
  }
  void real(double d) {
    uint64_t w;
    std::memcpy(&w, &d, sizeof w);
    put(w);
  }
  void finish(size_t count, mt_results* out) const {
    out->count = static_cast<int64_t>(count);
    out->spill = 0;
    if (spill_.empty()) return;
    auto* p = static_cast<uint64_t*>(std::malloc(spill_.size() * sizeof(uint64_t)));
    std::memcpy(p, spill_.data(), spill_.size() * sizeof(uint64_t));
    out->spill = reinterpret_cast<uint64_t>(p);
  }
  void tensor(at::Tensor t) { put(release(std::move(t))); }
  void value(c10::IValue v) {
    if (v.isNone()) {
      header(MT_NONE, 0);
    } else if (v.isTensor()) {
      at::Tensor t = std::move(v).toTensor();
      if (!t.defined()) return header(MT_NONE, 0);
      header(MT_TENSOR);
      tensor(std::move(t));
    } else if (v.isInt()) {
      header(MT_INT);
      put(static_cast<uint64_t>(v.toInt()));
    } else if (v.isDouble()) {
      header(MT_DOUBLE);
      real(v.toDouble());
    } else if (v.isBool()) {
      header(MT_BOOL);
      put(v.toBool());
    } else if (v.isComplexDouble()) {
      header(MT_COMPLEX, 2);
      real(v.toComplexDouble().real());
      real(v.toComplexDouble().imag());
    } else if (v.isString()) {
      const std::string& s = v.toStringRef();
      header(MT_STRING, s.size());
      for (size_t i = 0; i < s.size(); i += 8) {
        uint64_t w = 0;
        std::memcpy(&w, s.data() + i, std::min<size_t>(8, s.size() - i));
        put(w);
      }
    } else if (v.isDevice()) {
      header(MT_DEVICE);
      c10::Device d = v.toDevice();
      put(static_cast<uint64_t>(d.type()) << 16 | static_cast<uint16_t>(d.index()));
    } else if (v.isTensorList()) {
      each(MT_TENSORS, v.toTensorVector(), [&](at::Tensor& t) { tensor(std::move(t)); });
    } else if (v.isIntList()) {
      each(MT_INTS, v.toIntVector(), [&](int64_t x) { put(static_cast<uint64_t>(x)); });
    } else if (v.isDoubleList()) {
      each(MT_DOUBLES, v.toDoubleVector(), [&](double x) { real(x); });
    } else if (v.isBoolList()) {
      each(MT_BOOLS, v.toBoolList(), [&](bool x) { put(x); });
    } else if (v.isTuple()) {
      each(MT_TUPLE, v.toTupleRef().elements().vec(), [&](const c10::IValue& item) { value(item); });
    } else if (v.isList()) {
      each(MT_LIST, v.toList(), [&](const c10::IValue& item) { value(item); });
    } else if (v.isGenericDict()) {
      auto dict = v.toGenericDict();
      header(MT_DICT, 2 * dict.size());
      for (const auto& entry : dict) {
        value(entry.key());
        value(entry.value());
      }
    } else {
      throw Failure{MT_ERROR_NOT_IMPLEMENTED, "a result of type " + v.tagKind() + " can't be passed to Go"};
    }
  }

 private:
  template <class L, class F>
  void each(uint32_t tag, L&& list, F&& f) {
    header(tag, list.size());
    for (auto&& item : list) f(item);
  }

  uint64_t* out_;
  size_t cap_, n_ = 0;
  std::vector<uint64_t> spill_;
};

}  // namespace mt
