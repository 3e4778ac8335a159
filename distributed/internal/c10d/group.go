package c10d

// #include "c10d.h"
import "C"

import (
	"time"

	"multitorch/internal/libtorch"
)

// NCCLWhyNot is why tensors on GPUs can't be carried by NCCL, and "" where they can, if there are GPUs.
func NCCLWhyNot() string {
	if err := take(C.mtd_nccl_why_not()); err != nil {
		return err.Error()
	}
	return ""
}

// Group is an owned process group: Gloo's, and with it maybe NCCL's.
type Group uintptr

// NewGroup connects size ranks, which find each other in the store under a prefix. It listens on the network interface of
// that name, or on the local address, or where neither is given on what this machine's name stands for. With nccl, that carries
// tensors on GPUs.
func NewGroup(s Store, prefix string, rank, size int, timeout time.Duration, network, address string, nccl bool) (Group, error) {
	p, free := cstring(prefix)
	defer free()
	i, freeInterface := cstring(network)
	defer freeInterface()
	a, freeAddress := cstring(address)
	defer freeAddress()
	var out C.mtd_group
	err := take(C.mtd_group_new(C.mtd_store(s), p, C.int32_t(rank), C.int32_t(size), milliseconds(timeout), i, a, flag(nccl), &out))
	return Group(out), err
}

// Free ends it, which waits for what is under way; for that of NCCL only if it is not aborted.
func (g Group) Free(aborted bool) { C.mtd_group_free(C.mtd_group(g), flag(aborted)) }

// Kind is a collective.
type Kind int32

// The collectives: what they read and write says c10d.h.
const (
	AllReduce     Kind = C.MTD_ALL_REDUCE
	Broadcast     Kind = C.MTD_BROADCAST
	Reduce        Kind = C.MTD_REDUCE
	AllGather     Kind = C.MTD_ALL_GATHER
	Gather        Kind = C.MTD_GATHER
	Scatter       Kind = C.MTD_SCATTER
	ReduceScatter Kind = C.MTD_REDUCE_SCATTER
	Barrier       Kind = C.MTD_BARRIER
	Send          Kind = C.MTD_SEND
	Recv          Kind = C.MTD_RECV
)

// Start starts one. op is a number of c10d's ReduceOp, or the tag of Send and Recv; peer is the root, or the other rank,
// or the number of a Barrier's GPU.
func (g Group) Start(kind Kind, op, peer int, in, out []libtorch.Tensor, timeout time.Duration) (Work, error) {
	var w C.mtd_work
	err := take(C.mtd_start(C.mtd_group(g), C.int32_t(kind), C.int32_t(op), C.int32_t(peer), handles(in), C.int64_t(len(in)),
		handles(out), C.int64_t(len(out)), milliseconds(timeout), &w))
	return Work(w), err
}

// BroadcastAll gives all ranks the root's tensors, in pieces of so many bytes.
func (g Group) BroadcastAll(tensors []libtorch.Tensor, bytes, root int) error {
	return take(C.mtd_broadcast_all(C.mtd_group(g), handles(tensors), C.int64_t(len(tensors)), C.int64_t(bytes), C.int32_t(root)))
}
