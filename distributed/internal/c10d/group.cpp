// Process groups and their collectives.
#include "common.hpp"

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/comm.hpp>

using mtd::Group;
using mtd::guarded;
using mtd::Milliseconds;
using mtd::of;
using mtd::StorePtr;
using mtd::WorkPtr;

char* mtd_group_new(mtd_store s, const char* prefix, int32_t rank, int32_t size, int64_t timeout, const char* interface,
                    const char* address, int32_t nccl, mtd_group* out) {
  return guarded([&] {
    auto store = c10::make_intrusive<c10d::PrefixStore>(prefix, *of<StorePtr>(s));
    auto group = std::make_unique<Group>();
    if (nccl) group->nccl = mtd::nccl(c10::make_intrusive<c10d::PrefixStore>("cuda", store), rank, size, Milliseconds(timeout));
    auto options = c10d::ProcessGroupGloo::Options::create(Milliseconds(timeout));
    if (*interface != 0)
      options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForInterface(interface));
    else if (*address != 0)
      options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
    else
      options->devices.push_back(c10d::ProcessGroupGloo::createDefaultDevice());
    options->threads = 2;  // as PyTorch has it
    group->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
#if TORCH_VERSION_MAJOR < 2
    group->outer = group->gloo;
#else
    group->outer = c10::make_intrusive<c10d::ProcessGroup>(store, rank, size);
    group->outer->setBackend(c10::DeviceType::CPU, c10d::ProcessGroup::BackendType::GLOO, group->gloo);
    group->outer->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
#if TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 14  // since then they begin alike by themselves
    group->gloo->setSequenceNumberForGroup();
#endif
    if (nccl) group->outer->setBackend(c10::DeviceType::CUDA, c10d::ProcessGroup::BackendType::NCCL, group->nccl);
#endif
    *out = mtd::handle(group.release());
  });
}

namespace {

// Ends a backend of a libtorch that has a way to: others end when they are freed.
template <class B>
void end(B& backend, bool aborted) {
  if constexpr (requires { backend.shutdown(), backend.abort(); }) aborted ? backend.abort() : backend.shutdown();
}

}  // namespace

void mtd_group_free(mtd_group g, int32_t aborted) {
  auto* group = of<Group>(g);
  if (group->nccl) std::free(guarded([&] { end(*group->nccl, aborted != 0); }));
  std::free(guarded([&] { delete group; }));
}

char* mtd_start(mtd_group g, int32_t kind, int32_t reduce, int32_t peer, const mtd_tensor* in, int64_t n_in,
                const mtd_tensor* out, int64_t n_out, int64_t timeout, mtd_work* work) {
  return guarded([&] {
    const auto& group = *of<Group>(g);
    auto detached = [](const mtd_tensor* ts, int64_t n) {
      auto all = mt::borrow_all(ts, n);
      for (auto& t : all) t = t.detach();  // the group writes into parameters
      return all;
    };
    std::vector<at::Tensor> inputs = detached(in, n_in), outputs = detached(out, n_out);
    auto op = [&] { return c10d::ReduceOp(static_cast<c10d::ReduceOp::RedOpType>(reduce)); };  // for send it is a tag
    auto with = [&](auto options) {
      options.timeout = Milliseconds(timeout);
      return options;
    };
    auto lists = [](std::vector<at::Tensor> ts) {
      std::vector<std::vector<at::Tensor>> ls;
      if (!ts.empty()) ls.push_back(std::move(ts));
      return ls;
    };
    const auto& some = inputs.empty() ? outputs : inputs;
    auto& backend = (some.empty() ? group.nccl != nullptr : !some[0].is_cpu()) ? *group.nccl : *group.gloo;
    WorkPtr w;
    switch (kind) {
      case MTD_ALL_REDUCE: {
        auto options = with(c10d::AllreduceOptions());
        options.reduceOp = op();
        w = backend.allreduce(inputs, options);
        break;
      }
      case MTD_BROADCAST: {
        auto options = with(c10d::BroadcastOptions());
        options.rootRank = peer;
        w = backend.broadcast(inputs, options);
        break;
      }
      case MTD_REDUCE: {
        auto options = with(c10d::ReduceOptions());
        options.reduceOp = op();
        options.rootRank = peer;
        w = backend.reduce(inputs, options);
        break;
      }
      case MTD_ALL_GATHER: {
        auto ls = lists(outputs);
        w = backend.allgather(ls, inputs, with(c10d::AllgatherOptions()));
        break;
      }
      case MTD_GATHER: {
        auto ls = lists(outputs);
        auto options = with(c10d::GatherOptions());
        options.rootRank = peer;
        w = backend.gather(ls, inputs, options);
        break;
      }
      case MTD_SCATTER: {
        auto ls = lists(inputs);
        auto options = with(c10d::ScatterOptions());
        options.rootRank = peer;
        w = backend.scatter(outputs, ls, options);
        break;
      }
      case MTD_REDUCE_SCATTER: {
        auto ls = lists(inputs);
        auto options = with(c10d::ReduceScatterOptions());
        options.reduceOp = op();
        w = backend.reduce_scatter(outputs, ls, options);
        break;
      }
      case MTD_BARRIER: {
        auto options = with(c10d::BarrierOptions());
        if (group.nccl) options.device_ids = {peer};
        w = backend.barrier(options);
        break;
      }
      case MTD_SEND:
        w = backend.send(inputs, peer, reduce);
        break;
      case MTD_RECV:
        w = backend.recv(inputs, peer, reduce);
        break;
      default:
        throw std::runtime_error("an unknown collective");
    }
    *work = mtd::handle(new WorkPtr(std::move(w)));
  });
}

char* mtd_work_wait(mtd_work w, int64_t timeout) {
  return guarded([&] {
    if (!(*of<WorkPtr>(w))->wait(Milliseconds(timeout))) throw std::runtime_error("the operation was aborted");
  });
}

int32_t mtd_work_done(mtd_work w) {
  int32_t done = 1;  // what fails here fails again in wait, which says why
  std::free(guarded([&] { done = (*of<WorkPtr>(w))->isCompleted(); }));
  return done;
}

void mtd_work_free(mtd_work w) {
  std::free(guarded([&] { delete of<WorkPtr>(w); }));
}

char* mtd_broadcast_all(mtd_group g, const mtd_tensor* tensors, int64_t n, int64_t bytes, int32_t root) {
  return guarded([&] {
    auto all = mt::borrow_all(tensors, n);
    for (auto& t : all) t = t.detach();
    c10d::broadcast_coalesced(of<Group>(g)->outer, all, static_cast<size_t>(bytes), root);
  });
}
