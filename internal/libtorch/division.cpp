// Integer divisions that end the process: the processor traps where a quotient has no
// place in its type, and libtorch looks for zeros only. What can come to that is
// looked at before such an operator runs; for floating-point numbers that is a glance
// at the dtype.
#include "division.hpp"

#include <ATen/core/function_schema.h>
#include <ATen/ops/any.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/gcd.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/result_type.h>
#include <ATen/ops/scalar_tensor.h>
#include <c10/core/GradMode.h>

#include <limits>
#include <optional>

using c10::IValue;
using mt::Stack;

namespace {

[[noreturn]] void fail(const std::string& message) { throw mt::Failure{MT_ERROR_VALUE, message}; }

const IValue* named(const c10::FunctionSchema& schema, const Stack& stack, const char* name) {
  auto i = schema.argumentIndexWithName(name);
  return i && static_cast<size_t>(*i) < stack.size() ? &stack[*i] : nullptr;
}

bool some(const at::Tensor& t) { return at::any(t).item<bool>(); }

// A number or a tensor as an operand on the CPU.
std::optional<at::Tensor> operand(const IValue& v) {
  at::Tensor t;
  if (v.isInt() || v.isBool()) t = at::scalar_tensor(v.toScalar(), at::kLong);
  else if (v.isTensor() && v.toTensor().defined()) t = v.toTensor();
  else return std::nullopt;
  if (!t.device().is_cpu() || !c10::isIntegralType(t.scalar_type(), true)) return std::nullopt;
  if (t.layout() == at::kSparse) t = t._values();
  if (t.layout() != at::kStrided || t.is_quantized()) return std::nullopt;
  return t;
}

// Whether v can be one of the numbers n at all, without a scan where v is a number.
bool may_be(const IValue& v, int64_t n) { return !v.isInt() || v.toInt() == n; }

at::ScalarType type_of(const IValue& a, const IValue& b) {
  if (a.isTensor() && b.isTensor()) return at::result_type(a.toTensor(), b.toTensor());
  if (a.isTensor()) return at::result_type(a.toTensor(), b.toScalar());
  return at::result_type(a.toScalar(), b.toTensor());
}

// The quotient of the smallest integer and -1, or, for lcm, and a gcd that is -1.
void check_quotient(const Stack& stack, bool of_gcd) {
  const IValue &a = stack[0], &b = stack[1];
  const auto x = operand(a), y = operand(b);
  if (!x || !y || (!a.isTensor() && !b.isTensor())) return;
  const at::ScalarType type = type_of(a, b);
  if (type != at::kInt && type != at::kLong) return;  // the narrow ones are divided as int
  const int64_t least = type == at::kInt ? std::numeric_limits<int32_t>::min() : std::numeric_limits<int64_t>::min();
  if (!of_gcd && !may_be(b, -1)) return;
  c10::AutoGradMode off(false);
  const at::Tensor divisors = y->to(type);
  if (!of_gcd && !some(at::eq(divisors, -1))) return;
  const at::Tensor dividends = x->to(type);
  const at::Tensor smallest = at::eq(dividends, least);
  if (!some(smallest)) return;
  const at::Tensor negative = at::eq(of_gcd ? at::gcd(dividends, divisors) : divisors, -1);
  if (!some(at::logical_and(smallest, negative))) return;
  const std::string name = type == at::kInt ? "int32" : "int64";
  fail("integer overflow: the smallest " + name + ", " + std::to_string(least) + ", divided by -1 is no " + name);
}

void divide(const c10::FunctionSchema& schema, const Stack& stack) {
  const IValue* mode = named(schema, stack, "rounding_mode");
  if (stack.size() >= 2 && (mode == nullptr || !mode->isNone())) check_quotient(stack, false);
}

void lcm(const c10::FunctionSchema&, const Stack& stack) {
  if (stack.size() >= 2) check_quotient(stack, true);
}

bool of_integers(const Stack& stack) { return !stack.empty() && operand(stack[0]).has_value(); }

void pool(const c10::FunctionSchema& schema, const Stack& stack) {
  const IValue* divisor = named(schema, stack, "divisor_override");
  if (divisor != nullptr && divisor->isInt() && divisor->toInt() == -1)
    for (const IValue& v : stack)
      if (v.isTensor() && v.toTensor().defined() && operand(v)) fail("divisor_override of integers can't be -1");
}

void pool_mkldnn(const c10::FunctionSchema& schema, const Stack& stack) {
  const IValue* stride = named(schema, stack, "stride");
  if (stride == nullptr || !stride->isIntList()) return;
  for (int64_t s : stride->toIntVector())
    if (s == 0) fail("stride should not be zero");
}

void smooth_l1(const c10::FunctionSchema&, const Stack& stack) {
  if (of_integers(stack)) fail("expected floating-point numbers, but got integers");
}

}  // namespace

mt::Guard mt::division_guard(const c10::FunctionSchema& schema) {
  std::string name = schema.name().substr(schema.name().rfind(':') + 1);
  if (!name.empty() && name.back() == '_') name.pop_back();
  if (name == "floor_divide" || name == "remainder" || name == "fmod") return divide;
  if (name == "div" || name == "divide") return schema.argumentIndexWithName("rounding_mode") ? divide : nullptr;
  if (name == "lcm") return lcm;
  if (name.rfind("avg_pool", 0) == 0) return pool;
  if (name.rfind("mkldnn_max_pool", 0) == 0) return pool_mkldnn;
  if (name == "smooth_l1_loss_backward") return smooth_l1;
  return nullptr;
}
