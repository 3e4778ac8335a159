// TorchScript: programs that PyTorch scripted or traced, run by libtorch's own
// interpreter.
#include "stream.hpp"

#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

using c10::IValue;
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

torch::jit::Method find_method(const Module& m, const std::string& name) {
  if (auto method = m.find_method(name)) return *method;
  std::string known;
  for (const auto& method : m.get_methods()) known += (known.empty() ? "" : ", ") + method.name();
  throw mt::Failure{MT_ERROR_NOT_IMPLEMENTED, "the program has no method '" + name + "'; it has " +
                                                  (known.empty() ? "none" : known)};
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

// What a program prints goes out at once: C++'s buffers would be lost at the end,
// since Go does not end a process as C does.
static void print_at_once(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

mt_error* mt_script_load(int32_t fd, mt_script* out) {
  return mt::guarded([&] {
    torch::jit::setPrintHandler(print_at_once);
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

mt_error* mt_script_call(mt_script s, const char* name, const uint64_t* args, int32_t nargs, int32_t modes,
                         mt_results* out) {
  return mt::guarded(modes, [&] {
    torch::jit::Method method = find_method(module(s), name);
    std::vector<IValue> stack;
    mt::push_arguments(method.function().getSchema(), 1, args, nargs, stack);  // after self
    mt::Writer w(out->words, MT_RESULT_WORDS);
    w.value(method(std::move(stack)));
    w.finish(1, out);
  });
}

mt_error* mt_script_state(mt_script s, mt_results* out) {
  return mt::guarded([&] {
    mt::Writer w(out->words, MT_RESULT_WORDS);
    const int64_t n = write_state(module(s), "", w);
    w.finish(3 * n, out);
  });
}

mt_error* mt_script_train(mt_script s, int32_t on) {
  return mt::guarded([&] { Module(module(s)).train(on != 0); });
}

mt_error* mt_script_training(mt_script s, int32_t* on) {
  return mt::guarded([&] { *on = module(s).is_training(); });
}

mt_error* mt_script_to(mt_script s, int32_t device_type, int32_t index) {
  return mt::guarded([&] { Module(module(s)).to(mt::device(device_type, index)); });
}

mt_error* mt_script_save(mt_script s, char** data, int64_t* nbytes) {
  return mt::guarded([&] {
    size_t size = 0;
    std::unique_ptr<FILE, int (*)(FILE*)> memory(open_memstream(data, &size), &std::fclose);
    if (memory == nullptr) throw std::bad_alloc();
    torch::jit::ExportModule(module(s), [&](const void* p, size_t n) { return std::fwrite(p, 1, n, memory.get()); });
    if (std::fclose(memory.release()) != 0) throw std::bad_alloc();
    *nbytes = static_cast<int64_t>(size);
  });
}
