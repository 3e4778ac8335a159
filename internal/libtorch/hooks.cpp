// Go functions that autograd calls: tensor hooks and the backward of custom
// functions; and what anomaly mode hangs on the graph.
#include "shim.hpp"

#include <ATen/ops/any.h>
#include <ATen/ops/isnan.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <deque>
#include <mutex>

using torch::autograd::CreationMeta;
using torch::autograd::Node;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;
using NodePtr = decltype(torch::autograd::Edge::function);  // newer versions count references in the node itself

// In Go (hooks.go). It takes the tensors of the call over, fills in its results,
// and returns the number of what the function panicked with, or 0.
extern "C" uintptr_t mtGoCall(uintptr_t callback, mt_go_call* call);

namespace mt {

namespace {
std::mutex released_mutex;
std::deque<uintptr_t> released;
int64_t waiting = 0;  // of released; read by Go without a call
}  // namespace

// A node may be destroyed inside an operator, where Go must not be called: the
// number waits until Go asks.
Callback::~Callback() {
  if (id == 0) return;
  std::lock_guard<std::mutex> lock(released_mutex);
  released.push_back(id);
  __atomic_store_n(&waiting, static_cast<int64_t>(released.size()), __ATOMIC_RELEASE);
}

}  // namespace mt

const int64_t* mt_released_waiting(void) { return &mt::waiting; }

uintptr_t mt_next_released(void) {
  std::lock_guard<std::mutex> lock(mt::released_mutex);
  if (mt::released.empty()) return 0;
  uintptr_t id = mt::released.front();
  mt::released.pop_front();
  __atomic_store_n(&mt::waiting, static_cast<int64_t>(mt::released.size()), __ATOMIC_RELEASE);
  return id;
}

namespace {

std::vector<mt_tensor> release_all(std::vector<at::Tensor>&& ts) {
  std::vector<mt_tensor> hs;
  hs.reserve(ts.size());
  for (auto& t : ts) hs.push_back(mt::release(std::move(t)));
  return hs;
}

at::Tensor reclaim(mt_tensor h) {
  return h == 0 ? at::Tensor() : at::Tensor(mt::Impl::reclaim(reinterpret_cast<c10::TensorImpl*>(h)));
}

std::vector<at::Tensor> call_go(uintptr_t callback, std::vector<at::Tensor> grads, std::vector<at::Tensor> saved,
                                const std::vector<int32_t>& needed) {
  const auto g = release_all(std::move(grads)), s = release_all(std::move(saved));
  std::vector<mt_tensor> out(needed.size());
  mt_go_call call{g.data(), s.data(), needed.data(), out.data(), static_cast<int64_t>(g.size()),
                  static_cast<int64_t>(s.size()), static_cast<int64_t>(out.size())};
  if (uintptr_t panicked = mtGoCall(callback, &call)) throw mt::GoPanic(panicked);
  std::vector<at::Tensor> results;
  for (mt_tensor h : out) results.push_back(reclaim(h));
  return results;
}

// The backward node of a function written in Go.
struct GoNode : Node {
  mt::Callback callback;  // 0: the gradient of a gradient that has none
  std::string title;
  std::vector<SavedVariable> saved;
  bool materialize = true, once = false, released = false;

  std::string name() const override { return title; }

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 14)
  // Node's own, which an older libtorch lacks: named in a body it is looked up
  // when it is called, and not when the program starts. See fits.
  void release_resources() override { Node::release_resources(); }
#endif

  void release_variables() override {
    std::lock_guard<std::mutex> lock(mutex_);
    released = !saved.empty() || released;
    saved.clear();
  }

  variable_list apply(variable_list&& grads) override;
};

template <class P>
P new_node(GoNode** node) {
  if constexpr (std::is_same_v<P, std::shared_ptr<Node>>) {
    return P(*node = new GoNode, [](auto* n) { deleteNode(n); });  // spares the stack in long graphs
  } else {
    auto p = c10::make_intrusive<GoNode>();
    *node = p.get();
    return p;
  }
}

template <class N>
NodePtr owner_of(N* node) {
  if constexpr (std::is_same_v<NodePtr, std::shared_ptr<Node>>) return node->shared_from_this();
  else return node->getptr();
}

