// The flat C door to libtorch: everything Go may ask of it, in fixed-width C
// types. No exception crosses it: a function that can fail returns the error
// itself (NULL when all went well), which the caller frees with mt_error_free.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mt_error {
  int32_t kind;  // one of mt_error_kind
  char message[];
} mt_error;

enum mt_error_kind {
  MT_ERROR_OTHER = 0,
  MT_ERROR_INDEX = 1,
  MT_ERROR_VALUE = 2,
  MT_ERROR_TYPE = 3,
  MT_ERROR_NOT_IMPLEMENTED = 4,
  MT_ERROR_LINALG = 5,
  MT_ERROR_OUT_OF_MEMORY = 6,
  MT_ERROR_GO_PANIC = 7,  // the message is the number of what Go panicked with
};

void mt_error_free(mt_error* e);

typedef uintptr_t mt_tensor;  // an owned reference to a TensorImpl; 0: none

// A value in an argument or result stream: one header word (tag in the low 32
// bits, count in the high 32), then its payload words.
enum mt_tag {
  MT_DEFAULT = 0,    // not given: the running libtorch's own default
  MT_NONE = 1,       // None / an undefined tensor
  MT_TENSOR = 2,     // 1 word: handle
  MT_INT = 3,        // 1 word
  MT_DOUBLE = 4,     // 1 word: IEEE bits
  MT_BOOL = 5,       // 1 word
  MT_COMPLEX = 6,    // 2 words: real, imaginary
  MT_STRING = 7,     // count bytes, padded to words
  MT_DEVICE = 8,     // 1 word: type << 16 | (index & 0xffff)
  MT_GENERATOR = 9,  // 1 word: handle
  MT_INTS = 10,      // count words
  MT_DOUBLES = 11,   // count words
  MT_BOOLS = 12,     // count words
  MT_TENSORS = 13,   // count words: handles, 0 for None
  MT_LIST = 14,      // count values, each with its header: strings, or numbers of several types
  MT_TUPLE = 15,     // count values; TorchScript's alone, as are dicts
  MT_DICT = 16,      // count values: a key, its value, the next key ...
};

// ---- operators (call.cpp) ----
typedef uintptr_t mt_op;  // an operator, found once and kept

// Finds an operator in libtorch's registry. names are the caller's argument
// names, in the order in which mt_call will be given them, separated by '\n';
// "new|old" accepts either name. names NULL: the schema's own order.
mt_error* mt_op_find(const char* name, const char* overload, const char* names, mt_op* out);

// What a call returned: count values in words. If those are too few, spill is
// the address of a malloc'd stream with all of them, to be freed by the caller.
// (An integer: Go must not be handed room for a pointer, or it would have to
// keep the whole struct on its heap.)
#define MT_RESULT_WORDS 12
typedef struct mt_results {
  uint64_t words[MT_RESULT_WORDS];
  uint64_t spill;
  int64_t count;
} mt_results;

void mt_op_free(mt_op op);

// Modes of the calling goroutine, for one call; 0: those of the OS thread.
enum mt_mode {
  MT_MODE_NO_GRAD = 1,
  MT_MODE_GRAD = 2,
  MT_MODE_INFERENCE = 4,
};

// Calls it with nargs values.
mt_error* mt_call(mt_op op, const uint64_t* args, int32_t nargs, int32_t modes, mt_results* out);

// mt_call for one tensor back (0 for None), as most calls of a program are.
mt_error* mt_call_tensor(mt_op op, const uint64_t* args, int32_t nargs, int32_t modes, mt_tensor* out);

// All operators' schemas, one a line (malloc'd).
mt_error* mt_schemas(char** out);

// ---- tensors (tensor.cpp) ----

void mt_free(mt_tensor t);
void mt_free_many(const mt_tensor* ts, int64_t n);
// A tensor on memory that Go keeps, under the number held, until it comes out of
// mt_next_released.
mt_error* mt_from_memory(void* data, const int64_t* shape, int64_t dims, int32_t dtype, uintptr_t held, mt_tensor* out);
// Copies the elements, in row-major order, to dst, which holds nbytes.
mt_error* mt_copy_out(mt_tensor t, char* dst, int64_t nbytes);

