// Stores: where ranks find each other and leave each other words.
#include "common.hpp"

#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

using mtd::guarded;
using mtd::Milliseconds;
using mtd::of;
using mtd::StorePtr;

char* mtd_store_tcp(const char* host, int32_t is_server, int64_t timeout, int32_t* port, mtd_store* out) {
  return guarded([&] {
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(*port);
    options.isServer = is_server != 0;
    options.waitWorkers = false;
    options.timeout = Milliseconds(timeout);
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 2)
    options.useLibUV = false;  // not every build has it, and the protocol is the same
#endif
    auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
    *port = store->getPort();
    *out = mtd::handle(new StorePtr(std::move(store)));
  });
}

char* mtd_store_file(const char* path, int32_t world, int64_t timeout, mtd_store* out) {
  return guarded([&] {
    auto store = c10::make_intrusive<c10d::FileStore>(path, world);
    store->setTimeout(Milliseconds(timeout));
    *out = mtd::handle(new StorePtr(std::move(store)));
  });
}

void mtd_store_free(mtd_store s) {
  std::free(guarded([&] { delete of<StorePtr>(s); }));
}

char* mtd_store_set(mtd_store s, const char* key, const void* value, int64_t n) {
  return guarded([&] {
    auto* bytes = static_cast<const uint8_t*>(value);
    (*of<StorePtr>(s))->set(key, std::vector<uint8_t>(bytes, bytes + n));
  });
}

char* mtd_store_get(mtd_store s, const char* key, int64_t timeout, char** value, int64_t* n) {
  return guarded([&] {
    auto& store = *of<StorePtr>(s);
    store->wait({key}, Milliseconds(timeout));
    const std::vector<uint8_t> bytes = store->get(key);
    *value = mtd::text(std::string(bytes.begin(), bytes.end()));
    *n = static_cast<int64_t>(bytes.size());
  });
}

char* mtd_store_has(mtd_store s, const char* key, int32_t* has) {
  return guarded([&] { *has = (*of<StorePtr>(s))->check({key}); });
}

char* mtd_store_add(mtd_store s, const char* key, int64_t by, int64_t* sum) {
  return guarded([&] { *sum = (*of<StorePtr>(s))->add(key, by); });
}
