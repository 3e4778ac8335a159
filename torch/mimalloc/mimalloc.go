// Package mimalloc has a program's memory served by mimalloc instead of libc's malloc:
//
//	import _ "multitorch/torch/mimalloc"
//
// It holds nothing but the flag that links libmimalloc (Debian: libmimalloc-dev, which
// make setup installs) before libc, so it is for programs, which alone may choose an
// allocator, and not for packages. With libc's malloc a training step gives its large
// blocks back to the kernel and takes them again, page fault by page fault, which is
// half of its time; small operators take a sixth longer.
//
// An allocator in LD_PRELOAD comes before it, and -asan's does. The build tag
// nomimalloc leaves it out, where it can't be installed. [torch.Runtime], and so
// "multitorch doctor", says which one serves the process.
package mimalloc