typedef struct mt_info {
  int64_t dims, numel, offset, storage_bytes, version;
  int32_t dtype, device_type, device_index, item_size;
  int32_t requires_grad, is_leaf, is_contiguous, has_storage;
  uint64_t storage_id;  // equal for tensors that share memory
} mt_info;
mt_error* mt_tensor_info(mt_tensor t, mt_info* out);
// Writes min(cap, dims) sizes and strides; either may be NULL.
mt_error* mt_sizes(mt_tensor t, int64_t* sizes, int64_t* strides, int64_t cap);
mt_error* mt_data_ptr(mt_tensor t, uintptr_t* out);
// Whether the memory of t's storage may be replaced by a larger one; before: whether it could until now.
mt_error* mt_set_resizable(mt_tensor t, int32_t on, int32_t* before);
// A second owned reference to the same tensor.
mt_tensor mt_retain(mt_tensor t);

// ---- autograd (autograd.cpp) ----
mt_error* mt_backward(const mt_tensor* roots, const mt_tensor* grads, int64_t n, int32_t retain_graph,
                      int32_t create_graph, const mt_tensor* inputs, int64_t ninputs, int32_t modes);
mt_error* mt_grad(const mt_tensor* outputs, const mt_tensor* grads, int64_t n, const mt_tensor* inputs,
                  int64_t ninputs, int32_t retain_graph, int32_t create_graph, int32_t allow_unused,
                  int32_t modes, mt_tensor* out);
mt_error* mt_get_grad(mt_tensor t, mt_tensor* out);
mt_error* mt_set_grad(mt_tensor t, mt_tensor grad);
mt_error* mt_grad_fn_name(mt_tensor t, char** out);

// ---- Go functions that autograd calls (hooks.cpp) ----
// Go keeps each function under a number, until that number comes out of
// mt_next_released (0: none waits).
const int64_t* mt_released_waiting(void);
uintptr_t mt_next_released(void);

// What a function is called with: owned gradients and saved tensors, and which
// results are needed. It fills in out. A hook gets one gradient and returns one.
typedef struct mt_go_call {
  const mt_tensor *grads, *saved;
  const int32_t* needed;
  mt_tensor* out;
  int64_t ngrads, nsaved, nout;
} mt_go_call;

mt_error* mt_register_hook(mt_tensor t, uintptr_t callback);
mt_error* mt_remove_hook(mt_tensor t, uintptr_t callback);

// Makes callback the backward function from inputs to outputs; out gets the
// outputs with that history. dirty ones are inputs that the function changed.
mt_error* mt_record(uintptr_t callback, const char* name, const mt_tensor* inputs, int64_t ninputs,
                    const mt_tensor* outputs, const int32_t* differentiable, const int32_t* dirty, int64_t noutputs,
                    const mt_tensor* saved, int64_t nsaved, int32_t materialize, int32_t once, int32_t modes, mt_tensor* out);

// Whether a running backward on this OS thread is for all leaves, not for some inputs.
int32_t mt_in_full_backward(void);

// Notes on t's newest nodes where in Go they were recorded, and watches them for NaN.
mt_error* mt_mark_site(mt_tensor t, const char* text);

// ---- modes of an OS thread (modes.cpp) ----
int32_t mt_inference_mode(void);
mt_error* mt_autocast(int32_t device_type, int32_t* on, int32_t* dtype);
mt_error* mt_set_autocast(int32_t device_type, int32_t on, int32_t dtype);
void mt_nest_autocast(int32_t enter);

// ---- per-thread state (runtime.cpp) ----
int32_t mt_grad_mode(void);
// Whether the goroutine on this OS thread was pinned to it by mt_set_pinned.
int32_t mt_pinned(void);
void mt_set_pinned(int32_t on);

// ---- the process (runtime.cpp) ----
const char* mt_compiled_version(void);
const char* mt_loaded_version(void);
mt_error* mt_check_version(void);  // of nothing but whether the two are the same
const char* mt_config(void);
const char* mt_library_path(void);
int32_t mt_num_threads(void);
mt_error* mt_set_num_threads(int32_t n);
int32_t mt_blas_threads(void);  // -1: not an OpenBLAS
const int64_t* mt_warning_count(void);   // warnings so far
char* mt_next_warning(void);             // malloc'd; NULL when there is none

int32_t mt_default_dtype(void);
mt_error* mt_set_default_dtype(int32_t dtype);