variable_list GoNode::apply(variable_list&& grads) {
  if (callback.id == 0)
    throw std::runtime_error("trying to differentiate twice the function '" + title +
                             "', whose backward is marked OnceDifferentiable");
  std::vector<at::Tensor> kept;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (released)
      throw std::runtime_error("trying to backward through the graph a second time: what '" + title +
                               "' saved is freed by the first; RetainGraph keeps it");
    for (const auto& s : saved) kept.push_back(s.unpack(owner_of(this)));
  }
  if (materialize)
    for (size_t i = 0; i < grads.size(); i++)
      if (!grads[i].defined()) grads[i] = input_metadata(i).zeros_like();
  std::vector<int32_t> needed;
  for (size_t i = 0; i < num_outputs(); i++) needed.push_back(task_should_compute_output(i));
  if (!once || !c10::GradMode::is_enabled()) return call_go(callback.id, std::move(grads), std::move(kept), needed);

  // Recorded, but not differentiable: the results get a node that says so.
  GoNode* refusal;
  NodePtr owner = new_node<NodePtr>(&refusal);
  refusal->title = title;
  refusal->set_next_edges(torch::autograd::collect_next_edges(grads, kept));
  bool records = false;
  for (const auto& e : refusal->next_edges()) records = records || e.is_valid();
  std::vector<at::Tensor> results;
  {
    c10::AutoGradMode off(false);
    results = call_go(callback.id, std::move(grads), std::move(kept), needed);
  }
  for (auto& r : results) {
    if (!records || !r.defined()) continue;
    r = r.detach();
    torch::autograd::set_history(r, owner);
  }
  return results;
}

bool same_as_any(const at::Tensor& t, const std::vector<at::Tensor>& ts, size_t n) {
  return std::any_of(ts.begin(), ts.begin() + n, [&](const at::Tensor& other) { return t.is_same(other); });
}

// Makes owner, whose result number it is, the newest operation on a tensor that was
// changed in place.
void move_history(at::Tensor& t, const NodePtr& owner, uint32_t number, int64_t outputs) {
  if (t.is_leaf() && t.requires_grad())
    throw std::runtime_error("a leaf Variable that requires grad has been used in an in-place operation.");
  if (t.is_view() && outputs > 1)
    throw std::runtime_error("a function that changes in place a view of another tensor can have no other output: "
                             "clone the input, or make two functions of it");
  t.mutable_grad().reset();
  torch::autograd::impl::clear_hooks(t);
  if (auto accumulator = torch::autograd::impl::try_get_grad_accumulator(t))
    static_cast<torch::autograd::AccumulateGrad&>(*accumulator).variable.reset();
  torch::autograd::impl::rebase_history(t, {owner, number});
}

// Makes it an error to change a view in place: its base's history can't be told of it.
void refuse_changes(const at::Tensor& t, CreationMeta why) {
  auto* view = torch::autograd::impl::get_view_autograd_meta(t);
  if (view != nullptr && view->has_bw_view()) view->set_creation_meta(why);
}

}  // namespace

mt_error* mt_record(uintptr_t callback, const char* name, const mt_tensor* inputs, int64_t ninputs,
                    const mt_tensor* outputs, const int32_t* differentiable, const int32_t* dirty, int64_t noutputs,
                    const mt_tensor* saved, int64_t nsaved, int32_t materialize, int32_t once, int32_t modes, mt_tensor* out) {
  return mt::guarded(modes, [&] {
    GoNode* node;
    NodePtr owner = new_node<NodePtr>(&node);
    node->callback.id = callback;
    node->title = name;
    node->materialize = materialize != 0;
    node->once = once != 0;
    const auto in = mt::borrow_all(inputs, ninputs), before = mt::borrow_all(outputs, noutputs);
    node->set_next_edges(torch::autograd::collect_next_edges(in));
    auto after = before;
    int different = 0;  // outputs with a gradient
    for (int64_t i = 0; i < noutputs; i++) {
      at::Tensor& t = after[i];
      if (dirty[i]) {
        torch::autograd::impl::bump_version(t);  // as PyTorch does: a view looks for its history anew
        if (differentiable[i] && torch::autograd::isDifferentiableType(t.scalar_type())) {
          different++;
          move_history(t, owner, node->add_input_metadata(t), noutputs);
        } else {
          node->add_input_metadata(t);
          if (t.requires_grad()) t = t.detach();
        }
        continue;
      }
      // What has a history, or is to have another, becomes a tensor of its own on the same memory.
      const bool other = same_as_any(t, in, in.size()) || same_as_any(t, before, i) || (t.requires_grad() && !t.is_view());
      if (!differentiable[i] || !torch::autograd::isDifferentiableType(t.scalar_type())) {
        if (other) t = t.detach();  // a view of an input stays what PyTorch makes of a view without recording
        node->add_input_metadata(t);
        refuse_changes(t, CreationMeta::IN_CUSTOM_FUNCTION);
        continue;
      }
      if (other) {  // a view, as in PyTorch: changes of it, or of what it is a view of, are noticed
        c10::AutoGradMode off(false);
        t = t.view_as(t);
      }
      torch::autograd::set_history(t, owner);
      refuse_changes(t, CreationMeta::IN_CUSTOM_FUNCTION);
      different++;
    }
    if (different > 1)
      for (int64_t i = 0; i < noutputs; i++) refuse_changes(after[i], CreationMeta::MULTI_OUTPUT_NODE);
    for (int64_t i = 0; i < nsaved; i++) {
      at::Tensor t = mt::borrow(saved[i]);
      bool is_output = false;
      for (int64_t j = 0; j < noutputs && !is_output; j++)
        if (t.is_same(before[j]) && (dirty[j] || !same_as_any(t, in, in.size()))) {
          t = after[j];
          is_output = t.grad_fn() == owner;
        }
      node->saved.emplace_back(t, is_output);
    }
    for (int64_t i = 0; i < noutputs; i++) out[i] = mt::release(std::move(after[i]));
  });
}

