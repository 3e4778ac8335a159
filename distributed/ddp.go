package distributed

import (
	"fmt"
	"log/slog"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"multitorch/distributed/internal/c10d"
	"multitorch/internal/libtorch"
	"multitorch/nn"
	"multitorch/torch"
)

// DDPConfig are the settings of a [DistributedDataParallel], under PyTorch's names. A configuration is an option too.
type DDPConfig struct {
	// BucketCapMB is the size, in MiB, of the buckets that gradients are reduced in: 25. The first has 1 MiB at most.
	BucketCapMB BucketCapMB
	// BroadcastBuffers gives all ranks rank 0's buffers, such as a batch norm's averages, before each Forward: true.
	BroadcastBuffers BroadcastBuffers
	// FindUnusedParameters looks in each Forward for parameters that the outputs do not depend on, whose gradients the others
	// would wait for: false. It costs a walk over the graph.
	FindUnusedParameters FindUnusedParameters
	// GradientAsBucketView lets gradients be views of the buckets, which saves a copy and their memory: false.
	GradientAsBucketView GradientAsBucketView
}

// The options of [NewDistributedDataParallel].
type (
	DDPOption interface{ ddp(*DDPConfig) }

	BucketCapMB          float64
	BroadcastBuffers     bool
	FindUnusedParameters bool
	GradientAsBucketView bool
)

func (v BucketCapMB) ddp(c *DDPConfig)          { c.BucketCapMB = v }
func (v BroadcastBuffers) ddp(c *DDPConfig)     { c.BroadcastBuffers = v }
func (v FindUnusedParameters) ddp(c *DDPConfig) { c.FindUnusedParameters = v }
func (v GradientAsBucketView) ddp(c *DDPConfig) { c.GradientAsBucketView = v }
func (c DDPConfig) ddp(to *DDPConfig)           { *to = c }

const mebibyte = 1 << 20

// DistributedDataParallel makes a model's gradients the mean of all ranks', as torch.nn.parallel.DistributedDataParallel, and
// by the same reducer, libtorch's: it sits on the parameters' nodes of autograd, gathers gradients in buckets as Backward
// computes them, and reduces a bucket while Backward computes the next. The model itself does not change; loss functions that
// are means over the batch make the result the gradient of the whole batch where all ranks have equally many samples.
// Layers [nn.SyncBatchNorm] compute their statistics over all ranks.
type DistributedDataParallel struct {
	Module nn.Module

	group   *Group
	config  DDPConfig
	reducer c10d.Reducer
	names   []string
	noSync  bool
	skipped bool // the last Forward was under NoSync: its buffers are not the others' concern
	cleanup runtime.Cleanup
}

// NewDistributedDataParallel sees whether all ranks have the same model, by its parameters' and buffers' names, types and
// shapes, and gives them rank 0's values. Close is its counterpart. What is added to the model afterwards is not reduced.
func NewDistributedDataParallel(m nn.Module, g *Group, opts ...DDPOption) (*DistributedDataParallel, error) {
	d := &DistributedDataParallel{Module: m, group: g, config: DDPConfig{BucketCapMB: 25, BroadcastBuffers: true}}
	for _, o := range opts {
		if o == nil {
			return nil, fmt.Errorf("distributed: DistributedDataParallel: an option is nil")
		}
		o.ddp(&d.config)
	}
	if d.config.BucketCapMB <= 0 {
		return nil, fmt.Errorf("distributed: DistributedDataParallel: BucketCapMB: expected more than 0, but got %v", d.config.BucketCapMB)
	}
	if err := g.check("DistributedDataParallel", nil); err != nil {
		return nil, err
	}
	if err := g.world.agree("model", g.ranks, d.describe()); err != nil {
		return nil, err
	}
	var trained, all []*torch.Tensor
	for _, p := range nn.NamedParameters(m) {
		all = append(all, p.Tensor)
		if p.RequiresGrad() {
			trained = append(trained, p.Tensor)
			d.names = append(d.names, p.Name)
		}
	}
	if len(trained) == 0 {
		return nil, fmt.Errorf("distributed: DistributedDataParallel: none of the model's parameters requires a gradient")
	}
	all = append(all, d.buffers()...)
	for _, t := range all {
		if err := g.carries("DistributedDataParallel", t); err != nil {
			return nil, err
		}
	}
	if err := g.broadcastAll(all, 0); err != nil {
		return nil, err
	}
	handles, release := borrow(trained, "DistributedDataParallel")
	defer release()
	reducer, err := c10d.NewReducer(g.c, handles, d.names, make([]bool, len(trained)), c10d.ReducerOptions{
		BucketBytes: int(float64(d.config.BucketCapMB) * mebibyte), FirstBucketBytes: d.config.firstBucket(),
		FindUnused: bool(d.config.FindUnusedParameters), BucketView: bool(d.config.GradientAsBucketView),
	})
	if err != nil {
		return nil, fmt.Errorf("distributed: DistributedDataParallel: %w", err)
	}
	d.reducer = reducer
	shareNorms(m, g.sum)
	d.cleanup = runtime.AddCleanup(d, func(r c10d.Reducer) { r.Free() }, reducer)
	return d, nil
}

