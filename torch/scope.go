package torch

import (
	"slices"
	"sync"
	"sync/atomic"

	"multitorch/internal/libtorch"
)

// Scope owns tensors and frees them at its end. A tensor that is computed from
// a scope's tensors joins it, or the innermost of several: the one opened last.
// A scope may be used by several goroutines.
type Scope struct {
	order  int64 // later scopes are inner ones
	opened stack
	mu     sync.Mutex
	owned  []*Tensor // nil for one that left
	gone   int       // about how many of owned left or were freed since: one may be freed while the scope is swept
	closed bool
	grave  bool    // no scope, but where a tensor was freed by hand
	like   *Tensor // no scope, but what a tensor looks like that can't be used, and why not
	absent string
}

var scopeOrder, openScopes atomic.Int64

// OpenScope opens a scope that Close ends. Prefer [Scoped], which can't be
// forgotten.
func OpenScope() *Scope { return openScope() }

func openScope() *Scope {
	openScopes.Add(1)
	return &Scope{order: scopeOrder.Add(1), opened: noteStack()}
}

// Scoped runs f in a scope and closes it, also when f panics or ends its
// goroutine. Tensors made from nothing belong to no scope until s.Own takes them ([Step]
// takes over everything):
//
//	torch.Scoped(func(s *torch.Scope) {
//		x := s.Own(torch.Randn(torch.Shape{2, 3}))
//		y = x.Add(x).Keep() // everything but y is freed
//	})
func Scoped(f func(s *Scope)) {
	s := openScope()
	defer s.Close()
	f(s)
}

// Own moves t into the scope and returns it. A nil tensor is passed through.
func (s *Scope) Own(t *Tensor) *Tensor {
	if t == nil {
		return nil
	}
	t.must("Scope.Own")
	moving.Lock()
	defer moving.Unlock()
	from := t.scope.Load()
	if t.freed() || from != nil && from != s && !from.disown(t) {
		panic(t.unusable("Scope.Own"))
	}
	if from == s {
		return t
	}
	if from == nil {
		t.stopCleanup()
	}
	if !s.adopt(t) {
		t.collectLater()
		panic(&Error{Op: "Scope.Own", Message: "the scope " + s.String() + " is closed", Kind: FreedError})
	}
	return t
}

// Close frees the scope's tensors. A second Close does nothing.
func (s *Scope) Close() {
	s.mu.Lock()
	owned := s.owned
	if !s.closed && s.order > 0 { // not one that nobody opened
		openScopes.Add(-1)
	}
	s.owned, s.closed = nil, true
	s.mu.Unlock()
	defer giveList(owned)
	var batch [64]libtorch.Tensor
	handles := batch[:0]
	for _, t := range owned {
		if t == nil {
			continue
		}
		if h := t.markFreed(); h != 0 {
			profileFreed(t.note)
			handles = append(handles, h)
		}
	}
	freeHandles(handles)
}

// Len is the number of live tensors in the scope.
func (s *Scope) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, t := range s.owned {
		if t != nil && !t.freed() {
			n++
		}
	}
	return n
}

// String says which line of the program opened the scope.
func (s *Scope) String() string { return "opened at " + s.opened.String() }

// adopt takes in a tensor that has no owner; false when the scope is closed.
func (s *Scope) adopt(t *Tensor) bool {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return false
	}
	t.scope.Store(s)
	if s.owned == nil {
		s.owned = takeList()
	}
	s.owned = append(s.owned, t)
	s.mu.Unlock()
	return true
}

// disown lets a tensor go that is to live on; false when the scope is closed.
func (s *Scope) disown(t *Tensor) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	t.scope.Store(nil)
	for i, o := range slices.Backward(s.owned) { // mostly one of the last
		if o == t {
			s.owned[i] = nil
			break
		}
	}
	s.countGone()
	return true
}

// forget notes that one of owned was freed.
func (s *Scope) forget() {
	s.mu.Lock()
	s.countGone()
	s.mu.Unlock()
}

// countGone drops what is gone from owned once it is the most of it: a long scope
// must not grow with each Free.
func (s *Scope) countGone() {
	s.gone++
	if s.gone < 64 || s.gone < len(s.owned)/2 {
		return
	}
	live := s.owned[:0]
	for _, t := range s.owned {
		if t != nil && !t.freed() {
			live = append(live, t)
		}
	}
	clear(s.owned[len(live):])
	s.owned, s.gone = live, 0
}

// lists are scopes' lists that were closed: the next scope is mostly as long.
var lists sync.Pool

func takeList() []*Tensor {
	if l, ok := lists.Get().(*[]*Tensor); ok {
		return *l
	}
	return make([]*Tensor, 0, 16)
}

func giveList(l []*Tensor) {
	const longest = 4096
	if cap(l) > 0 && cap(l) <= longest {
		clear(l)
		l = l[:0]
		lists.Put(&l)
	}
}
