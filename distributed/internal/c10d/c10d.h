// The flat C door to libtorch's c10d, as internal/libtorch/shim.h is to the rest of it. What can fail returns a message that
// the caller frees, or NULL when all went well; no exception crosses. All times are milliseconds.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uintptr_t mtd_tensor;  // a reference that Go holds meanwhile: internal/libtorch's handle
typedef uintptr_t mtd_store;   // owned, as are the others
typedef uintptr_t mtd_group;
typedef uintptr_t mtd_work;
typedef uintptr_t mtd_reducer;

// ---- stores (store.cpp) ----
// A TCP store; as a server on port 0 it chooses one, which *port says.
char* mtd_store_tcp(const char* host, int32_t is_server, int64_t timeout, int32_t* port, mtd_store* out);
char* mtd_store_file(const char* path, int32_t world, int64_t timeout, mtd_store* out);
void mtd_store_free(mtd_store s);
char* mtd_store_set(mtd_store s, const char* key, const void* value, int64_t n);
char* mtd_store_get(mtd_store s, const char* key, int64_t timeout, char** value, int64_t* n);  // waits for the key
char* mtd_store_has(mtd_store s, const char* key, int32_t* has);
char* mtd_store_add(mtd_store s, const char* key, int64_t by, int64_t* sum);

// ---- process groups and their collectives (group.cpp) ----
// Why NCCL can't carry the tensors on GPUs, or NULL where it can, if there are GPUs.
char* mtd_nccl_why_not(void);
// interface: the network interface to listen on, or ""; address: the local address to listen on, or ""; nccl: for tensors on GPUs.
char* mtd_group_new(mtd_store s, const char* prefix, int32_t rank, int32_t size, int64_t timeout, const char* interface,
                    const char* address, int32_t nccl, mtd_group* out);
void mtd_group_free(mtd_group g, int32_t aborted);  // aborted: without waiting for what NCCL has under way

enum mtd_kind {
  MTD_ALL_REDUCE,  // in[0], in place
  MTD_BROADCAST,   // in[0], in place
  MTD_REDUCE,      // in[0], in place at the root
  MTD_ALL_GATHER,  // in[0] to out, one for each rank
  MTD_GATHER,      // in[0] to out at the root
  MTD_SCATTER,     // in at the root, one for each rank, to out[0]
  MTD_REDUCE_SCATTER,  // in, one for each rank, to out[0]; NCCL's alone
  MTD_BARRIER,
  MTD_SEND,  // in[0] to peer
  MTD_RECV,  // in[0] from peer
};

// Starts one. reduce is one of c10d::ReduceOp; peer is the root, or whom to send to, or a barrier's GPU. A group with
// NCCL has it carry what is on a GPU, and barriers.
char* mtd_start(mtd_group g, int32_t kind, int32_t reduce, int32_t peer, const mtd_tensor* in, int64_t n_in,
                const mtd_tensor* out, int64_t n_out, int64_t timeout, mtd_work* work);
char* mtd_work_wait(mtd_work w, int64_t timeout);
int32_t mtd_work_done(mtd_work w);
void mtd_work_free(mtd_work w);

// Gives all ranks the root's tensors, in pieces of at most bytes.
char* mtd_broadcast_all(mtd_group g, const mtd_tensor* tensors, int64_t n, int64_t bytes, int32_t root);

// ---- the reducer of gradients (reducer.cpp) ----
typedef struct mtd_reducer_options {
  int64_t bucket_bytes, first_bucket_bytes;
  int32_t find_unused, bucket_view, static_graph;
} mtd_reducer_options;
// names: the parameters', each ended by '\n'.
char* mtd_reducer_new(mtd_group g, const mtd_tensor* parameters, const int32_t* sparse, int64_t n, const char* names,
                      const mtd_reducer_options* options, mtd_reducer* out);
void mtd_reducer_free(mtd_reducer r);
char* mtd_reducer_before_forward(mtd_reducer r, int32_t* rebuilt);
char* mtd_reducer_before_backward(mtd_reducer r, const mtd_tensor* outputs, int64_t n);
// The sizes of the buckets in elements, malloc'd, in the order of their reduction.
char* mtd_reducer_buckets(mtd_reducer r, int64_t** sizes, int64_t* n);

// ---- a trace (trace.cpp) ----
char* mtd_trace_start(void);
// Its collectives and backward nodes, a line each: begin and end in nanoseconds, and the name; malloc'd.
char* mtd_trace_stop(char** lines);

#ifdef __cplusplus
}
#endif
