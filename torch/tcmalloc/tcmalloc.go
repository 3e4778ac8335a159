// Package tcmalloc has a program's memory served by tcmalloc instead of libc's malloc:
//
//	import _ "multitorch/torch/tcmalloc"
//
// It holds nothing but the flag that links libtcmalloc_minimal (Debian:
// libgoogle-perftools-dev, which make setup installs) before libc, so it is for programs,
// which alone may choose an allocator, and not for packages. A goroutine moves from one OS
// thread to another, and tensors are freed on another thread than the one that made them:
// allocators that keep memory by thread, as libc's and mimalloc do, then hold several times
// what is used, and libc's gives large blocks back to the kernel and takes them again, page
// fault by page fault, which is half of a training step.
//
// An allocator in LD_PRELOAD comes before it, and -asan's does. The build tag notcmalloc
// leaves it out, where it can't be installed. [torch.Runtime], and so "multitorch doctor",
// says which one serves the process.
package tcmalloc