// firstBucket is 1 MiB, where libtorch 2 is not given another BucketCapMB, which is then the first one's too.
func (c DDPConfig) firstBucket() int {
	if c.BucketCapMB != 25 && !strings.HasPrefix(torch.Version(), "1.") {
		return int(float64(c.BucketCapMB) * mebibyte)
	}
	return mebibyte
}

// Close takes the reducer off the model.
func (d *DistributedDataParallel) Close() {
	if d.reducer != 0 {
		d.cleanup.Stop()
		d.reducer.Free()
		d.reducer = 0
		shareNorms(d.Module, nil)
	}
}

// describe is what the ranks have to agree on.
func (d *DistributedDataParallel) describe() []string {
	lines := []string{fmt.Sprintf("settings %+v", d.config)}
	for _, p := range nn.NamedParameters(d.Module) {
		lines = append(lines, fmt.Sprintf("parameter %s %s, trained: %v", p.Name, describe(p.Tensor), p.RequiresGrad()))
	}
	for _, b := range nn.NamedBuffers(d.Module) {
		lines = append(lines, fmt.Sprintf("buffer %s %s", b.Name, describe(b.Tensor)))
	}
	return lines
}

func (d *DistributedDataParallel) buffers() []*torch.Tensor {
	var all []*torch.Tensor
	for _, b := range nn.NamedBuffers(d.Module) {
		all = append(all, b.Tensor)
	}
	return all
}

// broadcastAll gives all ranks the root's tensors.
func (g *Group) broadcastAll(ts []*torch.Tensor, root int) error {
	if len(ts) == 0 {
		return nil
	}
	handles, release := borrow(ts, "broadcast")
	defer release()
	const pieces = 250 * mebibyte // as PyTorch
	if err := g.c.BroadcastAll(handles, pieces, root); err != nil {
		return g.failed(fmt.Sprintf("broadcast of %d tensors", len(ts)), err)
	}
	return nil
}

// Forward runs f, which computes the model's output, or the loss, and has the next Backward reduce the gradients. It panics
// with a [*torch.Error], as arithmetic does. Evaluation calls the model alone.
func (d *DistributedDataParallel) Forward(f func() *torch.Tensor) *torch.Tensor {
	var out *torch.Tensor
	d.ForwardAll(func() []*torch.Tensor {
		out = f()
		return []*torch.Tensor{out}
	})
	return out
}

// ForwardAll is Forward for several outputs.
func (d *DistributedDataParallel) ForwardAll(f func() []*torch.Tensor) []*torch.Tensor {
	if d.reducer == 0 {
		panic(&torch.Error{Op: "DistributedDataParallel", Message: "it was closed"})
	}
	records := torch.IsGradEnabled()
	if records {
		if _, err := d.reducer.BeforeForward(); err != nil {
			d.fail(err)
		}
	}
	if bool(d.config.BroadcastBuffers) && !d.skipped {
		if err := d.group.broadcastAll(d.buffers(), 0); err != nil {
			panic(&torch.Error{Op: "DistributedDataParallel", Message: err.Error()})
		}
	}
	outputs := f()
	d.skipped = d.noSync || !records
	if d.skipped {
		return outputs
	}
	var roots []*torch.Tensor
	if d.config.FindUnusedParameters {
		roots = outputs
	}
	handles, release := borrow(roots, "DistributedDataParallel")
	defer release()
	warnings := libtorch.WarningCount()
	if err := d.reducer.BeforeBackward(handles); err != nil {
		d.fail(err)
	}
	if libtorch.WarningCount() > warnings {
		dropAdvice()
	}
	return outputs
}

// dropAdvice drops the reducer's advice to look for unused parameters no more where it found none: the trainer looks for them so
// that buckets stay what they are.
func dropAdvice() {
	for w := libtorch.NextWarning(); w != ""; w = libtorch.NextWarning() {
		if !strings.Contains(w, "did not find any unused parameters") {
			slog.Warn("libtorch: " + w)
		}
	}
}

// NoSync lets f, which has Forward and Backward in it, add up this rank's own gradients. The next Backward whose Forward is
// outside reduces the sum.
func (d *DistributedDataParallel) NoSync(f func()) {
	before := d.noSync
	d.noSync = true
	defer func() { d.noSync = before }()
	f()
}

// Buckets are the numbers of gradients' elements that are reduced together, in the order of their reduction.
func (d *DistributedDataParallel) Buckets() ([]int, error) { return d.reducer.Buckets() }

var numbered = regexp.MustCompile(`[Pp]arameter indices which did not receive grad for rank \d+:((?: \d+)+)`)

// fail panics with the reducer's error. Of parameters that had no gradient it knows the numbers; people know names.
func (d *DistributedDataParallel) fail(err error) {
	message := err.Error()
	if m := numbered.FindStringSubmatch(message); m != nil {
		var names []string
		for _, text := range strings.Fields(m[1]) {
			if i, err := strconv.Atoi(text); err == nil && i < len(d.names) {
				names = append(names, d.names[i])
			}
		}
		message = fmt.Sprintf("rank %d: the last Backward gave no gradient to %s: the other ranks wait for it. Give FindUnusedParameters(true), "+
			"or have the loss depend on all parameters that are trained", d.group.Rank(), strings.Join(names, ", "))
	}
	panic(&torch.Error{Op: "DistributedDataParallel", Message: message})
}