// ---- memory (memory.cpp) ----
const char* mt_malloc_library(void);   // the file whose malloc serves the process
const char* mt_tcmalloc_version(void); // "gperftools 2.10"; NULL: it is not there
const int64_t* mt_cpu_bytes(void);  // live bytes of CPU tensor storage

// ---- TorchScript (script.cpp) ----
typedef uintptr_t mt_script;  // an owned torch::jit::Module

// Loads a program from an open file, whose content the caller has checked.
mt_error* mt_script_load(int32_t fd, mt_script* out);
void mt_script_free(mt_script s);
// Its methods' schemas, one a line (malloc'd).
mt_error* mt_script_methods(mt_script s, char** out);
mt_error* mt_script_call(mt_script s, const char* method, const uint64_t* args, int32_t nargs, int32_t modes,
                         mt_results* out);
// Name, whether it is a buffer, and tensor, for each in state_dict's order.
mt_error* mt_script_state(mt_script s, mt_results* out);
mt_error* mt_script_train(mt_script s, int32_t on);
mt_error* mt_script_training(mt_script s, int32_t* on);
mt_error* mt_script_to(mt_script s, int32_t device_type, int32_t index);
// The file that PyTorch loads, malloc'd; what was begun also after an error.
mt_error* mt_script_save(mt_script s, char** data, int64_t* nbytes);

// ---- devices (device.cpp) ----
const char* mt_cuda_why_not(void);  // "" when CUDA can be used
int32_t mt_cuda_count(void);
mt_error* mt_synchronize(int32_t device_type, int32_t index);

// ---- CUDA (cuda.cpp) ----
typedef struct mt_cuda_info {
  int64_t total_bytes;
  int32_t major, minor, processors;
  char name[256];
} mt_cuda_info;
mt_error* mt_cuda_properties(int32_t index, mt_cuda_info* out);  // index -1: the current one, here and below
mt_error* mt_cuda_memory(int32_t index, int64_t* free_bytes, int64_t* total_bytes);

typedef struct mt_stream {
  int64_t id;
  int32_t index;
} mt_stream;
mt_error* mt_stream_new(int32_t index, int32_t high_priority, mt_stream* out);  // of libtorch's pool: it is not freed
mt_error* mt_stream_current(int32_t index, mt_stream* out);                     // of this OS thread
mt_error* mt_stream_exchange(mt_stream s, mt_stream* before);
mt_error* mt_stream_query(mt_stream s, int32_t* done);
mt_error* mt_stream_synchronize(mt_stream s);
mt_error* mt_stream_use(mt_stream s, mt_tensor t);  // keeps t's memory until s is done with it

typedef uintptr_t mt_event;
mt_error* mt_event_record(mt_stream s, int32_t timed, mt_event* event);  // 0 before: makes one
mt_error* mt_event_block(mt_event event, mt_stream s);
mt_error* mt_event_query(mt_event event, int32_t* done);
mt_error* mt_event_elapsed(mt_event from, mt_event to, float* milliseconds);  // both timed, and past
void mt_event_free(mt_event event, int32_t index);

// What the device's allocator holds, in bytes, and how often it had to try again or
// failed. -1 is what the running libtorch tells nobody without CUDA's headers.
typedef struct mt_memory_stats {
  int64_t allocated, max_allocated, reserved, max_reserved, retries, failures;
} mt_memory_stats;
mt_error* mt_device_memory(int32_t device_type, int32_t index, mt_memory_stats* out);
mt_error* mt_cuda_reset_peak(int32_t index);
mt_error* mt_cuda_empty_cache(void);

// ---- random numbers (random.cpp) ----
typedef uintptr_t mt_generator;
mt_error* mt_manual_seed(uint64_t seed);
mt_error* mt_initial_seed(mt_generator g, uint64_t* seed);
mt_error* mt_generator_default(int32_t device_type, int32_t index, mt_generator* out);  // a reference to the device's own
mt_error* mt_generator_clone(mt_generator g, mt_generator* out);                        // one of the same state
mt_error* mt_generator_seed(mt_generator g, uint64_t seed);
mt_error* mt_generator_seed_anew(mt_generator g, uint64_t* seed);  // with a number that nobody can foresee
void mt_generator_free(mt_generator g);
mt_error* mt_generator_state(mt_generator g, mt_tensor* out);
mt_error* mt_set_generator_state(mt_generator g, mt_tensor state);

#ifdef __cplusplus
}
#endif