int32_t mt_in_full_backward(void) { return torch::autograd::Engine::get_default_engine().is_checkpoint_valid(); }

namespace {

// Hooks of one tensor that stand together, in the order in which they were
// registered. libtorch's own list keeps the place of each that was removed, and looks
// at it in every backward.
struct Hooks {
  std::shared_ptr<std::vector<std::shared_ptr<mt::Callback>>> all = std::make_shared<std::vector<std::shared_ptr<mt::Callback>>>();

  at::TensorBase operator()(const at::TensorBase& grad) const {
    static const std::vector<int32_t> one{1};
    at::Tensor last;
    const auto now = *all;  // one may remove itself
    for (const auto& hook : now) {
      at::Tensor given = call_go(hook->id, {last.defined() ? last : at::Tensor(grad)}, {}, one)[0];
      if (given.defined()) last = std::move(given);
    }
    return last;  // undefined: the gradient stays
  }
};

Hooks* hooks_in(torch::autograd::hooks_list::value_type& place) { return place.target<Hooks>(); }

torch::autograd::hooks_list* hooks_of(const at::Tensor& t) {
  auto* meta = torch::autograd::impl::get_autograd_meta(t);
  return meta == nullptr ? nullptr : meta->cpp_hooks_list_.get();
}

}  // namespace

mt_error* mt_register_hook(mt_tensor h, uintptr_t callback) {
  auto owner = std::make_shared<mt::Callback>(callback);
  return mt::guarded([&] {
    const at::Tensor t = mt::borrow(h);
    auto* list = t.requires_grad() ? hooks_of(t) : nullptr;
    Hooks* last = list == nullptr || list->empty() ? nullptr : hooks_in(list->back());
    if (last == nullptr) {
      Hooks hooks;
      hooks.all->push_back(std::move(owner));
      static_cast<const at::TensorBase&>(t).register_hook(std::move(hooks));
    } else {
      last->all->push_back(std::move(owner));
    }
  });
}

mt_error* mt_remove_hook(mt_tensor h, uintptr_t callback) {
  return mt::guarded([&] {
    auto* list = hooks_of(mt::borrow(h));
    if (list == nullptr) return;
    for (auto& place : *list)
      if (Hooks* hooks = hooks_in(place)) {
        auto& all = *hooks->all;
        all.erase(std::remove_if(all.begin(), all.end(), [&](const auto& hook) { return hook->id == callback; }), all.end());
      }
  });
}

namespace {

using Site = std::shared_ptr<const std::string>;  // where Go called the forward operator

thread_local Site running;  // of the node that computes on this OS thread

struct SiteStart : torch::autograd::FunctionPreHook {
  Site site;
  explicit SiteStart(Site s) : site(std::move(s)) {}
  variable_list operator()(const variable_list& grads) override {
    running = site;
    return grads;
  }
};

struct SiteEnd : torch::autograd::FunctionPostHook {
  std::string name;
  explicit SiteEnd(std::string n) : name(std::move(n)) {}
  variable_list operator()(const variable_list& results, const variable_list&) override {
    for (size_t i = 0; i < results.size(); i++)
      if (results[i].defined() && at::isnan(results[i]).any().item<bool>())
        throw std::runtime_error("the backward of '" + name + "' returned NaN in its result " + std::to_string(i) +
                                 mt::running_site());
    running = nullptr;
    return results;
  }
};

bool marked(const Node& node) {
  return std::any_of(node.pre_hooks().begin(), node.pre_hooks().end(),
                     [](const auto& hook) { return dynamic_cast<SiteStart*>(hook.get()) != nullptr; });
}

}  // namespace

std::string mt::running_site() {
  Site site = std::move(running);
  running = nullptr;
  return site ? "; the forward operator was called at " + *site : "";
}

mt_error* mt_mark_site(mt_tensor t, const char* text) {
  return mt::guarded([&] {
    auto site = std::make_shared<const std::string>(text);
    std::vector<NodePtr> todo{mt::borrow(t).grad_fn()};
    while (!todo.empty()) {  // an operator may have recorded several nodes
      NodePtr node = std::move(todo.back());
      todo.pop_back();
      if (!node || node->num_outputs() == 0 || marked(*node)) continue;
      node->add_pre_hook(std::make_unique<SiteStart>(site));
      node->add_post_hook(std::make_unique<SiteEnd>(node->name()));
      for (const auto& edge : node->next_edges()) todo.push_back(edge.function);
    }
  });
}
