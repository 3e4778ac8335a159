package libtorch

// #include "shim.h"
import "C"

// InferenceMode reports whether this OS thread is in inference mode.
func InferenceMode() bool { return C.mt_inference_mode() != 0 }

// EnterInference sets it for this OS thread, to which the caller must be pinned,
// until the function that it returns is called there.
func EnterInference(on bool) (leave func(), err error) {
	var mode C.uintptr_t
	if err := take(C.mt_enter_inference(cbool(on), &mode)); err != nil {
		return nil, err
	}
	return func() { C.mt_leave_inference(mode) }, nil
}

// Autocast reports whether operators on the kind of device compute in a dtype of
// less precision on this OS thread, and in which.
func Autocast(device int) (on bool, dtype int, err error) {
	var o, d C.int32_t
	err = take(C.mt_autocast(C.int32_t(device), &o, &d))
	return o != 0, int(d), err
}

// SetAutocast sets it for this OS thread, to which the caller must be pinned.
func SetAutocast(device int, on bool, dtype int) error {
	return take(C.mt_set_autocast(C.int32_t(device), cbool(on), C.int32_t(dtype)))
}

// NestAutocast enters or leaves a region of autocast; leaving the outermost one
// drops the cached casts.
func NestAutocast(enter bool) { C.mt_nest_autocast(cbool(enter)) }
